"""Which elements come, and how often: take, skip, repeat, shard, filter, unique, shuffle, cache."""

import numpy as np

from tests.support.pipelines.row import row


def four(tf):
    """0, 1, 2, 3 as int64."""
    return tf.data.Dataset.range(4)


def nothing(tf):
    """No element."""
    return tf.data.Dataset.range(0)


def values(dataset):
    """The elements as a list of NumPy values."""
    return list(dataset.as_numpy_iterator())


def seen_by_shuffle(tf, buffer, **options):
    """How many elements a shuffle gives, and whether each comes once."""
    seen = values(tf.data.Dataset.range(20).shuffle(buffer, **options))
    return [len(seen), sorted(seen) == list(range(20))]


def earliest_by_shuffle(tf):
    """Whether no element comes before it can have entered the buffer."""
    seen = values(tf.data.Dataset.range(50).shuffle(5, seed=2))
    return [all(value < position + 5 for position, value in enumerate(seen))]


def two_epochs(dataset):
    """Whether two passes give the same order."""
    return [values(dataset) == values(dataset)]


TAKING = [
    row("take", lambda tf: four(tf).take(2)),
    row("take none", lambda tf: four(tf).take(0)),
    row("take all", lambda tf: four(tf).take(-1)),
    row("take more", lambda tf: four(tf).take(9)),
    row("take of nothing", lambda tf: nothing(tf).take(2)),
    row("take tensor", lambda tf: four(tf).take(tf.constant(3, tf.int64))),
    row("take of endless", lambda tf: four(tf).repeat().take(6)),
    row("take all of endless", lambda tf: four(tf).repeat().take(-1), limit=5),
    row("skip", lambda tf: four(tf).skip(3)),
    row("skip none", lambda tf: four(tf).skip(0)),
    row("skip all", lambda tf: four(tf).skip(-1)),
    row("skip more", lambda tf: four(tf).skip(9)),
    row("skip of endless", lambda tf: four(tf).repeat().skip(2), limit=4),
    row("skip then take", lambda tf: four(tf).skip(1).take(2)),
    row("take then skip", lambda tf: four(tf).take(3).skip(1)),
    row("shard 0 of 3", lambda tf: four(tf).shard(3, 0)),
    row("shard 2 of 3", lambda tf: four(tf).shard(3, 2)),
    row("shard of one", lambda tf: four(tf).shard(1, 0)),
    row("shard past the end", lambda tf: four(tf).shard(9, 8)),
    row("shard of endless", lambda tf: four(tf).repeat().shard(3, 1), limit=5),
    row("shard after batch", lambda tf: tf.data.Dataset.range(7).batch(2).shard(2, 1)),
    row("shard before batch", lambda tf: tf.data.Dataset.range(7).shard(2, 1).batch(2)),
    row("take_while", lambda tf: four(tf).take_while(lambda x: x < 2)),
    row("take_while at once false", lambda tf: four(tf).take_while(lambda x: x > 2)),
    row("take_while all", lambda tf: four(tf).take_while(lambda x: x < 9)),
    row(
        "take_while of pairs",
        lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2, 3], [3, 2, 1])).take_while(
            lambda x, y: x <= y
        ),
    ),
    row("take_while of endless", lambda tf: four(tf).repeat().take_while(lambda x: x < 3)),
]

REPEATING = [
    row("repeat twice", lambda tf: four(tf).repeat(2)),
    row("repeat once", lambda tf: four(tf).repeat(1)),
    row("repeat never", lambda tf: four(tf).repeat(0)),
    row("repeat for ever", lambda tf: four(tf).repeat(), limit=6),
    row("repeat -1", lambda tf: four(tf).repeat(-1), limit=6),
    row("repeat none", lambda tf: four(tf).repeat(None), limit=6),
    row("repeat nothing for ever", lambda tf: nothing(tf).repeat()),
    row("repeat nothing twice", lambda tf: nothing(tf).repeat(2)),
    row("repeat of repeat", lambda tf: four(tf).repeat(2).repeat(2)),
    row("repeat never of endless", lambda tf: four(tf).repeat().repeat(0)),
    row("repeat of unknown", lambda tf: four(tf).filter(lambda x: x > 1).repeat(3)),
    row(
        "repeat of unknown for ever", lambda tf: four(tf).filter(lambda x: x > 1).repeat(), limit=5
    ),
]

