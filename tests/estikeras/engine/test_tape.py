"""GradientTape: what is recorded, how often it can be asked, and gradients of gradients."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import ops


def variable(*values):
    return tf.Variable(np.array(values, np.float32))


def test_trainable_variables_are_watched_and_constants_are_not():
    v, c = variable(3.0), tf.constant(np.float32([2.0]))
    with tf.GradientTape() as tape:
        y = v * v * c
    by_v, by_c = tape.gradient(y, [v, c])
    assert by_v.numpy().tolist() == [12.0] and by_c is None


def test_a_watched_tensor_gets_a_gradient():
    x = tf.constant(np.float32([3.0]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    assert tape.gradient(y, x).numpy().tolist() == [6.0]


def test_gradients_of_gradients():
    v = variable(2.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = v * v * v
        first = inner.gradient(y, v)
    assert first.numpy().tolist() == [12.0]
    assert outer.gradient(first, v).numpy().tolist() == [12.0]


def test_a_tape_answers_once_unless_it_is_persistent():
    v = variable(2.0)
    with tf.GradientTape() as once, tf.GradientTape(persistent=True) as often:
        y = v * v
    once.gradient(y, v)
    with pytest.raises(RuntimeError, match="persistent=True"):
        once.gradient(y, v)
    assert [often.gradient(y, v).numpy().item() for _ in range(2)] == [4.0, 4.0]


def test_an_assignment_does_not_change_what_was_read_before():
    v = variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v
        before = v.value
        v.assign([5.0])
    assert before.numpy().tolist() == [2.0]
    assert tape.gradient(y, v).numpy().tolist() == [4.0]


def test_a_variable_read_before_and_after_an_assignment_gets_both_gradients():
    v = variable(2.0)
    with tf.GradientTape() as tape:
        y = v * v
        v.assign([5.0])
        y = y + v * v
    assert tape.gradient(y, v).numpy().tolist() == [14.0]


@pytest.mark.parametrize("compiled", [False, True])
def test_gradients_do_not_flow_through_an_assignment(compiled):
    v = variable(2.0)

    def slope():
        with tf.GradientTape() as tape:
            v.assign(v * 10.0)
            y = v * v
        return tape.gradient(y, v)

    assert (tf.function(slope) if compiled else slope)().numpy().tolist() == [40.0]


def test_unconnected_sources():
    v, w = variable(2.0), variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = v * v
    assert tape.gradient(y, w) is None
    assert tape.gradient(y, w, unconnected_gradients="zero").numpy().tolist() == [0.0]
    with pytest.raises(ValueError, match="unconnected_gradients"):
        tape.gradient(y, w, unconnected_gradients="nothing")


def test_output_gradients_weigh_the_targets():
    v = variable(1.0, 2.0)
    with tf.GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v, output_gradients=np.float32([10, 100])).numpy().tolist() == [
        20.0,
        400.0,
    ]


def test_structures_of_sources_come_back_in_their_form():
    a, b = variable(2.0), variable(3.0)
    with tf.GradientTape() as tape:
        y = a * b
    found = tape.gradient(y, {"a": a, "rest": (b,)})
    assert found["a"].numpy().tolist() == [3.0] and found["rest"][0].numpy().tolist() == [2.0]


def test_stop_recording_and_stop_gradient():
    v = variable(2.0)
    with tf.GradientTape() as tape:
        with tape.stop_recording():
            hidden = v * v
        y = hidden * v + ops.stop_gradient(v) * v
    assert tape.gradient(y, v).numpy().tolist() == [4.0 + 2.0]


def test_jacobian_has_the_shape_of_target_and_source():
    v = variable(1.0, 2.0, 3.0)
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.GradientTape() as tape:
        y = ops.matmul(matrix, ops.reshape(v * v, (3, 1)))
    np.testing.assert_allclose(
        tape.jacobian(y, v).numpy(), (matrix * 2 * v.numpy()).reshape(2, 1, 3)
    )


def test_batch_jacobian_pairs_rows():
    x = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    expected = np.stack([np.diag(2 * row) for row in x.numpy()])
    np.testing.assert_allclose(tape.batch_jacobian(y, x).numpy(), expected)


def test_tapes_work_inside_a_compiled_function():
    v = variable(3.0)

    @tf.function
    def slope(x):
        with tf.GradientTape() as tape:
            y = v * v * x
        return tape.gradient(y, v)

    assert slope(np.float32([2.0])).numpy().tolist() == [12.0]


def test_a_tape_around_a_compiled_function_sees_through_it():
    v = variable(3.0)
    square = tf.function(lambda x: x * x)
    with tf.GradientTape() as tape:
        y = square(v.value)
    assert tape.gradient(y, v).numpy().tolist() == [6.0]
