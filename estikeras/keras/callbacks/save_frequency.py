"""Counts batches for callbacks that save every N of them, also where batches are announced in
steps.
"""

from estikeras import errors


class SaveFrequency:
    """Says after which batches to save.

    Args:
        save_freq: `"epoch"`, or the number of batches between two saves.

    Raises:
        ValueError: for anything else.
    """

    def __init__(self, save_freq):
        is_count = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not is_count:
            raise errors.invalid("save_freq", got=save_freq, expected="'epoch' or a positive int")
        self.save_freq = save_freq
        self._since_save, self._last_batch = 0, None

    @property
    def by_batches(self):
        """Whether batches count, not epochs."""
        return self.save_freq != "epoch"

    def go_on_after(self, batch):
        """Begin to count after a batch, at which was saved."""
        self._since_save, self._last_batch = 0, batch

    def is_due(self, batch):
        """Count the batches up to `batch` (from 0 in each epoch); whether it is time to save."""
        new_epoch = self._last_batch is None or batch <= self._last_batch
        self._since_save += batch + 1 if new_epoch else batch - self._last_batch
        self._last_batch = batch
        if self._since_save < self.save_freq:
            return False
        self._since_save = 0
        return True
