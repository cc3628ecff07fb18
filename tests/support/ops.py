"""Rows of op cases, and the checks that every row goes through.

    from tests.support.ops import case, op_checks

    CASES = [
        case("sum", (2, 3), axis=1),
        case("add", (2, 3), 1, over=("float32", "int32", "bool")),     # a row for each dtype
        case("concatenate", [(2, 3), (2, 1)], axis=1),
    ]
    test_op = op_checks(CASES)

Tuples are shapes of random arrays; arrays and all else are passed as they are.
"""

import contextlib
import dataclasses

import numpy as np
import pytest

from tests.support import oracle
from tests.support.arrays import assert_close, random_array


@dataclasses.dataclass(frozen=True)
class Case:
    """One row; `case` describes the fields."""

    name: str
    inputs: tuple
    kwargs: dict
    over: tuple
    low: float | None
    high: float | None
    gradient: bool
    traced: bool
    symbolic: bool
    tolerance: float | None

    def __str__(self):
        text = ",".join(
            [str(i)[:30] for i in self.inputs] + [f"{k}={v}" for k, v in self.kwargs.items()]
        )
        return f"{self.name}({text})-{self.over[0]}".replace(" ", "").replace("\n", "")


def case(
    name,
    *inputs,
    over=("float32",),
    low=None,
    high=None,
    gradient=True,
    traced=True,
    symbolic=True,
    tolerance=None,
    **kwargs,
):
    """A row for `op_checks`.

    Args:
        name: the op's name below `keras.ops`.
        *inputs: its positional arguments; tuples stand for random arrays of that shape.
        over: dtypes of the random arrays, a row for each.
        low: the smallest random value.
        high: the limit of random values.
        gradient: compare the gradients with JAX's.
        traced: compare a traced run with an eager one.
        symbolic: compare the shapes and dtypes of a symbolic call with those of an eager one.
        tolerance: replaces the table's tolerance.
        **kwargs: the op's keyword arguments.
    """
    return Case(name, inputs, kwargs, over, low, high, gradient, traced, symbolic, tolerance)


def op_checks(cases):
    """A test function over all checks and rows."""
    rows = [dataclasses.replace(one, over=(dtype,)) for one in cases for dtype in one.over]
    parameters = [
        pytest.param(check, one, id=f"{check.__name__.removeprefix('check_')}-{one}", marks=marks)
        for check, field, marks in CHECKS
        for one in rows
        if (field is None or getattr(one, field))
        and (check is not check_gradient or "float" in one.over[0])
    ]

    @pytest.mark.parametrize(("check", "one"), parameters)
    def test_op(check, one):
        check(one)

    return test_op


def arguments(one):
    """The positional arguments with random arrays in the place of shapes."""
    count = iter(range(100))

    def fill(x):
        if isinstance(x, tuple) and all(isinstance(n, int) for n in x):
            return random_array(x, one.over[0], seed=next(count), low=one.low, high=one.high)
        return (
            [fill(i) for i in x]
            if isinstance(x, list) and any(isinstance(i, tuple) for i in x)
            else x
        )

    return [fill(x) for x in one.inputs]


def ours(name):
    from estikeras import ops

    found = ops
    for part in name.split("."):
        found = getattr(found, part)
    return found


def flat(y):
    return [i for one in y for i in flat(one)] if isinstance(y, (tuple, list)) else [y]


@contextlib.contextmanager
def real_ops():
    """The real `keras.ops` with 32-bit types, as users have it."""
    keras = oracle.real_keras()
    import jax

    with jax.enable_x64(False):
        yield keras.ops


def check_oracle(one):
    """Values and dtypes are the real Keras's."""
    args = arguments(one)
    with real_ops() as real:
        expected = flat(getattr(real, one.name)(*args, **one.kwargs))
        expected = [e if isinstance(e, (bool, int, str)) else np.asarray(e) for e in expected]
    got = flat(ours(one.name)(*args, **one.kwargs))
    assert len(got) == len(expected)
    for mine, other in zip(got, expected, strict=True):
        if isinstance(other, np.ndarray):
            assert str(mine.dtype) == str(other.dtype)
        assert_close(mine, other, tolerance=one.tolerance)


def check_traced(one):
    """A traced run gives what an eager one does."""
    from estikeras.engine.function import function

    args = arguments(one)
    leaves = [a for a in flat(args) if isinstance(a, np.ndarray)]
    places = {id(a): i for i, a in enumerate(leaves)}

    def run(*tensors):
        def put(x):
            if isinstance(x, list):
                return [put(i) for i in x]
            return tensors[places[id(x)]] if id(x) in places else x

        return tuple(flat(ours(one.name)(*[put(a) for a in args], **one.kwargs)))

    from estikeras import ops

    tensors = [ops.convert_to_tensor(a) for a in leaves]
    for mine, other in zip(function(run)(*tensors), run(*tensors), strict=True):
        assert mine.dtype == other.dtype
        assert_close(
            mine, other, tolerance=one.tolerance or 1e-4 if one.over[0] == "float32" else None
        )


def check_symbolic(one):
    """A call on KerasTensors gives the shapes and dtypes of an eager call."""
    from estikeras.engine.operation import KerasTensor

    args = arguments(one)

    def symbol(x):
        if isinstance(x, list):
            return [symbol(i) for i in x]
        return KerasTensor(x.shape, str(x.dtype)) if isinstance(x, np.ndarray) else x

    expected = flat(ours(one.name)(*args, **one.kwargs))
    got = flat(ours(one.name)(*[symbol(a) for a in args], **one.kwargs))
    assert [(g.shape, g.dtype) for g in got] == [(e.shape, e.dtype) for e in expected]


def check_gradient(one):
    """Gradients of a weighted sum of the results are JAX's."""
    from estikeras import ops
    from estikeras.engine.tape import GradientTape

    args = arguments(one)
    leaves = [a for a in flat(args) if isinstance(a, np.ndarray) and "float" in str(a.dtype)]

    def loss(namespace, leaves):
        rest = iter(leaves)

        def put(x):
            if isinstance(x, list):
                return [put(i) for i in x]
            return next(rest) if isinstance(x, np.ndarray) and "float" in str(x.dtype) else x

        found = getattr(namespace, one.name)(*[put(a) for a in args], **one.kwargs)
        total = 0.0
        for i, y in enumerate(flat(found)):
            if "float" in str(y.dtype):
                weights = random_array(tuple(y.shape), "float32", seed=30 + i)
                total = total + namespace.sum(namespace.cast(y, "float32") * weights)
        return total

    with real_ops() as real:
        import jax

        expected = [np.asarray(g) for g in jax.grad(lambda xs: loss(real, xs))(leaves)]
    tensors = [ops.convert_to_tensor(a) for a in leaves]
    with GradientTape() as tape:
        tape.watch(tensors)
        total = loss(ops, tensors)
    got = tape.gradient(total, tensors, unconnected_gradients="zero")
    rounding = {"float16": 5e-3, "bfloat16": 3e-2}.get(one.over[0], 1e-4)
    for mine, other in zip(got, expected, strict=True):
        assert_close(mine, other, tolerance=one.tolerance or rounding)


CHECKS = (
    (check_oracle, None, pytest.mark.oracle),
    (check_gradient, "gradient", pytest.mark.oracle),
    (check_traced, "traced", ()),
    (check_symbolic, "symbolic", ()),
)
