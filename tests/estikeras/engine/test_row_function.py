"""Functions of one element that run on many: each row is what the function gives for it alone."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.engine.row_function import RowFunction
from estikeras.engine.tensor import Spec, TraceError

ROWS = 7
NUMBERS = np.random.default_rng(0).standard_normal((ROWS, 4)).astype(np.float32)
COUNTS = np.arange(ROWS, dtype=np.int64) % 3
WORDS = np.array([b"Ab", b"", b"c d", b"\xc3\xa9", b"x" * 40, b"Ab", b"0"], object)
PAIRS = np.stack([WORDS, WORDS[::-1]], 1)
VARIABLE = tf.Variable(0.0)
TABLE = np.arange(12, dtype=np.float32).reshape(3, 4)


def spread(x):
    mean = tf.reduce_mean(x)
    return (x - mean) / (tf.math.reduce_std(x) + 1)


FUNCTIONS = {  # name -> function, and a column for each argument
    "the same": (lambda x: x, [NUMBERS]),
    "a constant": (lambda x: tf.constant([1, 2]), [NUMBERS]),
    "a constant and a sum": (lambda x: (tf.constant([1, 2]), x + 1), [NUMBERS]),
    "one kernel": (lambda x: x / 255, [NUMBERS]),
    "many kernels": (spread, [NUMBERS]),
    "products": (lambda x: tf.linalg.matvec(tf.constant(TABLE), x), [NUMBERS]),
    "scalars": (lambda n: n * 2 + 1, [COUNTS]),
    "a branch by where": (lambda x: tf.where(x > 0, x, -x), [NUMBERS]),
    "a branch by cond": (
        lambda n, x: tf.cond(n > 0, lambda: x, lambda: tf.zeros_like(x)),
        [COUNTS, NUMBERS],
    ),
    "rows of a table": (lambda n: tf.gather(tf.constant(TABLE), n), [COUNTS]),
    "one of two columns": (lambda n, x: x, [COUNTS, NUMBERS]),
    "the same twice": (lambda x: (x, x * 2, x), [NUMBERS]),
    "a dict": (lambda n, x: {"b": n, "a": (x, tf.cast(n, "float32"))}, [COUNTS, NUMBERS]),
    "without kernels": (lambda x: tf.sort(x), [NUMBERS]),
    "without kernels, by entries": (lambda x: tf.math.lgamma(tf.abs(x) + 1), [NUMBERS]),
    "without kernels, then with": (lambda x: tf.sort(x) * 2 - 1, [NUMBERS]),
    "strings": (tf.strings.lower, [WORDS]),
    "strings in pairs": (lambda s: tf.strings.join([s, "!"]), [PAIRS]),
    "strings beside constants": (lambda s: tf.strings.join([s, ["a", "b"]]), [PAIRS]),
    "strings to numbers": (lambda s: tf.cast(tf.strings.length(s), "float32") / 2, [PAIRS]),
    "strings beside numbers": (lambda s, x: (tf.strings.upper(s), x * 2), [WORDS, NUMBERS]),
    "strings of another shape": (lambda s, n: (s[None], tf.reshape(s, (2, 1)), n), [PAIRS, COUNTS]),
    "one of two strings": (lambda s: (s[0], s[::-1]), [PAIRS]),
    "strings joined and compared": (
        lambda s, t: (tf.stack([s, t]), tf.cast(s == t, "float32")),
        [WORDS, WORDS[::-1]],
    ),
    "strings made of numbers": (lambda x: tf.strings.as_string(x * 2), [NUMBERS]),
    "strings chosen by numbers": (
        lambda n: tf.gather(["Sun", "Mon", "Tue"], (n + 1) % 3),
        [COUNTS],
    ),
    "numbers of strings of numbers": (
        lambda n: (tf.strings.to_number(tf.strings.as_string(n + 1)) * 2, n),
        [COUNTS],
    ),
    "strings and an unused one": (lambda s, x: x + 1, [WORDS, NUMBERS]),
}


def specs(columns):
    kind = {"O": "string"}
    return tuple(Spec(c.shape[1:], kind.get(c.dtype.kind, c.dtype.name)) for c in columns)


def flat(returned):
    if isinstance(returned, dict):
        return [leaf for key in sorted(returned) for leaf in flat(returned[key])]
    if isinstance(returned, tuple):
        return [leaf for child in returned for leaf in flat(child)]
    return [np.asarray(returned.value)]


def eagerly(function, columns):
    """For each result, the rows that single calls give."""
    calls = [
        flat(function(*(tf.constant(column[row]) for column in columns))) for row in range(ROWS)
    ]
    return [np.stack(parts) for parts in zip(*calls, strict=True)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rows_are_what_single_calls_give(name):
    function, columns = FUNCTIONS[name]
    got = RowFunction(function, specs(columns))(columns, ROWS)
    expected = eagerly(function, columns)
    assert [(a.shape, a.dtype) for a in got] == [(b.shape, b.dtype) for b in expected]
    for a, b in zip(got, expected, strict=True):
        if a.dtype == object:
            assert a.tolist() == b.tolist()
        else:
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_blocks_of_any_length_give_the_same_rows(name):
    function, columns = FUNCTIONS[name]
    run = RowFunction(function, specs(columns))
    whole = run(columns, ROWS)
    for start, stop in ((0, 1), (1, 3), (3, ROWS)):
        part = run([column[start:stop] for column in columns], stop - start)
        assert [a.tolist() for a in part] == [b[start:stop].tolist() for b in whole]


def test_columns_that_are_views_are_read_as_such():
    function = RowFunction(lambda x: x * 2, (Spec((2,), "float32"),))
    (got,) = function([NUMBERS[::2, 1:3]], 4)
    assert np.array_equal(got, 2 * NUMBERS[::2, 1:3])


def test_results_of_one_call_stay_when_another_is_made():
    function = RowFunction(lambda x: x * 2, (Spec((4,), "float32"),))
    kept = [function([NUMBERS + k], ROWS)[0] for k in range(12)]
    assert all(np.array_equal(got, 2 * (NUMBERS + k)) for k, got in enumerate(kept))


def test_random_numbers_are_those_of_single_calls_and_differ_from_row_to_row():
    def noisy(x):
        return x + keras.random.normal((4,), seed=generator)

    generator = keras.random.SeedGenerator(3)
    (together,) = RowFunction(noisy, (Spec((4,), "float32"),))([NUMBERS], ROWS)
    generator = keras.random.SeedGenerator(3)
    (alone,) = eagerly(noisy, [NUMBERS])
    np.testing.assert_allclose(together, alone, rtol=1e-5, atol=1e-6)
    noise = together - NUMBERS
    assert len(np.unique(noise[:, 0])) == ROWS


def test_variables_are_updated_row_by_row_and_read_anew_in_each_call():
    total = tf.Variable(0.0)

    def running(x):
        total.assign_add(tf.reduce_sum(x))
        return total.read_value() if hasattr(total, "read_value") else total + 0

    run = RowFunction(running, (Spec((4,), "float32"),))
    sums = np.cumsum(NUMBERS.sum(1))
    np.testing.assert_allclose(run([NUMBERS], ROWS)[0], sums, rtol=1e-4, atol=1e-5)
    assert total.numpy() == pytest.approx(sums[-1], rel=1e-4, abs=1e-5)
    total.assign(100.0)
    np.testing.assert_allclose(run([NUMBERS], ROWS)[0], 100 + sums, rtol=1e-5)


def test_a_function_may_update_variables_and_compute_nothing():
    seen, last = tf.Variable(0), tf.Variable(np.zeros(4, "float32"))

    def note(x):
        seen.assign_add(1)
        last.assign(x)
        return x

    (got,) = RowFunction(note, (Spec((4,), "float32"),))([NUMBERS], ROWS)
    assert np.array_equal(got, NUMBERS)
    assert seen.numpy() == ROWS
    assert np.array_equal(last.numpy(), NUMBERS[-1])


def test_variables_have_the_value_of_the_moment_of_the_call():
    factor = tf.Variable(2.0)
    run = RowFunction(lambda x: (x * factor, factor), (Spec((4,), "float32"),))
    for value in (2.0, -1.0):
        factor.assign(value)
        scaled, factors = run([NUMBERS], ROWS)
        assert np.array_equal(scaled, NUMBERS * np.float32(value))
        assert factors.tolist() == [value] * ROWS


REFUSED = {
    "asks for a value": lambda s, x: x if float(x[0]) > 0 else -x,
    "asks for strings": lambda s, x: tf.constant(s.numpy().upper()),
    "a sparse tensor": lambda s, x: tf.sparse.SparseTensor([[0]], [1.0], [2]),
    "a dataset": lambda s, x: tf.data.Dataset.from_tensors(1),
    "strings of a variable": lambda s, x: tf.strings.as_string(VARIABLE),
    "strings of numbers, and a variable": lambda s, x: (
        VARIABLE.assign_add(1),
        tf.strings.as_string(x * 2),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_needs_a_call_for_each_element_says_so(name):
    with pytest.raises(TraceError):
        RowFunction(REFUSED[name], specs([WORDS, NUMBERS]))


BAD_ROW = {
    "an index": (lambda n: tf.gather(tf.constant(TABLE), n), np.array([0, 1, 2, 9, 0])),
    "an index, after host code": (
        lambda n: tf.sort(tf.gather(tf.constant(TABLE), n)),
        np.array([0, 1, 2, 9, 0]),
    ),
    "a text": (tf.strings.to_number, np.array([b"1", b"2", b"3", b"x", b"5"], object)),
    "a text of two": (
        tf.strings.to_number,
        np.array([[b"1", b"2"], [b"1", b"2"], [b"1", b"2"], [b"1", b"x"], [b"y", b"2"]], object),
    ),
}


@pytest.mark.parametrize("name", BAD_ROW)
def test_rows_before_one_that_fails_are_right_by_themselves(name):
    function, column = BAD_ROW[name]
    run = RowFunction(function, specs([column]))
    with pytest.raises(ValueError, match=r"out of range|is no float32 number"):
        run([column], 5)
    good = run([column[:3]], 3)[0]
    assert np.array_equal(good, eagerly_of(function, column[:3]))


def eagerly_of(function, column):
    return np.stack([np.asarray(function(tf.constant(row)).value) for row in column])


def test_a_row_that_fails_leaves_variables_as_the_row_before_left_them():
    seen = tf.Variable(0)

    def counted(n):
        seen.assign_add(1)
        return tf.gather(tf.constant(TABLE), n)

    run = RowFunction(counted, (Spec((), "int64"),))
    with pytest.raises(ValueError, match="out of range"):
        run([np.array([0, 1, 7, 1])], 4)
    assert seen.numpy() == 2
