"""Pipelines hold what they must and no more: endless sources do not grow."""

import gc
import itertools
import tracemalloc
import weakref

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset
SPEC = tf.TensorSpec((64,), "float32")
TAKEN = 100


class Counted(np.ndarray):
    """An array that is counted while it lives."""


class Source:
    """An endless generator that knows how many of its arrays are alive."""

    def __init__(self):
        self.alive = weakref.WeakSet()
        self.made = self.most = 0

    def __call__(self):
        while True:
            array = np.zeros(64, "float32").view(Counted)
            self.alive.add(_Token(array))
            self.made += 1
            yield array


class _Token:
    """Dies with its array: a weak set takes no arrays, which have no hash."""

    def __init__(self, array):
        array.token = self


def in_python(x):
    return x if float(x[0]) == 0 else -x


PIPELINES = {  # what follows the generator
    "batch": lambda d: d.batch(8),
    "shuffle, batch": lambda d: d.shuffle(20).batch(8),
    "shuffle, batch, prefetch": lambda d: d.shuffle(20).batch(8).prefetch(2),
    "map, batch": lambda d: d.map(lambda x: x * 2).batch(8),
    "map in threads": lambda d: d.map(in_python, num_parallel_calls=3).batch(8).prefetch(2),
    "filter": lambda d: d.filter(lambda x: x[0] < 1).batch(8),
    "unbatch": lambda d: d.batch(8).unbatch().batch(4),
    "rebatch": lambda d: d.batch(8).rebatch(3),
    "window": lambda d: d.window(8, shift=4).flat_map(lambda w: w.batch(8)),
    "interleave": lambda d: Dataset.range(3).interleave(lambda i: d, cycle_length=3).batch(8),
    "zip": lambda d: Dataset.zip(d, d.skip(1)).map(lambda x, y: x + y).batch(8),
    "scan": lambda d: d.scan(0.0, lambda s, x: (s + x[0], x)).batch(8),
    "repeat of few": lambda d: d.take(5).repeat().batch(8),
    "padded_batch": lambda d: d.padded_batch(8),
    "enumerate, take_while": lambda d: d.enumerate().take_while(lambda i, x: i >= 0).batch(8),
}


def run(pipeline, count):
    for _ in itertools.islice(pipeline, count):
        pass


@pytest.fixture
def traced():
    """Memory is traced, and not collected: what is in no cycle is freed at once."""
    gc.collect()
    gc.disable()
    tracemalloc.start()
    yield
    tracemalloc.stop()
    gc.enable()


def allocated():
    gc.collect()  # drops the tuples that Python keeps for later
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("name", PIPELINES)
def test_an_endless_generator_does_not_grow(name, traced):
    source = Source()
    dataset = Dataset.from_generator(source, output_signature=SPEC)
    iterator = iter(PIPELINES[name](dataset))
    run(iterator, 30)  # buffers are filled, functions traced
    before = allocated()
    made = source.made
    run(iterator, TAKEN)
    assert len(source.alive) <= 64, "a buffer of 20, some batches of 8"
    assert allocated() - before < 60_000, "these, and 1024 random numbers"
    assert (source.made - made) * SPEC.shape[0] * 4 > 24_000
    iterator.close()
    del iterator
    assert len(source.alive) == 0


IN_MEMORY = {
    "shuffle, batch": lambda d: d.shuffle(2000).repeat().batch(16),
    "pairs": lambda d: Dataset.zip(d, d).shuffle(2000).repeat().batch(16),
    "dicts": lambda d: d.map(lambda x: {"a": x}).repeat().batch(16),
    "map, batch": lambda d: d.map(lambda x: x * 2).repeat().batch(16),
    "map, batch, map": lambda d: (
        d.map(lambda x: x * 2).repeat().batch(16, drop_remainder=True).map(lambda x: x + 1)
    ),
    "prefetch": lambda d: d.shuffle(2000).repeat().batch(16).prefetch(2),
    "filter": lambda d: d.filter(lambda x: x[0] < 1).repeat().batch(16),
}


@pytest.mark.parametrize("name", IN_MEMORY)
def test_blocks_of_rows_do_not_pile_up(name, traced):
    rows = np.zeros((20_000, 256), "float32")  # 20 MB
    iterator = iter(IN_MEMORY[name](Dataset.from_tensor_slices(rows)))
    run(iterator, 30)
    before, _ = tracemalloc.get_traced_memory()
    run(iterator, 10 * TAKEN)
    after, most = tracemalloc.get_traced_memory()
    assert after - before < 4_000_000, "some blocks of 1 MiB"
    assert most - before < 6_000_000


def test_a_cache_keeps_each_element_once():
    source = Source()
    dataset = Dataset.from_generator(source, output_signature=SPEC).take(10).cache().repeat()
    run(dataset, 55)
    assert source.made == 10


class Big(np.ndarray):
    """An array that can be referred to weakly."""


def test_datasets_that_are_dropped_free_what_their_functions_hold():
    def made():
        big = np.ones(10, "float32").view(Big)
        dataset = Dataset.range(5).map(lambda x: tf.cast(x, "float32"))
        return dataset.map(lambda x: x + big[0]).batch(2), weakref.ref(big)

    dataset, big = made()
    assert len(list(dataset)) == 3
    assert big() is not None
    del dataset
    gc.collect()
    assert big() is None
