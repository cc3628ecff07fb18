import numpy as np
import pytest

from estikeras.primitives import reduce  # noqa: F401 - fills the registry

CASES = [
    ((5,), (0,)),
    ((0,), ()),
    ((1,), (0,)),
    ((4, 7), (1,)),
    ((4, 7), (0,)),
    ((4, 7), (0, 1)),
    ((4, 7), ()),
    ((3, 4, 5), (1,)),
    ((30, 4, 5), (1,)),
    ((3, 4, 5), (0, 2)),
    ((2, 3, 4, 5), (0, 2)),
    ((2, 3, 4, 5), (1, 3)),
    ((100_003,), (0,)),
    ((5000, 17), (0,)),
    ((300, 300), (0, 1)),
    ((2, 1, 3), (1,)),
    ((8, 9, 10, 33), (0, 1, 2)),
    ((2, 3, 4, 5, 6), (0, 2, 4)),
    ((2, 3, 4, 5, 6), (1, 3)),
]


@pytest.mark.parametrize(("shape", "axes"), CASES)
@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "prod"])
def test_reductions_equal_the_reference(check, rng, name, shape, axes):
    if 0 in shape:
        return
    x = rng.uniform(0.5, 1.5, shape)
    for dtype in ("float32", "float64"):
        check(f"reduce_{name}", x.astype(dtype), axes=axes, keepdims=False, tolerance=1e-4)
    check(f"reduce_{name}", x.astype("float32"), axes=axes, keepdims=True, tolerance=1e-4)


def test_not_a_number_is_an_extreme(check):
    x = np.array(
        [[1, np.nan, 3], [np.nan, 1, 2], [3, 1, np.nan], [-np.inf] * 3, [1, 3, 3]], "float32"
    )
    for name in ("max", "min", "sum"):
        check(f"reduce_{name}", x, axes=(1,), keepdims=False)
        check(f"reduce_{name}", x, axes=(0,), keepdims=False)
    for name in ("argmax", "argmin"):
        check(name, x, axis=1, keepdims=False)


@pytest.mark.parametrize("shape", [(1, 1), (7, 10), (50, 3), (2, 3, 40)])
def test_first_of_equal_extremes_wins(check, rng, shape):
    x = rng.integers(0, 5, shape).astype("float32")
    for name in ("argmax", "argmin"):
        check(name, x, axis=len(shape) - 1, keepdims=False)
        check(name, x.astype("float64"), axis=len(shape) - 1, keepdims=True)