FILTERING = [
    row("filter", lambda tf: four(tf).filter(lambda x: x % 2 == 1)),
    row("filter away all", lambda tf: four(tf).filter(lambda x: x > 9)),
    row("filter nothing", lambda tf: nothing(tf).filter(lambda x: x > 9)),
    row(
        "filter of pairs",
        lambda tf: tf.data.Dataset.from_tensor_slices(([1, 2, 3], [3, 2, 1])).filter(
            lambda x, y: x <= y
        ),
    ),
    row(
        "filter of dicts",
        lambda tf: tf.data.Dataset.from_tensor_slices({"a": [1, 2, 3]}).filter(
            lambda x: x["a"] != 2
        ),
    ),
    row(
        "filter of text",
        lambda tf: tf.data.Dataset.from_tensor_slices(["a", "b", "a"]).filter(
            lambda x: tf.equal(x, "a")
        ),
    ),
    row(
        "filter with reduction",
        lambda tf: tf.data.Dataset.from_tensor_slices([[1, 2], [0, 0]]).filter(
            lambda x: tf.reduce_any(x > 0)
        ),
    ),
    row("filter by constant", lambda tf: four(tf).filter(lambda x: True)),
    row("filter after batch", lambda tf: four(tf).batch(2).filter(lambda x: x[0] > 0)),
    row("filter named", lambda tf: four(tf).filter(predicate=lambda x: x > 2, name="keep")),
    row("unique", lambda tf: tf.data.Dataset.from_tensor_slices([1, 37, 2, 37, 2, 1]).unique()),
    row("unique text", lambda tf: tf.data.Dataset.from_tensor_slices(["b", "a", "b"]).unique()),
    row(
        "unique int32", lambda tf: tf.data.Dataset.range(4, output_type=tf.int32).repeat(2).unique()
    ),
]

BUFFERS = [
    row("shuffle buffer 1", lambda tf: four(tf).shuffle(1)),
    row("shuffle buffer 1 then take", lambda tf: four(tf).shuffle(1).take(2)),
    row("shuffle nothing", lambda tf: nothing(tf).shuffle(3)),
    row("shuffle small buffer", lambda tf: seen_by_shuffle(tf, 4)),
    row("shuffle whole buffer", lambda tf: seen_by_shuffle(tf, 20)),
    row("shuffle large buffer", lambda tf: seen_by_shuffle(tf, 100)),
    row("shuffle unknown buffer", lambda tf: seen_by_shuffle(tf, tf.data.UNKNOWN_CARDINALITY)),
    row("shuffle keeps cardinality", lambda tf: [int(four(tf).shuffle(2).cardinality())]),
    row("shuffle with a buffer is late", earliest_by_shuffle),
    row(
        "shuffle with a seed repeats itself",
        lambda tf: [
            values(tf.data.Dataset.range(20).shuffle(20, seed=7))
            == values(tf.data.Dataset.range(20).shuffle(20, seed=7))
        ],
    ),
    row(
        "shuffle each iteration anew",
        lambda tf: two_epochs(tf.data.Dataset.range(20).shuffle(20, seed=7)),
    ),
    row(
        "shuffle each iteration the same",
        lambda tf: two_epochs(
            tf.data.Dataset.range(20).shuffle(20, seed=7, reshuffle_each_iteration=False)
        ),
    ),
    row(
        "shuffle before repeat keeps epochs apart",
        lambda tf: [
            [sorted(epoch) for epoch in np.reshape(values(four(tf).shuffle(4).repeat(3)), (3, 4))]
        ],
    ),
    row("prefetch", lambda tf: four(tf).prefetch(2)),
    row("prefetch none", lambda tf: four(tf).prefetch(0)),
    row("prefetch autotune", lambda tf: four(tf).prefetch(tf.data.AUTOTUNE)),
    row("prefetch of endless", lambda tf: four(tf).repeat().prefetch(2), limit=5),
    row(
        "prefetch after unbatch",
        lambda tf: tf.data.Dataset.from_tensor_slices([[1, 2], [3, 4]]).unbatch().prefetch(2),
    ),
    row("prefetch of nothing", lambda tf: nothing(tf).prefetch(1)),
    row("cache", lambda tf: four(tf).cache()),
    row("cache then repeat", lambda tf: four(tf).cache().repeat(2)),
    row("cache on disk", lambda tf: four(tf).cache("cached").repeat(2)),
    row("cache on disk twice", lambda tf: [values(x) for x in [four(tf).cache("twice")] * 2]),
    row("cache before take", lambda tf: four(tf).cache().take(2).repeat(2)),
    row(
        "cache of text", lambda tf: tf.data.Dataset.from_tensor_slices(["a", "b"]).cache().repeat(2)
    ),
]

ROWS = [*TAKING, *REPEATING, *FILTERING, *BUFFERS]
