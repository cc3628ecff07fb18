"""Sums, means and gatherings of values over the replicas. NumPy arrays and numbers are served here;
whoever has arrays of another kind registers them.
"""

import enum
import functools

import numpy as np


class ReduceOp(enum.Enum):
    """How the replicas' values become one."""

    SUM = "SUM"
    MEAN = "MEAN"

    @staticmethod
    def from_variable_aggregation(aggregation):
        """The ReduceOp of a variable's aggregation, "sum" or "mean"."""
        return ReduceOp(str(getattr(aggregation, "value", aggregation)).upper())

    @classmethod
    def of(cls, given):
        """A ReduceOp from one, or from its name in any case.

        Raises:
            ValueError: for another name.
        """
        if isinstance(given, cls):
            return given
        name = str(given).upper()
        if name not in cls.__members__:
            raise ValueError(f"`reduce_op`: expected 'SUM' or 'MEAN', got {given!r}.")
        return cls[name]


@functools.singledispatch
def sum_over_replicas(value, reduction):
    """The sum of a value over the replicas, of the kind that the value is.

    Args:
        value: array or number; all replicas give equal shapes and dtypes.
        reduction: the Reduction of the replicas.
    """
    array = np.asarray(value)
    total = reduction.sums([array])[0]
    return total if isinstance(value, np.ndarray) else total[()]


@functools.singledispatch
def sum_along(value, axis):
    """The sum of an array along an axis, and how many entries that axis has."""
    array = np.asarray(value)
    return array.sum(axis), array.shape[axis]


@functools.singledispatch
def divided(value, number):
    """The value divided by a number; whole numbers become floats."""
    return value / number


@functools.singledispatch
def gathered(value, axis, communicator):
    """The replicas' values, which may differ in length along `axis`, one after the other.

    Args:
        value: array; all other dimensions are equal on all replicas.
        axis: along which they are joined.
        communicator: the Communicator of the replicas.
    """
    return np.concatenate(communicator.allgather(np.asarray(value)), axis)
