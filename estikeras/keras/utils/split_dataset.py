"""A data set as two."""

import random

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.batching import Batch
from estikeras.data.dataset import Dataset
from estikeras.keras.utils.directory_dataset import PREFETCHED
from estikeras.public import public

_BACKENDS = (None, "tensorflow", "jax", "numpy")


@public("keras.utils.split_dataset")
def split_dataset(
    dataset, left_size=None, right_size=None, shuffle=False, seed=None, preferred_backend=None
):
    """The first samples and the last ones of a data set that fits into memory.

    Args:
        dataset: a Dataset, an array, or a list or tuple of arrays with equally many samples.
        left_size: how many samples are on the left: an int, or a share from 0 to 1 as a float. None
            for all that are not on the right.
        right_size: likewise for the right.
        shuffle: whether the samples are brought into a random order first.
        seed: int of that order.
        preferred_backend: of no effect: both parts are Datasets. "torch" is refused.

    Returns:
        Two Datasets of samples; of batches, if `dataset` ends with `batch`.

    Raises:
        TypeError: for another kind of data set or of size.
        ValueError: for sizes that do not fit the data set, or leave a part empty.
    """
    if preferred_backend not in _BACKENDS:
        raise errors.unsupported(
            f"preferred_backend={preferred_backend!r}", "Leave it out, to get Datasets."
        )
    if left_size is None and right_size is None:
        raise errors.invalid("left_size", got=None, expected="a size, here or in `right_size`")
    samples, batch_size = _samples(dataset)
    total = structure.rows_of(samples)
    left, right = _sizes(left_size, right_size, total)
    order = list(range(total))
    if shuffle:
        random.Random(random.randint(0, int(1e6)) if seed is None else seed).shuffle(order)

    def part(numbers):
        rows = structure.map_leaves(lambda leaf: leaf[numbers], samples)
        made = Dataset.from_tensor_slices(rows)
        made = made if batch_size is None else made.batch(batch_size)
        return made.prefetch(PREFETCHED)

    return part(order[:left]), part(order[-right:])


def _samples(dataset):
    """All samples as one block, and the size of batches or None."""
    if isinstance(dataset, Dataset):
        size = dataset.plan.size if isinstance(dataset.plan, Batch) else None
        rows = list((dataset if size is None else dataset.unbatch()).as_numpy_iterator())
        if not rows:
            raise errors.invalid("dataset", got="an empty Dataset", expected="samples")
        return structure.stack(rows), size
    if not isinstance(dataset, np.ndarray | list | tuple):
        raise errors.wrong_type(
            "dataset", got=dataset, expected="a Dataset, an array, or a list or tuple of arrays"
        )
    arrays = (dataset,) if isinstance(dataset, np.ndarray) else tuple(dataset)
    for array in arrays:
        if not isinstance(array, np.ndarray) or not array.ndim:
            raise errors.invalid("dataset", got=array, expected="arrays of samples in the list")
    if len({len(array) for array in arrays}) != 1 or not len(arrays[0]):
        raise errors.invalid(
            "dataset",
            got=[array.shape for array in arrays],
            expected="arrays with equally many samples, at least one",
        )
    return arrays[0] if isinstance(dataset, np.ndarray) else arrays, None


def _sizes(left, right, total):
    """How many samples of `total` are on the left and on the right."""
    for name, size in (("left_size", left), ("right_size", right)):
        if size is None:
            continue
        if isinstance(size, bool) or not isinstance(size, int | float):
            raise errors.wrong_type(name, got=size, expected="an int, a float or None")
        if not 0 < size < (1 if isinstance(size, float) else total):
            expected = f"an int between 0 and {total}, or a float between 0 and 1"
            raise errors.invalid(name, got=size, expected=expected)
    given = {"left_size": left, "right_size": right}
    if isinstance(left, float) and isinstance(right, float) and left + right > 1:
        raise errors.invalid("right_size", got=given, expected="shares that are at most 1 together")
    left, right = (
        round(size * total) if isinstance(size, float) else size for size in (left, right)
    )
    left = total - right if left is None else left
    right = total - left if right is None else right
    if left + right > total:
        raise errors.invalid(
            "right_size", got=given, expected=f"at most the {total} samples on both sides together"
        )
    if not left or not right:
        raise errors.invalid(
            "left_size",
            got=given,
            expected=f"sizes that leave some of {total} samples on each side",
        )
    return left, right
