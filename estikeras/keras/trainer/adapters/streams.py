"""Batches that somebody else makes: PyDatasets, generators and other iterables."""

import itertools

import numpy as np

from estikeras import errors
from estikeras.keras.trainer.adapters.arrays import as_arrays, pack
from estikeras.keras.trainer.adapters.class_weights import weights_of_classes
from estikeras.keras.trainer.adapters.prefetch import prefetched
from estikeras.keras.utils.batches import unpack_x_y_sample_weight
from strategies import get_strategy


def as_batch(item, class_weight=None):
    """A batch as structures of arrays: `x` alone stays alone, `(x,)` a tuple."""
    x, y, sample_weight = as_arrays(*unpack_x_y_sample_weight(item))
    if class_weight is not None:
        sample_weight = weights_of_classes(y, class_weight)
    if y is None and sample_weight is None:
        return (x,) if isinstance(item, tuple | list) else x
    return pack(x, y, sample_weight)


class DatasetAdapter:
    """Batches of a PyDataset, made ahead by its workers.

    Args:
        dataset: a `keras.utils.PyDataset`.
        shuffle: whether every epoch takes the batches in a new order, the chief's.
        class_weight: dict from class to weight, or None.
    """

    def __init__(self, dataset, shuffle=False, class_weight=None):
        self.dataset, self.shuffle, self.class_weight = dataset, shuffle, class_weight
        self.num_batches = dataset.num_batches
        if self.num_batches == 0:
            raise errors.invalid("x", got="a PyDataset of length 0", expected="at least one batch")

    def on_epoch_begin(self):
        """Tell the dataset."""
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        """Tell the dataset."""
        self.dataset.on_epoch_end()

    def batches(self):
        """The batches of an epoch, in order."""
        indices = itertools.count() if self.num_batches is None else self._indices()
        return (as_batch(item, self.class_weight) for item in prefetched(self.dataset, indices))

    def _indices(self):
        if not self.shuffle:
            return range(self.num_batches)
        order = np.random.permutation(self.num_batches)  # noqa: NPY002  as Keras draws it
        return get_strategy().bcast(order).tolist()


class IterableAdapter:
    """Batches of a generator or any other iterable; one that can be iterated again begins anew in
    every epoch.

    Args:
        iterable: gives `x`, `(x, y)` or `(x, y, sample_weight)`.
        class_weight: dict from class to weight, or None.
    """

    def __init__(self, iterable, class_weight=None):
        self.iterable, self.class_weight = iterable, class_weight
        self.num_batches = len(iterable) if hasattr(iterable, "__len__") else None
        self.is_iterator = iter(iterable) is iterable

    def on_epoch_begin(self):
        """Nothing to do."""

    def on_epoch_end(self):
        """Nothing to do."""

    def batches(self):
        """The batches that are left (of an iterator) or all of them."""
        return (as_batch(item, self.class_weight) for item in self.iterable)
