"""Every primitive goes through a SavedModel and comes back, or is known to have no counterpart."""

import numpy as np
import pytest

from estikeras import saved_model
from estikeras.engine.tensor import Tensor
from estikeras.export.saved_model import writer
from tests.support.arrays import assert_close
from tests.support.exported_rows import WITHOUT_ENTRY, Rows, all_rows


@pytest.fixture(scope="module")
def rows():
    return Rows()


@pytest.fixture(scope="module")
def signatures(rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows") / "model"
    rows.save(folder)
    return saved_model.load(folder).signatures


def test_every_primitive_has_an_entry_or_is_known_to_have_none():
    names = {row.name for row in all_rows()}
    assert sorted(names - set(writer.TABLE)) == sorted(WITHOUT_ENTRY)


def test_every_row_comes_back(rows, signatures):
    for name, row in rows.names.items():
        inputs = {key: Tensor(array) for key, array in rows.inputs[name].items()}
        with np.errstate(all="ignore"):
            found = signatures[name].evaluate(inputs)
        for key, wanted in rows.outputs[name].items():
            got = np.asarray(found[key])
            assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape), str(row)
            if wanted.dtype == object or wanted.dtype.kind in "biu":
                np.testing.assert_array_equal(got, wanted, err_msg=str(row))
            else:
                kinds = {array.dtype.name for array in rows.inputs[name].values()}
                limit = 2e-2 if kinds & {"float16", "bfloat16"} else 1e-5
                assert_close(got, wanted, tolerance=limit, what=str(row))
