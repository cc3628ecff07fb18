"""How gradients of the replicas become those of the global batch, before an optimizer uses them."""

import contextlib

from estikeras.keras.optimizers import sharding
from estikeras.ops import replicas
from strategies import context


@contextlib.contextmanager
def combined_gradients(optimizer, grads, variables):
    """Give the gradients of the global batch, and the variables that this rank updates with them.

    What runs inside is no longer one replica's part of the step: it is the same on all replicas, or
    with `shard_update` each rank's piece of one update.

    Args:
        optimizer: the Optimizer.
        grads: list of this replica's gradients; None where a variable has none.
        variables: the variables, in the same order.

    Raises:
        ValueError: for a variable of which the ranks may have different values.
    """
    replica = context.replica()
    loose = [v.path for v in variables if not v.equal_on_ranks] if replica is not None else []
    if loose:
        raise ValueError(
            f"The variable {loose[0]!r} was made outside of the strategy's scope: each rank has a "
            "value of its own. Make models inside of `with strategy.scope():`."
        )
    if replica is not None and replica.strategy.shard_update:
        with sharding.on_pieces(optimizer, grads, variables) as pieces, context.entered(None):
            yield pieces
    else:
        grads = replicas.combined_gradients(grads)
        with context.entered(None):
            yield grads, variables
    if replica is not None:
        replicas.count_step()
