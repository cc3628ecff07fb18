"""Several datasets as one, orders of transformations, iterators, options, cardinality."""

import numpy as np

from tests.support.pipelines.row import Point, row


def upto(tf, *limits):
    """Ints as int64."""
    return tf.data.Dataset.range(*limits)


def letters(tf):
    """Three texts."""
    return tf.data.Dataset.from_tensor_slices(["a", "b", "c"])


ZIPS = [
    row("zip", lambda tf: tf.data.Dataset.zip(upto(tf, 3), letters(tf))),
    row("zip of tuple", lambda tf: tf.data.Dataset.zip((upto(tf, 3), letters(tf)))),
    row("zip named", lambda tf: tf.data.Dataset.zip(datasets=(upto(tf, 3), letters(tf)))),
    row("zip unequal", lambda tf: tf.data.Dataset.zip(upto(tf, 5), upto(tf, 2))),
    row("zip with nothing", lambda tf: tf.data.Dataset.zip(upto(tf, 5), upto(tf, 0))),
    row("zip with endless", lambda tf: tf.data.Dataset.zip(upto(tf, 2), upto(tf, 3).repeat())),
    row(
        "zip with unknown",
        lambda tf: tf.data.Dataset.zip(upto(tf, 5), upto(tf, 4).filter(lambda x: x > 1)),
    ),
    row("zip of one", lambda tf: tf.data.Dataset.zip(upto(tf, 2))),
    row("zip of one-tuple", lambda tf: tf.data.Dataset.zip((upto(tf, 2),))),
    row("zip of dict", lambda tf: tf.data.Dataset.zip({"b": upto(tf, 2), "a": letters(tf)})),
    row("zip nested", lambda tf: tf.data.Dataset.zip((upto(tf, 2), (letters(tf), upto(tf, 3))))),
    row(
        "zip of pairs",
        lambda tf: tf.data.Dataset.zip(upto(tf, 2).map(lambda x: (x, -x)), letters(tf)),
    ),
    row(
        "zip of features and labels",
        lambda tf: tf.data.Dataset.zip(
            (tf.data.Dataset.from_tensor_slices({"x": np.ones((3, 2))}), upto(tf, 3))
        ).batch(2),
    ),
    row("zip with itself", lambda tf: (lambda d: tf.data.Dataset.zip(d, d.skip(1)))(upto(tf, 4))),
]

JOINS = [
    row("concatenate", lambda tf: upto(tf, 2).concatenate(upto(tf, 7, 9))),
    row("concatenate nothing", lambda tf: upto(tf, 2).concatenate(upto(tf, 0))),
    row("concatenate to nothing", lambda tf: upto(tf, 0).concatenate(upto(tf, 2))),
    row(
        "concatenate to endless", lambda tf: upto(tf, 2).repeat().concatenate(upto(tf, 1)), limit=3
    ),
    row(
        "concatenate endless", lambda tf: upto(tf, 2).concatenate(upto(tf, 5, 6).repeat()), limit=4
    ),
    row("concatenate batches", lambda tf: upto(tf, 3).batch(2).concatenate(upto(tf, 3).batch(3))),
    row(
        "concatenate other sizes",
        lambda tf: tf.data.Dataset.from_tensors([1, 2]).concatenate(
            tf.data.Dataset.from_tensors([1, 2, 3])
        ),
    ),
    row(
        "concatenate dicts",
        lambda tf: tf.data.Dataset.from_tensors({"a": 1}).concatenate(
            tf.data.Dataset.from_tensors({"a": 2})
        ),
    ),
    row(
        "concatenate unknown",
        lambda tf: upto(tf, 3).concatenate(upto(tf, 3).filter(lambda x: x > 1)),
    ),
]


def choices(tf, order, stop=True):
    """Elements of 0.., 10.., 20.. in a given order."""
    sources = [upto(tf, 3), upto(tf, 10, 12), upto(tf, 20, 25)]
    order = tf.data.Dataset.from_tensor_slices(np.array(order, "int64"))
    return tf.data.Dataset.choose_from_datasets(sources, order, stop)


