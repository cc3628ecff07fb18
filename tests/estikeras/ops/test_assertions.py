"""Assertions: what they say, and that traced functions check them in each call, in the branch taken
only.
"""

import numpy as np
import pytest

import estikeras as tf

v1 = tf.compat.v1
X = np.float32([[1, 2, 3, 4], [5, 6, 7, -8]])
SHAPE = r"\(shape=\(2, 4\) dtype=float32\)"


@pytest.fixture(params=["eager", "traced"])
def run(request):
    return (lambda f: f) if request.param == "eager" else tf.function


REFUSED = {
    "equal": (
        lambda x: tf.debugging.assert_equal(x, 1.0, message="all ones"),
        rf"^assertion failed: \[all ones\] \[Condition x == y did not hold element-wise:\] "
        rf"\[x {SHAPE} = \] \[\[1 2 3\.\.\.\]\.\.\.\] \[y \(shape=\(\) dtype=float32\) = \] \[1\]$",
    ),
    "none_equal": (lambda x: tf.debugging.assert_none_equal(x, 7.0), "x != y"),
    "greater": (lambda x: tf.debugging.assert_greater(x, 1.0), "x > y"),
    "greater_equal": (lambda x: tf.debugging.assert_greater_equal(x, 1.0), "x >= y"),
    "less": (lambda x: tf.debugging.assert_less(x, 7.0, summarize=2), r"x < y.*\[\[1 2\.\.\.\]"),
    "less_equal": (lambda x: tf.debugging.assert_less_equal(x, 6.0, summarize=-1), r"7 -8\]\]"),
    "near": (lambda x: tf.debugging.assert_near(x, x + 1e-3, atol=1e-4), "atol = 0.0001"),
    "positive": (lambda x: tf.debugging.assert_positive(x, "rates"), r"\[rates\] \[.*x > 0"),
    "negative": (tf.debugging.assert_negative, "x < 0"),
    "non_negative": (tf.debugging.assert_non_negative, "x >= 0"),
    "non_positive": (tf.debugging.assert_non_positive, "x <= 0"),
    "older": (lambda x: v1.assert_positive(x, ["rates", x[0]]), r": \[rates\] \[1 2 3\.\.\.\]$"),
    "Assert": (
        lambda x: tf.debugging.Assert(x[0, 0] > 5, [x > 4, "text", np.arange(8).reshape(2, 2, 2)]),
        r": \[\[0 0 0\.\.\.\]\.\.\.\] \[text\] \[\[\[0 1\]\[2\.\.\.\]\]\.\.\.\]$",
    ),
    "numerics": (lambda x: tf.debugging.check_numerics(x / 0, "rates"), "^rates : .* Inf values$"),
    "all_finite": (lambda x: tf.debugging.assert_all_finite(x / 0, "rates"), "^rates : .* Inf"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_hold_is_refused_with_its_values(name, run):
    check, text = REFUSED[name]
    with pytest.raises(tf.errors.InvalidArgumentError, match=text):
        run(check)(tf.constant(X))


def test_what_holds_is_checked_in_each_call_and_changes_nothing(run):
    total = tf.Variable(0.0)

    @run
    def f(x):
        tf.debugging.assert_less(x, 5.0)
        tf.debugging.check_numerics(x, "x")
        total.assign_add(tf.reduce_sum(x))
        return x * 2.0

    assert f(tf.constant([1.0, 2.0])).numpy().tolist() == [2, 4]
    for wrong in ([9.0, 2.0], [np.nan, 2.0]):
        with pytest.raises(tf.errors.InvalidArgumentError):
            f(tf.constant(wrong))
    assert f(tf.constant([0.0, 1.0])).numpy().tolist() == [0, 2]
    assert total.numpy() == 4


def test_gradients_are_checked_too(run):
    @run
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sqrt(tf.debugging.check_numerics(x, "x"))
        return tape.gradient(y, x)

    assert gradient(tf.constant(4.0)).numpy() == pytest.approx(0.25)
    with pytest.raises(tf.errors.InvalidArgumentError, match="values detected in gradient"):
        gradient(tf.constant(0.0))


def test_assertions_of_branches_hold_where_the_branch_is_taken(run):
    @run
    def f(x):
        def small():
            tf.debugging.assert_positive(x, "small")
            return tf.debugging.check_numerics(tf.math.log(x), "log")

        return tf.case(
            [(x < 1.0, small), (x < 2.0, lambda: x)],
            default=lambda: (tf.debugging.Assert(x > 9.0, ["large"]), x * 2.0)[1],
        )

    assert [f(tf.constant(x)).numpy() for x in (1.0, 1.5, 10.0)] == [1, 1.5, 20]
    for x, text in ((-1.0, "small"), (5.0, "large")):
        with pytest.raises(tf.errors.InvalidArgumentError, match=text):
            f(tf.constant(x))


def test_assertions_in_loops_check_every_step(run):
    @run
    def f(x):
        return tf.map_fn(lambda row: (tf.debugging.assert_positive(row), row)[1], x)

    assert f(tf.range(1, 7)).shape == (6,)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"\[0\]$"):
        f(5 - tf.range(6))


def test_steps_of_fit_are_checked():
    class Checked(tf.keras.layers.Layer):
        def call(self, x):
            tf.debugging.assert_less(x, 100.0, message="pixels")
            return x

    model = tf.keras.Sequential([tf.keras.Input((2,)), Checked(), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((8, 2), "float32")
    model.fit(x, x[:, :1], batch_size=4, verbose=0)
    x[6] = 200
    with pytest.raises(tf.errors.InvalidArgumentError, match="pixels"):
        model.fit(x, x[:, :1], batch_size=4, verbose=0)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lambda: tf.debugging.assert_rank(X, 1), "1 axes"),
        (lambda: tf.debugging.assert_rank_at_least(X, 3), "at least 3"),
        (lambda: tf.debugging.assert_rank_in(X, [0, 1]), r"\[0, 1\]"),
        (lambda: tf.debugging.assert_scalar(X), "a scalar"),
        (lambda: tf.debugging.assert_integer(X, "counts"), "counts.*float32"),
        (lambda: tf.debugging.assert_type(X, tf.int32), "int32.*float32"),
        (lambda: tf.debugging.assert_shapes([(X, ("N", 3))]), r"\(2, 3\)"),
        (lambda: tf.debugging.assert_shapes([(X, "NC"), (X[0], "N")], message="m"), "m"),
        (lambda: tf.debugging.assert_shapes([(X, (..., 5))]), "5"),
    ],
)
def test_wrong_shapes_and_dtypes_are_refused(check, text):
    with pytest.raises((ValueError, TypeError), match=text):
        check()


def test_shapes_that_fit_are_taken():
    x = tf.constant(X)
    tf.debugging.assert_shapes([(x, ("N", "C")), (x[0], "C"), (x, (None, 4)), (x, ("*", 4))])
    assert tf.debugging.is_numeric_tensor(x)
    assert not tf.debugging.is_numeric_tensor("x")
