"""Sixteen-bit floats in NumPy references: compute in float32, round once at the end. Knows no
operation.
"""

import functools

import numpy as np

from estikeras.engine import dtypes

_HALVES = ("float16", "bfloat16")


def wide(array):
    """The array in float32 where it is float16 or bfloat16, else unchanged."""
    return array.astype(np.float32) if dtypes.from_numpy(array.dtype) in _HALVES else array


def widened(reference):
    """Make a NumPy reference compute 16-bit inputs in float32 and round float32 results to the
    first input's dtype.
    """

    @functools.wraps(reference)
    def rounded(*arrays, **params):
        dtype = next((a.dtype for a in arrays if dtypes.from_numpy(a.dtype) in _HALVES), None)
        results = reference(*map(wide, arrays), **params)
        if dtype is None:
            return results
        if isinstance(results, tuple):
            return tuple(r.astype(dtype) if r.dtype == np.float32 else r for r in results)
        return results.astype(dtype)

    return rounded
