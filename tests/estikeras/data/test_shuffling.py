"""The order of `shuffle`: the rule of the buffer, its two forms, uniformity, seeds and passes."""

import itertools

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.data.shuffling import shuffled, shuffled_numbers

Dataset = tf.data.Dataset


def generator(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


def listed(dataset):
    return [x.tolist() for x in dataset.as_numpy_iterator()]


@pytest.mark.parametrize("capacity", [1, 2, 8, 1024, 3000, 10**9])
def test_both_forms_choose_alike(capacity):
    for rows, piece in itertools.product([0, 1, 2, 7, 1023, 1024, 1025, 5000], [7, 100, 4096]):
        expected = list(shuffled(iter(range(rows)), capacity, generator()))
        assert sorted(expected) == list(range(rows))
        for total in (rows, -2):  # how many there are is told, or not
            pieces = (np.arange(k, min(k + piece, rows)) for k in range(0, rows, piece))
            natively = list(shuffled_numbers(pieces, capacity, generator(), total))
            joined = np.concatenate([*natively, np.empty(0, np.int64)])
            assert joined.tolist() == expected, (rows, piece, total)


@pytest.mark.parametrize("capacity", [1, 2, 5, 20])
def test_no_element_comes_before_the_buffer_could_hold_it(capacity):
    for seed in range(20):
        order = list(shuffled(iter(range(50)), capacity, generator(seed)))
        assert all(element < place + capacity for place, element in enumerate(order))


def test_a_buffer_is_filled_before_its_first_element_is_drawn_and_read_one_by_one_then():
    read = []

    def noted():
        for number in range(20):
            read.append(number)
            yield number

    order = shuffled(noted(), 5, generator())
    for taken in range(1, 10):
        next(order)
        assert len(read) == 5 + taken


def chi_square(counts):
    expected = counts.sum() / counts.size
    return ((counts - expected) ** 2 / expected).sum()


@pytest.mark.parametrize("kind", ["slices", "elements"])
def test_every_order_is_equally_likely_with_a_full_buffer(kind):
    rows, passes = 8, 3000
    dataset = Dataset.range(rows) if kind == "elements" else Dataset.from_tensor_slices(range(rows))
    dataset = dataset.shuffle(rows, seed=3).repeat(passes).batch(rows)
    orders = np.stack(list(dataset.as_numpy_iterator()))
    assert (np.sort(orders, 1) == np.arange(rows)).all()
    counts = np.stack([np.bincount(orders[:, place], minlength=rows) for place in range(rows)])
    # (rows - 1)**2 degrees of freedom: 49 expected, 99 with a chance of 3 in 100,000.
    assert chi_square(counts) < 99
    pairs = np.bincount(orders[:, 0] * rows + orders[:, 1], minlength=rows * rows)
    assert chi_square(pairs[pairs > 0]) < 110 and np.count_nonzero(pairs) == rows * (rows - 1)


def test_a_small_buffer_keeps_elements_near_their_place():
    order = np.array(listed(Dataset.range(10_000).shuffle(10, seed=1)))
    delay = np.arange(10_000) - order  # geometric, with a mean of the buffer's size
    assert delay.min() == -9
    assert 8 < np.mean(delay + 9) < 10


PASSES = {  # seed, reshuffle_each_iteration -> whether passes are equal, datasets made alike too
    (None, None): (False, False),
    (None, True): (False, False),
    (None, False): (True, False),
    (7, None): (False, True),
    (7, True): (False, True),
    (7, False): (True, True),
}


@pytest.mark.parametrize(("seed", "anew"), PASSES)
def test_passes_and_datasets_differ_or_not(seed, anew):
    def make():
        return Dataset.range(20).shuffle(20, seed, anew)

    dataset, other = make(), make()
    equal_passes, equal_datasets = PASSES[seed, anew]
    passes = [listed(dataset) for _ in range(3)]
    assert (passes[0] == passes[1] == passes[2]) is equal_passes
    assert ([listed(other) for _ in range(3)] == passes) is equal_datasets
    repeated = listed(make().repeat(2))
    assert (repeated[:20] == repeated[20:]) is equal_passes
    assert sorted(repeated[:20]) == list(range(20))


def test_the_seed_of_all_gives_the_same_datasets():
    def orders():
        keras.utils.set_random_seed(5)
        return [listed(Dataset.range(20).shuffle(20)) for _ in range(2)]

    first, second = orders(), orders()
    assert first == second
    assert first[0] != first[1]
    keras.utils.set_random_seed(6)
    assert listed(Dataset.range(20).shuffle(20)) != first[0]


@pytest.mark.parametrize("make", [Dataset.range, lambda n: Dataset.from_tensor_slices(range(n))])
def test_passes_that_run_at_once_do_not_disturb_one_another(make):
    def dataset():
        return make(50).shuffle(10, seed=2)

    alone = dataset()
    expected = [listed(alone), listed(alone)]
    both = dataset()
    first, second = both.as_numpy_iterator(), both.as_numpy_iterator()
    parts = [[], []]
    for x, y in zip(first, second, strict=True):
        parts[0].append(int(x))
        parts[1].append(int(y))
    assert parts == expected


def test_whole_buffers_need_an_end():
    unknown = Dataset.range(10).filter(lambda x: x > 2)
    assert sorted(listed(unknown.shuffle(unknown.cardinality()))) == list(range(3, 10))
    with pytest.raises(ValueError, match=r"`buffer_size`.*endless"):
        next(iter(Dataset.range(10).repeat().shuffle(tf.data.UNKNOWN_CARDINALITY)))


@pytest.mark.parametrize("size", [0, -3, 1.5, "10"])
def test_a_buffer_of_no_size_is_refused(size):
    with pytest.raises((ValueError, TypeError), match="`buffer_size`"):
        Dataset.range(3).shuffle(size)
