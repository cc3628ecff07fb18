"""`tf.compat.v1.losses`: functions that reduce a loss to a number and note it in the collection of
losses.
"""

from estikeras import errors, ops
from estikeras.compat.collections import GraphKeys
from estikeras.compat.weighted_losses import (
    BY_WEIGHTS,
    add_loss,
    check_weights,
    compute_weighted_loss,
    named_value,
)
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_nn
from estikeras.public import public


def _pair(labels, predictions, name="predictions"):
    """Both as float32, of one shape."""
    for argument, value in (("labels", labels), (name, predictions)):
        if value is None:
            raise errors.invalid(argument, got=None, expected="a tensor")
    labels, predictions = ops.cast(labels, "float32"), ops.cast(predictions, "float32")
    if labels.shape != predictions.shape:
        raise errors.shape_mismatch(
            name, got=predictions.shape, expected=labels.shape, hint="That is the labels' shape."
        )
    return labels, predictions


@public("compat.v1.losses.absolute_difference")
def absolute_difference(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """`|predictions - labels|`, see `compute_weighted_loss` for all other arguments."""
    labels, predictions = _pair(labels, predictions)
    losses = ops.abs(predictions - labels)
    scope = scope or "absolute_difference"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.cosine_distance")
def cosine_distance(
    labels,
    predictions,
    axis=None,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
    dim=None,
):
    """1 minus the scalar product along `axis` of vectors of length 1.

    See `compute_weighted_loss` for all other arguments; `dim` is the old name of `axis`.
    """
    axis = dim if axis is None else axis
    if axis is None:
        raise errors.invalid("axis", got=None, expected="the axis of the vectors, an int")
    labels, predictions = _pair(labels, predictions)
    losses = 1 - ops.sum(predictions * labels, axis=axis, keepdims=True)
    scope = scope or "cosine_distance_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.hinge_loss")
def hinge_loss(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """`max(0, 1 - y * logits)`, where y is 1 for labels of 1 and -1 for labels of 0.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, logits = _pair(labels, logits, "logits")
    losses = ops.relu(1 - (2 * labels - 1) * logits)
    scope = scope or "hinge_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.huber_loss")
def huber_loss(
    labels,
    predictions,
    weights=1.0,
    delta=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """Half the squared error up to an error of `delta`, and from there on linear.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, predictions = _pair(labels, predictions)
    error = ops.abs(predictions - labels)
    near = ops.minimum(error, delta)
    losses = 0.5 * near * near + delta * (error - near)
    scope = scope or "huber_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.log_loss")
def log_loss(
    labels,
    predictions,
    weights=1.0,
    epsilon=1e-7,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """The cross-entropy of probabilities, `epsilon` being added to what logarithms are taken of.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, predictions = _pair(labels, predictions)
    losses = -labels * ops.log(predictions + epsilon)
    losses = losses - (1 - labels) * ops.log(1 - predictions + epsilon)
    scope = scope or "log_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.mean_squared_error")
def mean_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """`(predictions - labels)` squared, see `compute_weighted_loss` for all other arguments."""
    labels, predictions = _pair(labels, predictions)
    losses = ops.square(predictions - labels)
    scope = scope or "mean_squared_error"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.mean_pairwise_squared_error")
def mean_pairwise_squared_error(
    labels, predictions, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES
):
    """The mean square by which differences within a row differ between predictions and labels.

    Args:
        labels: (batch, ...) tensor.
        predictions: likewise.
        weights: number, or tensor that broadcasts to the labels with as many axes.
        scope: name of the scope in which the loss is called `value`.
        loss_collection: names of collections that take the loss; None for none.

    Returns:
        A scalar.
    """
    labels, predictions = _pair(labels, predictions)
    weights = ops.cast(weights, "float32")
    check_weights(weights, labels.shape)
    deltas = predictions - labels
    axes = tuple(range(1, len(deltas.shape)))
    present = ops.cast(ops.not_equal(weights, 0.0), "float32")
    present = ops.sum(ops.broadcast_to(present, deltas.shape), axis=axes, keepdims=True)
    squares = ops.sum(ops.square(deltas), axis=axes, keepdims=True)
    sums = ops.sum(deltas, axis=axes, keepdims=True)
    pairs = present * (present - 1)
    first = 2 * ops.divide_no_nan(squares, present - 1)
    second = 2 * ops.divide_no_nan(ops.square(sums), pairs)
    total = ops.sum((first - second) * weights)
    loss = ops.where(ops.sum(present) > 0, total, 0.0)
    named_value(loss, scope or "mean_pairwise_squared_error")
    add_loss(loss, loss_collection)
    return loss


@public("compat.v1.losses.sigmoid_cross_entropy")
def sigmoid_cross_entropy(
    multi_class_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """The binary cross-entropy of each class.

    Args:
        multi_class_labels: (batch, classes) of 0 and 1, or probabilities.
        logits: the same shape, float.
        weights: see `compute_weighted_loss`.
        label_smoothing: from 0 to 1, by how much labels are drawn to 1/2.
        scope: name of the scope in which the loss is called `value`.
        loss_collection: names of collections that take the loss; None for none.
        reduction: one of `Reduction`.

    Returns:
        A scalar; a tensor with `Reduction.NONE`.
    """
    logits = as_tensor(logits)
    labels = ops.cast(multi_class_labels, logits.dtype)
    _pair(labels, logits, "logits")
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    losses = tf_nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
    scope = scope or "sigmoid_cross_entropy_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.softmax_cross_entropy")
def softmax_cross_entropy(
    onehot_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """The cross-entropy of class probabilities.

    Args:
        onehot_labels: (batch, classes) probabilities; gradients do not flow into them.
        logits: the same shape, float.
        weights: number, or (batch,).
        label_smoothing: from 0 to 1, by how much labels are drawn to 1/classes.
        scope: name of the scope in which the loss is called `value`.
        loss_collection: names of collections that take the loss; None for none.
        reduction: one of `Reduction`.

    Returns:
        A scalar; (batch,) with `Reduction.NONE`.
    """
    logits = as_tensor(logits)
    labels = ops.cast(onehot_labels, logits.dtype)
    _pair(labels, logits, "logits")
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + label_smoothing / labels.shape[-1]
    labels = ops.stop_gradient(labels)
    losses = tf_nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    scope = scope or "softmax_cross_entropy_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.sparse_softmax_cross_entropy")
def sparse_softmax_cross_entropy(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=BY_WEIGHTS,
):
    """The cross-entropy of class numbers.

    Args:
        labels: (batch,) or (batch, 1) ints.
        logits: (batch, classes) float.
        weights: number, or a tensor shaped like the labels.
        scope: name of the scope in which the loss is called `value`.
        loss_collection: names of collections that take the loss; None for none.
        reduction: one of `Reduction`.

    Returns:
        A scalar; (batch,) with `Reduction.NONE`.

    Raises:
        TypeError: if the labels are not integers.
    """
    labels, logits = as_tensor(labels), as_tensor(logits)
    if not dtypes.is_int(labels.dtype):
        raise errors.wrong_type("labels", got=labels, expected="class numbers, of an int dtype")
    if len(labels.shape) == len(logits.shape) and labels.shape[-1] == 1:
        labels = ops.squeeze(labels, axis=-1)
    losses = tf_nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    weights = as_tensor(weights)
    if len(weights.shape) == len(losses.shape) + 1 and weights.shape[-1] == 1:
        weights = ops.squeeze(weights, axis=-1)
    scope = scope or "sparse_softmax_cross_entropy_loss"
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)
