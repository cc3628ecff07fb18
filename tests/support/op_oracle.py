"""Rows of op cases that are compared with the real Keras: values, dtypes, and gradients by every
float input.

    from tests.support.op_oracle import case, oracle_checks

    CASES = [
        case("relu", (2, 3)),
        case("softmax", (2, 3), axis=0),
        case("one_hot", ((4,), "int32"), num_classes=4, order=0),
    ]
    test_op = oracle_checks(CASES)

An input is a shape, a pair of shape and dtype, an array, or any other value, which is passed as it
is.
"""

import dataclasses
import warnings

import numpy as np
import pytest

from tests.support.arrays import as_array, assert_close, random_array
from tests.support.oracle import real_keras


@dataclasses.dataclass(frozen=True)
class Case:
    """One row; `case` describes the fields."""

    name: str
    inputs: tuple
    options: dict
    dtype: str
    low: float | None
    high: float | None
    order: int
    space: str
    tolerance: float | None

    def __str__(self):
        parts = [*map(_shown, self.inputs), *(f"{k}={_shown(v)}" for k, v in self.options.items())]
        return f"{self.name}({','.join(parts)})-{self.dtype}".replace(" ", "")


def _shown(value):
    return f"array{value.shape}" if isinstance(value, np.ndarray) else str(value)


def case(
    name,
    *inputs,
    dtype="float32",
    low=None,
    high=None,
    order=1,
    space="ops",
    tolerance=None,
    **options,
):
    """A row for `oracle_checks`.

    Args:
        name: the function's name in its namespace.
        *inputs: positional arguments: shapes, pairs of shape and dtype, arrays, or other values.
        dtype: of inputs given by shape alone.
        low: the smallest random input.
        high: the limit of random inputs.
        order: 0 compares values, 1 gradients too.
        space: namespace below `keras`, such as `"activations"`.
        tolerance: replaces the table's tolerance.
        **options: keyword arguments of the function.
    """
    return Case(name, inputs, options, dtype, low, high, order, space, tolerance)


def oracle_checks(cases):
    """A test function over all rows."""

    @pytest.mark.oracle
    @pytest.mark.parametrize("one", cases, ids=str)
    def test_op(one):
        check(one)

    return test_op


def check(one):
    """Ours gives the values, dtypes and gradients of the real Keras."""
    arguments = [_argument(one, given, seed) for seed, given in enumerate(one.inputs)]
    floats = [
        i
        for i, a in enumerate(arguments)
        if isinstance(a, np.ndarray) and ("float" in a.dtype.name)
    ]
    ours, ours_gradients = _run_ours(one, arguments, floats)
    theirs, their_gradients = _run_theirs(one, arguments, floats)
    assert len(ours) == len(theirs)
    for number, (got, expected) in enumerate(zip(ours, theirs, strict=True)):
        what = f"output {number}"
        assert _same_dtype(got, expected, arguments), f"{what}: {got.dtype}, not {expected.dtype}"
        assert_close(got, expected, tolerance=one.tolerance, what=what)
    for i, got, expected in zip(floats, ours_gradients, their_gradients, strict=True):
        assert_close(got, expected, tolerance=one.tolerance, what=f"gradient by input {i}")


def _same_dtype(got, expected, arguments):
    """Equal dtypes; what jax with 64-bit types makes wide of narrow inputs counts as narrow."""
    wide = any(isinstance(a, np.ndarray) and a.dtype.itemsize == 8 for a in arguments)
    theirs = str(expected.dtype)
    narrow = {"float64": "float32", "int64": "int32", "complex128": "complex64"}
    return str(got.dtype) == (theirs if wide else narrow.get(theirs, theirs))


def _argument(one, given, seed):
    is_shape = isinstance(given, tuple) and all(isinstance(size, int) for size in given)
    if is_shape:
        return random_array(given, one.dtype, seed=seed, low=one.low, high=one.high)
    if isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], str):
        return random_array(given[0], given[1], seed=seed, low=one.low, high=one.high)
    return given


def _function(root, one):
    space = root
    for part in one.space.split("."):
        space = getattr(space, part)
    return getattr(space, one.name)


def _weights(outputs):
    return [random_array(np.shape(y), "float64", seed=50 + i) for i, y in enumerate(outputs)]


def _flat(value):
    return list(value) if isinstance(value, (tuple, list)) else [value]


def _run_ours(one, arguments, floats):
    from estikeras import keras, ops
    from estikeras.engine.tape import GradientTape
    from estikeras.engine.tensor import Tensor

    arguments = [Tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
    sources = [arguments[i] for i in floats]
    with GradientTape() as tape:
        tape.watch(sources)
        outputs = _flat(_function(keras, one)(*arguments, **one.options))
        if one.order:
            total = sum(
                ops.sum(ops.cast(y, "float64") * w)
                for y, w in zip(outputs, _weights(outputs), strict=True)
            )
    gradients = tape.gradient(total, sources, unconnected_gradients="zero") if one.order else []
    return [as_array(y) for y in outputs], [as_array(g) for g in gradients] or [None] * len(floats)


def _run_theirs(one, arguments, floats):
    keras = real_keras()
    import jax

    def run(*values):
        rest = list(arguments)
        for i, value in zip(floats, values, strict=True):
            rest[i] = value
        return _flat(_function(keras, one)(*rest, **one.options))

    def total(*values):
        outputs = run(*values)
        pairs = zip(outputs, _weights(outputs), strict=True)
        return sum((y.astype("float64") * w).sum() for y, w in pairs), outputs

    values = [jax.numpy.asarray(arguments[i]) for i in floats]
    gradients = [None] * len(floats)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if one.order and floats:
            numbers = tuple(range(len(floats)))
            gradients, outputs = jax.grad(total, argnums=numbers, has_aux=True)(*values)
        else:
            outputs = run(*values)
    return [np.asarray(y) for y in outputs], gradients
