"""Batches of a `tf.data.Dataset`: one by one, or, where they lie in memory, many at a time."""

import numpy as np

from estikeras.data.node import INFINITE
from estikeras.engine import tree
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter
from estikeras.keras.trainer.adapters.streams import as_batch
from strategies import AutoShardPolicy, get_strategy

BLOCKS = 8  # times what a pipeline makes at once: some megabytes, so that calls are few


class PipelineAdapter:
    """Batches of a Dataset, which begins anew in every epoch.

    Args:
        dataset: the Dataset; on several ranks all have the same, and its random choices are made
            alike.
        class_weight: dict from class to weight, or None.
    """

    def __init__(self, dataset, class_weight=None):
        self.dataset, self.class_weight = dataset, class_weight
        count = int(dataset.cardinality())
        self.num_batches, self.is_endless = (count if count >= 0 else None), count == INFINITE

    def on_epoch_begin(self):
        """Nothing to do."""

    def on_epoch_end(self):
        """Nothing to do."""

    def batches(self):
        """The batches of an epoch."""
        return (as_batch(item, self.class_weight) for item in self.dataset.arrays())

    def blocks(self):
        """The batches of an epoch, many at once: an iterator over Blocks; None where they are made
        one by one.
        """
        pieces = self.dataset.blocks(BLOCKS)
        return None if pieces is None else (Block(p, self.class_weight) for p in pieces)


class Block(ArrayAdapter):
    """Some batches in one piece of memory, in order.

    Args:
        piece: the batches along a new first axis, as a Dataset gives them.
        class_weight: dict from class to weight, or None.

    Attributes:
        first: number of the first batch that was not used yet; who uses them counts.
    """

    def __init__(self, piece, class_weight):
        self.first = 0
        leaves = [leaf for leaf in tree.flatten(piece) if leaf is not None]
        self.num_batches, self.batch_size = leaves[0].shape[:2]
        rows = tree.map_structure(
            lambda a: None if a is None else a.reshape(-1, *a.shape[2:]), piece
        )
        self.data = as_batch(rows, class_weight)
        self.rows = [a for a in tree.flatten(self.data) if a is not None]
        self.num_rows = len(self.rows[0])
        self.order = np.arange(self.num_rows, dtype=np.int64)


def shared(dataset, by_files):
    """The dataset as all ranks have it, in the same order; or, where each rank can read files of
    its own, this rank's DistributedDataset.

    Args:
        dataset: a Dataset.
        by_files: whether ranks may read different batches.
    """
    strategy = get_strategy()
    if strategy.num_replicas_in_sync == 1:
        return dataset
    policy = dataset.options().experimental_distribute.auto_shard_policy
    if by_files and policy is not AutoShardPolicy.DATA:
        distributed = strategy.experimental_distribute_dataset(dataset)
        if distributed.policy is not AutoShardPolicy.DATA:
            return distributed
    return dataset.with_common_seed(strategy.bcast(int(np.random.randint(2**31))))  # noqa: NPY002
