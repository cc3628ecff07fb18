"""Chooses the adapter for what `fit`, `evaluate` and `predict` are given."""

import types

import numpy as np

from estikeras import errors
from estikeras.data.dataset import Dataset
from estikeras.engine import tree
from estikeras.keras.trainer.adapters.arrays import ArrayAdapter, as_arrays
from estikeras.keras.trainer.adapters.distributed import OwnShares
from estikeras.keras.trainer.adapters.pipelines import PipelineAdapter, shared
from estikeras.keras.trainer.adapters.streams import DatasetAdapter, IterableAdapter
from estikeras.keras.utils.py_dataset import PyDataset
from strategies import DistributedDataset


def adapt(
    x,
    y=None,
    sample_weight=None,
    batch_size=None,
    shuffle=False,
    class_weight=None,
    by_files=True,
):
    """The adapter for arrays, a Dataset, a PyDataset, a generator or another iterable of batches.

    `by_files`: whether ranks may read other batches than one another, from files of their own.

    Raises:
        ValueError: when `y` or `sample_weight` come beside data that has them already.
        TypeError: for no data at all.
    """
    if isinstance(x, ArrayAdapter | DatasetAdapter | IterableAdapter | PipelineAdapter):
        return x
    if x is None:
        raise errors.wrong_type(
            "x", got=x, expected="arrays, a PyDataset, or an iterable of batches"
        )
    if isinstance(x, Dataset):
        _refuse(y, sample_weight, "a Dataset")
        x = shared(x, by_files)
        if isinstance(x, Dataset):
            return PipelineAdapter(x, class_weight)
    if isinstance(x, DistributedDataset):
        x = OwnShares(x)
    if isinstance(x, PyDataset):
        _refuse(y, sample_weight, "a PyDataset")
        return DatasetAdapter(x, shuffle=shuffle, class_weight=class_weight)
    is_stream = isinstance(x, types.GeneratorType) or (
        not isinstance(x, list | tuple | dict | str | np.ndarray)
        and not hasattr(x, "shape")
        and hasattr(x, "__iter__")
        and not hasattr(x, "__array__")
    )
    if is_stream:
        _refuse(y, sample_weight, "an iterable of batches")
        return IterableAdapter(x, class_weight=class_weight)
    return ArrayAdapter(x, y, sample_weight, batch_size, shuffle, class_weight)


def _refuse(y, sample_weight, what):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise errors.invalid(
                name,
                got=type(value).__name__,
                expected=f"None, since `x` is {what} and brings its own",
            )


def split(x, y, sample_weight, fraction):
    """The first part of arrays for training, the last `fraction` of the samples for validation.

    Returns:
        Two tuples `(x, y, sample_weight)`.

    Raises:
        ValueError: when a part would be empty or the data are no arrays.
    """
    if not 0 < fraction < 1:
        raise errors.invalid("validation_split", got=fraction, expected="a number between 0 and 1")
    if isinstance(x, PyDataset | Dataset | types.GeneratorType):
        raise errors.invalid(
            "validation_split",
            got=fraction,
            expected="0, since `x` is no array. Give `validation_data`",
        )
    parts = as_arrays(x, y, sample_weight)
    total = len(next(a for a in tree.flatten(parts[0]) if a is not None))
    at = int(total * (1 - fraction))
    if at in (0, total):
        raise errors.invalid(
            "validation_split",
            got=fraction,
            expected=f"a fraction that leaves both parts of {total} samples filled",
        )

    def cut(part, s):
        if part is None:
            return None
        return tree.map_structure(lambda a: None if a is None else a[s], part)

    return tuple(cut(p, slice(0, at)) for p in parts), tuple(cut(p, slice(at, None)) for p in parts)
