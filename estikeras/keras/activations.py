"""Activation functions by name: what layers take as `activation`. Each is an op; here are Keras's
names and defaults.
"""

from estikeras import errors, ops
from estikeras.keras.saving.family import Family
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.namespace import attach
from estikeras.public import public

# Names that differ from those of the functions here, such as aliases.
__getattr__, __dir__ = attach(__name__)


@public("keras.activations.linear")
def linear(x):
    """The input itself."""
    return x


@public("keras.activations.relu")
def relu(x, negative_slope=0.0, max_value=None, threshold=0.0):
    """`x` where it is above `threshold`, else `negative_slope * (x - threshold)`, at most
    `max_value`.

    Args:
        x: tensor of any shape.
        negative_slope: float, the slope below the threshold.
        max_value: float, or None for no limit.
        threshold: float.

    Returns:
        A tensor like `x`.
    """
    if not negative_slope and not threshold:
        if max_value is None:
            return ops.relu(x)
        return ops.relu6(x) if max_value == 6 else ops.minimum(ops.relu(x), max_value)
    above = x if max_value is None else ops.minimum(x, max_value)
    return ops.where(x > threshold, above, negative_slope * (x - threshold))


@public("keras.activations.softmax")
def softmax(x, axis=-1):
    """`exp(x)` divided by its sum along an axis (int or tuple of int)."""
    return ops.softmax(x, axis=axis)


@public("keras.activations.exponential")
def exponential(x):
    """`exp(x)`, element by element."""
    return ops.exp(x)


@public("keras.activations.mish")
def mish(x):
    """`x * tanh(softplus(x))`, element by element.

    Reference: Misra, 2019, Mish: a self regularized non-monotonic activation function.
    """
    return x * ops.tanh(ops.softplus(x))


@public("keras.activations.threshold")
def threshold(x, threshold, default_value):
    """Elements above `threshold` stay, others become `default_value`."""
    return ops.threshold(x, threshold, default_value)


@public("keras.activations.sigmoid")
def sigmoid(x):
    """`1 / (1 + exp(-x))`, element by element."""
    return ops.sigmoid(x)


@public("keras.activations.tanh")
def tanh(x):
    """The hyperbolic tangent, element by element."""
    return ops.tanh(x)


@public("keras.activations.softplus")
def softplus(x):
    """`log(1 + exp(x))`, element by element."""
    return ops.softplus(x)


@public("keras.activations.softsign")
def softsign(x):
    """`x / (1 + |x|)`, element by element."""
    return ops.softsign(x)


@public("keras.activations.selu")
def selu(x):
    """A scaled `elu` that keeps mean 0 and variance 1 from layer to layer."""
    return ops.selu(x)


@public("keras.activations.silu", "keras.activations.swish")
def silu(x):
    """`x * sigmoid(x)`, also called swish."""
    return ops.silu(x)


@public("keras.activations.relu6")
def relu6(x):
    """`min(max(x, 0), 6)`, element by element."""
    return ops.relu6(x)


@public("keras.activations.hard_sigmoid")
def hard_sigmoid(x):
    """`relu6(x + 3) / 6`, element by element."""
    return ops.hard_sigmoid(x)


@public("keras.activations.hard_silu", "keras.activations.hard_swish")
def hard_silu(x):
    """`x * hard_sigmoid(x)`, also called hard swish."""
    return ops.hard_silu(x)


@public("keras.activations.hard_tanh")
def hard_tanh(x):
    """`min(max(x, -1), 1)`, element by element."""
    return ops.hard_tanh(x)


@public("keras.activations.log_sigmoid")
def log_sigmoid(x):
    """`log(sigmoid(x))`, element by element."""
    return ops.log_sigmoid(x)


@public("keras.activations.tanh_shrink")
def tanh_shrink(x):
    """`x - tanh(x)`, element by element."""
    return ops.tanh_shrink(x)


@public("keras.activations.sparse_plus")
def sparse_plus(x):
    """0 up to -1, `x` from 1 on, and the parabola `(x + 1)**2 / 4` between."""
    return ops.sparse_plus(x)


@public("keras.activations.sparse_sigmoid")
def sparse_sigmoid(x):
    """0 up to -1, 1 from 1 on, and the line `(x + 1) / 2` between."""
    return ops.sparse_sigmoid(x)


@public("keras.activations.leaky_relu")
def leaky_relu(x, negative_slope=0.2):
    """`x` where it is positive, else `negative_slope * x`."""
    return ops.leaky_relu(x, negative_slope=negative_slope)


@public("keras.activations.elu")
def elu(x, alpha=1.0):
    """`x` where it is positive, else `alpha * (exp(x) - 1)`."""
    return ops.elu(x, alpha=alpha)


@public("keras.activations.celu")
def celu(x, alpha=1.0):
    """`max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`, element by element."""
    return ops.celu(x, alpha=alpha)


@public("keras.activations.gelu")
def gelu(x, approximate=False):
    """`x` times the normal distribution function of `x`, exact or by way of tanh."""
    return ops.gelu(x, approximate=approximate)


@public("keras.activations.glu")
def glu(x, axis=-1):
    """The first half of `x` along an axis times the sigmoid of the second half."""
    return ops.glu(x, axis=axis)


@public("keras.activations.hard_shrink")
def hard_shrink(x, threshold=0.5):
    """Elements of magnitude at most `threshold` become 0, others stay."""
    return ops.hard_shrink(x, threshold=threshold)


@public("keras.activations.soft_shrink")
def soft_shrink(x, threshold=0.5):
    """Elements moved towards 0 by `threshold`; those within it become 0."""
    return ops.soft_shrink(x, threshold=threshold)


@public("keras.activations.squareplus")
def squareplus(x, b=4):
    """`(x + sqrt(x**2 + b)) / 2`, element by element."""
    return ops.squareplus(x, b=b)


@public("keras.activations.log_softmax")
def log_softmax(x, axis=-1):
    """The logarithm of `softmax(x)`."""
    return ops.log_softmax(x, axis=axis)


@public("keras.activations.sparsemax")
def sparsemax(x, axis=-1):
    """Like softmax, with exact zeros; see `keras.ops.sparsemax`."""
    return ops.sparsemax(x, axis=axis)


_FAMILY = Family("keras.activations", "activation function", lambda name: (name,))


@public("keras.activations.get")
def get(identifier):
    """The activation function that a name, config or function stands for; `linear` for None.

    Raises:
        ValueError: for what is none; the nearest names are given.
    """
    if identifier is None:
        return linear
    if callable(identifier):
        return identifier
    if not isinstance(identifier, (str, dict)):
        raise errors.invalid(
            "activation", got=identifier, expected="a function, its name or config"
        )
    return _FAMILY.resolve(identifier)


@public("keras.activations.serialize")
def serialize(activation):
    """The name of one of Keras's activation functions, or the config of another function or
    object.
    """
    name = getattr(activation, "__name__", None)
    if name in _FAMILY and activation in (_FAMILY[name], getattr(ops, name, None)):
        return name
    return serialize_keras_object(activation)


@public("keras.activations.deserialize")
def deserialize(config, custom_objects=None):
    """The activation function that a name or config describes."""
    return _FAMILY.deserialize(config, custom_objects)
