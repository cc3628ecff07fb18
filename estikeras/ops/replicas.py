"""Sums and means over the replicas of a strategy, for the code of one replica's part of a step.

With one replica alone, all of them give what they get, so that a step costs nothing more.
Two kinds of steps use them. In `strategy.run` the caller divides by the global batch, and values of
replicas are added. In `fit` and `evaluate` a replica's means are means over its own rows, and count
as much as its share of the global batch.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import context as engine_context
from estikeras.engine import dtypes, tree
from estikeras.engine.operation import is_traced
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.core import tensor
from estikeras.ops.joining import stack
from estikeras.ops.math import square
from estikeras.ops.reduction import sum as total
from estikeras.ops.shaping import broadcast_to, expand_dims
from estikeras.primitives.collective import exchange, scale_gradient
from strategies import context, get_strategy, status


def several():
    """Whether this is one of several replicas' part of a step."""
    return context.replica() is not None


def replica_sum(*xs):
    """Each tensor's sum over the replicas, a list."""
    replica = context.replica()
    if replica is None or not xs:
        return list(xs)
    share, group = replica.share, replica.strategy.reduction
    even = share is not None and share.even
    weighted = share is not None and not even
    if weighted:  # gradients of the replicas' losses are added after they were weighted
        xs = [scale_gradient(x, tensor(1 / share.fraction, x.dtype)) for x in map(as_tensor, xs)]
    sums = exchange(*xs, kinds=("sum",) * len(xs), group=group, even=even)
    if weighted:
        sums = [scale_gradient(y, tensor(share.fraction, y.dtype)) for y in sums]
    return list(sums)


def replica_mean(*xs):
    """Each tensor's mean over the replicas, weighted by their shares of the batch, a list."""
    replica = context.replica()
    if replica is None or not xs:
        return list(xs)
    share = replica.share
    if share is None or share.even:  # dividing afterwards is free: it is fused into what follows
        return [x * tensor(1 / replica.num_replicas_in_sync, x.dtype) for x in replica_sum(*xs)]
    return replica_sum(*[x * tensor(share.fraction, x.dtype) for x in xs])


def combined_gradients(grads):
    """Gradients of the replicas' losses, combined to those of the loss of the global batch.

    Args:
        grads: list of tensors, None where there is no gradient.
    """
    replica = context.replica()
    if replica is None:
        return grads
    known = [g for g in grads if g is not None]
    combine = replica_sum if replica.share is None else replica_mean
    combined = iter(combine(*known))
    return [None if g is None else next(combined) for g in grads]


def gradient_pieces(grads):
    """This rank's pieces of the gradients of the global batch's loss, as those of its machine share
    them.

    Args:
        grads: list of this replica's gradients.

    Returns:
        For each gradient a tensor (elements,) and its place `(start, stop)` in the gradient,
        flattened.
    """
    replica = context.replica()
    share, group = replica.share, replica.strategy.reduction
    if share is not None and not share.even:
        grads = [g * tensor(share.fraction, g.dtype) for g in grads]
    pieces = exchange(*grads, kinds=("scatter",) * len(grads), group=group, even=False)
    if share is not None and share.even:
        pieces = [p * tensor(1 / group.size, p.dtype) for p in pieces]
    spans = group.spans([(g.shape, dtypes.to_numpy(g.dtype)) for g in grads])
    return list(zip(pieces, spans, strict=True))


def count_step():
    """A training step is done, when what is traced or running now has run."""
    _when_done(status.current.count_step)


def settle():
    """Let all ranks wait for one another when the step is over."""
    _when_done(get_strategy().communicator.barrier)


def _when_done(call):
    trace = engine_context.current.trace
    if trace is None:
        call()
    else:
        trace.closing.append(call)


def replica_share():
    """What part of the global batch this replica's is, a scalar; None where that is no matter."""
    replica = context.replica()
    if replica is None or replica.share is None:
        return None
    if replica.share.even:
        return tensor(1 / replica.num_replicas_in_sync, "float32")
    return tensor(replica.share.fraction, "float32")


