"""User functions on elements: map, flat_map, interleave, scan, reduce, groups, buckets, apply."""

import numpy as np

from tests.support.pipelines.row import Point, row

TRIED = "the function is tried on an element, so its rank is known"


def upto(tf, count):
    """Ints from 0 on, as int64."""
    return tf.data.Dataset.range(count)


def slices(tf, *columns):
    """Rows of one or more columns."""
    return tf.data.Dataset.from_tensor_slices(columns if len(columns) > 1 else columns[0])


def zero(tf):
    """An int64 zero."""
    return tf.constant(0, tf.int64)


def ragged(tf):
    """Vectors of 1, 4, 2, 3 and 5 entries."""
    return tf.data.Dataset.from_generator(
        lambda: (np.full(size, size) for size in (1, 4, 2, 3, 5)),
        output_signature=tf.TensorSpec((None,), tf.int32),
    )


def by_python(tf, x):
    """Twice x, by a Python function."""
    return tf.py_function(lambda v: v * 2, [x], tf.int64)


MAPS = [
    row("map", lambda tf: upto(tf, 3).map(lambda x: x * 2 + 1)),
    row("map of nothing", lambda tf: upto(tf, 0).map(lambda x: x * 2)),
    row("map to float", lambda tf: upto(tf, 3).map(lambda x: tf.cast(x, tf.float32) / 2)),
    row("map to tuple", lambda tf: upto(tf, 3).map(lambda x: (x, x + 1))),
    row("map to list", lambda tf: upto(tf, 3).map(lambda x: [x, x + 1])),
    row("map to dict", lambda tf: upto(tf, 2).map(lambda x: {"b": x, "a": (x, -x)})),
    row("map to namedtuple", lambda tf: upto(tf, 2).map(lambda x: Point(x, -x))),
    row("map to constant", lambda tf: upto(tf, 3).map(lambda x: 1)),
    row("map to constants", lambda tf: upto(tf, 2).map(lambda x: (x, "a", 0.5, True))),
    row("map to array", lambda tf: upto(tf, 2).map(lambda x: np.array([1.5, 2.5]))),
    row("map to none", lambda tf: upto(tf, 2).map(lambda x: (x, None))),
    row("map of pairs", lambda tf: slices(tf, [1, 2], [3, 4]).map(lambda x, y: x * y)),
    row("map of three", lambda tf: slices(tf, [1], [2], [3]).map(lambda x, y, z: (z, y, x))),
    row("map of pairs to one", lambda tf: slices(tf, [1, 2], [3, 4]).map(lambda *both: both[1])),
    row("map of dicts", lambda tf: slices(tf, {"a": [1, 2]}).map(lambda d: d["a"] + 1)),
    row(
        "map of dicts keeps others",
        lambda tf: slices(tf, {"a": [1, 2], "b": [3, 4]}).map(lambda d: {**d, "c": d["a"]}),
    ),
    row(
        "map of features and label",
        lambda tf: slices(tf, {"a": [1.0, 2.0]}, [0, 1]).map(lambda d, y: (d["a"] + 1, y)),
    ),
    row(
        "map of nested tuples",
        lambda tf: tf.data.Dataset.zip((upto(tf, 2), (upto(tf, 2), upto(tf, 2)))).map(
            lambda x, y: x + y[0] * y[1]
        ),
    ),
    row(
        "map of namedtuples", lambda tf: slices(tf, Point([1, 2], [3, 4])).map(lambda p: p.x + p.y)
    ),
    row("map parallel", lambda tf: upto(tf, 9).map(lambda x: x * x, num_parallel_calls=3)),
    row(
        "map autotune",
        lambda tf: upto(tf, 9).map(lambda x: x * x, tf.data.AUTOTUNE, deterministic=True),
    ),
    row(
        "map parallel in any order",
        lambda tf: sorted(
            upto(tf, 9)
            .map(lambda x: x * x, num_parallel_calls=3, deterministic=False)
            .as_numpy_iterator()
        ),
    ),
    row("map rows", lambda tf: slices(tf, [[1.0, 2.0], [3.0, 4.0]]).map(tf.reduce_sum)),
    row("map rows to more", lambda tf: slices(tf, [1, 2]).map(lambda x: tf.fill((2, 3), x))),
    row("map a batch", lambda tf: upto(tf, 5).batch(2).map(lambda x: x + tf.reduce_max(x))),
    row("map a batch to its size", lambda tf: upto(tf, 5).batch(2).map(lambda x: tf.shape(x)[0])),
    row(
        "map a batch to a matrix",
        lambda tf: upto(tf, 5).batch(2).map(lambda x: tf.expand_dims(x, 1) * [[1, 2]]),
    ),
    row(
        "map reshapes",
        lambda tf: slices(tf, np.arange(8).reshape(2, 4)).map(lambda x: tf.reshape(x, (2, 2))),
    ),
    row("map one-hot", lambda tf: upto(tf, 3).map(lambda x: tf.one_hot(x, 3))),
    row(
        "map by condition",
        lambda tf: upto(tf, 4).map(lambda x: tf.cond(x > 1, lambda: x * 10, lambda: x)),
    ),
    row("map where", lambda tf: upto(tf, 4).map(lambda x: tf.where(x > 1, x, -x))),
    row(
        "map by py_function",
        lambda tf: upto(tf, 3).map(lambda x: by_python(tf, x)),
        here={"spec": "int64"},
        why=TRIED,
    ),
    row(
        "map by numpy_function",
        lambda tf: upto(tf, 3).map(lambda x: tf.numpy_function(np.square, [x], tf.int64)),
        here={"spec": "int64"},
        why=TRIED,
    ),
    row("map by tf.function", lambda tf: upto(tf, 3).map(tf.function(lambda x: x - 1))),
    row("map two tensors of one", lambda tf: upto(tf, 2).map(lambda x: (x, x))),
    row("map passes text", lambda tf: slices(tf, ["a", "b"]).map(lambda x: (x, 1))),
    row("map of unknown size", lambda tf: ragged(tf).map(lambda x: x[:2])),
    row("map of unknown size to a size", lambda tf: ragged(tf).map(tf.size)),
    row(
        "map with a variable of the outside", lambda tf: upto(tf, 2).map(lambda x: x + np.int64(5))
    ),
    row("map of map", lambda tf: upto(tf, 3).map(lambda x: x + 1).map(lambda x: x * 3)),
    row("map to a dataset", lambda tf: upto(tf, 3).map(lambda x: tf.data.Dataset.range(x))),
]

