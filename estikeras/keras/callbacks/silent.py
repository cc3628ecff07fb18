"""Stands for a callback that only shows or writes things, on the ranks that are not the chief."""

from estikeras.keras.callbacks.callback import Callback
from strategies import get_strategy


class Silent(Callback):
    """Listens to what the callback listens to, since all ranks announce the same batches, and does
    nothing.

    Args:
        callback: the callback whose place it takes.
    """

    def __init__(self, callback):
        super().__init__()
        self._callback = callback

    def _listens_to(self, hook):
        return self._callback._listens_to(hook)


def for_this_rank(callback):
    """The callback itself, or its stand-in where only the chief's may act."""
    if callback.chief_only and not get_strategy().cluster.is_chief:
        return Silent(callback)
    return callback
