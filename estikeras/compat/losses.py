"""`tf.compat.v1.losses`: functions that reduce a loss to a number and note it in the collection of
losses.
"""

from estikeras import errors, ops
from estikeras.compat.collections import GraphKeys, add_to_collections, get_collection
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_nn
from estikeras.public import public


@public("compat.v1.losses.Reduction")
class Reduction:
    """How weighted losses become one.

    Attributes:
        NONE: not at all.
        SUM: their sum.
        SUM_OVER_BATCH_SIZE: the sum by the number of losses.
        MEAN: the sum by the sum of weights.
        SUM_BY_NONZERO_WEIGHTS: the sum by the number of weights that are not 0.
        SUM_OVER_NONZERO_WEIGHTS: the same.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        """All values."""
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key):
        """Refuse what is no reduction.

        Raises:
            ValueError: for another value.
        """
        if key not in cls.all():
            raise errors.invalid("reduction", got=key, expected=f"one of {cls.all()}")


_BY_WEIGHTS = Reduction.SUM_BY_NONZERO_WEIGHTS


def check_weights(weights, shape):
    """Refuse weights that are neither one number nor, with equal rank, broadcast to a shape.

    Raises:
        ValueError: for other shapes.
    """
    fits = len(weights.shape) == len(shape) and all(
        w in (1, n) for w, n in zip(weights.shape, shape, strict=True)
    )
    if weights.shape and not fits:
        raise errors.shape_mismatch(
            "weights",
            got=weights.shape,
            expected=f"one number, or {len(shape)} axes that broadcast to {tuple(shape)}",
        )


@public("compat.v1.losses.compute_weighted_loss")
def compute_weighted_loss(
    losses, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=_BY_WEIGHTS
):
    """The weighted losses, reduced to one number.

    Args:
        losses: tensor.
        weights: number, or tensor that broadcasts to the losses with as many axes.
        scope: of no consequence.
        loss_collection: names of collections that take the loss; None for none.
        reduction: one of `Reduction`.

    Returns:
        A scalar of the losses' dtype; a tensor with `Reduction.NONE`.

    Raises:
        ValueError: for weights of another shape or another reduction.
    """
    Reduction.validate(reduction)
    if weights is None:
        raise errors.invalid("weights", got=None, expected="a number or a tensor")
    losses = as_tensor(losses)
    dtype = losses.dtype
    losses, weights = ops.cast(losses, "float32"), ops.cast(weights, "float32")
    check_weights(weights, losses.shape)
    weighted = losses * weights
    loss = weighted if reduction == Reduction.NONE else ops.sum(weighted)
    if reduction == Reduction.MEAN:
        loss = ops.divide_no_nan(loss, ops.sum(ops.broadcast_to(weights, losses.shape)))
    elif reduction == _BY_WEIGHTS:
        present = ops.cast(ops.not_equal(weights, 0.0), "float32")
        loss = ops.divide_no_nan(loss, ops.sum(ops.broadcast_to(present, losses.shape)))
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        loss = ops.divide_no_nan(loss, float(losses.size))
    loss = ops.cast(loss, dtype)
    add_loss(loss, loss_collection)
    return loss


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
    reduction=_BY_WEIGHTS,
):
    """`|predictions - labels|`, see `compute_weighted_loss` for all other arguments."""
    labels, predictions = _pair(labels, predictions)
    losses = ops.abs(predictions - labels)
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.cosine_distance")
def cosine_distance(
    labels,
    predictions,
    axis=None,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
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
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.hinge_loss")
def hinge_loss(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """`max(0, 1 - y * logits)`, where y is 1 for labels of 1 and -1 for labels of 0.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, logits = _pair(labels, logits, "logits")
    losses = ops.relu(1 - (2 * labels - 1) * logits)
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.huber_loss")
def huber_loss(
    labels,
    predictions,
    weights=1.0,
    delta=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """Half the squared error up to an error of `delta`, and from there on linear.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, predictions = _pair(labels, predictions)
    error = ops.abs(predictions - labels)
    near = ops.minimum(error, delta)
    losses = 0.5 * near * near + delta * (error - near)
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.log_loss")
def log_loss(
    labels,
    predictions,
    weights=1.0,
    epsilon=1e-7,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """The cross-entropy of probabilities, `epsilon` being added to what logarithms are taken of.

    See `compute_weighted_loss` for all other arguments.
    """
    labels, predictions = _pair(labels, predictions)
    losses = -labels * ops.log(predictions + epsilon)
    losses = losses - (1 - labels) * ops.log(1 - predictions + epsilon)
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.mean_squared_error")
def mean_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """`(predictions - labels)` squared, see `compute_weighted_loss` for all other arguments."""
    labels, predictions = _pair(labels, predictions)
    losses = ops.square(predictions - labels)
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
        scope: of no consequence.
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
    reduction=_BY_WEIGHTS,
):
    """The binary cross-entropy of each class.

    Args:
        multi_class_labels: (batch, classes) of 0 and 1, or probabilities.
        logits: the same shape, float.
        weights: see `compute_weighted_loss`.
        label_smoothing: from 0 to 1, by how much labels are drawn to 1/2.
        scope: of no consequence.
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
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.softmax_cross_entropy")
def softmax_cross_entropy(
    onehot_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """The cross-entropy of class probabilities.

    Args:
        onehot_labels: (batch, classes) probabilities; gradients do not flow into them.
        logits: the same shape, float.
        weights: number, or (batch,).
        label_smoothing: from 0 to 1, by how much labels are drawn to 1/classes.
        scope: of no consequence.
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
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.sparse_softmax_cross_entropy")
def sparse_softmax_cross_entropy(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=_BY_WEIGHTS,
):
    """The cross-entropy of class numbers.

    Args:
        labels: (batch,) or (batch, 1) ints.
        logits: (batch, classes) float.
        weights: number, or a tensor shaped like the labels.
        scope: of no consequence.
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
    return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


@public("compat.v1.losses.add_loss")
def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Put a loss of one's own into the collection of losses.

    Args:
        loss: tensor.
        loss_collection: names of collections; None for none.
    """
    add_to_collections(loss_collection, loss)


@public("compat.v1.losses.get_losses")
def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The list of the losses that were collected.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
        loss_collection: name of the collection.
    """
    return get_collection(loss_collection, scope)


@public("compat.v1.losses.get_regularization_losses")
def get_regularization_losses(scope=None):
    """The list of what the regularizers of variables gave.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def _sum(losses):
    return sum(losses[1:], losses[0]) if losses else as_tensor(0.0)


@public("compat.v1.losses.get_regularization_loss")
def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of what the regularizers of variables gave; 0 if there are none.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
        name: of no consequence.
    """
    return _sum(get_regularization_losses(scope))


@public("compat.v1.losses.get_total_loss")
def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of all losses that were collected.

    Args:
        add_regularization_losses: whether those of regularizers are among them.
        name: of no consequence.
        scope: regular expression for the beginnings of their names; None takes all.
    """
    losses = get_losses(scope)
    if add_regularization_losses:
        losses += get_regularization_losses(scope)
    return _sum(losses)
