"""Rows of a table that belong to the categories of an example, made one."""

import contextlib

from estikeras import errors, op_errors, ops
from estikeras.ops import embedding

COMBINERS = ("mean", "sqrtn", "sum")


def check_combiner(argument, combiner):
    """Raise unless it is one of `COMBINERS`."""
    if combiner not in COMBINERS:
        raise errors.invalid(argument, got=combiner, expected=f"one of {COMBINERS}")


def combined(table, ids, weights, combiner, max_norm=None):
    """The rows of a table at the ids of each example, as one row.

    Args:
        table: (rows, size).
        ids: integers (..., places); negative ones are left out.
        weights: float32 of the shape of the ids, what each row counts; None if all count 1. For a
            mean, rows that count 0 or less are left out.
        combiner: "sum"; "mean": the sum by the sum of weights; "sqrtn": the sum by the root of the
            sum of the squares of weights.
        max_norm: rows longer than this are shortened to it; None leaves them.

    Returns:
        float32 (..., size): zeros where no id is left.

    Raises:
        InvalidArgumentError: for an id that is no row of the table.
    """
    valid = ids >= 0
    if weights is not None and combiner != "sum":
        valid = ops.logical_and(valid, weights > 0)
    places = ops.where(valid, ids, 0)
    if ids.shape[-1] > 1:  # for what is left out, no row is looked up that no other place has
        places = ops.where(valid, ids, ops.max(places, axis=-1, keepdims=True))
    rows = embedding.embedding_lookup(table, places)
    if max_norm is not None:
        rows = _shortened(rows, max_norm)
    factors = ops.cast(valid, "float32")
    if weights is not None:
        factors = ops.where(valid, weights, 0.0)
    total = ops.sum(rows * ops.expand_dims(factors, -1), axis=-2)
    if combiner == "sum" or (weights is None and ids.shape[-1] == 1):
        return total
    if combiner == "mean":
        by = ops.sum(factors, axis=-1, keepdims=True)
    else:
        by = ops.sqrt(ops.sum(factors * factors, axis=-1, keepdims=True))
    return total / ops.where(by > 0, by, 1.0)


@contextlib.contextmanager
def lookup_of(column):
    """Errors inside about rows that a table does not have name the column."""
    try:
        yield
    except op_errors.InvalidArgumentError as error:
        raise op_errors.InvalidArgumentError(
            message=f"Column {column.name!r} has the ids 0 to {column.num_buckets - 1}. {error}"
        ) from error


def _shortened(rows, max_norm):
    squares = ops.sum(rows * rows, axis=-1, keepdims=True)
    # A row of zeros has no direction: its norm's gradient would be NaN.
    norm = ops.sqrt(ops.where(squares > 0, squares, 1.0))
    return ops.where(squares > max_norm * max_norm, rows * (max_norm / norm), rows)
