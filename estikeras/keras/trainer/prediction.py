"""Predictions of several replicas: each computes its rows of every batch, all get all rows."""

import numpy as np

from estikeras.engine import tree
from estikeras.keras.trainer.replicas import part_of
from strategies import get_strategy


def predict_part(runner, batch):
    """The outputs for this rank's rows of a batch, arrays; None when it has no row."""
    strategy = get_strategy()
    if strategy.num_replicas_in_sync > 1:
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
    return [
        tree.map_structure(
            lambda *arrays: np.concatenate(arrays), *[part for part in ranks if part is not None]
        )
        for ranks in zip(*strategy.communicator.allgather(parts), strict=True)
    ]
