"""Predictions of several replicas: each computes its rows of every batch, all get all rows."""

import numpy as np

from estikeras.engine import tree
from estikeras.keras.trainer.replicas import count_rows, part_of
from strategies import errors, get_strategy


def until_all_end(batches):
    """This rank's own batches, then None as long as another rank has some."""
    strategy, batches = get_strategy(), iter(batches)
    batch = next(batches, None)
    while strategy.is_any(batch is not None):
        yield batch
        batch = next(batches, None)


def predict_part(runner, batch, is_local):
    """The outputs for this rank's rows of a batch, arrays; None when it has no row.

    Args:
        runner: does the step.
        batch: structure of arrays, or None.
        is_local: whether all rows of the batch are this rank's.
    """
    strategy = get_strategy()
    if is_local and (batch is None or not count_rows(batch)):
        return None
    if strategy.num_replicas_in_sync > 1 and not is_local:
        part = part_of(batch, strategy)
        if not part.rows:
            return None
        batch = part.batch
    return tree.map_structure(lambda t: t.numpy(), runner.run(batch))


def whole_batches(parts):
    """The outputs for all rows of batches, in order, from this rank's outputs for its rows."""
    strategy = get_strategy()
    if strategy.num_replicas_in_sync == 1:
        return parts
    of_ranks = strategy.communicator.allgather(parts)
    if len({len(parts) for parts in of_ranks}) > 1:
        raise errors.disagreement("the number of batches", [len(parts) for parts in of_ranks])
    return [
        tree.map_structure(
            lambda *arrays: np.concatenate(arrays), *[part for part in ranks if part is not None]
        )
        for ranks in zip(*of_ranks, strict=True)
    ]
