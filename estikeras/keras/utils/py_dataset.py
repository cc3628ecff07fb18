"""The base of user datasets that give whole batches by index."""

from estikeras import errors
from estikeras.public import public


@public("keras.utils.PyDataset", "keras.utils.Sequence")
class PyDataset:
    """Base of datasets that give a batch for an index; override `__getitem__` and `__len__`.

    Every batch is a tuple `(x, y)` or `(x, y, sample_weight)` of arrays, or `(x,)`.

    Args:
        workers: int, threads or processes that prepare batches.
        use_multiprocessing: bool, processes in place of threads.
        max_queue_size: int, batches prepared ahead.

    Example:
    >>> class Halves(PyDataset):
    ...     def __len__(self):
    ...         return 2
    ...     def __getitem__(self, index):
    ...         return x[index::2], y[index::2]
    """

    def __init__(self, workers=1, use_multiprocessing=False, max_queue_size=10):
        if not isinstance(workers, int) or workers < 0:
            raise errors.invalid("workers", got=workers, expected="an int of at least 0")
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    @property
    def workers(self):
        """How many threads or processes prepare batches."""
        return getattr(self, "_workers", 1)

    @workers.setter
    def workers(self, value):
        self._workers = value

    @property
    def use_multiprocessing(self):
        """Whether processes prepare batches in place of threads."""
        return getattr(self, "_use_multiprocessing", False)

    @use_multiprocessing.setter
    def use_multiprocessing(self, value):
        self._use_multiprocessing = value

    @property
    def max_queue_size(self):
        """How many batches are prepared ahead."""
        return getattr(self, "_max_queue_size", 10)

    @max_queue_size.setter
    def max_queue_size(self, value):
        self._max_queue_size = value

    @property
    def num_batches(self):
        """The number of batches, or None for a dataset without end."""
        return len(self) if hasattr(self, "__len__") else None

    def __getitem__(self, index):
        raise NotImplementedError(
            f"{type(self).__name__} has no `__getitem__`: it returns the batch for an index."
        )

    def __iter__(self):
        if self.num_batches is None:
            index = 0
            while True:
                yield self[index]
                index += 1
        yield from (self[index] for index in range(self.num_batches))

    def on_epoch_begin(self):
        """Called before every epoch."""

    def on_epoch_end(self):
        """Called after every epoch, for example to shuffle."""