FLAT = [
    row("flat_map ranges", lambda tf: upto(tf, 4).flat_map(lambda x: tf.data.Dataset.range(x))),
    row(
        "flat_map slices",
        lambda tf: slices(tf, [[1, 2], [3, 4]]).flat_map(tf.data.Dataset.from_tensor_slices),
    ),
    row("flat_map of nothing", lambda tf: upto(tf, 0).flat_map(tf.data.Dataset.from_tensors)),
    row(
        "flat_map to nothing",
        lambda tf: upto(tf, 3).flat_map(lambda x: tf.data.Dataset.range(0)),
    ),
    row(
        "flat_map repeats",
        lambda tf: upto(tf, 3).flat_map(lambda x: tf.data.Dataset.from_tensors(x).repeat(x)),
    ),
    row(
        "flat_map of pairs",
        lambda tf: slices(tf, [1, 2], [[3, 4], [5, 6]]).flat_map(
            lambda x, y: tf.data.Dataset.from_tensor_slices(y).map(lambda one: (x, one))
        ),
    ),
    row(
        "flat_map twice",
        lambda tf: upto(tf, 3).flat_map(
            lambda x: tf.data.Dataset.range(x).flat_map(
                lambda y: tf.data.Dataset.from_tensors(x * 10 + y)
            )
        ),
    ),
    row(
        "flat_map endless",
        lambda tf: upto(tf, 3).flat_map(lambda x: tf.data.Dataset.from_tensors(x).repeat()),
        limit=3,
    ),
]


def runs(tf, count, length, cycle_length=None, block_length=None, **options):
    """Interleaved runs of equal ints."""
    return upto(tf, count).interleave(
        lambda x: tf.data.Dataset.from_tensors(x).repeat(length),
        cycle_length,
        block_length,
        **options,
    )


def stairs(tf, cycle_length, block_length):
    """Interleaved runs of growing lengths."""
    return upto(tf, 5).interleave(
        lambda x: tf.data.Dataset.from_tensors(x).repeat(x), cycle_length, block_length
    )


