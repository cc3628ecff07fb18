"""Sparse tensors as dense ones whose missing entries can be told from others."""

import numpy as np

from estikeras.engine import dtypes
from estikeras.ops import comparison, core


def missing_value(dtype):
    """What stands for a missing entry: an empty string, -1 for integers, NaN for floats (where 0 is
    a value like any other).
    """
    if dtype == "string":
        return ""
    if dtypes.is_float(dtype):
        return np.nan
    return -1


def note_padded(x):
    """Mark a tensor as one that stands for a padded sparse one, and give it back.

    Crossed columns take empty strings of dense features for values, as the reference does, and
    those of padded ones for missing entries.

    Args:
        x: Tensor, also a traced one that will be fed with what `tf_sparse.padded` gives.
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
