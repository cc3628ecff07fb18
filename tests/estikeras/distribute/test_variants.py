"""Options of optimizers, layers, losses, metrics and `fit` mean the same on ranks."""

import numpy as np
import pytest

from tests.support.equal_runs import assert_equal, results_of

SCRIPT = "tests/mpi/variants.py"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process comes to."""
    return results_of(0, SCRIPT, tmp_path_factory.mktemp("alone")).results


@pytest.mark.mpi
@pytest.mark.parametrize("num_ranks", [2, 3])
def test_every_option_trains_the_model_of_one_process(num_ranks, alone, tmp_path):
    got, expected = results_of(num_ranks, SCRIPT, tmp_path).results, dict(alone)
    # Sums of float16 gradients are rounded otherwise when they come in parts.
    assert_equal(got.pop("mixed_float16"), expected.pop("mixed_float16"), tolerance=1e-2)
    assert_equal(got, expected)
    assert all(np.isfinite(loss) for loss in got["metrics"]["history"]["loss"])
