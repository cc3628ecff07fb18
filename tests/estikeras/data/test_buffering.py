"""Elements made ahead: they overlap with their use, are few, and leave no thread behind."""

import gc
import sys
import threading

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset
NUMBER = tf.TensorSpec((), "int64")
WAIT_S = 10  # never reached, unless a test fails


def threads():
    return [t for t in threading.enumerate() if t.name.startswith("estikeras-")]


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    yield
    gc.collect()
    assert threads() == []


def numbers(count=100, read=None):
    """A dataset whose elements are made one by one, and noted."""

    def generate():
        for number in range(count):
            if read is not None:
                read.append(number)
            yield number

    return Dataset.from_generator(generate, output_signature=NUMBER)


def in_python(x):
    """A function that cannot be traced."""
    return x if int(x) >= 0 else -x


def until(condition):
    """Wait for what another thread does."""
    done = threading.Event()
    for _ in range(WAIT_S * 1000):
        if condition():
            return
        done.wait(0.001)
    raise AssertionError("it did not happen")


MAKERS = {  # pipelines with threads
    "prefetch": lambda: numbers().prefetch(2),
    "prefetch of blocks": lambda: Dataset.range(10_000).batch(2, drop_remainder=True).prefetch(2),
    "prefetch twice": lambda: numbers().prefetch(2).batch(3).prefetch(1),
    "map in threads": lambda: numbers().map(in_python, num_parallel_calls=3),
    "map in any order": lambda: numbers().map(in_python, num_parallel_calls=3, deterministic=False),
    "interleave in threads": lambda: Dataset.range(9).interleave(
        lambda i: numbers(), cycle_length=3, num_parallel_calls=3
    ),
    "all of them": lambda: (
        Dataset.range(9)
        .interleave(lambda i: numbers(), cycle_length=2, num_parallel_calls=2)
        .map(in_python, num_parallel_calls=tf.data.AUTOTUNE)
        .shuffle(5)
        .batch(2)
        .prefetch(tf.data.AUTOTUNE)
    ),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_pass_to_the_end_leaves_no_thread(name):
    taken = list(MAKERS[name]())
    assert len(taken) > 10
    assert threads() == []


@pytest.mark.parametrize("name", MAKERS)
def test_an_iterator_that_is_dropped_leaves_no_thread(name):
    iterator = iter(MAKERS[name]())
    next(iterator)
    assert threads()
    del iterator
    assert threads() == []


@pytest.mark.parametrize("name", MAKERS)
def test_an_iterator_that_is_closed_leaves_no_thread_and_is_at_its_end(name):
    iterator = iter(MAKERS[name]())
    next(iterator)
    iterator.close()
    assert threads() == []
    with pytest.raises(StopIteration):
        next(iterator)


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("name", MAKERS)
def test_an_exception_in_the_consumer_leaves_no_thread(name, kind):
    def consume():
        for _ in MAKERS[name]():
            raise kind

    with pytest.raises(kind):
        consume()
    gc.collect()
    assert threads() == []


def test_an_interrupt_while_waiting_for_a_slow_element_leaves_no_thread():
    begun, go_on = threading.Event(), threading.Event()

    def generate():
        yield 0
        begun.set()
        assert go_on.wait(WAIT_S)
        yield 1

    def consume():
        iterator = iter(Dataset.from_generator(generate, output_signature=NUMBER).prefetch(1))
        next(iterator)
        assert begun.wait(WAIT_S)
        try:
            sys.setprofile(interrupt)
            next(iterator)
        finally:
            sys.setprofile(None)

    def interrupt(frame, event, _):
        if frame.f_code.co_name == "wait" and event == "call":  # as Ctrl-C would, in its place
            sys.setprofile(None)
            go_on.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        consume()


def test_elements_are_made_while_the_consumer_works():
    made = [threading.Event() for _ in range(6)]

    def generate():
        for number in range(6):
            made[number].set()
            yield number

    iterator = iter(Dataset.from_generator(generate, output_signature=NUMBER).prefetch(1))
    for number in range(5):
        assert int(next(iterator)) == number
        assert made[number + 1].wait(WAIT_S), "the next one is made before it is asked for"
    iterator.close()


def test_interleaved_datasets_are_read_at_once():
    meeting = threading.Barrier(3, timeout=WAIT_S)

    def opened(i):
        def generate():
            yield 0
            meeting.wait()  # broken unless all three are on their way to a second element
            yield 1

        return Dataset.from_generator(generate, output_signature=NUMBER)

    dataset = Dataset.range(3).interleave(opened, cycle_length=3, num_parallel_calls=3)
    assert [int(x) for x in dataset] == [0, 0, 0, 1, 1, 1]


def test_calls_of_map_run_at_once_and_keep_their_order():
    meeting = threading.Barrier(3, timeout=WAIT_S)

    def together(x):
        number = int(x)  # needs a value, and so is called for each element
        meeting.wait()
        return number

    dataset = numbers(9).map(together, num_parallel_calls=3)
    assert [int(x) for x in dataset] == list(range(9))


def test_without_an_order_what_is_ready_comes_first():
    go_on = threading.Event()

    def first_is_slow(x):
        if int(x) == 0:
            assert go_on.wait(WAIT_S)
        return x

    dataset = numbers(4).map(first_is_slow, num_parallel_calls=2, deterministic=False)
    iterator = iter(dataset)
    taken = [int(next(iterator)) for _ in range(3)]
    go_on.set()
    assert sorted(taken) == [1, 2, 3]
    assert [int(x) for x in iterator] == [0]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_prefetch_reads_no_more_than_its_size_ahead(size):
    read = []
    iterator = iter(numbers(read=read).prefetch(size))
    for taken in range(1, 4):
        next(iterator)
        until(lambda count=taken + size: len(read) >= count)
        threading.Event().wait(0.02)
        assert len(read) == taken + size
    iterator.close()
    assert len(read) == 3 + size


def test_calls_ahead_of_a_parallel_map_are_few():
    read = []
    iterator = iter(numbers(read=read).map(in_python, num_parallel_calls=3))
    next(iterator)
    threading.Event().wait(0.02)
    assert len(read) <= 3 * 3
    iterator.close()


def failing(x):
    if int(x) == 5:
        raise ZeroDivisionError("the sixth")
    return x


FAILING = {
    "prefetch": lambda: numbers().map(failing).prefetch(3),
    "prefetch twice": lambda: numbers().map(failing).prefetch(3).prefetch(1),
    "map in threads": lambda: numbers().map(failing, num_parallel_calls=4),
    "map in threads, prefetch": lambda: numbers().map(failing, num_parallel_calls=4).prefetch(4),
    "interleave in threads": lambda: Dataset.range(1).interleave(
        lambda i: numbers().map(failing), cycle_length=2, num_parallel_calls=2
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_errors_come_after_the_elements_before_them(name):
    taken = []

    def consume():
        for x in FAILING[name]():
            taken.append(int(x))

    with pytest.raises(ZeroDivisionError, match="the sixth"):
        consume()
    assert taken == [0, 1, 2, 3, 4]
    gc.collect()
    assert threads() == []


def test_after_an_error_there_is_nothing_more():
    iterator = iter(numbers().map(failing).prefetch(2))
    for _ in range(5):
        next(iterator)
    with pytest.raises(ZeroDivisionError):
        next(iterator)
    with pytest.raises(StopIteration):
        next(iterator)


def test_elements_that_are_kept_stay_as_they_were():
    rows = np.arange(60_000, dtype=np.float32).reshape(-1, 6)
    doubled = Dataset.from_tensor_slices(rows).shuffle(500, 1, False).map(lambda x: x * 2)
    kept = [np.asarray(x) for x in doubled.batch(7).prefetch(3)]  # memory is used again
    assert len(kept) == 1429
    joined = np.concatenate(kept)
    assert np.array_equal(joined, [np.asarray(x) for x in doubled])
    assert np.array_equal(joined[joined[:, 0].argsort()], 2 * rows)


def test_no_elements_ahead_is_no_thread():
    iterator = iter(numbers().prefetch(0))
    next(iterator)
    assert threads() == []
