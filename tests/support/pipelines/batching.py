"""Rows together and apart: batch, padded_batch, unbatch, rebatch, window."""

import numpy as np

from tests.support.pipelines.row import Point, row


def upto(tf, count):
    """Ints from 0 on, as int64."""
    return tf.data.Dataset.range(count)


def ragged(tf, dtype="int32"):
    """Vectors of 1, 3, 0 and 2 entries."""
    return tf.data.Dataset.from_generator(
        lambda: (np.arange(size) + 1 for size in (1, 3, 0, 2)),
        output_signature=tf.TensorSpec((None,), dtype),
    )


def ragged_pairs(tf):
    """Tuples of a growing vector and a growing square."""
    return tf.data.Dataset.from_generator(
        lambda: ((np.ones(n), np.full((n, n), n)) for n in (1, 2, 3)),
        output_signature=(
            tf.TensorSpec((None,), tf.float32),
            tf.TensorSpec((None, None), tf.int32),
        ),
    )


def texts(tf):
    """Vectors of 1 and 2 texts."""
    return tf.data.Dataset.from_generator(
        lambda: iter([["a"], ["b", "c"]]), output_signature=tf.TensorSpec((None,), tf.string)
    )


BATCHES = [
    row("batch", lambda tf: upto(tf, 6).batch(2)),
    row("batch uneven", lambda tf: upto(tf, 5).batch(2)),
    row("batch uneven dropped", lambda tf: upto(tf, 5).batch(2, drop_remainder=True)),
    row("batch of one", lambda tf: upto(tf, 2).batch(1)),
    row("batch larger than all", lambda tf: upto(tf, 2).batch(9)),
    row("batch larger than all dropped", lambda tf: upto(tf, 2).batch(9, drop_remainder=True)),
    row("batch of nothing", lambda tf: upto(tf, 0).batch(2)),
    row("batch of endless", lambda tf: upto(tf, 3).repeat().batch(2), limit=4),
    row("batch of unknown", lambda tf: upto(tf, 6).filter(lambda x: x != 1).batch(2)),
    row("batch of batch", lambda tf: upto(tf, 8).batch(2).batch(3)),
    row("batch of batch dropped", lambda tf: upto(tf, 9).batch(2, True).batch(2, True)),
    row("batch by tensor", lambda tf: upto(tf, 4).batch(tf.constant(3, tf.int64))),
    row("batch parallel", lambda tf: upto(tf, 5).batch(2, num_parallel_calls=2)),
    row(
        "batch parallel autotune",
        lambda tf: upto(tf, 5).batch(2, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True),
    ),
    row("batch of text", lambda tf: tf.data.Dataset.from_tensor_slices(["a", "bc", ""]).batch(2)),
    row("batch of bool", lambda tf: tf.data.Dataset.from_tensor_slices([True, False]).batch(2)),
    row(
        "batch of dicts",
        lambda tf: tf.data.Dataset.from_tensor_slices(
            {"b": [1, 2, 3], "a": [[1.0], [2.0], [3.0]]}
        ).batch(2),
    ),
    row(
        "batch of namedtuples",
        lambda tf: tf.data.Dataset.from_tensor_slices(Point([1, 2, 3], ["a", "b", "c"])).batch(2),
    ),
    row(
        "batch of features and labels",
        lambda tf: tf.data.Dataset.from_tensor_slices(
            (np.arange(6, dtype="float32").reshape(3, 2), [0, 1, 0])
        ).batch(2),
    ),
    row("batch of none", lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2], None)).batch(2)),
    row("batch one by one of ragged", lambda tf: ragged(tf).batch(1)),
]

PADDED = [
    row("padded_batch", lambda tf: ragged(tf).padded_batch(2)),
    row("padded_batch dropped", lambda tf: ragged(tf).padded_batch(3, drop_remainder=True)),
    row("padded_batch to a size", lambda tf: ragged(tf).padded_batch(2, padded_shapes=[4])),
    row("padded_batch unknown size", lambda tf: ragged(tf).padded_batch(2, padded_shapes=[None])),
    row("padded_batch size -1", lambda tf: ragged(tf).padded_batch(3, padded_shapes=[-1])),
    row("padded_batch with a value", lambda tf: ragged(tf).padded_batch(4, padding_values=-1)),
    row(
        "padded_batch floats with a value",
        lambda tf: ragged(tf, "float32").padded_batch(2, padding_values=0.5),
    ),
    row("padded_batch of pairs", lambda tf: ragged_pairs(tf).padded_batch(2)),
    row(
        "padded_batch of pairs with all",
        lambda tf: ragged_pairs(tf).padded_batch(
            2, padded_shapes=([None], [3, None]), padding_values=(-1.0, 7), drop_remainder=False
        ),
    ),
    row(
        "padded_batch of pairs with one value",
        lambda tf: tf.data.Dataset.zip(ragged(tf), ragged(tf)).padded_batch(2, padding_values=9),
    ),
    row("padded_batch of text", lambda tf: texts(tf).padded_batch(2)),
    row("padded_batch of text by text", lambda tf: texts(tf).padded_batch(2, padding_values="-")),
    row("padded_batch of scalars", lambda tf: upto(tf, 3).padded_batch(2)),
    row(
        "padded_batch scalars by shape",
        lambda tf: upto(tf, 3).padded_batch(2, padded_shapes=[]),
    ),
    row("padded_batch of nothing", lambda tf: ragged(tf).take(0).padded_batch(2)),
    row(
        "padded_batch of dicts",
        lambda tf: (
            ragged(tf)
            .map(lambda x: {"x": x, "n": tf.shape(x)[0]})
            .padded_batch(2, padded_shapes={"x": [None], "n": []})
        ),
    ),
    row(
        "padded_batch a known size larger",
        lambda tf: tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4]]).padded_batch(2, [3]),
    ),
    row(
        "padded_batch by a TensorShape",
        lambda tf: ragged(tf).padded_batch(2, padded_shapes=tf.TensorShape([5])),
    ),
]

