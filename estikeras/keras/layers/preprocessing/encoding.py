"""Indices as the outputs that `output_mode` asks for: themselves, or vectors of ones and counts."""

from estikeras import ops


def encode(indices, mode, depth, dtype, weights=None):
    """Indices in an output mode.

    Args:
        indices: integer tensor.
        mode: "int", "one_hot", "multi_hot" or "count".
        depth: size of the vectors; an index outside of them counts nowhere.
        dtype: dtype of the result.
        weights: tensor in the shape of the indices, how much each adds to "count"; or None.

    Returns:
        A tensor of `encoded_shape`.
    """
    if mode == "int":
        return ops.cast(indices, dtype)
    if indices.ndim == 0:
        indices = ops.expand_dims(indices, -1)
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = ops.squeeze(indices, -1)
        return ops.one_hot(indices, depth, dtype=dtype)
    if weights is None and indices.ndim <= 2 and indices.shape[-1] == 1:
        return ops.one_hot(ops.squeeze(indices, -1), depth, dtype=dtype)
    counts = _counts(indices, depth, weights)
    return ops.cast(ops.minimum(counts, 1) if mode == "multi_hot" else counts, dtype)


def _counts(indices, depth, weights):
    """How often each index is there along the last axis of a matrix, or the second of others.

    They are floats, whose sums have native loops.
    """
    if indices.ndim > 2:
        hot = ops.one_hot(indices, depth, dtype="float32" if weights is None else weights.dtype)
        return ops.sum(hot if weights is None else hot * ops.expand_dims(weights, -1), axis=1)
    # Of all rows at once: each has `depth` places of its own.
    indices = ops.cast(indices, "int64")
    rows = 1 if indices.ndim == 1 else indices.shape[0]
    inside = ops.logical_and(indices >= 0, indices < depth)
    starts = ops.reshape(ops.arange(rows, dtype="int64") * depth, (-1, 1))
    places = ops.where(inside, ops.reshape(indices, (rows, -1)) + starts, -1)
    if weights is None:
        weights = ops.ones(places.shape, "float32")
    counts = ops.segment_sum(
        ops.reshape(weights, (-1,)), ops.reshape(places, (-1,)), num_segments=rows * depth
    )
    return ops.reshape(counts, (*indices.shape[:-1], depth))


def encoded_shape(shape, mode, depth):
    """The shape of `encode`'s result for indices of a shape, where sizes may be None."""
    shape = tuple(shape)
    if mode == "int":
        return shape
    if mode == "one_hot":
        return (*(shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape), depth)
    return (*shape[:1], *shape[2:], depth) if len(shape) > 1 else (depth,)