def total_for_mean(count):
    """What to divide a sum over this replica's values by, so that means over the replicas, weighted
    by their shares, become the sum over all values divided by `count` of all replicas.

    Args:
        count: scalar tensor, how many values this replica has, or the sum of their weights.
    """
    share = replica_share()
    if share is None:
        return count
    return replica_sum(count)[0] * tensor(share, count.dtype)


def replica_moments(mean, variance, count):
    """Mean and variance over the values of all replicas.

    Args:
        mean: tensor (channels,), the mean of this replica's values; finite also without any.
        variance: tensor (channels,), their variance.
        count: scalar or tensor (channels,), how many values there are for each channel.

    Reference: Chan, Golub and LeVeque, 1983, Algorithms for Computing the Sample Variance,
    section 2 (the pairwise formula, for any number of parts).
    """
    replica = context.replica()
    if replica is None:
        return mean, variance
    own = stack([mean, variance, broadcast_to(tensor(count, mean.dtype), mean.shape)])
    place = np.zeros((replica.num_replicas_in_sync, 1, 1))
    place[replica.replica_id_in_sync_group] = 1
    parts = replica_sum(expand_dims(own, 0) * tensor(place, mean.dtype))[0]
    means, variances, counts = parts[:, 0], parts[:, 1], parts[:, 2]
    count = total(counts, axis=0)
    joint = total(counts * means, axis=0) / count
    spread = total(counts * (variances + square(means - joint)), axis=0) / count
    return joint, spread


def averaged(results):
    """A structure of results, in which each scalar float is the mean over the replicas, weighted by
    their shares; all else is as it was.
    """
    leaves = tree.flatten(results)
    places = [
        i
        for i, x in enumerate(leaves)
        if isinstance(x, Tensor) and x.shape == () and dtypes.is_float(x.dtype)
    ]
    for i, mean in zip(places, replica_mean(*[leaves[i] for i in places]), strict=True):
        leaves[i] = mean
    return tree.pack_sequence_as(results, leaves)


def rank_of_replica():
    """The number of this replica, from 0."""
    replica = context.replica()
    return 0 if replica is None else replica.replica_id_in_sync_group


def aggregated(variable, value):
    """The value that a variable gets on all replicas when each assigns its own.

    Raises:
        TypeError: for the sum or mean of what is no number.
    """
    kind, dtype = variable.aggregation, variable._dtype
    value = tensor(value, dtype)
    if dtype == "bool" and kind != "only_first_replica":
        raise errors.wrong_type("aggregation", got=kind, expected="'only_first_replica' for bool")
    if kind == "sum":
        return variable.value + aggregated_change(variable, value - variable.value)
    if kind == "mean" and dtypes.is_float(dtype):
        return replica_mean(value)[0]
    wide = tensor(value, "float64" if kind == "mean" else "int32" if dtype == "bool" else dtype)
    if kind == "mean":  # of whole numbers, which a share of 1 / 2 would make 0
        return tensor(replica_mean(wide)[0], dtype)
    return tensor(replica_sum(wide * tensor(rank_of_replica() == 0, wide.dtype))[0], dtype)


def aggregated_change(variable, change):
    """What is added to a variable on all replicas when each adds its own."""
    change = tensor(change, variable._dtype)
    if variable.aggregation == "sum":
        return replica_sum(change)[0]
    return aggregated(variable, variable.value + change) - variable.value


# How tensors take part in `Strategy.reduce` and `Strategy.gather`; see `strategies.values`.


def sum_over_replicas(x, reduction):
    """The sum of a tensor over the replicas; inside a traced function a part of its graph."""
    return exchange(x, kinds=("sum",), group=reduction, even=False)[0]


def sum_along(x, axis):
    """The sum of a tensor along an axis, and the length of that axis, a scalar tensor."""
    return total(x, axis=axis), as_tensor(np.float32(x.shape[axis]))


def gathered(x, axis, communicator):
    """The replicas' tensors, which may differ in length along `axis`, one after the other."""
    if is_traced(x):
        raise NotImplementedError(
            "`gather` needs values, and a function is being traced. Call `strategy.gather` on what "
            "the function returns."
        )
    return as_tensor(np.concatenate(communicator.allgather(x.numpy()), axis))
