"""Memory is used again when nobody refers to it any more, and never before."""

import gc
import threading

import numpy as np
import pytest

from estikeras.engine.recycling import KEPT, Recycler
from estikeras.engine.variable import ALIGNMENT

FLOAT = np.dtype("float32")


def place(array):
    return array.ctypes.data


@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((), "float32"),
        ((1, 3), "int64"),
        ((5,), "bool"),
        ((3, 7), "float64"),
        ((2, 2), "complex64"),
    ],
)
def test_arrays_have_their_shape_and_begin_at_a_cache_line(shape, dtype):
    array = Recycler().empty(shape, np.dtype(dtype))
    assert (array.shape, array.dtype, array.flags.c_contiguous) == (shape, np.dtype(dtype), True)
    assert place(array) % ALIGNMENT == 0
    array[...] = 1


def test_memory_that_was_dropped_is_given_again():
    recycler = Recycler()
    places = {place(recycler.empty((100,), FLOAT)) for _ in range(10)}
    assert len(places) == 1


HOLDERS = {
    "the array": lambda array: array,
    "a row": lambda array: array[3],
    "a reshaped view of a slice": lambda array: array[2:4].reshape(-1),
    "a view of other dtype": lambda array: array.view(np.uint8)[:1],
    "an iterator over rows": lambda array: iter(array),
    "a memoryview": lambda array: memoryview(array[1]),
    "a list of rows": lambda array: list(array),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_memory_that_somebody_holds_is_not_given_again(name):
    recycler = Recycler()
    array = recycler.empty((10, 10), FLOAT)
    array[...] = 7
    where, held = place(array), HOLDERS[name](array)
    del array
    others = [recycler.empty((10, 10), FLOAT) for _ in range(3)]
    for other in others:
        other[...] = 0
    assert where not in {place(other) for other in others}
    if name != "an iterator over rows":
        assert np.all(np.asarray(held).view(FLOAT) == 7) or name == "a view of other dtype"
    del held, other, others
    gc.collect()
    assert where in {place(recycler.empty((10, 10), FLOAT)) for _ in range(3)}


def test_arrays_of_very_different_sizes_do_not_share_memory():
    recycler = Recycler()
    large = place(recycler.empty((100_000,), FLOAT))
    assert place(recycler.empty((10,), FLOAT)) != large
    assert place(recycler.empty((90_000,), FLOAT)) == large


def test_few_buffers_are_kept_for_those_who_hold_many():
    recycler = Recycler()
    held = [recycler.empty((1000,), FLOAT) for _ in range(3 * KEPT)]
    assert len({place(array) for array in held}) == len(held)
    for number, array in enumerate(held):
        array[...] = number
    assert all((array == number).all() for number, array in enumerate(held))
    assert len(recycler._buffers) == KEPT


def test_threads_never_get_the_same_memory_at_once():
    recycler, mixed = Recycler(), []

    def work(number):
        for _ in range(200):
            array = recycler.empty((64,), FLOAT)
            array[...] = number
            if (array != number).any():
                mixed.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not mixed