CHOICES = [
    row("choose", lambda tf: choices(tf, [0, 1, 2, 0, 1, 2])),
    row("choose stops on empty", lambda tf: choices(tf, [1, 1, 1, 0])),
    row("choose goes on", lambda tf: choices(tf, [1, 1, 1, 0, 2, 1, 2], stop=False)),
    row("choose nothing", lambda tf: choices(tf, [])),
    row(
        "choose by endless order",
        lambda tf: tf.data.Dataset.choose_from_datasets(
            [upto(tf, 2), upto(tf, 10, 13)], upto(tf, 2).repeat()
        ),
    ),
    row(
        "choose by endless order, going on",
        lambda tf: tf.data.Dataset.choose_from_datasets(
            [upto(tf, 2), upto(tf, 10, 13)], upto(tf, 2).repeat(4), stop_on_empty_dataset=False
        ),
    ),
    row(
        "choose texts",
        lambda tf: tf.data.Dataset.choose_from_datasets(
            [letters(tf), letters(tf).repeat()], upto(tf, 2).repeat(3)
        ),
        here={"cardinality": -2},
        why="it stops with the one that is empty",
    ),
    row(
        "choose by old name",
        lambda tf: tf.data.experimental.choose_from_datasets(
            [upto(tf, 2), upto(tf, 5, 7)], upto(tf, 2).repeat(2)
        ),
    ),
    row(
        "sample from one",
        lambda tf: tf.data.Dataset.sample_from_datasets([upto(tf, 3)], seed=1),
    ),
    row(
        "sample by certain weights",
        lambda tf: tf.data.Dataset.sample_from_datasets(
            [upto(tf, 3), upto(tf, 10, 13)], weights=[0.0, 1.0], stop_on_empty_dataset=True
        ),
    ),
    row(
        "sample all",
        lambda tf: sorted(
            tf.data.Dataset.sample_from_datasets(
                [upto(tf, 5), upto(tf, 10, 13)], weights=[0.3, 0.7], seed=3
            ).as_numpy_iterator()
        ),
    ),
    row(
        "sample keeps the order of each",
        lambda tf: [
            [x for x in sampled(tf) if x < 50] == list(range(20)),
            [x for x in sampled(tf) if x >= 50] == list(range(50, 70)),
        ],
    ),
    row(
        "sample by dataset of weights",
        lambda tf: tf.data.Dataset.sample_from_datasets(
            [upto(tf, 3), upto(tf, 10, 13)],
            weights=tf.data.Dataset.from_tensors([1.0, 0.0]).repeat(),
            stop_on_empty_dataset=True,
        ),
    ),
    row(
        "sample knows its cardinality",
        lambda tf: [
            int(tf.data.Dataset.sample_from_datasets(sources).cardinality())
            for sources in (
                [upto(tf, 3), upto(tf, 4)],
                [upto(tf, 3), upto(tf, 4).repeat()],
                [upto(tf, 3), upto(tf, 4).filter(lambda x: x > 1)],
            )
        ],
        here={"elements": ["int64 7", "int64 -1", "int64 -2"]},
        why="all elements come",
    ),
]


def sampled(tf):
    """Elements of two ranges in a random order."""
    sources = [upto(tf, 20), upto(tf, 50, 70)]
    return list(tf.data.Dataset.sample_from_datasets(sources, seed=5).as_numpy_iterator())


