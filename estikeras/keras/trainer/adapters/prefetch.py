"""Makes the batches of a PyDataset ahead of their use, by threads or processes, in order."""

import collections
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

_held = {}  # in a process of a pool: the dataset, which is sent to it once


def prefetched(dataset, indices):
    """The dataset's batches for `indices`; as many as its queue holds are in the making.

    Args:
        dataset: a PyDataset with `workers`, `use_multiprocessing` and `max_queue_size`.
        indices: iterable of batch numbers.
    """
    if dataset.workers < 1 or (dataset.workers == 1 and not dataset.use_multiprocessing):
        for index in indices:
            yield dataset[index]
        return
    if dataset.use_multiprocessing:
        pool = ProcessPoolExecutor(dataset.workers, initializer=_hold, initargs=(dataset,))
        batch = _batch
    else:
        pool, batch = ThreadPoolExecutor(dataset.workers), dataset.__getitem__
    pending = collections.deque()
    try:
        for index in indices:
            pending.append(pool.submit(batch, index))
            if len(pending) >= max(1, dataset.max_queue_size):
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()
        pool.shutdown()


def _hold(dataset):
    _held["dataset"] = dataset


def _batch(index):
    return _held["dataset"][index]