UNBATCHED = [
    row("unbatch", lambda tf: upto(tf, 5).batch(2).unbatch()),
    row("unbatch known", lambda tf: upto(tf, 4).batch(2, drop_remainder=True).unbatch()),
    row("unbatch slices", lambda tf: tf.data.Dataset.from_tensors([[1, 2], [3, 4]]).unbatch()),
    row("unbatch ragged", lambda tf: ragged(tf).unbatch()),
    row("unbatch dicts", lambda tf: tf.data.Dataset.from_tensors({"a": [1, 2]}).unbatch()),
    row("unbatch text", lambda tf: texts(tf).unbatch()),
    row("unbatch no rows", lambda tf: tf.data.Dataset.from_tensors(np.zeros((0, 2))).unbatch()),
    row("unbatch then batch", lambda tf: upto(tf, 7).batch(3).unbatch().batch(2)),
    row("unbatch by apply", lambda tf: upto(tf, 3).batch(2).apply(tf.data.experimental.unbatch())),
    row("rebatch larger", lambda tf: upto(tf, 7).batch(2).rebatch(3)),
    row("rebatch smaller", lambda tf: upto(tf, 7).batch(4).rebatch(2)),
    row("rebatch dropped", lambda tf: upto(tf, 7).batch(2).rebatch(3, drop_remainder=True)),
    row("rebatch known", lambda tf: upto(tf, 6).batch(2, drop_remainder=True).rebatch(4)),
    row("rebatch sizes in turn", lambda tf: upto(tf, 10).batch(4).rebatch([2, 1])),
    row("rebatch equal size", lambda tf: upto(tf, 4).batch(2, drop_remainder=True).rebatch(2)),
    row(
        "rebatch dicts",
        lambda tf: (
            tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3], "b": [[1], [2], [3]]})
            .batch(2)
            .rebatch(3)
        ),
    ),
]

RAGGED = [
    row(
        "sparse_batch",
        lambda tf: ragged(tf).sparse_batch(2, row_shape=[4]),
    ),
]

WINDOWS = [
    row("window", lambda tf: upto(tf, 5).window(2)),
    row("window dropped", lambda tf: upto(tf, 5).window(2, drop_remainder=True)),
    row("window shift", lambda tf: upto(tf, 5).window(3, shift=1)),
    row("window shift dropped", lambda tf: upto(tf, 5).window(3, shift=1, drop_remainder=True)),
    row("window stride", lambda tf: upto(tf, 7).window(3, shift=1, stride=2)),
    row(
        "window stride dropped",
        lambda tf: upto(tf, 7).window(3, shift=1, stride=2, drop_remainder=True),
    ),
    row("window shift beyond size", lambda tf: upto(tf, 8).window(2, shift=3)),
    row("window larger than all", lambda tf: upto(tf, 2).window(5)),
    row("window of nothing", lambda tf: upto(tf, 0).window(2)),
    row("window of endless", lambda tf: upto(tf, 3).repeat().window(2), limit=3),
    row(
        "window flat_map batch",
        lambda tf: upto(tf, 6).window(3, 1, drop_remainder=True).flat_map(lambda w: w.batch(3)),
    ),
    row(
        "window flat_map batch uneven",
        lambda tf: upto(tf, 5).window(2).flat_map(lambda w: w.batch(2)),
    ),
    row(
        "window of pairs",
        lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2, 3], [4, 5, 6])).window(2),
    ),
    row(
        "window of dicts",
        lambda tf: tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3]}).window(2),
    ),
    row(
        "window of pairs zipped",
        lambda tf: (
            tf.data.Dataset.from_tensor_slices(([1, 2, 3], [4, 5, 6]))
            .window(2)
            .flat_map(lambda x, y: tf.data.Dataset.zip((x.batch(2), y.batch(2))))
        ),
    ),
    row("window of batches", lambda tf: upto(tf, 5).batch(2).window(2)),
    row(
        "window sum of each",
        lambda tf: (
            upto(tf, 6).window(2).flat_map(lambda w: w.batch(2)).map(lambda x: tf.reduce_sum(x))
        ),
    ),
    row(
        "window reduced in a map",
        lambda tf: (
            upto(tf, 6)
            .window(3)
            .map(lambda w: w.reduce(tf.constant(0, tf.int64), lambda total, x: total + x))
        ),
    ),
]

ROWS = [*BATCHES, *PADDED, *UNBATCHED, *RAGGED, *WINDOWS]
