"""TensorFlow's names for activations, cross-entropies and moments, with its argument names:
`tf.nn.*`.

`name` arguments label nodes of TensorFlow's graphs; here they change nothing.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import crossentropy, embedding, nn, normalization, random, softmaxes
from estikeras.ops.core import floating, promote, tensor
from estikeras.primitives import activation, shaping
from estikeras.primitives import elementwise as ew
from estikeras.primitives import reduce as red
from estikeras.primitives import softmax as softmax_primitives
from strategies import get_strategy


@op("nn.relu")
def relu(features, name=None):
    """`max(features, 0)`, element by element."""
    return nn.relu(features)


@op("nn.relu6")
def relu6(features, name=None):
    """`min(max(features, 0), 6)`, element by element."""
    return nn.relu6(features)


@op("nn.elu")
def elu(features, name=None):
    """`features` where positive, else `exp(features) - 1`."""
    return nn.elu(features)


@op("nn.selu")
def selu(features, name=None):
    """A scaled `elu`; see `keras.ops.selu`."""
    return nn.selu(features)


@op("nn.softsign", "math.softsign")
def softsign(features, name=None):
    """`features / (1 + |features|)`, element by element."""
    return nn.softsign(features)


@op("nn.softplus", "math.softplus")
def softplus(features, name=None):
    """`log(1 + exp(features))`, element by element."""
    return nn.softplus(features)


@op("nn.sigmoid", "sigmoid", "math.sigmoid")
def sigmoid(x, name=None):
    """`1 / (1 + exp(-x))`, element by element."""
    return nn.sigmoid(x)


@op("nn.leaky_relu")
def leaky_relu(features, alpha=0.2, name=None):
    """`features` where positive, else `alpha * features`."""
    return nn.leaky_relu(features, negative_slope=alpha)


@op("nn.gelu")
def gelu(features, approximate=False, name=None):
    """`features` times the normal distribution function of `features`."""
    return nn.gelu(features, approximate=approximate)


@op("nn.silu", "nn.swish")
def silu(features, beta=1.0):
    """`features * sigmoid(beta * features)`, element by element."""
    x = floating(features)
    return nn.silu(x) if isinstance(beta, float) and beta == 1 else x * nn.sigmoid(x * beta)


@op("nn.crelu")
def crelu(features, axis=-1, name=None):
    """`relu(features)` and `relu(-features)` beside each other along an axis."""
    x = as_tensor(features)
    return shaping.concatenate(ew.relu(x), ew.relu(-x), axis=axis % x.ndim)


@op("nn.softmax", "math.softmax")
def softmax(logits, axis=None, name=None):
    """`exp(logits)` divided by its sum along an axis, by default the last."""
    return softmaxes.softmax(logits, axis=-1 if axis is None else axis)


@op("nn.log_softmax", "math.log_softmax")
def log_softmax(logits, axis=None, name=None):
    """The logarithm of `softmax(logits)`."""
    return softmaxes.log_softmax(logits, axis=-1 if axis is None else axis)


@op("nn.sigmoid_cross_entropy_with_logits")
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """The binary cross-entropy of every element.

    Args:
        labels: numbers from 0 to 1, shaped like the logits.
        logits: float tensor.
        name: no effect.

    Returns:
        A tensor like the logits.
    """
    return crossentropy.binary_crossentropy(labels, logits, from_logits=True)


@op("nn.weighted_cross_entropy_with_logits")
def weighted_cross_entropy_with_logits(labels, logits, pos_weight, name=None):
    """The binary cross-entropy of every element, in which positive labels count `pos_weight`
    times.
    """
    labels, logits = promote(labels, logits, floating=True)
    weight = 1 + (pos_weight - 1) * labels
    return (1 - labels) * logits + weight * activation.softplus(-logits)


@op("nn.softmax_cross_entropy_with_logits")
def softmax_cross_entropy_with_logits(labels, logits, axis=-1, name=None):
    """The cross-entropy of class probabilities.

    Args:
        labels: class probabilities, shaped like the logits.
        logits: float tensor.
        axis: int, the axis of the classes.
        name: no effect.

    Returns:
        A tensor like the logits without the axis of the classes.
    """
    labels, logits = promote(labels, logits, floating=True)
    labels = shaping.broadcast_to(labels, shape=logits.shape)
    return crossentropy.categorical_crossentropy(labels, logits, from_logits=True, axis=axis)


@op("nn.sparse_softmax_cross_entropy_with_logits")
def sparse_softmax_cross_entropy_with_logits(labels, logits, name=None):
    """The cross-entropy of class numbers.

    Args:
        labels: class numbers, shaped like the logits without their last axis.
        logits: float tensor (..., classes).
        name: no effect.

    Returns:
        A tensor like the labels.

    Raises:
        ValueError: for a class number that the logits have no place for; it is named with the
            limit.
    """
    labels, logits = as_tensor(labels), floating(logits)
    if not dtypes.is_int(labels.dtype):
        raise errors.wrong_type("labels", got=labels.dtype, expected="an integer dtype")
    return softmax_primitives.sparse_softmax_cross_entropy(logits, labels)


@op("nn.log_poisson_loss")
def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    """`exp(log_input) - log_input * targets`, with Stirling's term for the full loss."""
    targets, x = promote(targets, log_input, floating=True)
    loss = ew.exp(x) - x * targets
    if not compute_full_loss:
        return loss
    one = ew.constant(1, targets)
    safe = ew.select(targets > 1, targets, one)
    stirling = safe * ew.log(safe) - safe + 0.5 * ew.log(2 * np.pi * safe)
    return loss + ew.select(targets > 1, stirling, ew.constant(0, targets))


