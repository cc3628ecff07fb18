"""Rows of primitive cases, and the checks that every row goes through.

    from tests.support.primitives import primitive_checks, row

    ROWS = [
        row("tanh", [(2, 3)]),
        row("reduce_sum", [(2, 3)], axes=(1,), keepdims=False),
        row("gather", [(5, 3), ((4,), "int32")], high=5, axis=0),
        row("relu", [(2, 3)], order=1),              # second derivative is zero or undefined
        row("string_lower", [strings("A", "b")]),    # strings: no program, no gradient
    ]
    test_primitive = primitive_checks(ROWS)

Keywords that `row` does not know are the primitive's parameters.
"""

import dataclasses

import numpy as np
import pytest

from tests.support.arrays import as_array, assert_close, random_array

STEP = 1e-6


@dataclasses.dataclass(frozen=True)
class Row:
    """One row; `row` describes the fields."""

    name: str
    inputs: list
    params: dict
    dtype: str
    low: float | None
    high: float | None
    order: int
    kernel: bool
    tolerance: float | None
    why: str | None
    has_strings: bool

    def __str__(self):
        params = "".join(f",{k}={v}" for k, v in self.params.items())
        return f"{self.name}({self.inputs}{params})-{self.dtype}".replace(" ", "")


def row(
    name,
    inputs,
    *,
    dtype="float32",
    low=None,
    high=None,
    order=2,
    kernel=True,
    tolerance=None,
    why=None,
    has_strings=False,
    **params,
):
    """A row for `primitive_checks`.

    Args:
        name: the primitive's name in the registry.
        inputs: per input a shape, a pair of shape and dtype, or an array.
        dtype: of inputs given by shape alone.
        low: the smallest random input.
        high: the limit of random inputs (for integers not reached).
        order: gradients are checked up to this order: 0, 1 or 2.
        kernel: compare the traced program with the reference.
        tolerance: replaces the table's tolerance; needs `why`.
        why: the reason for a tolerance of its own.
        has_strings: whether outputs are strings, or inputs, which is seen: then a block is compared
            with its entries, in place of program and gradients.
        **params: the primitive's parameters.
    """
    assert tolerance is None or why, "a tolerance of its own needs why=..."
    has_strings |= any(getattr(given, "dtype", None) == np.dtype(object) for given in inputs)
    if has_strings:
        order, kernel = 0, False
    return Row(name, inputs, params, dtype, low, high, order, kernel, tolerance, why, has_strings)


def strings(*items, shape=None):
    """An array of str or bytes, as string tensors hold them."""
    array = np.empty(len(items), object)
    array[:] = [item.encode() if isinstance(item, str) else item for item in items]
    return array if shape is None else array.reshape(shape)


def primitive_checks(rows):
    """A test function over all checks and rows."""
    pairs = [(check, one) for check in CHECKS for one in rows if _applies(check, one)]
    ids = [f"{check.__name__.removeprefix('check_')}-{one}" for check, one in pairs]

    @pytest.mark.parametrize(("check", "one"), pairs, ids=ids)
    def test_primitive(check, one):
        check(one)

    return test_primitive


def _applies(check, one):
    if check is check_kernel:
        return one.kernel
    if check is check_entries:
        return one.has_strings
    return one.order >= {check_rule: 0, check_gradient: 1, check_second_gradient: 2}[check]


def arrays_of(one, dtype=None):
    """The row's inputs; floats of `dtype` where it is given."""
    arrays = []
    for seed, given in enumerate(one.inputs):
        if isinstance(given, np.ndarray):
            is_float = given.dtype.kind == "f"
            arrays.append(given.astype(dtype) if dtype and is_float else given)
            continue
        shape, kind = given if given and isinstance(given[-1], str) else (given, one.dtype)
        kind = dtype if dtype and "float" in kind else kind
        arrays.append(random_array(shape, kind, seed=seed, low=one.low, high=one.high))
    return arrays


def check_rule(one):
    """The reference gives exactly the shapes and dtypes that the rule says."""
    from estikeras.engine import dtypes
    from estikeras.engine.primitive import REGISTRY
    from estikeras.engine.tensor import Tensor

    primitive = REGISTRY[one.name]
    arrays = arrays_of(one)
    specs = _as_tuple(primitive.rule(*[Tensor(a).spec for a in arrays], **one.params))
    before = [a.copy() for a in arrays]
    with np.errstate(all="ignore"):
        outputs = primitive.reference(*arrays, **one.params)
    outputs = outputs if isinstance(outputs, (tuple, list)) else (outputs,)
    assert [np.shape(o) for o in outputs] == [s.shape for s in specs]
    assert [dtypes.from_numpy(np.asarray(o).dtype) for o in outputs] == [s.dtype for s in specs]
    for array, old in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, old, err_msg="the reference wrote to its input")


