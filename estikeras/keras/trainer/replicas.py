"""Steps that several replicas do together: which rows are whose, and how much they count.

Knows adapters, runners and strategies; what a step does is the trainer's.
"""

import contextlib
import dataclasses

import numpy as np

from estikeras.engine import tree
from estikeras.engine.variable import Variable
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter
from estikeras.keras.trainer.agreement import begin_together
from estikeras.keras.trainer.runner import Runner
from estikeras.ops.replicas import averaged
from strategies import context, errors
from strategies.elements import take_rows
from strategies.input import rows_of, share
from strategies.reduction import ROWS, SQUARES


@dataclasses.dataclass(frozen=True)
class Share:
    """How much a replica's mean over its rows counts in the mean over the global batch.

    Attributes:
        even: whether all replicas have equally many rows.
        fraction: float32 Variable, this replica's part of the rows.
    """

    even: bool
    fraction: Variable


@dataclasses.dataclass(frozen=True)
class Part:
    """One replica's part of a global batch.

    Attributes:
        batch: its rows, a structure of arrays; without any, one row that does not count.
        rows: how many rows count, 0 or more.
        total: how many rows all replicas have.
        even: whether all have equally many.
    """

    batch: object
    rows: int
    total: int
    even: bool


def count_rows(batch):
    """The number of rows of a structure of arrays."""
    return next(len(a) for a in tree.flatten(batch) if a is not None)


def part_of(batch, strategy):
    """This rank's Part of a global batch that all ranks have."""
    total, size = count_rows(batch), strategy.num_replicas_in_sync
    start, stop = share(total, size, strategy.cluster.rank)
    rows = take_rows(batch, start, stop) if stop > start else take_rows(batch, 0, 1)
    return Part(rows, stop - start, total, total % size == 0)


def share_variable():
    """The Variable with this rank's part of the rows, as a Share has it."""
    with context.scope(None):  # how much this rank counts is its own
        return Variable(
            1.0, dtype="float32", trainable=False, synchronization="on_read", name="share"
        )


def weigh(strategy, fraction, rows, total):
    """Say how much this rank counts in the next step.

    Args:
        strategy: the Strategy.
        fraction: what `share_variable` made.
        rows: how many rows this rank has.
        total: how many all ranks have.
    """
    strategy.reduction.contributes = rows > 0
    fraction.before_write()
    fraction.buffer[...] = rows / total if rows else 1.0


@contextlib.contextmanager
def telling_of_failures(strategy):
    """A `with` block whose errors the other ranks hear of; between steps every rank contributes."""
    try:
        yield
    except Exception as error:
        strategy.step_failed(error)
        raise
    finally:
        strategy.reduction.contributes = True


class ReplicaRunner(Runner):
    """Runs a step on this rank's parts of batches, together with the other ranks.

    Args:
        step: function of a batch, a structure of tensors.
        eager: whether to run it eagerly.
        strategy: the Strategy.
        averages: whether results of the step are this replica's, and not, as those of metrics, of
            all replicas already.
    """

    def __init__(self, step, eager, strategy, averages=False):
        self.strategy = strategy
        fraction = share_variable()
        self._shares = {even: Share(even, fraction) for even in (False, True)}

        def replica_step(batch, even):
            replica = strategy.replica_context(self._shares[even])
            with context.scope(strategy), context.entered(replica):
                return averaged(step(batch)) if averages else step(batch)

        self._has_begun = False
        super().__init__(replica_step, eager)

    def begin(self, model):
        """Before the first batch of those that come one by one: `begin_together`, once."""
        if not self._has_begun:
            begin_together(model, self.strategy)
            self._has_begun = True

    def run(self, batch):
        """The step's result for a Part, or for a global batch that all ranks have."""
        part = batch if isinstance(batch, Part) else part_of(batch, self.strategy)
        self._prepare(part)
        with telling_of_failures(self.strategy):
            return super().run(part.batch, part.even)

    def epoch(self, *args, **kwargs):
        """As a Runner's; between the steps every rank contributes, with or without rows."""
        with telling_of_failures(self.strategy):
            for ran in super().epoch(*args, **kwargs):
                self.strategy.reduction.contributes = True
                yield ran

    def _prepare(self, part):
        weigh(self.strategy, self._shares[False].fraction, part.rows, part.total)

    def _concrete(self, adapter):
        part = adapter.batch(0)
        self._prepare(part)
        return super()._concrete(adapter, part.even)