@op("nn.l2_loss")
def l2_loss(t, name=None):
    """Half the sum of squares."""
    x = floating(t)
    return 0.5 * red.reduce_sum(ew.square(x), axes=tuple(range(x.ndim)), keepdims=False)


@op("nn.l2_normalize", "math.l2_normalize", "linalg.l2_normalize")
def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """`x / sqrt(max(sum(x**2), epsilon))` along axes.

    Args:
        x: float tensor.
        axis: int or several; None means all.
        epsilon: the least sum of squares.
        name: no effect.
        dim: an older name of `axis`.
    """
    x, axis = floating(x), dim if axis is None else axis
    axes = shapes.normalize_axes(axis, x.ndim)
    total = red.reduce_sum(ew.square(x), axes=axes, keepdims=True)
    return x * ew.rsqrt(ew.maximum(total, ew.constant(epsilon, x)))


@op("nn.moments")
def moments(x, axes, shift=None, keepdims=False, name=None):
    """Mean and (biased) variance over axes; `shift` and `name` change nothing."""
    return normalization.moments(x, axes, keepdims=keepdims)


@op("nn.batch_normalization")
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """`(x - mean) / sqrt(variance + variance_epsilon) * scale + offset`, all broadcast to each
    other.

    Args:
        x: float tensor.
        mean: tensor that broadcasts to `x`, as all below.
        variance: tensor.
        offset: tensor or None.
        scale: tensor or None.
        variance_epsilon: float.
        name: no effect.
    """
    x = floating(x)
    inverse = ew.rsqrt(tensor(variance, x.dtype) + variance_epsilon)
    if scale is not None:
        inverse = inverse * tensor(scale, x.dtype)
    y = (x - tensor(mean, x.dtype)) * inverse
    return y if offset is None else y + tensor(offset, x.dtype)


@op("nn.dropout")
def dropout(x, rate, noise_shape=None, seed=None, name=None):
    """The input with a random part set to 0 and the rest scaled up; see `keras.random.dropout`."""
    if noise_shape is not None:
        noise_shape = [None if n in (None, -1) else n for n in noise_shape]
    return random.dropout(x, rate, noise_shape, seed)


