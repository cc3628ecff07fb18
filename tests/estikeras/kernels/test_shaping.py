import numpy as np
import pytest

from estikeras.primitives import shaping  # noqa: F401 - fills the registry

DTYPES = ["float32", "float64", "int8", "int64", "bool", "float16"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((5,), (0,)),
        ((4, 7), (1, 0)),
        ((2, 3, 4, 5), (0, 2, 1, 3)),
        ((2, 3, 4), (2, 1, 0)),
        ((0, 3), (1, 0)),
        ((33, 65), (1, 0)),
        ((2, 3, 2, 3, 2, 3), (5, 3, 1, 4, 2, 0)),
    ],
)
def test_transpose(check, rng, shape, axes, dtype):
    check("transpose", rng.integers(-5, 5, shape).astype(dtype), axes=axes)


@pytest.mark.parametrize(
    ("shape", "target"),
    [
        ((), (3,)),
        ((3,), (4, 3)),
        ((3, 1), (3, 5)),
        ((2, 1, 4, 1), (2, 3, 4, 5)),
        ((1, 1), (0, 3)),
        ((4,), (4,)),
    ],
)
def test_broadcast_and_its_sum(check, rng, shape, target):
    x = rng.standard_normal(shape).astype("float32")
    check("broadcast_to", x, shape=target)
    if 0 not in target:
        check("sum_to", rng.standard_normal(target).astype("float32"), shape=shape)


@pytest.mark.parametrize(
    ("starts", "shape", "steps"),
    [
        ((0, 0, 0), (5, 6, 7), (1, 1, 1)),
        ((1, 2, 3), (2, 3, 4), (1, 1, 1)),
        ((4, 5, 6), (5, 3, 4), (-1, -2, -2)),
        ((0, 1, 0), (3, 1, 4), (2, 1, 2)),
        ((0, 0, 0), (0, 6, 7), (1, 1, 1)),
    ],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_slice_and_place(check, rng, starts, shape, steps, dtype):
    check(
        "slice",
        rng.integers(-5, 5, (5, 6, 7)).astype(dtype),
        starts=starts,
        shape=shape,
        steps=steps,
    )
    x = rng.integers(-5, 5, shape).astype(dtype)
    check("place", x, starts=starts, steps=steps, shape=(5, 6, 7))


@pytest.mark.parametrize(
    ("dtype", "value"), [("float32", -1.5), ("float64", np.inf), ("int8", -3), ("bool", True)]
)
def test_pad(check, rng, dtype, value):
    x = rng.integers(0, 5, (3, 4)).astype(dtype)
    check("pad", x, widths=((1, 2), (0, 3)), value=value)
    check("pad", x, widths=((0, 0), (0, 0)), value=value)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_concatenate(check, rng, axis):
    shapes = [[3, 4, 5] for _ in range(3)]
    for shape, size in zip(shapes, (2, 0, 7), strict=True):
        shape[axis] = size
    check("concatenate", *[rng.standard_normal(s).astype("float32") for s in shapes], axis=axis)
