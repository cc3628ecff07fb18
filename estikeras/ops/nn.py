"""Activation functions of `keras.ops`, over elementwise primitives. Knows no weights and no
layers.
"""

from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import floating
from estikeras.primitives import activation
from estikeras.primitives import elementwise as ew


def _where(condition, x, y):
    """`x` where the condition holds, else `y`; numbers take the dtype of the tensor beside them."""
    like = x if hasattr(x, "dtype") else y
    x, y = (v if hasattr(v, "dtype") else ew.constant(v, like) for v in (x, y))
    return ew.select(condition, x, y)


def _clip(x, low, high):
    return ew.minimum(ew.maximum(x, ew.constant(low, x)), ew.constant(high, x))


@op("keras.ops.relu", "keras.ops.nn.relu")
def relu(x):
    """`max(x, 0)`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A tensor like `x`.
    """
    return ew.relu(as_tensor(x))


@op("keras.ops.relu6", "keras.ops.nn.relu6")
def relu6(x):
    """`min(max(x, 0), 6)`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A tensor like `x`.
    """
    return _clip(as_tensor(x), 0, 6)


@op("keras.ops.sigmoid", "keras.ops.nn.sigmoid")
def sigmoid(x):
    """`1 / (1 + exp(-x))`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return ew.sigmoid(floating(x))


@op("keras.ops.sparse_sigmoid", "keras.ops.nn.sparse_sigmoid")
def sparse_sigmoid(x):
    """0 up to -1, 1 from 1 on, and the line `(x + 1) / 2` between.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return _clip(0.5 * (floating(x) + 1), 0, 1)


@op("keras.ops.softplus", "keras.ops.nn.softplus")
def softplus(x):
    """`log(1 + exp(x))`, element by element, without overflow.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return activation.softplus(floating(x))


@op("keras.ops.softsign", "keras.ops.nn.softsign")
def softsign(x):
    """`x / (1 + |x|)`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return x / (1 + ew.absolute(x))


@op("keras.ops.soft_shrink", "keras.ops.nn.soft_shrink")
def soft_shrink(x, threshold=0.5):
    """Elements moved towards 0 by `threshold`; those within it become 0.

    Args:
        x: tensor of any shape.
        threshold: float, not negative.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return _where(ew.absolute(x) > threshold, x - threshold * ew.sign(x), 0)


@op("keras.ops.hard_shrink", "keras.ops.nn.hard_shrink")
def hard_shrink(x, threshold=0.5):
    """Elements of magnitude at most `threshold` become 0, others stay.

    Args:
        x: tensor of any shape.
        threshold: float, not negative.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return _where(ew.absolute(x) > threshold, x, 0)


@op("keras.ops.tanh_shrink", "keras.ops.nn.tanh_shrink")
def tanh_shrink(x):
    """`x - tanh(x)`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return x - ew.tanh(x)


@op("keras.ops.threshold", "keras.ops.nn.threshold")
def threshold(x, threshold, default_value):
    """Elements above `threshold` stay, others become `default_value`.

    Args:
        x: tensor of any shape.
        threshold: float.
        default_value: float.

    Returns:
        A tensor like `x`.
    """
    x = floating(x)
    return _where(x > threshold, x, default_value)


@op("keras.ops.sparse_plus", "keras.ops.nn.sparse_plus")
def sparse_plus(x):
    """0 up to -1, `x` from 1 on, and the parabola `(x + 1)**2 / 4` between.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return _where(x <= -1, 0, _where(x >= 1, x, 0.25 * ew.square(x + 1)))


@op("keras.ops.squareplus", "keras.ops.nn.squareplus")
def squareplus(x, b=4):
    """`(x + sqrt(x**2 + b)) / 2`, element by element.

    Args:
        x: tensor of any shape.
        b: number that sets how round the corner at 0 is.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return 0.5 * (x + ew.sqrt(ew.square(x) + b))


@op("keras.ops.silu", "keras.ops.nn.silu", "keras.ops.swish", "keras.ops.nn.swish")
def silu(x):
    """`x * sigmoid(x)`, also called swish.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return activation.silu(floating(x))


@op("keras.ops.log_sigmoid", "keras.ops.nn.log_sigmoid", "math.log_sigmoid")
def log_sigmoid(x):
    """`log(sigmoid(x))`, element by element, without overflow.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return -activation.softplus(-floating(x))


@op("keras.ops.leaky_relu", "keras.ops.nn.leaky_relu")
def leaky_relu(x, negative_slope=0.2):
    """`x` where it is positive, else `negative_slope * x`.

    Args:
        x: tensor of any shape.
        negative_slope: float.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return _where(x >= 0, x, negative_slope * x)


@op("keras.ops.hard_sigmoid", "keras.ops.nn.hard_sigmoid")
def hard_sigmoid(x):
    """`relu6(x + 3) / 6`, a sigmoid made of straight lines.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return _clip(floating(x) + 3, 0, 6) * (1 / 6)


@op(
    "keras.ops.hard_silu",
    "keras.ops.nn.hard_silu",
    "keras.ops.hard_swish",
    "keras.ops.nn.hard_swish",
)
def hard_silu(x):
    """`x * hard_sigmoid(x)`, also called hard swish.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return x * (_clip(x + 3, 0, 6) * (1 / 6))


@op("keras.ops.hard_tanh", "keras.ops.nn.hard_tanh")
def hard_tanh(x):
    """`min(max(x, -1), 1)`, element by element.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.
    """
    return _clip(floating(x), -1, 1)


@op("keras.ops.elu", "keras.ops.nn.elu")
def elu(x, alpha=1.0):
    """`x` where it is positive, else `alpha * (exp(x) - 1)`.

    Args:
        x: tensor of any shape.
        alpha: float, what the function tends to at minus infinity, negated.

    Returns:
        A float tensor of the same shape.

    Reference: Clevert, Unterthiner and Hochreiter, 2016, Exponential linear units.
    """
    x = floating(x)
    y = activation.elu(x)
    return y if alpha == 1 else _where(x > 0, x, alpha * y)


@op("keras.ops.selu", "keras.ops.nn.selu")
def selu(x):
    """A scaled `elu` that keeps mean 0 and variance 1 from layer to layer.

    Args:
        x: tensor of any shape.

    Returns:
        A float tensor of the same shape.

    Reference: Klambauer, Unterthiner, Mayr and Hochreiter, 2017, Self-normalizing neural networks.
    """
    return activation.selu(floating(x))


@op("keras.ops.celu", "keras.ops.nn.celu")
def celu(x, alpha=1.0):
    """`max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`, an `elu` with a continuous derivative.

    Args:
        x: tensor of any shape.
        alpha: float other than 0.

    Returns:
        A float tensor of the same shape.
    """
    x = floating(x)
    return _where(x > 0, x, alpha * activation.elu(x / alpha))


@op("keras.ops.gelu", "keras.ops.nn.gelu")
def gelu(x, approximate=True):
    """`x` times the standard normal distribution function of `x`.

    Args:
        x: tensor of any shape.
        approximate: whether the distribution function is approximated with a hyperbolic tangent.

    Returns:
        A float tensor of the same shape.

    Reference: Hendrycks and Gimpel, 2016, Gaussian error linear units.
    """
    x = floating(x)
    return activation.gelu_tanh(x) if approximate else activation.gelu(x)