@op("nn.embedding_lookup")
def embedding_lookup(params, ids, max_norm=None, name=None):
    """The rows of a table at the given numbers.

    Args:
        params: (rows, ...), or a list with one such table.
        ids: integers of any shape from 0 to rows - 1.
        max_norm: float, the largest norm a row keeps, or None.
        name: no effect.

    Returns:
        A tensor (*shape of ids, ...).
    """
    table = embedding.whole_table(params)
    flat = shaping.reshape(table, shape=(table.shape[0], int(np.prod(table.shape[1:]))))
    rows = embedding.embedding_lookup(flat, ids)
    if max_norm is not None:
        axes = (rows.ndim - 1,)
        norm = ew.sqrt(red.reduce_sum(ew.square(rows), axes=axes, keepdims=True))
        limit = ew.constant(max_norm, rows)
        rows = rows * (limit / ew.maximum(norm, limit))
    return shaping.reshape(rows, shape=(*rows.shape[:-1], *table.shape[1:]))


@op("nn.bias_add")
def bias_add(value, bias, data_format=None, name=None):
    """A value plus one number for each of its channels.

    Args:
        value: (batch, ..., channels), or (batch, channels, ...) for a `data_format` that begins
            with "NC".
        bias: (channels).
        data_format: such as "NHWC" or "NCHW"; None means channels last.
        name: no effect.
    """
    value, bias = promote(value, bias, floating=True)
    if data_format is not None and str(data_format).startswith("NC"):
        bias = shaping.reshape(bias, shape=(bias.size, *(1,) * (value.ndim - 2)))
    return ew.add(value, bias)


@op("nn.scale_regularization_loss")
def scale_regularization_loss(regularization_loss):
    """This replica's part of penalties that all replicas have: their sum, divided by the number of
    replicas.
    """
    x = floating(regularization_loss)
    total = red.reduce_sum(x, axes=tuple(range(x.ndim)), keepdims=False)
    return total / get_strategy().num_replicas_in_sync


@op("nn.compute_average_loss")
def compute_average_loss(per_example_loss, sample_weight=None, global_batch_size=None):
    """This replica's part of the mean loss of the global batch: the sum of its losses divided by
    the number of samples of all replicas.

    Args:
        per_example_loss: float tensor (batch, ...).
        sample_weight: tensor that broadcasts to the losses, or None.
        global_batch_size: int; None means the samples that are there, for each replica.
    """
    loss = floating(per_example_loss)
    if sample_weight is not None:
        weight = tensor(sample_weight, loss.dtype)
        missing = (1,) * max(0, loss.ndim - weight.ndim)
        loss = loss * shaping.reshape(weight, shape=(*weight.shape, *missing))
    total = red.reduce_sum(loss, axes=tuple(range(loss.ndim)), keepdims=False)
    if global_batch_size is None:
        global_batch_size = loss.shape[0] * get_strategy().num_replicas_in_sync
    return total / global_batch_size


@op("nn.local_response_normalization", "nn.lrn")
def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5, name=None):
    """`input / (bias + alpha * sum of squares of near channels)**beta`.

    Args:
        input: (batch, height, width, channels).
        depth_radius: int, how many channels at each side are near.
        bias: float.
        alpha: float.
        beta: float.
        name: no effect.

    Reference: Krizhevsky, Sutskever and Hinton, 2012, ImageNet classification.
    """
    x = floating(input)
    squares = ew.square(x)
    padded = shaping.pad(squares, widths=((0, 0),) * (x.ndim - 1) + ((depth_radius,) * 2,), value=0)
    total = None
    for start in range(2 * depth_radius + 1):
        starts = (0,) * (x.ndim - 1) + (start,)
        part = shaping.slice(padded, starts=starts, shape=x.shape, steps=(1,) * x.ndim)
        total = part if total is None else total + part
    return x / ew.power(bias + alpha * total, ew.constant(beta, x))
