"""TensorArrays: by themselves, in loops that are traced, and in those of which a step is."""

import numpy as np
import pytest

import estikeras as tf


def array(size=3, dtype="float32", **options):
    return tf.TensorArray(dtype, size, **options)


def test_what_is_written_is_read_stacked_and_gathered():
    empty = array()
    one = empty.write(0, [1.0, 2.0])
    full = one.write(1, np.float64([3, 4])).write(np.int32(2), tf.constant([5.0, 6.0]))
    assert full.stack().numpy().tolist() == [[1, 2], [3, 4], [5, 6]]
    assert full.read(1).numpy().tolist() == [3, 4] == full.read(tf.constant(1)).numpy().tolist()
    assert full.gather([2, 0]).numpy().tolist() == [[5, 6], [1, 2]]
    assert full.concat().numpy().tolist() == [1, 2, 3, 4, 5, 6]
    assert one.stack().numpy().tolist() == [[1, 2], [0, 0], [0, 0]]
    assert one.read(2).numpy().tolist() == [0, 0]
    assert empty.element_shape is None and full.element_shape == (2,)
    assert (int(full.size()), full.dtype, full.dynamic_size) == (3, tf.float32, False)


def test_rows_of_tensors_are_put_into_it():
    rows = tf.constant([[1], [2], [3]])
    full = array(0, "int32").unstack(rows)
    assert int(full.size()) == 3 and full.read(2).numpy().tolist() == [3]
    assert full.write(0, [7]).stack().numpy().tolist() == [[7], [2], [3]]
    placed = array(4, "int32").scatter([3, 1, 0], rows)
    assert placed.stack().numpy().tolist() == [[3], [2], [0], [1]]
    parts = array(0, "int32").split(tf.range(6), [2, 2, 2])
    assert parts.stack().numpy().tolist() == [[0, 1], [2, 3], [4, 5]]


def test_writing_makes_it_larger_if_it_may():
    grown = array(0, dynamic_size=True).write(1, 2.0)
    assert grown.stack().numpy().tolist() == [0, 2]
    assert grown.unstack([1.0]).write(2, 3.0).stack().numpy().tolist() == [1, 0, 3]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: array().write(3, 1.0), ValueError, "index.*up to but not including 3"),
        (lambda: array().read(-1), ValueError, "index"),
        (lambda: array().stack(), ValueError, "element_shape"),
        (lambda: array().write(0, [1.0]).write(1, [1.0, 2]), ValueError, r"value.*\(1,\)"),
        (lambda: array(element_shape=[None, 2]).write(0, [1.0]), ValueError, "value"),
        (lambda: array().write(0, tf.constant(1)), TypeError, "value.*float32"),
        (lambda: array(infer_shape=False), NotImplementedError, "infer_shape"),
        (lambda: array(flow=1.0), NotImplementedError, "flow"),
        (lambda: array().split([1.0, 2, 3], [1, 2]), NotImplementedError, r"tf\.split"),
    ],
)
def test_wrong_uses_say_what_was_expected(make, error, message):
    with pytest.raises(error, match=message):
        make()


def powers(x, steps, limit=None, back_prop=True, options=None):
    """The first powers of x but one, stacked, while all are below 100."""

    def body(i, y, ys):
        return i + 1, y * x, ys.write(i, y)

    return tf.while_loop(
        lambda i, y, ys: (i < steps) & tf.reduce_all(y < 100.0),
        body,
        [tf.constant(0), x, array(6, **(options or {}))],
        maximum_iterations=limit,
        back_prop=back_prop,
    )[2].stack()


@pytest.mark.parametrize("options", [{}, {"element_shape": [None]}, {"element_shape": [2]}])
def test_a_loop_that_ends_by_a_traced_value_carries_it(options):
    x = tf.constant([2.0, 3.0])
    expected = [[2, 3], [4, 9], [8, 27], [16, 81], [0, 0], [0, 0]]
    assert powers(x, 6).numpy().tolist() == expected
    traced = tf.function(lambda x: powers(x, 6, options=options))
    assert traced(x).numpy().tolist() == expected
    assert traced(tf.constant([200.0, 1.0])).numpy().tolist() == [[0, 0]] * 6


@pytest.mark.parametrize("limit", [None, 6], ids=["by_steps", "by_values"])
def test_gradients_go_through_it(limit):
    def slope(x, traced):
        with tf.GradientTape() as tape:
            tape.watch(x)
            stop = x[0] * 0 + 3 if traced else 3
            y = powers(x, tf.cast(stop, tf.int32), limit) if limit else steps(x)
        return tape.gradient(y, x)

    def steps(x):
        ys = array(3)
        _, _, ys = tf.while_loop(
            lambda i, y, ys: i < 3, lambda i, y, ys: (i + 1, y * x, ys.write(i, y)), [0, x, ys]
        )
        return ys.stack()

    x = tf.constant([2.0, 0.5])
    expected = [1 + 2 * n + 3 * n * n for n in (2, 0.5)]
    found = tf.function(lambda x: slope(x, True))(x)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_a_loop_without_gradients_stops_them():
    with tf.GradientTape() as tape:
        x = tf.Variable([2.0, 1.0])
        y = powers(tf.convert_to_tensor(x), 2, back_prop=False)
    assert tape.gradient(y, x) is None


def test_a_model_function_decodes_until_all_rows_ended():
    """Rows count down to 0, one of which is the end; the longest one ends the loop."""

    def model_fn(features, mode):
        def body(i, now, out):
            return i + 1, tf.maximum(now - 1, 0), out.write(i, now)

        rows = tf.TensorArray(tf.int32, 5)
        _, _, rows = tf.while_loop(
            lambda i, now, out: (i < 5) & tf.reduce_any(now > 0), body, [0, features, rows]
        )
        return tf.estimator.EstimatorSpec(mode, tf.transpose(rows.stack()))

    predict = tf.estimator.Estimator(model_fn).predict
    data = tf.data.Dataset.from_tensor_slices(np.int32([2, 3, 1, 0, 7])).batch(3)
    found = [row.tolist() for row in predict(lambda: data)]
    assert found == [[2, 1, 0, 0, 0], [3, 2, 1, 0, 0], [1, 0, 0, 0, 0], [0] * 5, [7, 6, 5, 4, 3]]
