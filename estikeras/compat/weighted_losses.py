"""How losses are weighted and reduced to a number, and the collection that notes them."""

from estikeras import errors, ops
from estikeras.compat.collections import GraphKeys, add_to_collections, get_collection
from estikeras.compat.name_scopes import name_scope, named
from estikeras.engine.tensor import as_tensor
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


BY_WEIGHTS = Reduction.SUM_BY_NONZERO_WEIGHTS


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
    losses, weights=1.0, scope=None, loss_collection=GraphKeys.LOSSES, reduction=BY_WEIGHTS
):
    """The weighted losses, reduced to one number.

    Args:
        losses: tensor.
        weights: number, or tensor that broadcasts to the losses with as many axes.
        scope: name of the scope in which the loss is called `value`; None for "weighted_loss".
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
    elif reduction == BY_WEIGHTS:
        present = ops.cast(ops.not_equal(weights, 0.0), "float32")
        loss = ops.divide_no_nan(loss, ops.sum(ops.broadcast_to(present, losses.shape)))
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        loss = ops.divide_no_nan(loss, float(losses.size))
    loss = named_value(ops.cast(loss, dtype), scope or "weighted_loss")
    add_loss(loss, loss_collection)
    return loss


def named_value(loss, scope):
    """A loss, which a model function knows as `value` in a name scope."""
    with name_scope(scope):
        return named(loss, "value")


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
