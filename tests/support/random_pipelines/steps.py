"""Steps of random pipelines: functions of hypothesis's `draw` and a pipeline.

Each gives a longer pipeline, or None where it does not apply: no batch of elements that differ in
shape, nothing taken apart that is no batch.
"""

import numpy as np
from hypothesis import strategies as st

from tests.support import data_model as model
from tests.support.random_pipelines.functions import MAPS, PREDICATES, choose_function, is_number
from tests.support.random_pipelines.pipeline import example_of_rows


def take(draw, p):
    n = draw(st.sampled_from([2, 4, 0, 8, -1, 1, 3]))
    rows = p.rows if n < 0 else p.rows[:n]
    return p.then(f"take({n})", lambda tf, d: d.take(n), rows)


def skip(draw, p):
    n = draw(st.sampled_from([1, 5, -1, 0, 3, 2]))
    rows = [] if n < 0 else p.rows[n:]
    return p.then(f"skip({n})", lambda tf, d: d.skip(n), rows)


def repeat(draw, p):
    n = draw(st.sampled_from([2, 0, 1, 3]))
    return p.then(f"repeat({n})", lambda tf, d: d.repeat(n), p.rows * n)


def repeat_without_end(draw, p):
    n = draw(st.sampled_from([5, 1, 0, 8, 12]))
    forever = model.endless(p.rows)
    rows = [next(forever) for _ in range(n)] if p.rows else []
    return p.then(f"repeat().take({n})", lambda tf, d: d.repeat().take(n), rows)


def shard(draw, p):
    n = draw(st.integers(1, 3))
    i = draw(st.integers(0, n - 1))
    return p.then(f"shard({n}, {i})", lambda tf, d: d.shard(n, i), p.rows[i::n])


def batch(draw, p):
    n, drop = draw(st.integers(1, 4)), draw(st.booleans())
    if max(p.ranks) > 2 or not can_batch(p.rows, n):
        return None
    workers = draw(st.sampled_from([None, 2]))
    return p.then(
        f"batch({n}, {drop}, {workers})",
        lambda tf, d: d.batch(n, drop, num_parallel_calls=workers),
        model.batch(p.rows, n, drop),
        model.stack([p.example]),
    )


def can_batch(rows, size):
    """Whether each batch has elements of one shape."""
    return all(map(model.can_stack, model.chunks(rows, size, False)))


def padded_batch(draw, p):
    n, drop = draw(st.integers(1, 4)), draw(st.booleans())
    if max(p.ranks) > 2 or 0 in p.ranks:
        return None
    return p.then(
        f"padded_batch({n}, {drop})",
        lambda tf, d: d.padded_batch(n, drop_remainder=drop),
        model.padded_batch(p.rows, n, drop),
        model.stack([p.example]),
    )


def unbatch(draw, p):
    if not p.can_come_apart():
        return None
    example = example_of_rows(p.example)
    return p.then("unbatch()", lambda tf, d: d.unbatch(), model.unbatch(p.rows), example)


def rebatch(draw, p):
    n, drop = draw(st.integers(1, 4)), draw(st.booleans())
    if not p.can_come_apart() or not can_batch(model.unbatch(p.rows), n):
        return None
    return p.then(
        f"rebatch({n}, {drop})",
        lambda tf, d: d.rebatch(n, drop_remainder=drop),
        model.rebatch(p.rows, n, drop),
    )


def map_step(draw, p):
    name, function, on_rows = choose_function(draw, MAPS, p)
    workers = draw(st.sampled_from([None, None, 2]))
    return p.then(
        f"map({name}, {workers})",
        lambda tf, d: d.map(lambda *x: function(tf, *x), num_parallel_calls=workers),
        [on_rows(row) for row in p.rows],
        on_rows(p.example),
    )


def keep(draw, p, name):
    """A filter or take_while: the text, the transformation, and what the predicate says."""
    label, function, on_rows = choose_function(draw, PREDICATES, p)
    said = [bool(on_rows(row)) for row in p.rows]
    return (
        f"{name}({label})",
        lambda tf, d: getattr(d, name)(lambda *x: function(tf, *x)),
        said,
    )


def filter_step(draw, p):
    text, transform, said = keep(draw, p, "filter")
    return p.then(text, transform, [row for row, good in zip(p.rows, said, strict=True) if good])


def take_while(draw, p):
    text, transform, said = keep(draw, p, "take_while")
    return p.then(text, transform, p.rows[: [*said, False].index(False)])


def flat_map(draw, p):
    name, function, many, example = inner(draw, p)
    rows = [one for row in p.rows for one in many(row)]
    return p.then(
        f"flat_map({name})", lambda tf, d: d.flat_map(lambda *x: function(tf, *x)), rows, example
    )


def interleave(draw, p):
    name, function, many, example = inner(draw, p)
    cycle, block = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    workers = draw(st.sampled_from([None, None, min(cycle, 2)]))
    return p.then(
        f"interleave({name}, {cycle}, {block}, {workers})",
        lambda tf, d: d.interleave(
            lambda *x: function(tf, *x), cycle, block, num_parallel_calls=workers
        ),
        model.interleave(p.rows, many, cycle, block),
        example,
    )