def check_kernel(one):
    """The traced program (kernels where they exist) computes what the reference does."""
    from estikeras.engine.function import function
    from estikeras.engine.primitive import REGISTRY
    from estikeras.engine.tensor import Tensor

    primitive = REGISTRY[one.name]
    tensors = [Tensor(a) for a in arrays_of(one)]
    expected = _as_tuple(primitive(*tensors, **one.params))
    got = _as_tuple(function(lambda *xs: primitive(*xs, **one.params))(*tensors))
    for output, reference in zip(got, expected, strict=True):
        assert output.dtype == reference.dtype
        assert_close(output, reference, dtype=_coarsest(one), tolerance=one.tolerance)


def check_entries(one):
    """A block gives for each entry what the entry gives by itself."""
    from estikeras.engine.primitive import REGISTRY

    primitive = REGISTRY[one.name]
    assert primitive.pointwise, "primitives of strings apply to each entry alone"
    arrays = arrays_of(one)
    shape = np.broadcast_shapes(*[a.shape for a in arrays])
    block = _as_tuple(primitive(*arrays, **one.params))
    for place in np.ndindex(shape):
        entries = [np.asarray(a[place] if a.shape else a.item(), a.dtype) for a in arrays]
        for whole, alone in zip(block, _as_tuple(primitive(*entries, **one.params)), strict=True):
            assert alone.dtype == whole.dtype
            np.testing.assert_array_equal(alone.value, whole.value[place])


def check_gradient(one):
    """The taped gradient equals the central difference along a random direction."""
    points = _floats(one)
    directions = [random_array(p.shape, "float64", seed=40 + i) for i, p in enumerate(points)]
    taped = sum(np.sum(g * d) for g, d in zip(_gradients(one, points), directions, strict=True))
    ends = [_loss(one, _moved(points, directions, sign * STEP)) for sign in (1, -1)]
    numeric = (ends[0] - ends[1]) / (2 * STEP)
    np.testing.assert_allclose(taped, numeric, rtol=1e-5, atol=1e-7)


def check_second_gradient(one):
    """The gradient of the gradient equals the central difference of the gradient."""
    points = _floats(one)
    directions = [random_array(p.shape, "float64", seed=60 + i) for i, p in enumerate(points)]
    taped = _gradients_of_slope(one, points, directions)
    ends = [_gradients(one, _moved(points, directions, sign * STEP)) for sign in (1, -1)]
    for got, plus, minus in zip(taped, *ends, strict=True):
        np.testing.assert_allclose(got, (plus - minus) / (2 * STEP), rtol=1e-5, atol=1e-6)


CHECKS = (check_rule, check_kernel, check_entries, check_gradient, check_second_gradient)


def _as_tuple(value):
    return value if isinstance(value, tuple) else (value,)


def _coarsest(one):
    kinds = {str(a.dtype) for a in arrays_of(one)}
    order = ("bfloat16", "float16", "float32", "float64")
    return next((k for k in order if k in kinds), None)


def _floats(one):
    return [a for a in arrays_of(one, "float64") if a.dtype.kind == "f"]


def _moved(points, directions, step):
    return [p + step * d for p, d in zip(points, directions, strict=True)]


def _tensors(one, points):
    """All inputs as tensors, and those among them that have gradients."""
    from estikeras.engine.tensor import Tensor

    rest = iter(points)
    everything = [
        Tensor(next(rest) if a.dtype.kind == "f" else a) for a in arrays_of(one, "float64")
    ]
    return everything, [t for t in everything if t.dtype == "float64"]


def _scalar(one, tensors):
    """A random weighting of all float outputs, as one tensor."""
    from estikeras import ops
    from estikeras.engine.primitive import REGISTRY

    outputs = _as_tuple(REGISTRY[one.name](*tensors, **one.params))
    total = 0.0
    for i, output in enumerate(outputs):
        if "float" in output.dtype:
            weights = random_array(output.shape, "float64", seed=20 + i)
            total = total + ops.sum(output * weights)
    return total


def _loss(one, points):
    return float(as_array(_scalar(one, _tensors(one, points)[0])))


def _gradients(one, points):
    from estikeras.engine.tape import GradientTape

    tensors, sources = _tensors(one, points)
    with GradientTape() as tape:
        tape.watch(sources)
        total = _scalar(one, tensors)
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    return [_dense(g) for g in gradients]


def _gradients_of_slope(one, points, directions):
    """Gradients of the slope along the directions."""
    from estikeras import ops
    from estikeras.engine.tape import GradientTape

    tensors, sources = _tensors(one, points)
    with GradientTape() as outer:
        outer.watch(sources)
        with GradientTape() as inner:
            inner.watch(sources)
            total = _scalar(one, tensors)
        gradients = inner.gradient(total, sources, unconnected_gradients="zero")
        slope = 0.0
        for gradient, direction in zip(gradients, directions, strict=True):
            slope = slope + ops.sum(ops.convert_to_tensor(gradient) * direction)
    return [_dense(g) for g in outer.gradient(slope, sources, unconnected_gradients="zero")]


def _dense(gradient):
    from estikeras import ops

    return as_array(ops.convert_to_tensor(gradient))
