"""Checks of values: what holds gives True, what does not raises with its data."""

import numpy as np
import pytest

from estikeras import op_errors
from estikeras.engine.function import function
from estikeras.primitives.checks import check, check_numerics
from estikeras.primitives.telling import told
from tests.support.primitives import primitive_checks, row

ROWS = [
    row("check", [np.array([True, True]), (2, 3)], message=str, order=0),
    row("check_numerics", [(2, 3)], message="x"),
    row("check_numerics", [(3,)], dtype="float16", message="x", order=0),
    row("told", [(2, 3), (2,)], tell=print),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("run", [lambda f: f, function], ids=["eager", "traced"])
def test_what_does_not_hold_is_told_with_its_data(run):
    with pytest.raises(op_errors.InvalidArgumentError, match="of 3 numbers"):
        run(lambda x: check(x > 0, x, message=lambda x: f"of {x.size} numbers"))(np.arange(3.0))


@pytest.mark.parametrize("run", [lambda f: f, function], ids=["eager", "traced"])
@pytest.mark.parametrize(
    ("x", "found"),
    [([1, np.nan], "NaN"), ([-np.inf, 1], "Inf"), ([np.nan, np.inf], "Inf and NaN")],
)
def test_what_is_not_finite_is_told(x, found, run):
    with pytest.raises(op_errors.InvalidArgumentError, match=f"^x : Tensor had {found} values$"):
        run(lambda x: check_numerics(x, message="x")[0])(np.float32(x))


@pytest.mark.parametrize("run", [lambda f: f, function], ids=["eager", "traced"])
def test_what_is_told_is_told_in_each_run(run):
    found = []
    double = run(lambda x: told(x * 2, x, tell=lambda a: found.append(a.tolist())))
    for n in (1.0, 2.0):
        assert double(np.float32([n])).numpy().tolist() == [2 * n]
    assert found == [[1], [2]]