INTERLEAVES = [
    row("interleave 2 by 1", lambda tf: runs(tf, 4, 3, 2, 1)),
    row("interleave 2 by 4", lambda tf: runs(tf, 5, 6, 2, 4)),
    row("interleave 3 by 2", lambda tf: runs(tf, 4, 3, 3, 2)),
    row("interleave 1 by 1", lambda tf: runs(tf, 3, 2, 1, 1)),
    row("interleave 1 by 9", lambda tf: runs(tf, 3, 2, 1, 9)),
    row("interleave cycle beyond count", lambda tf: runs(tf, 2, 3, 9, 1)),
    row("interleave block by default", lambda tf: runs(tf, 4, 2, cycle_length=2)),
    row("interleave of nothing", lambda tf: runs(tf, 0, 2, 2, 1)),
    row("interleave nothings", lambda tf: runs(tf, 3, 0, 2, 1)),
    row("interleave stairs 2 by 1", lambda tf: stairs(tf, 2, 1)),
    row("interleave stairs 3 by 2", lambda tf: stairs(tf, 3, 2)),
    row("interleave parallel", lambda tf: runs(tf, 4, 3, 2, 2, num_parallel_calls=2)),
    row(
        "interleave autotune",
        lambda tf: runs(tf, 4, 3, 2, 1, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True),
    ),
    row("interleave endless", lambda tf: runs(tf, 3, None, 2, 1), limit=6),
    row(
        "interleave in any order",
        lambda tf: sorted(
            runs(tf, 3, 2, 2, 1, num_parallel_calls=2, deterministic=False).as_numpy_iterator()
        ),
    ),
]

SCANS = [
    row("scan", lambda tf: upto(tf, 4).scan(zero(tf), lambda s, x: (s + x, s + x))),
    row(
        "scan two states",
        lambda tf: upto(tf, 5).scan(
            (zero(tf), tf.constant(1, tf.int64)), lambda s, x: ((s[1], s[0] + s[1]), s[0])
        ),
    ),
    row(
        "scan of pairs",
        lambda tf: slices(tf, [1, 2], [3, 4]).scan(10, lambda s, x: (s + x[0], x[1] * s)),
    ),
    row(
        "scan dict",
        lambda tf: upto(tf, 3).scan({"n": zero(tf)}, lambda s, x: ({"n": s["n"] + 1}, (x, s["n"]))),
    ),
    row("scan of nothing", lambda tf: upto(tf, 0).scan(zero(tf), lambda s, x: (s, x))),
    row(
        "scan growing state",
        lambda tf: upto(tf, 3).scan(
            tf.zeros((0,), tf.int64), lambda s, x: (tf.concat([s, [x]], 0),) * 2
        ),
    ),
    row(
        "scan changing the shape of its state",
        lambda tf: upto(tf, 3).scan(tf.zeros((2,)), lambda s, x: (tf.zeros((x,)), tf.size(s))),
    ),
    row("reduce", lambda tf: [upto(tf, 5).reduce(zero(tf), lambda s, x: s + x)]),
    row("reduce of nothing", lambda tf: [upto(tf, 0).reduce(zero(tf), lambda s, x: s + x)]),
    row("reduce counts", lambda tf: [upto(tf, 5).reduce(0, lambda s, _: s + 1)]),
    row(
        "reduce numpy state",
        lambda tf: [upto(tf, 5).reduce(np.int64(7), lambda s, x: s + x)],
    ),
    row(
        "reduce pair of states",
        lambda tf: list(upto(tf, 4).reduce((zero(tf), 0.0), lambda s, x: (s[0] + x, s[1] + 0.5))),
    ),
    row(
        "reduce pairs",
        lambda tf: [slices(tf, [1, 2], [3, 4]).reduce(0, lambda s, x: s + x[0] * x[1])],
    ),
    row(
        "reduce growing state",
        lambda tf: [
            upto(tf, 3).reduce(tf.zeros((0,), tf.int64), lambda s, x: tf.concat([s, [x]], 0))
        ],
    ),
]


def grouped(tf, dataset, window, **options):
    """Windows of equal parity, as batches."""
    return dataset.group_by_window(
        key_func=lambda x: x % 2, reduce_func=lambda key, rows: rows.batch(window), **options
    )


def bucketed(tf, **options):
    """Vectors in buckets of lengths below 3, below 5 and above."""
    return (
        ragged(tf)
        .repeat(2)
        .bucket_by_sequence_length(
            tf.size, bucket_boundaries=[3, 5], bucket_batch_sizes=[2, 2, 2], **options
        )
    )


