"""What all metrics share: sums over batches in local variables, and a value made of them."""

from estikeras import errors, ops
from estikeras.compat import initializers
from estikeras.compat.collections import GraphKeys, add_to_collections
from estikeras.compat.variable_scopes import variable_scope
from estikeras.compat.variables import Variable
from estikeras.engine.session_graph import action, session_graph
from estikeras.engine.tensor import as_tensor


def streaming(
    batch, value, name, default_name, metrics_collections, updates_collections, update_value=None
):
    """A metric of sums over batches.

    Args:
        batch: dict from the name of a sum to what the present batch adds to it, a tensor.
        value: function of the sums, in that order, that gives the metric's value.
        name: name of the metric; None takes `default_name`.
        default_name: name that gets a number if it is taken.
        metrics_collections: names of collections that take the value; None for none.
        updates_collections: names of collections that take the operation; None for none.
        update_value: function of the sums that gives the operation's value; None takes `value`.

    Returns:
        The value, a tensor, as it is when a run begins; and the operation that adds a batch, whose
        result is the value after it.

    Raises:
        RuntimeError: outside of a model function.
    """
    graph = session_graph()
    if graph is None:
        raise RuntimeError(
            f"tf.compat.v1.metrics.{default_name} works in a model function of an Estimator. "
            "Use the classes of `keras.metrics` elsewhere."
        )
    with variable_scope(name, default_name) as scope:
        changes = {key: as_tensor(change) for key, change in batch.items()}
        sums = [_sum(key, change) for key, change in changes.items()]
        result = graph.own(as_tensor(value(*(s.value for s in sums))))
        path = scope.original_name_scope
        graph.note(result, f"{path}value")
        with action(f"{path}update_op", scope) as made:
            for total, change in zip(sums, changes.values(), strict=True):
                total.assign_add(change)
            made.result = (update_value or value)(*(s.value for s in sums))
    add_to_collections(metrics_collections, result)
    add_to_collections(updates_collections, made)
    return result, made


def _sum(name, change):
    return Variable(
        initializers.Zeros(),
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        name=name,
        dtype=change.dtype,
        shape=change.shape,
        aggregation="sum",
        synchronization="on_read",
    )


def mean_of(total, count):
    """Total by count, 0 where the count is 0."""
    return ops.divide_no_nan(total, ops.maximum(count, 0))


def fitted(predictions, labels=None, weights=None):
    """The three with equal numbers of axes: a last axis of size 1 is taken away or put there.

    Raises:
        ValueError: for labels of another shape.
    """
    predictions = as_tensor(predictions)
    if labels is not None:
        labels = as_tensor(labels)
        excess = len(predictions.shape) - len(labels.shape)
        if excess == 1 and predictions.shape[-1] == 1:
            predictions = ops.squeeze(predictions, -1)
        elif excess == -1 and labels.shape[-1] == 1:
            labels = ops.squeeze(labels, -1)
        if labels.shape != predictions.shape:
            raise errors.shape_mismatch("predictions", got=predictions.shape, expected=labels.shape)
    if weights is not None:
        weights = as_tensor(weights)
        excess = len(weights.shape) - len(predictions.shape)
        if weights.shape and excess == 1:
            weights = ops.squeeze(weights, -1)
        elif weights.shape and excess == -1:
            weights = ops.expand_dims(weights, -1)
    return predictions, labels, weights


def spread(weights, values, dtype="float32"):
    """Weights for each value, a tensor; None stands for ones.

    Raises:
        ValueError: for weights that are neither one number nor broadcast axis by axis.
    """
    shape = as_tensor(values).shape
    if weights is None:
        return ops.ones(shape, dtype)
    weights = ops.cast(weights, dtype)
    fits = len(weights.shape) == len(shape) and all(
        w in (1, n) for w, n in zip(weights.shape, shape, strict=True)
    )
    if weights.shape and not fits:
        raise errors.shape_mismatch(
            "weights", got=weights.shape, expected=f"one number, or what broadcasts to {shape}"
        )
    return ops.broadcast_to(weights, shape)
