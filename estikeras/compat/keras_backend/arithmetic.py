"""`K.exp`, `K.maximum`, `K.mean`: what computes numbers."""

from estikeras import ops, settings
from estikeras.compat.older import older
from estikeras.public import public

abs = public("keras.backend.abs")(ops.abs)
exp = public("keras.backend.exp")(ops.exp)
log = public("keras.backend.log")(ops.log)
sin = public("keras.backend.sin")(ops.sin)
cos = public("keras.backend.cos")(ops.cos)
sign = public("keras.backend.sign")(ops.sign)
square = public("keras.backend.square")(ops.square)
cast = public("keras.backend.cast")(ops.cast)

maximum = public("keras.backend.maximum")(older(ops.maximum, "x y", x="x1", y="x2"))
minimum = public("keras.backend.minimum")(older(ops.minimum, "x y", x="x1", y="x2"))
equal = public("keras.backend.equal")(older(ops.equal, "x y", x="x1", y="x2"))
not_equal = public("keras.backend.not_equal")(older(ops.not_equal, "x y", x="x1", y="x2"))
greater = public("keras.backend.greater")(older(ops.greater, "x y", x="x1", y="x2"))
greater_equal = public("keras.backend.greater_equal")(
    older(ops.greater_equal, "x y", x="x1", y="x2")
)
less = public("keras.backend.less")(older(ops.less, "x y", x="x1", y="x2"))
less_equal = public("keras.backend.less_equal")(older(ops.less_equal, "x y", x="x1", y="x2"))
pow = public("keras.backend.pow")(older(ops.power, "x a", x="x1", a="x2"))

max = public("keras.backend.max")(older(ops.max, "x axis keepdims"))
min = public("keras.backend.min")(older(ops.min, "x axis keepdims"))
sum = public("keras.backend.sum")(ops.sum)
prod = public("keras.backend.prod")(older(ops.prod, "x axis keepdims"))
var = public("keras.backend.var")(ops.var)
std = public("keras.backend.std")(ops.std)
any = public("keras.backend.any")(ops.any)
all = public("keras.backend.all")(ops.all)


@public("keras.backend.mean")
def mean(x, axis=None, keepdims=False):
    """The mean over one or more axes, of bool as of numbers."""
    return ops.mean(x, axis=axis, keepdims=keepdims)


@public("keras.backend.argmax")
def argmax(x, axis=-1):
    """Where the greatest entry along an axis is."""
    return ops.argmax(x, axis=axis)


@public("keras.backend.argmin")
def argmin(x, axis=-1):
    """Where the smallest entry along an axis is."""
    return ops.argmin(x, axis=axis)


@public("keras.backend.cumsum")
def cumsum(x, axis=0):
    """The sum of all entries up to each along an axis."""
    return ops.cumsum(x, axis=axis)


@public("keras.backend.cumprod")
def cumprod(x, axis=0):
    """The product of all entries up to each along an axis."""
    return ops.cumprod(x, axis=axis)


@public("keras.backend.sqrt")
def sqrt(x):
    """The square root, of negative numbers 0."""
    return ops.sqrt(ops.maximum(x, 0))


@public("keras.backend.round")
def round(x):
    """The nearest whole number, of two the even one."""
    return ops.round(x)


@public("keras.backend.clip")
def clip(x, min_value, max_value):
    """Entries raised to `min_value` and lowered to `max_value`; None is no bound."""
    x = x if min_value is None else ops.maximum(x, min_value)
    return x if max_value is None else ops.minimum(x, max_value)


@public("keras.backend.cast_to_floatx")
def cast_to_floatx(x):
    """A tensor, array or number as a tensor of `keras.config.floatx()`."""
    return ops.cast(x, settings.floatx())


@public("keras.backend.l2_normalize")
def l2_normalize(x, axis=None):
    """A tensor divided by the norms of its vectors along an axis, or by its own norm."""
    squares = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return x * ops.rsqrt(ops.maximum(squares, 1e-12))


@public("keras.backend.dot")
def dot(x, y):
    """The product of tensors: the last axis of `x` by the one before the last of `y`."""
    return ops.dot(x, y)


@public("keras.backend.batch_dot")
def batch_dot(x, y, axes=None):
    """The products of the samples of two batches.

    Args:
        x: (batch, ...), with at least two axes.
        y: (batch, ...), with at least two axes.
        axes: int, or a pair of int, the axes of `x` and `y` that are summed over; None is the last
            one of `x`, and of `y` the one before the last, if it has three axes or more.

    Returns:
        A tensor of the batch, the other axes of `x`, and the other axes of `y`; (batch, 1) if
        there are none.
    """
    first, second = len(x.shape), len(y.shape)
    if first < 2 or second < 2:
        raise ValueError(
            f"batch_dot() takes tensors with at least two axes, got the shapes {tuple(x.shape)} "
            f"and {tuple(y.shape)}. Use `keras.ops.expand_dims`."
        )
    if axes is None:
        axes = (first - 1, second - 1 if second == 2 else second - 2)
    of_x, of_y = (axes, axes) if isinstance(axes, int) else axes
    of_x, of_y = of_x % first, of_y % second
    if not of_x or not of_y:
        raise ValueError(f"`axes` must not name the batch's axis 0, got {axes}.")
    letters = iter("cdefghijklmnopqrstuvwxyz")
    x_axes = ["b", *("a" if axis == of_x else next(letters) for axis in range(1, first))]
    y_axes = ["b", *("a" if axis == of_y else next(letters) for axis in range(1, second))]
    left = [letter for letter in (*x_axes[1:], *y_axes[1:]) if letter != "a"]
    product = ops.einsum(f"{''.join(x_axes)},{''.join(y_axes)}->b{''.join(left)}", x, y)
    return product if left else ops.expand_dims(product, -1)
