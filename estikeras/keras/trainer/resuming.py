"""Lets `fit` go on where a training was cut off, also in the middle of an epoch, on all ranks.

Knows where that is (a `Resumption`) and the data's adapters; files are the callback's.
"""

import collections
import contextlib
import itertools

from estikeras.keras.callbacks.resumption import (
    Resumption,
    assign,
    metric_variables,
    random_state,
    set_random_state,
)
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter


class Start:
    """Where a training starts: at the beginning, or where it was cut off.

    Making one is collective: what the chief's callbacks found holds for all ranks.

    Args:
        model: the model; `on_train_begin` of its callbacks ran.
        strategy: the Strategy.
        initial_epoch: the first epoch if no callback says another.
    """

    def __init__(self, model, strategy, initial_epoch):
        found = model._resumption or Resumption(model._initial_epoch or initial_epoch)
        self._at = strategy.bcast(found)
        self._model, self._past = model, range(initial_epoch, self._at.epoch)
        self._beginning = self._at.beginning
        self.epoch = self._at.epoch

    def before_epochs(self, source, limit):
        """Bring data and random states to where they were before the first epoch that is to run.

        Args:
            source: adapter of the data, before ranks take their parts.
            limit: how many batches an epoch takes of data that go on from epoch to epoch; else
                None.
        """
        if not isinstance(source, ArrayAdapter):
            self._read_again(source, limit)
        if self._at.randomness is not None:
            set_random_state(self._at.order if self._at.batches else self._at.randomness)

    def _read_again(self, source, limit):
        if self._beginning is None:
            self._beginning = random_state()
        else:
            set_random_state(self._beginning)
        skip = getattr(source, "skip_epoch", None)
        for _ in self._past:
            if skip is not None and limit is None:
                skip()
                continue
            source.on_epoch_begin()
            batches = source.batches()  # which draws the order of a PyDataset
            if limit is not None:
                collections.deque(itertools.islice(batches, limit), maxlen=0)
            source.on_epoch_end()

    def before_order(self, epoch, hooks):
        """Let the order of rows be that of the epoch, and callbacks know the random state before.

        Args:
            epoch: number of the epoch that begins.
            hooks: whether callbacks listen to batches.
        """
        if self.done_in(epoch):
            set_random_state(self._at.order)
        order = random_state() if hooks else None
        self._model._resumption = Resumption(epoch, beginning=self._beginning, order=order)

    def done_in(self, epoch):
        """How many batches of an epoch were done before."""
        return self._at.batches if epoch == self.epoch else 0

    def last_logs(self, epoch):
        """What the last batch of an epoch logged that was done before."""
        return dict(self._at.logs) if self.done_in(epoch) else {}

    def reached(self, run, batch):
        """Give metrics and random states the values that they had after a batch.

        Args:
            run: does a step on a batch.
            batch: the last one that was done; a step on it makes metrics that are not made yet,
                and is undone.
        """
        if not assign(metric_variables(self._model), self._at.metrics):
            with _undone(self._model):
                run(batch)
            if not assign(metric_variables(self._model), self._at.metrics):
                self._model.reset_metrics()  # they are others now
        set_random_state(self._at.randomness)


@contextlib.contextmanager
def _undone(model):
    """Give the variables of a model and its optimizer their values back at the end of a block."""
    variables = [*model.variables, *(model.optimizer.variables if model.optimizer else ())]
    before = [(variable, variable.numpy().copy()) for variable in variables]
    yield
    for variable, array in before:
        variable.assign(array)
