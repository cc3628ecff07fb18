"""Primitives that reduce axes (sum, mean, max, any, argmax, ...) and those that accumulate along
one (cumsum, ...).

`axes` is a sorted tuple of axes counted from 0, `keepdims` says whether they stay with size 1. Two-
byte floats are accumulated in float32. Equal maxima share the gradient equally, as in JAX.
"""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.elementwise import cast, constant, equal, select
from estikeras.primitives.precision import widened
from estikeras.primitives.shaping import broadcast_to, inverse, pad, reshape, slice, transpose


def _rule(allowed=None, dtype=None, needs_elements=False):
    def reduce_rule(x, *, axes, keepdims):
        if allowed is not None and not allowed(x.dtype):
            raise errors.wrong_type("x", got=x.dtype, expected="a dtype that the reduction takes")
        if needs_elements and not all(x.shape[axis] for axis in axes):
            raise errors.shape_mismatch(
                "x", got=x.shape, expected=f"elements along the reduced axes {axes}"
            )
        return Spec(shapes.reduced(x.shape, axes, keepdims), dtype or x.dtype)

    return reduce_rule


def _reference(reduce):
    return widened(lambda x, *, axes, keepdims: np.asarray(reduce(x, axis=axes, keepdims=keepdims)))


def expand(g, x, axes):
    """A reduced tensor laid over the tensor it came from: size 1 along `axes`, then broadcast to
    its shape.
    """
    return broadcast_to(reshape(g, shape=shapes.reduced(x.shape, axes, True)), shape=x.shape)


def _sum_gradient(g, y, x, *, axes, keepdims):
    return (expand(g, x, axes),)


def _mean_gradient(g, y, x, *, axes, keepdims):
    count = math.prod(x.shape[axis] for axis in axes)
    return (expand(g * (1 / count if count else 0.0), x, axes),)


def _extremum_gradient(g, y, x, *, axes, keepdims):
    chosen = equal(x, expand(y, x, axes))
    count = reduce_sum(cast(chosen, dtype=x.dtype), axes=axes, keepdims=keepdims)
    return (select(chosen, expand(g / count, x, axes), constant(0, g)),)


def _product_gradient(g, y, x, *, axes, keepdims):
    """Each element gets the product of all others, without a division, so that zeros are no
    exception.
    """
    order = (*[axis for axis in range(x.ndim) if axis not in axes], *axes)
    moved = transpose(x, axes=order)
    kept = moved.shape[: x.ndim - len(axes)]
    rows = reshape(moved, shape=(*kept, math.prod(x.shape[axis] for axis in axes)))
    before = cumprod(rows, axis=len(kept), exclusive=True, reverse=False)
    after = cumprod(rows, axis=len(kept), exclusive=True, reverse=True)
    others = transpose(reshape(before * after, shape=moved.shape), axes=inverse(order))
    return (expand(g, x, axes) * others,)


def _typed(reduce):
    return lambda x, axis, keepdims: reduce(x, axis=axis, keepdims=keepdims, dtype=x.dtype)


def _is_number(dtype):
    return dtype != "bool"


def _is_bool(dtype):
    return dtype == "bool"


reduce_sum = primitive(
    "reduce_sum", _rule(_is_number), _reference(_typed(np.sum)), _sum_gradient, kernel="reduce.sum"
)
reduce_mean = primitive(
    "reduce_mean", _rule(dtypes.is_float), _reference(np.mean), _mean_gradient, kernel="reduce.mean"
)
reduce_prod = primitive(
    "reduce_prod",
    _rule(_is_number),
    _reference(_typed(np.prod)),
    _product_gradient,
    kernel="reduce.prod",
)
reduce_max = primitive(
    "reduce_max",
    _rule(needs_elements=True),
    _reference(np.max),
    _extremum_gradient,
    kernel="reduce.max",
)
reduce_min = primitive(
    "reduce_min",
    _rule(needs_elements=True),
    _reference(np.min),
    _extremum_gradient,
    kernel="reduce.min",
)
reduce_all = primitive("reduce_all", _rule(_is_bool), _reference(np.all))
reduce_any = primitive("reduce_any", _rule(_is_bool), _reference(np.any))