class ArrayShare(ArrayAdapter):
    """This rank's rows of arrays that all ranks have: of every batch its share.

    Args:
        whole: the ArrayAdapter of all rows.
        strategy: the Strategy.
    """

    def __init__(self, whole, strategy):
        self.whole, self.strategy = whole, strategy
        self.data, self.rows, self.num_rows = whole.data, whole.rows, whole.num_rows
        self.num_batches = whole.num_batches
        size, rank = strategy.num_replicas_in_sync, strategy.cluster.rank
        start, stop = share(whole.batch_size, size, rank)
        self.batch_size = max(1, stop - start)
        self.order = np.zeros(whole.full_batches * self.batch_size, np.int64)

    @property
    def full_batches(self):
        """How many global batches have all rows."""
        return self.whole.full_batches

    def on_epoch_begin(self):
        """Choose the epoch's order of rows: the chief's."""
        self.whole.on_epoch_begin()
        self.strategy.communicator.bcast_array(self.whole.order)
        size, rank = self.strategy.num_replicas_in_sync, self.strategy.cluster.rank
        own = rows_of(self.whole.order, self.whole.batch_size, size, rank)
        self.order[:] = own.reshape(-1) if own.size else 0

    def batch(self, k):
        """This rank's Part of batch number k of the epoch."""
        size = self.whole.batch_size
        part = part_of(self.whole.order[k * size : (k + 1) * size], self.strategy)
        batch = tree.map_structure(lambda a: None if a is None else a[part.batch], self.data)
        return dataclasses.replace(part, batch=batch)


class StreamShare:
    """This rank's parts of batches that come one after the other, however many each rank gets.

    With every step the ranks tell one another how many rows they have for the next one, so that
    all go on until nobody has any.

    Args:
        whole: an adapter of global batches, or of this rank's own ones.
        strategy: the Strategy.
        is_local: whether the adapter's batches are this rank's own.
        goes_on: whether what was read ahead belongs to the next epoch, if an epoch is cut short.
    """

    def __init__(self, whole, strategy, is_local=False, goes_on=False):
        self.whole, self.strategy = whole, strategy
        self.is_local, self.goes_on = is_local, goes_on
        self.num_batches = whole.num_batches
        self._ahead = self._stand_in = None

    def on_epoch_begin(self):
        """Tell the adapter."""
        self.whole.on_epoch_begin()

    def on_epoch_end(self):
        """Tell the adapter."""
        self.whole.on_epoch_end()

    def batches(self):
        """The epoch's Parts; every rank gets equally many."""
        reduction, size = self.strategy.reduction, self.strategy.num_replicas_in_sync
        source = iter(self.whole.batches())
        if self._ahead is None or not self.goes_on:
            self._ahead = self._next(source)
        self._agree_on_stand_in()
        self._announce()
        rows, squares = reduction.tell()[[ROWS, SQUARES]]
        while rows:
            mine = self._ahead
            self._ahead = self._next(source)
            self._announce()
            before = reduction.count
            even = size * squares == rows * rows  # Cauchy and Schwarz: only equal numbers do that
            own = 0 if mine is None else count_rows(mine)
            yield Part(self._stand_in if mine is None else mine, own, int(rows), bool(even))
            if reduction.count == before:  # the step had nothing to sum
                reduction.contributes = True
                reduction.tell()
            rows, squares = reduction.agreed[[ROWS, SQUARES]]

    def _next(self, source):
        """This rank's rows of the next batch; None when it has none."""
        for batch in source:
            if self.is_local:
                rows = batch
            else:
                size, rank = self.strategy.num_replicas_in_sync, self.strategy.cluster.rank
                rows = take_rows(batch, *share(count_rows(batch), size, rank))
            if self._stand_in is None:
                self._stand_in = tree.map_structure(_one_row, batch)
            return rows if count_rows(rows) else None
        return None

    def _announce(self):
        announced = self.strategy.reduction.announced
        rows = 0 if self._ahead is None else count_rows(self._ahead)
        announced[ROWS], announced[SQUARES] = rows, rows * rows

    def _agree_on_stand_in(self):
        """Check that all ranks have batches of one kind; who has none learns it from the others."""
        own = None if self._stand_in is None else tree.map_structure(self._kind, self._stand_in)
        kinds = self.strategy.communicator.allgather((own, self._stand_in))
        known = [kind for kind, _ in kinds if kind is not None]
        if any(kind != known[0] for kind in known):
            raise errors.disagreement(
                "the kind of a batch (shape of a row, dtype)", [kind for kind, _ in kinds]
            )
        if self._stand_in is None and known:
            self._stand_in = next(row for _, row in kinds if row is not None)

    def _kind(self, array):
        if array is None:
            return None
        shape = len(array.shape) if self.is_local else array.shape[1:]
        return shape, str(array.dtype)


def _one_row(array):
    return None if array is None else np.zeros((1, *array.shape[1:]), array.dtype)
