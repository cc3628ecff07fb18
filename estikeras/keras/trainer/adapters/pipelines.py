"""Batches of a `tf.data.Dataset`: one by one, or, where they lie in memory, many at a time."""

import functools

import numpy as np

from estikeras.data import feeding
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

    def skip_epoch(self):
        """Make the random choices of an epoch whose batches nobody needs."""
        feeding.skip_pass(self.dataset)

    def batches(self):
        """The batches of an epoch."""
        return (as_batch(item, self.class_weight) for item in feeding.arrays(self.dataset))

    def blocks(self):
        """The batches of an epoch, many at once: an iterator over Blocks; None where they are made
        one by one.
        """
        rows = feeding.batched_rows(self.dataset)
        if rows is not None:
            return (Block(self._rows, order, rows.batch_size) for order in rows.numbers())
        pieces = feeding.blocks(self.dataset, BLOCKS)
        return None if pieces is None else map(self._block, pieces)

    @functools.cached_property
    def _rows(self):
        """All rows in memory, as the trainer takes them."""
        return as_batch(feeding.batched_rows(self.dataset).rows, self.class_weight)

    def _block(self, piece):
        """The Block of batches that lie one after the other."""
        shapes = {a.shape[:2] for a in tree.flatten(piece) if a is not None}
        if len(shapes) > 1:
            rows = sorted(rows for _, rows in shapes)
            raise ValueError(f"All parts of a batch must have the same number of rows, got {rows}.")
        count, size = shapes.pop()
        rows = tree.map_structure(
            lambda a: None if a is None else a.reshape(-1, *a.shape[2:]), piece
        )
        return Block(as_batch(rows, self.class_weight), np.arange(count * size), size)


class Block(ArrayAdapter):
    """Some batches of rows in memory.

    Args:
        data: structure of arrays, as of a batch, with these rows and maybe others.
        order: int64 numbers of the rows.
        batch_size: rows in a batch; the last may have fewer.

    Attributes:
        first: number of the first batch that was not used yet; who uses them counts.
    """

    def __init__(self, data, order, batch_size):
        self.data, self.order, self.batch_size = data, order, batch_size
        self.rows = [a for a in tree.flatten(data) if a is not None]
        self.num_rows, self.num_batches = len(order), -(-len(order) // batch_size)
        self.first = 0


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
