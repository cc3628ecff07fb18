"""tf.function: one trace for each kind of arguments, state between calls, and the way back to
eager.
"""

import warnings

import numpy as np
import pytest

import estikeras as tf
from estikeras import ops


def test_python_runs_once_for_each_shape_and_dtype():
    calls = []

    @tf.function
    def double(x):
        calls.append(x.shape)
        return x + x

    for shape in ((2,), (2,), (3,), (2,)):
        assert double(np.ones(shape, np.float32)).numpy().tolist() == [2.0] * shape[0]
    assert calls == [(2,), (3,)]


def test_python_arguments_are_part_of_the_key():
    power = tf.function(lambda x, n: x**n)
    x = np.float32([3.0])
    assert power(x, 2).numpy().tolist() == [9.0] and power(x, 3).numpy().tolist() == [27.0]


def test_other_objects_are_told_apart_by_identity():
    first, second = tf.Variable(np.float32([1.0])), tf.Variable(np.float32([1.0]))
    scaled = tf.function(lambda v, factors: v * factors[0])
    assert scaled(first, [2.0]).numpy().tolist() == [2.0]
    second.assign([5.0])
    assert scaled(second, [2.0]).numpy().tolist() == [10.0]


def test_structures_go_in_and_come_out():
    swap = tf.function(lambda pair: {"b": pair["a"], "a": [pair["b"], 7, None]})
    out = swap({"a": np.float32([1.0]), "b": np.float32([2.0])})
    assert out["b"].numpy().tolist() == [1.0] and out["a"][0].numpy().tolist() == [2.0]
    assert out["a"][1:] == [7, None]


def test_variables_keep_state_between_calls():
    count = tf.Variable(0)
    step = tf.function(lambda: count.assign_add(1).value * 10)
    assert [int(step()), int(step())] == [10, 20] and int(count) == 2


def test_variables_may_exchange_their_values():
    a, b = tf.Variable(np.float32([1.0])), tf.Variable(np.float32([2.0]))

    @tf.function
    def swap():
        old = a.value
        a.assign(b.value)
        b.assign(old)
        return old

    assert swap().numpy().tolist() == [1.0]
    assert a.numpy().tolist() == [2.0] and b.numpy().tolist() == [1.0]


def test_a_returned_value_is_that_of_its_place_in_the_program():
    v = tf.Variable(np.float32([1.0]))

    @tf.function
    def step():
        before = v.value
        v.assign(v * 10.0)
        return before, v.value

    before, after = step()
    assert before.numpy().tolist() == [1.0] and after.numpy().tolist() == [10.0]
    v.assign([3.0])
    assert after.numpy().tolist() == [10.0]


def test_variables_made_while_tracing_are_made_once():
    made = []

    @tf.function
    def step(x):
        if not made:
            made.append(tf.Variable(np.float32([5.0])))
        return x * made[0]

    assert step(np.float32([2.0])).numpy().tolist() == [10.0]
    made[0].assign([7.0])
    assert step(np.float32([2.0])).numpy().tolist() == [14.0]


def test_control_flow_on_values_falls_back_once_and_names_the_line():
    @tf.function
    def absolute(x):
        if x[0] > 0:  # the line that asks
            return x
        return -x

    with pytest.warns(UserWarning, match="the line that asks"):
        assert absolute(np.float32([-2.0])).numpy().tolist() == [2.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert absolute(np.float32([3.0])).numpy().tolist() == [3.0]


def test_a_tensor_of_another_trace_is_refused():
    kept = []
    tf.function(lambda x: kept.append(x + 1.0) or x)(np.float32([1.0]))
    with pytest.raises(RuntimeError, match="another function was traced"):
        tf.function(lambda x: x + kept[0])(np.float32([1.0]))


def test_compiled_functions_may_call_each_other():
    inner = tf.function(lambda x: x * 2.0)
    outer = tf.function(lambda x: inner(x) + inner(x))
    assert outer(np.float32([3.0])).numpy().tolist() == [12.0]


def test_methods_can_be_compiled():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        @tf.function
        def __call__(self, x):
            return x * self.factor

    assert Scale(3.0)(np.float32([2.0])).numpy().tolist() == [6.0]


def test_many_traces_are_warned_of():
    grow = tf.function(lambda n: n + 1)
    for n in range(11):
        grow(n)
    with pytest.warns(UserWarning, match="traced 12 times"):
        grow(11)


def test_a_failed_call_leaves_variables_alone():
    v = tf.Variable(np.float32([1.0]))

    @tf.function
    def step(labels):
        v.assign(v + 1.0)
        return ops.sparse_categorical_crossentropy(labels, np.full((2, 3), 1 / 3, np.float32))

    step(np.array([0, 1]))
    with pytest.raises(ValueError, match="7"):
        step(np.array([0, 7]))
    assert v.numpy().tolist() == [2.0]


def test_show_prints_the_graph():
    f = tf.function(lambda x: ops.tanh(x) * 2.0)
    f(np.float32([1.0]))
    assert "input" in f.show() and "return" in f.show()
