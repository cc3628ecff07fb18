"""Batches that go on from epoch to epoch."""

from estikeras.keras.trainer.adapters.pipelines import PipelineAdapter
from estikeras.keras.trainer.adapters.streams import IterableAdapter


class Ongoing:
    """An adapter whose batches go on from epoch to epoch: `steps_per_epoch` cuts one stream.

    Args:
        adapter: gives the batches.

    Attributes:
        begins_again: whether an epoch ends with the data, and the next one reads them anew, as it
            is with Datasets; else data that can be read again go on within the epoch.
    """

    num_batches = None

    def __init__(self, adapter):
        self._adapter = adapter
        self._batches = self._blocks = self._block = None
        self.iterable = getattr(adapter, "iterable", None)
        self.begins_again = isinstance(adapter, PipelineAdapter)
        self._once = isinstance(adapter, IterableAdapter) and adapter.is_iterator

    def on_epoch_begin(self):
        """Tell the adapter."""
        self._adapter.on_epoch_begin()

    def on_epoch_end(self):
        """Tell the adapter."""
        self._adapter.on_epoch_end()

    def batches(self):
        """The batches after those of the last epoch."""
        self._batches = iter(()) if self._batches is None else self._batches
        came = False
        while True:
            for batch in self._batches:
                came = True
                yield batch
            if came and (self._once or self.begins_again):
                return
            self._batches = iter(self._adapter.batches())
            first = next(self._batches, None)
            if first is None:
                return
            came = True
            yield first

    def blocks(self):
        """The batches after those of the last epoch, many at once; None where the adapter has no
        blocks, or they were taken one by one before.
        """
        if self._blocks is None and self._batches is None:
            self._blocks = getattr(self._adapter, "blocks", lambda: None)()
        return None if self._blocks is None else self._rest_of_blocks()

    def _rest_of_blocks(self):
        came = False
        while True:
            if self._block is None or self._block.first == self._block.num_batches:
                self._block = next(self._blocks, None)
                if self._block is None:
                    if came:
                        return
                    self._blocks = self._adapter.blocks()
                    self._block = next(self._blocks, None)
                    if self._block is None:
                        return
            came = True
            yield self._block