GROUPS = [
    row("group_by_window", lambda tf: grouped(tf, upto(tf, 10), 5, window_size=5)),
    row("group_by_window uneven", lambda tf: grouped(tf, upto(tf, 9), 3, window_size=3)),
    row("group_by_window of nothing", lambda tf: grouped(tf, upto(tf, 0), 3, window_size=3)),
    row(
        "group_by_window by size function",
        lambda tf: grouped(tf, upto(tf, 9), 10, window_size_func=lambda key: key + 2),
    ),
    row(
        "group_by_window with key",
        lambda tf: upto(tf, 6).group_by_window(
            lambda x: x % 3, lambda key, rows: rows.map(lambda x: (key, x)), window_size=2
        ),
    ),
    row(
        "group_by_window of pairs",
        lambda tf: slices(tf, [0, 1, 0, 1], [5, 6, 7, 8]).group_by_window(
            lambda x, y: tf.cast(x, tf.int64), lambda key, rows: rows.batch(4), window_size=4
        ),
    ),
    row(
        "group_by_window with empty windows",
        lambda tf: upto(tf, 3).group_by_window(lambda x: x, lambda k, w: w.take(k), window_size=1),
    ),
    row("bucket", lambda tf: bucketed(tf)),
    row("bucket dropped", lambda tf: bucketed(tf, drop_remainder=True)),
    row("bucket padded with a value", lambda tf: bucketed(tf, padding_values=-1)),
    row("bucket padded to shapes", lambda tf: bucketed(tf, padded_shapes=[6])),
    row(
        "bucket padded to boundary",
        lambda tf: (
            ragged(tf)
            .filter(lambda x: tf.size(x) < 5)
            .bucket_by_sequence_length(tf.size, [3, 5], [2, 2, 2], pad_to_bucket_boundary=True)
        ),
    ),
    row(
        "bucket without padding",
        lambda tf: slices(tf, [[1, 1], [2, 2], [3, 3]]).bucket_by_sequence_length(
            tf.size, [3], [2, 2], no_padding=True
        ),
    ),
]


def doubled(dataset):
    """A transformation for apply."""
    return dataset.map(lambda x: x * 2)


def some_fail(tf):
    """A dataset whose elements 1 and 3 cannot be computed."""

    def check(x):
        with tf.control_dependencies([tf.debugging.assert_equal(x % 2, zero(tf))]):
            return tf.identity(x)

    return upto(tf, 5).map(check)


OTHERS = [
    row(
        "map and batch at once",
        lambda tf: upto(tf, 5).apply(
            tf.data.experimental.map_and_batch(lambda x: x * 2, 2, num_parallel_batches=2)
        ),
    ),
    row("apply", lambda tf: upto(tf, 3).apply(doubled)),
    row("enumerate", lambda tf: slices(tf, ["a", "b"]).enumerate()),
    row("enumerate from", lambda tf: slices(tf, ["a", "b"]).enumerate(start=5)),
    row("enumerate pairs", lambda tf: slices(tf, [1, 2], [3, 4]).enumerate()),
    row("enumerate of nothing", lambda tf: upto(tf, 0).enumerate()),
    row("enumerate endless", lambda tf: upto(tf, 2).repeat().enumerate(), limit=3),
    row("ignore_errors", lambda tf: some_fail(tf).ignore_errors()),
    row("ignore_errors without any", lambda tf: upto(tf, 3).ignore_errors()),
    row(
        "ignore_errors by apply",
        lambda tf: some_fail(tf).apply(tf.data.experimental.ignore_errors()),
    ),
    row("get_single_element", lambda tf: [tf.data.Dataset.from_tensors(3).get_single_element()]),
    row(
        "get_single_element of dict",
        lambda tf: [slices(tf, {"a": [[1, 2]]}).get_single_element()],
    ),
    row(
        "get_single_element of batch",
        lambda tf: [upto(tf, 3).batch(3).get_single_element()],
    ),
    row("as_numpy_iterator", lambda tf: list(slices(tf, [1, 2], ["a", "b"]).as_numpy_iterator())),
    row(
        "as_numpy_iterator of scalars",
        lambda tf: [type(x).__name__ for x in upto(tf, 1).as_numpy_iterator()],
    ),
    row(
        "as_numpy_iterator of text",
        lambda tf: [type(x).__name__ for x in slices(tf, ["a"]).as_numpy_iterator()],
    ),
]

ROWS = [*MAPS, *FLAT, *INTERLEAVES, *SCANS, *GROUPS, *OTHERS]