def _arg_rule(x, *, axis, keepdims):
    if not x.shape[axis]:
        raise errors.shape_mismatch("x", got=x.shape, expected=f"elements along axis {axis}")
    return Spec(shapes.reduced(x.shape, (axis,), keepdims), "int32")


def _arg_reference(choose):
    return lambda x, *, axis, keepdims: np.asarray(
        choose(x, axis=axis, keepdims=keepdims), np.int32
    )


argmax = primitive("argmax", _arg_rule, _arg_reference(np.argmax), kernel="reduce.argmax")
argmin = primitive("argmin", _arg_rule, _arg_reference(np.argmin), kernel="reduce.argmin")


def _accumulate(ufunc, start):
    """The running reduction of a ufunc; `exclusive` leaves out the element itself, `reverse` begins
    at the end.
    """

    def accumulate(x, *, axis, exclusive, reverse):
        x = np.flip(x, axis) if reverse else x
        y = ufunc.accumulate(x, axis=axis, dtype=x.dtype)
        if exclusive:
            first = np.full_like(
                np.take(x, [], axis=axis), start, shape=(*x.shape[:axis], 1, *x.shape[axis + 1 :])
            )
            y = np.concatenate([first, y], axis).take(range(x.shape[axis]), axis=axis)
        return np.flip(y, axis) if reverse else y

    return widened(accumulate)


def _accumulate_rule(x, *, axis, exclusive, reverse):
    return Spec(x.shape, x.dtype)


def _cumsum_gradient(g, y, x, *, axis, exclusive, reverse):
    return (cumsum(g, axis=axis, exclusive=exclusive, reverse=not reverse),)


def _cumprod_gradient(g, y, x, *, axis, exclusive, reverse):
    """With the products P before an element, dx = P * S, where S runs back: S[i] = g[i] + x[i + 1]
    * S[i + 1].
    """
    g = shift(g, axis, backward=not reverse) if exclusive else g
    before = cumprod(x, axis=axis, exclusive=True, reverse=reverse)
    following = shift(x, axis, backward=not reverse)
    return (before * linear_recurrence(following, g, axis=axis, reverse=not reverse),)


cumsum = primitive("cumsum", _accumulate_rule, _accumulate(np.add, 0), _cumsum_gradient)
cumprod = primitive("cumprod", _accumulate_rule, _accumulate(np.multiply, 1), _cumprod_gradient)


def shift(x, axis, backward):
    """Every element moved to the next place along `axis` (to the one before if `backward`), with a
    zero moved in.
    """
    widths = tuple((0, 0) if i != axis else (0, 1) if backward else (1, 0) for i in range(x.ndim))
    starts = tuple(int(backward and i == axis) for i in range(x.ndim))
    return slice(pad(x, widths=widths, value=0), starts=starts, shape=x.shape, steps=(1,) * x.ndim)


def _recurrence_rule(a, b, *, axis, reverse):
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        raise errors.shape_mismatch(
            "b", got=f"{b.dtype}{b.shape}", expected=f"{a.dtype}{a.shape} as `a`"
        )
    return Spec(a.shape, a.dtype)


def _recurrence(a, b, *, axis, reverse):
    a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    y = np.empty_like(b)
    state = np.zeros_like(b[:1].sum(0))
    for i in reversed(range(len(b))) if reverse else range(len(b)):
        state = y[i] = b[i] + a[i] * state
    return np.moveaxis(y, 0, axis)


def _recurrence_gradient(g, y, a, b, *, axis, reverse):
    following = shift(a, axis, backward=not reverse)
    d_b = linear_recurrence(following, g, axis=axis, reverse=not reverse)
    return d_b * shift(y, axis, backward=reverse), d_b


# y[i] = b[i] + a[i] * y[i - 1] along an axis, from zero; from the end if `reverse`.
linear_recurrence = primitive(
    "linear_recurrence", _recurrence_rule, widened(_recurrence), _recurrence_gradient
)
