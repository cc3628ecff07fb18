"""Arrays for tests: inputs by shape and dtype, and one table of tolerances."""

import ml_dtypes
import numpy as np

# dtype -> (relative, absolute); absolute is scaled by the largest magnitude of the expected array.
TOLERANCES = {
    "float64": (1e-10, 1e-10),
    "float32": (2e-5, 2e-6),
    "float16": (2e-3, 2e-3),
    "bfloat16": (2e-2, 2e-2),
}


def as_dtype(dtype):
    """NumPy's dtype for the name, `"bfloat16"` too."""
    return np.dtype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)


def dtype_name(array):
    """The name of an array's dtype as Keras has it."""
    return "string" if array.dtype == object else str(array.dtype)


def as_array(value):
    """Any tensor as a NumPy array."""
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def random_array(shape, dtype="float32", *, seed=0, low=None, high=None):
    """Random values: floats from [-1, 1), integers from [0, 4), booleans, strings of a letter,
    unless limits are given.

    Floats keep away from zero by 0.05, where many functions have a kink.
    """
    generator = np.random.default_rng([seed, *shape])
    if dtype == "bool":
        return generator.random(shape) < 0.5
    if dtype == "string":
        return np.array([b"a", b"b", b"c", b"d"], object)[generator.integers(0, 4, shape)]
    if "int" in dtype:
        low, high = 0 if low is None else low, 4 if high is None else high
        return generator.integers(low, high, shape).astype(dtype)
    values = generator.uniform(-1 if low is None else low, 1 if high is None else high, shape)
    if low is None:
        values = np.where(np.abs(values) < 0.05, values + np.copysign(0.05, values), values)
    return np.asarray(values).astype(as_dtype(dtype))


def assert_close(got, expected, *, dtype=None, tolerance=None, what="values"):
    """Fail unless two arrays (or nested tuples, lists, dicts of them) have equal shapes and values.

    Args:
        got: what the project computed.
        expected: what it should be.
        dtype: whose row of `TOLERANCES` holds; by default the coarser of the two.
        tolerance: replaces the row's relative and absolute tolerance.
        what: names the values in the failure.
    """
    if isinstance(expected, dict):
        assert set(got) == set(expected), f"{what}: keys {sorted(got)}, expected {sorted(expected)}"
        for key in expected:
            assert_close(
                got[key], expected[key], dtype=dtype, tolerance=tolerance, what=f"{what}[{key!r}]"
            )
        return
    if isinstance(expected, (tuple, list)):
        assert len(got) == len(expected), f"{what}: {len(got)} values, expected {len(expected)}"
        for i, (one, other) in enumerate(zip(got, expected, strict=True)):
            assert_close(one, other, dtype=dtype, tolerance=tolerance, what=f"{what}[{i}]")
        return
    if expected is None or got is None:
        assert got is expected, f"{what}: got {got}, expected {expected}"
        return
    got, expected = as_array(got), as_array(expected)
    assert got.shape == expected.shape, f"{what}: shape {got.shape}, expected {expected.shape}"
    rows = [
        TOLERANCES[d]
        for d in {dtype or str(got.dtype), dtype or str(expected.dtype)}
        if d in TOLERANCES
    ]
    if not rows:
        np.testing.assert_array_equal(got, expected, err_msg=what)
        return
    relative, absolute = (tolerance, tolerance) if tolerance else max(rows)
    expected = expected.astype("float64")
    finite = expected[np.isfinite(expected)]
    scale = max(1.0, float(np.abs(finite).max(initial=0.0)))
    np.testing.assert_allclose(
        got.astype("float64"), expected, rtol=relative, atol=absolute * scale, err_msg=what
    )
