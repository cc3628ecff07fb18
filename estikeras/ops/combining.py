"""Rows of a table that belong to the categories of an example, made one."""

from estikeras import errors
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import as_tensor
from estikeras.ops import embedding
from estikeras.ops.comparison import logical_and, where
from estikeras.ops.core import cast
from estikeras.ops.math import sqrt
from estikeras.ops.padding import is_padded, is_present
from estikeras.ops.reduction import any, max, sum
from estikeras.ops.shaping import expand_dims
from estikeras.ops.tf_sparse import padded
from estikeras.public import public

COMBINERS = ("mean", "sqrtn", "sum")


def check_combiner(argument, combiner):
    """Raise unless it is one of `COMBINERS`."""
    if combiner not in COMBINERS:
        raise errors.invalid(argument, got=combiner, expected=f"one of {COMBINERS}")


def combined(table, ids, weights, combiner, max_norm=None, only_positive=True):
    """The rows of a table at the ids of each example, as one row.

    Args:
        table: (rows, size).
        ids: integers (..., places); negative ones are left out.
        weights: float32 of the shape of the ids, what each row counts; None if all count 1.
        combiner: "sum"; "mean": the sum by the sum of weights; "sqrtn": the sum by the root of the
            sum of the squares of weights.
        max_norm: rows longer than this are shortened to it; None leaves them.
        only_positive: whether for a mean, rows that count 0 or less are left out.

    Returns:
        float32 (..., size): zeros where no id is left.

    Raises:
        InvalidArgumentError: for an id that is no row of the table.
    """
    valid = _valid(ids, weights if only_positive else None, combiner)
    places = where(valid, ids, 0)
    if ids.shape[-1] > 1:  # for what is left out, no row is looked up that no other place has
        places = where(valid, ids, max(places, axis=-1, keepdims=True))
    rows = embedding.embedding_lookup(table, places)
    if max_norm is not None:
        rows = _shortened(rows, max_norm)
    factors = cast(valid, "float32")
    if weights is not None:
        factors = where(valid, weights, 0.0)
    total = sum(rows * expand_dims(factors, -1), axis=-2)
    if combiner == "sum" or (weights is None and ids.shape[-1] == 1):
        return total
    if combiner == "mean":
        by = sum(factors, axis=-1, keepdims=True)
    else:
        by = sqrt(sum(factors * factors, axis=-1, keepdims=True))
    return total / where(by != 0, by, 1.0)


def _valid(ids, weights, combiner):
    """Which ids are not left out."""
    if weights is None or combiner == "sum":
        return ids >= 0
    return logical_and(ids >= 0, weights > 0)


def _shortened(rows, max_norm):
    squares = sum(rows * rows, axis=-1, keepdims=True)
    # A row of zeros has no direction: its norm's gradient would be NaN.
    norm = sqrt(where(squares > 0, squares, 1.0))
    return where(squares > max_norm * max_norm, rows * (max_norm / norm), rows)


@public("nn.embedding_lookup_sparse")
def embedding_lookup_sparse(
    params, sp_ids, sp_weights, combiner=None, max_norm=None, name=None, allow_fast_lookup=False
):
    """The rows of a table at the ids of each example, as one row.

    Args:
        params: (rows, size), or a list with one such table.
        sp_ids: SparseTensor of integers (batch, places), or what stands for one in a model
            function.
        sp_weights: SparseTensor with what each row counts; None if all count 1.
        combiner: "sum"; "mean": the sum by the sum of weights; "sqrtn": the sum by the root of the
            sum of the squares of weights; None is "mean".
        max_norm: rows longer than this are shortened to it; None leaves them.
        name: no effect.
        allow_fast_lookup: no effect.

    Returns:
        float32 (batch, size): zeros where an example has no ids.
    """
    combiner = combiner or "mean"
    check_combiner("combiner", combiner)
    ids, weights = _padded("sp_ids", sp_ids), _weights("sp_weights", sp_weights)
    return combined(
        embedding.whole_table(params), ids, weights, combiner, max_norm, only_positive=False
    )


@public("nn.safe_embedding_lookup_sparse")
def safe_embedding_lookup_sparse(
    embedding_weights,
    sparse_ids,
    sparse_weights=None,
    combiner="mean",
    default_id=None,
    max_norm=None,
    name=None,
    allow_fast_lookup=False,
):
    """The rows of a table at the ids of each example, as one row; negative ids are left out, and
    for a mean what counts 0 or less.

    Args:
        embedding_weights: (rows, size), or a list with one such table.
        sparse_ids: SparseTensor of integers (batch, places), or what stands for one in a model
            function.
        sparse_weights: SparseTensor with what each row counts; None if all count 1.
        combiner: as in `embedding_lookup_sparse`.
        default_id: the row of an example that has no ids; None is one of zeros.
        max_norm: rows longer than this are shortened to it; None leaves them.
        name: no effect.
        allow_fast_lookup: no effect.

    Returns:
        float32 (batch, size).
    """
    check_combiner("combiner", combiner)
    table = embedding.whole_table(embedding_weights)
    ids, weights = _padded("sparse_ids", sparse_ids), _weights("sparse_weights", sparse_weights)
    rows = combined(table, ids, weights, combiner, max_norm)
    if default_id is None:
        return rows
    default = combined(table, as_tensor([[default_id]]), None, "sum", max_norm)
    return where(any(_valid(ids, weights, combiner), axis=-1, keepdims=True), rows, default)


def _padded(argument, x):
    if isinstance(x, SparseTensor):
        return padded(x)
    if not is_padded(x):
        raise errors.wrong_type(
            argument,
            got=x,
            expected="a SparseTensor; for dense ids there is `tf.nn.embedding_lookup`",
        )
    return x


def _weights(argument, x):
    if x is None:
        return None
    weights = cast(_padded(argument, x), "float32")
    return where(is_present(weights), weights, 0.0)
