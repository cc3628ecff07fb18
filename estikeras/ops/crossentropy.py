"""Cross-entropies of `keras.ops`, one value per sample and without reduction. Knows no weights and
no smoothing.
"""

from estikeras import errors, settings
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import floating, tensor
from estikeras.primitives import activation, shaping, softmax
from estikeras.primitives import elementwise as ew
from estikeras.primitives import reduce as red


def _clipped(x):
    """Probabilities kept away from 0 and 1 by epsilon."""
    epsilon = settings.epsilon()
    return ew.minimum(ew.maximum(x, ew.constant(epsilon, x)), ew.constant(1 - epsilon, x))


def _pair(target, output):
    output = floating(output)
    target = tensor(target, output.dtype)
    if target.shape != output.shape:
        raise errors.shape_mismatch("target", got=target.shape, expected=output.shape)
    return target, output


def _last(x, axis):
    """The array with one axis moved to the end."""
    axis = shapes.normalize_axis(axis, x.ndim)
    if axis == x.ndim - 1:
        return x
    return shaping.transpose(x, axes=(*[a for a in range(x.ndim) if a != axis], axis))


def _needs_classes(output):
    if output.ndim < 1:
        raise errors.shape_mismatch("output", got=output.shape, expected="at least one dimension")


@op("keras.ops.binary_crossentropy", "keras.ops.nn.binary_crossentropy")
def binary_crossentropy(target, output, from_logits=False):
    """`-target * log(output) - (1 - target) * log(1 - output)`, element by element.

    Args:
        target: numbers from 0 to 1, shaped like the output.
        output: probabilities, or logits.
        from_logits: whether the output are logits; else they are clipped away from 0 and 1 by
            epsilon.

    Returns:
        A tensor like the output.
    """
    target, output = _pair(target, output)
    if from_logits:
        # softplus(x) - target * x is the same number, and nothing in it overflows.
        return activation.softplus(output) - target * output
    output = _clipped(output)
    return -(target * ew.log(output) + (1 - target) * ew.log(1 - output))


@op("keras.ops.categorical_crossentropy", "keras.ops.nn.categorical_crossentropy")
def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-sum(target * log(output))` over the classes.

    Args:
        target: class probabilities, such as one-hot vectors, shaped like the output.
        output: probabilities, or logits.
        from_logits: whether the output are logits; else they are divided by their sum and clipped
            away from 0 and 1 by epsilon.
        axis: the axis of the classes.

    Returns:
        A tensor like the output without the axis of the classes.
    """
    target, output = _pair(target, output)
    _needs_classes(output)
    if from_logits:
        return softmax.softmax_cross_entropy(_last(output, axis), _last(target, axis))
    axes = (shapes.normalize_axis(axis, output.ndim),)
    share = output / red.reduce_sum(output, axes=axes, keepdims=True)
    return -red.reduce_sum(target * ew.log(_clipped(share)), axes=axes, keepdims=False)


@op("keras.ops.sparse_categorical_crossentropy", "keras.ops.nn.sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-log(output[target])`: the cross-entropy for whole classes, given by their numbers.

    Args:
        target: class numbers, shaped like the output without the axis of the classes, or with 1
            there.
        output: probabilities, or logits.
        from_logits: whether the output are logits; else they are clipped away from 0 and 1 by
            epsilon, then divided by their sum.
        axis: the axis of the classes.

    Returns:
        A tensor like the output without the axis of the classes.

    Raises:
        ValueError: for a class number that the output has no place for; it is named with the limit.
    """
    output = floating(output)
    _needs_classes(output)
    target = as_tensor(target)
    if target.ndim == output.ndim and target.shape[-1] == 1:
        target = shaping.reshape(target, shape=target.shape[:-1])
    if not dtypes.is_int(target.dtype):
        target = tensor(target, "int32")
    moved = _last(output, axis)
    if target.shape != moved.shape[:-1]:
        one_hot = "One-hot targets go with `categorical_crossentropy`."
        hint = one_hot if target.shape == output.shape else None
        raise errors.shape_mismatch(
            "target", got=target.shape, expected=moved.shape[:-1], hint=hint
        )
    if from_logits:
        return softmax.sparse_softmax_cross_entropy(moved, target)
    return softmax.sparse_cross_entropy(moved, target, epsilon=settings.epsilon())
