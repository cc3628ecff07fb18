"""Sparse tensors as dense ones whose missing entries can be told from others."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor
from estikeras.ops import comparison, core, tf_sparse

_SIGNED = ("int8", "int16", "int32", "int64")


def missing_value(dtype):
    """What stands for a missing entry: an empty string, -1 for integers, NaN for floats (where 0 is
    a value like any other).
    """
    if dtype == "string":
        return ""
    if dtypes.is_float(dtype):
        return np.nan
    return -1


def padded(sparse, round_up=False):
    """A sparse tensor as a dense one, with `missing_value` where it has no entry.

    Args:
        sparse: SparseTensor of strings, integers or floats with at least two axes.
        round_up: whether all sizes but the batch's are raised to a power of two, so that batches
            with rows of any length come in few shapes.

    Returns:
        Tensor of its dense shape, of which `is_padded` is true.

    Raises:
        ValueError: for a dtype without a value that means missing, such as bool.
    """
    if sparse.dtype != "string" and sparse.dtype not in (*_SIGNED, *dtypes.FLOATS):
        raise errors.invalid(
            "sparse", got=f"dtype {sparse.dtype}", expected="strings, signed integers or floats"
        )
    if round_up:
        batch, *sizes = sparse.shape
        shape = (batch, *(1 << max(size - 1, 0).bit_length() for size in sizes))
        sparse = SparseTensor(sparse.indices, sparse.values, np.array(shape, np.int64))
    return note_padded(
        tf_sparse.to_dense(sparse, missing_value(sparse.dtype), validate_indices=False)
    )


def note_padded(x):
    """Mark a tensor as one that stands for a padded sparse one, and give it back.

    Crossed columns take empty strings of dense features for values, as the reference does, and
    those of padded ones for missing entries.

    Args:
        x: Tensor, also a traced one that will be fed with what `padded` gives.
    """
    x._padded = True
    return x


def is_padded(x):
    """Whether a tensor stands for a padded sparse one."""
    return getattr(x, "_padded", False)


def is_present(x):
    """Where a dense tensor has no missing entries, bool of its shape."""
    if dtypes.is_float(x.dtype):
        return comparison.logical_not(comparison.isnan(x))
    if x.dtype != "string":
        x = core.cast(x, "int64")
    return comparison.not_equal(x, core.tensor(missing_value(x.dtype), x.dtype))