ORDERS = [
    row("repeat then batch", lambda tf: upto(tf, 3).repeat(2).batch(2)),
    row("batch then repeat", lambda tf: upto(tf, 3).batch(2).repeat(2)),
    row("batch then take", lambda tf: upto(tf, 7).batch(2).take(2)),
    row("take then batch", lambda tf: upto(tf, 7).take(3).batch(2)),
    row("map then batch", lambda tf: upto(tf, 5).map(lambda x: x * 2).batch(2)),
    row("batch then map", lambda tf: upto(tf, 5).batch(2).map(lambda x: x * 2)),
    row("filter then batch", lambda tf: upto(tf, 9).filter(lambda x: x % 3 != 0).batch(2)),
    row("cache then map", lambda tf: upto(tf, 3).cache().map(lambda x: -x).repeat(2)),
    row("enumerate then filter", lambda tf: letters(tf).enumerate().filter(lambda i, _: i != 1)),
    row("skip of repeat", lambda tf: upto(tf, 3).repeat(3).skip(4).batch(2)),
    row("shard of batches of repeat", lambda tf: upto(tf, 5).repeat(2).batch(2).shard(2, 1)),
    row(
        "shuffle of one, batch, repeat",
        lambda tf: (
            tf.data.Dataset.from_tensor_slices(([1.0, 2.0, 3.0], [1, 2, 3]))
            .shuffle(1)
            .batch(2)
            .repeat(2)
            .prefetch(1)
        ),
    ),
    row(
        "interleave of batches",
        lambda tf: (
            upto(tf, 3)
            .interleave(lambda x: tf.data.Dataset.range(x * 10, x * 10 + 4), 2, 2)
            .batch(3)
        ),
    ),
    row("concatenate then batch", lambda tf: upto(tf, 3).concatenate(upto(tf, 8, 10)).batch(2)),
    row("zip then unbatch", lambda tf: tf.data.Dataset.zip(*[upto(tf, 4).batch(2)] * 2).unbatch()),
    row(
        "shuffle then map then batch",
        lambda tf: sorted(
            upto(tf, 6).shuffle(6).map(lambda x: x * 2).batch(2).unbatch().as_numpy_iterator()
        ),
    ),
    row("batch of namedtuples then map", lambda tf: named(tf).batch(2).map(lambda p: p.x + p.y)),
    row(
        "long chain",
        lambda tf: (
            upto(tf, 30)
            .filter(lambda x: x % 3 == 0)
            .map(lambda x: (x, tf.cast(x, tf.float32) * 0.5))
            .batch(3)
            .skip(1)
            .repeat(2)
            .unbatch()
            .enumerate()
            .batch(4, drop_remainder=True)
            .take(2)
            .prefetch(2)
        ),
    ),
]


def named(tf):
    """Namedtuples."""
    return tf.data.Dataset.from_tensor_slices(Point([1, 2, 3], [10, 20, 30]))


def walked(tf):
    """Some elements of one iterator, then the rest."""
    iterator = iter(upto(tf, 4))
    return [next(iterator), next(iterator), list(iterator)]


def exhausted(tf):
    """What an iterator says at its end, twice."""
    iterator = iter(upto(tf, 1))
    next(iterator)
    return [next(iterator, "end"), next(iterator, "end")]


def two_at_once(tf):
    """Two iterators of one dataset do not disturb each other."""
    dataset = upto(tf, 3)
    return [[int(a), int(b)] for a, b in zip(dataset, dataset, strict=True)]


def optionals(tf):
    """Optional elements, up to and past the end."""
    iterator = iter(upto(tf, 1))
    first, second = iterator.get_next_as_optional(), iterator.get_next_as_optional()
    return [bool(first.has_value()), first.get_value(), bool(second.has_value())]


def with_options(tf):
    """Options that meet in one dataset."""
    options = tf.data.Options()
    options.deterministic = False
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    got = upto(tf, 3).with_options(options).batch(2).options()
    return [got.deterministic, got.experimental_distribute.auto_shard_policy.name]


ITERATORS = [
    row("iterator", walked),
    row("iterator at its end", exhausted),
    row("two iterators", two_at_once),
    row("get_next", lambda tf: [iter(upto(tf, 3)).get_next()]),
    row("get_next_as_optional", optionals),
    row("iterator spec", lambda tf: [str(iter(letters(tf)).element_spec.dtype.name)]),
    row("len", lambda tf: [len(upto(tf, 5).batch(2))]),
    row("bool", lambda tf: [bool(upto(tf, 5)), bool(upto(tf, 0))]),
    row("options", with_options),
    row("options by default", lambda tf: [upto(tf, 3).options().deterministic]),
    row("with_options", lambda tf: upto(tf, 3).with_options(tf.data.Options())),
    row("constants", lambda tf: [tf.data.AUTOTUNE, tf.data.INFINITE_CARDINALITY]),
    row("more constants", lambda tf: [tf.data.UNKNOWN_CARDINALITY, tf.data.experimental.AUTOTUNE]),
    row(
        "assert_cardinality",
        lambda tf: (
            upto(tf, 4)
            .filter(lambda x: x % 2 == 0)
            .apply(tf.data.experimental.assert_cardinality(2))
        ),
    ),
    row(
        "cardinality of experimental",
        lambda tf: [int(tf.data.experimental.cardinality(upto(tf, 4).batch(3)))],
    ),
    row("repeat in a loop", lambda tf: [int(x) for _ in range(2) for x in upto(tf, 2)]),
    row("take in a loop", lambda tf: [int(x) for x in upto(tf, 3).repeat().take(5)]),
]

ROWS = [*ZIPS, *JOINS, *CHOICES, *ORDERS, *ITERATORS]