def inner(draw, p):
    """A function from an element to a dataset: its name, itself, the same to lists, an example."""
    if p.can_come_apart() and draw(st.booleans()):
        example = example_of_rows(p.example)
        return (
            "slices",
            lambda tf, *x: tf.data.Dataset.from_tensor_slices(_joined(x)),
            model.split,
            example,
        )
    n = draw(st.sampled_from([2, 0, 1, 3]))
    return (
        f"{n} times",
        lambda tf, *x: tf.data.Dataset.from_tensors(_joined(x)).repeat(n),
        lambda row: [row] * n,
        p.example,
    )


def _joined(parts):
    return parts if len(parts) > 1 else parts[0]


def zip_step(draw, p):
    if len(p.ranks) > 2:
        return None
    n = draw(st.sampled_from([5, 1, 0, 3, 9]))
    rows = [(row, np.asarray(i, "int64")) for row, i in zip(p.rows, range(n), strict=False)]
    return p.then(
        f"zip(range({n}))",
        lambda tf, d: tf.data.Dataset.zip(d, tf.data.Dataset.range(n)),
        rows,
        (p.example, np.zeros((), "int64")),
    )


def concatenate(draw, p):
    n = draw(st.integers(0, 3))
    return p.then(
        f"concatenate(itself.take({n}))",
        lambda tf, d: d.concatenate(d.take(n)),
        p.rows + p.rows[:n],
    )


def choose(draw, p):
    n = draw(st.integers(0, 3))
    order = draw(st.lists(st.integers(0, 1), min_size=1, max_size=8))

    def transform(tf, d):
        choices = tf.data.Dataset.from_tensor_slices(np.array(order, "int64"))
        return tf.data.Dataset.choose_from_datasets([d, d.skip(n)], choices)

    rows = model.choose([p.rows, p.rows[n:]], order)
    return p.then(f"choose(itself, itself.skip({n}), {order})", transform, rows)


def enumerate_step(draw, p):
    if len(p.ranks) > 2:
        return None
    start = draw(st.integers(0, 3))
    rows = [(np.asarray(i, "int64"), row) for i, row in enumerate(p.rows, start)]
    return p.then(
        f"enumerate({start})",
        lambda tf, d: d.enumerate(start),
        rows,
        (np.zeros((), "int64"), p.example),
    )


def window(draw, p):
    size, shift, stride = (draw(st.integers(1, 3)) for _ in range(3))
    drop = draw(st.booleans())
    found = model.window(p.rows, size, shift, stride, drop)
    if not p.is_leaf or max(p.ranks) > 1 or not all(map(model.can_stack, found)):
        return None
    return p.then(
        f"window({size}, {shift}, {stride}, {drop}).flat_map(batch)",
        lambda tf, d: d.window(size, shift, stride, drop).flat_map(lambda w: w.batch(size)),
        [model.stack(one) for one in found],
        model.stack([p.example]),
    )


def scan(draw, p):
    if len(p.ranks) > 2:
        return None

    def count(state, row):
        return state + 1, (state, row)

    return p.then(
        "scan(count)",
        lambda tf, d: d.scan(np.int64(3), count),
        model.scan(p.rows, np.int64(3), count),
        (np.zeros((), "int64"), p.example),
    )


def unique(draw, p):
    if not p.is_leaf or p.ranks != [0] or p.example.dtype not in ("int32", "int64", object):
        return None
    return p.then("unique()", lambda tf, d: d.unique(), model.unique(p.rows))


def group(draw, p):
    size = draw(st.integers(1, 3))
    if not is_number(p.example) or p.ranks[0] > 1:
        return None

    def key(tf, x):
        return tf.cast(tf.reduce_sum(x), tf.int64) % 3

    found = model.group(p.rows, lambda row: int(key(model.Functions, row)), size)
    if not all(map(model.can_stack, found)):
        return None
    return p.then(
        f"group_by_window(sum modulo 3, {size})",
        lambda tf, d: d.group_by_window(lambda x: key(tf, x), lambda _, w: w.batch(size), size),
        [model.stack(one) for one in found],
        model.stack([p.example]),
    )


def cache(draw, p):
    return p.then("cache()", lambda tf, d: d.cache(), p.rows)


def prefetch(draw, p):
    n = draw(st.integers(1, 3))
    return p.then(f"prefetch({n})", lambda tf, d: d.prefetch(n), p.rows)


def shuffle_of_one(draw, p):
    return p.then("shuffle(1)", lambda tf, d: d.shuffle(1), p.rows)


def ignore_errors(draw, p):
    return p.then("ignore_errors()", lambda tf, d: d.ignore_errors(), p.rows)


STEPS = [
    map_step, batch, filter_step, take, skip, repeat, repeat_without_end, shard, padded_batch,
    unbatch, rebatch, map_step, batch, take_while, flat_map, interleave, zip_step, concatenate,
    choose, enumerate_step, window, scan, unique, group, cache, prefetch, shuffle_of_one,
    ignore_errors,
]  # fmt: skip
# What gives nothing for more than one element, so that an error after some elements spoils none.
EACH_ALONE = [
    unbatch, map_step, filter_step, flat_map, enumerate_step, scan, unique, cache, prefetch,
]  # fmt: skip
