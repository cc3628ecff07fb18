"""What a training loop asks of a dataset: arrays in place of Tensors, many batches at once, or only
the numbers of rows that lie in memory anyway.
"""

from dataclasses import dataclass

import numpy as np

from estikeras.data import structure
from estikeras.data.batching import Batch
from estikeras.data.buffering import Prefetch
from estikeras.data.node import Run, draws_of
from estikeras.data.sources import Gather, Slices

BATCHES = 256  # of which row numbers are made at once


def arrays(dataset):
    """An iterator over elements as arrays, numbers and bytes, as they lie in memory."""
    return dataset.plan_to_run().elements(Run(dataset.options()))


def skip_pass(dataset):
    """Let the dataset's next pass make the random choices of the one after it."""
    run = Run(dataset.options())
    for draws in draws_of(dataset.plan_to_run()):
        draws.begin(run)


def are_batches(spec):
    """Whether all tensors of elements of a spec have one number of rows."""
    rows = {tuple(leaf.shape[:1]) for leaf in structure.leaves_of(spec)}
    return len(rows) == 1 and rows != {()}


def blocks(dataset, times):
    """An iterator over batches stacked along a new axis, many at once, of one shape in each block;
    None where they are made one by one, or elements are no batches.

    Args:
        dataset: a Dataset.
        times: how many times more than would be made at once to take.
    """
    plan = dataset.plan_to_run()
    made = plan.blocks(Run(dataset.options()), times * plan.rows_at_once())
    # Where elements are made many at once, their spec is known, and the number of axes.
    return made if made is not None and are_batches(plan.declared) else None


@dataclass(frozen=True)
class BatchedRows:
    """Batches of rows that lie in memory.

    Attributes:
        rows: structure of arrays with all rows.
        batch_size: rows in a batch.
        drop_remainder: whether a last batch of fewer is left out.
        plan: the step that gives the rows' numbers, or the Slices for all of them in order.
        options: Options.
    """

    rows: object
    batch_size: int
    drop_remainder: bool
    plan: object
    options: object

    def numbers(self):
        """An iterator over int64 arrays: the rows of a pass by number, many batches at once."""
        size = BATCHES * self.batch_size
        if isinstance(self.plan, Slices):
            starts = range(0, self.plan.rows, size)
            pieces = (np.arange(k, min(k + size, self.plan.rows)) for k in starts)
        else:
            pieces = structure.rechunk(self.plan.pieces(Run(self.options), size), size)
        for piece in pieces:
            whole = len(piece) - len(piece) % self.batch_size
            piece = piece[:whole] if self.drop_remainder else piece
            if len(piece):
                yield piece


def batched_rows(dataset):
    """The BatchedRows of a dataset that does no more than choose rows in memory and batch them;
    None for any other.
    """
    plan = dataset.plan_to_run()
    while isinstance(plan, Prefetch):
        plan = plan.source
    if not isinstance(plan, Batch) or not isinstance(plan.source, Gather | Slices):
        return None
    source = plan.source
    slices, numbers = (
        (source, source) if isinstance(source, Slices) else (source.slices, source.source)
    )
    return BatchedRows(slices.block, plan.size, plan.drop_remainder, numbers, dataset.options())
