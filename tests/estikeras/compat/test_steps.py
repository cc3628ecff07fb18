"""Steps of loops that make variables and scopes, and cells of one's own, as TensorFlow 2.15 has
their names and values.
"""

import numpy as np
import pytest

import estikeras.compat.v1 as tf

X = np.float32([[1, 2, 3], [0.1, 0.2, 0.3]])


def constant(value):
    return tf.constant_initializer(value)


def outcome(tensors_of, x=X):
    """What a model function gives for one batch, and the names of the variables it trains."""
    names = []

    def model_fn(features, mode):
        tensors = tensors_of(features)
        names[:] = [v.name.removesuffix(":0") for v in tf.trainable_variables()]
        return tf.estimator.EstimatorSpec(mode, tensors)

    batch = tf.estimator.Estimator(model_fn).predict(
        lambda: tf.data.Dataset.from_tensors(x), yield_single_examples=False
    )
    return next(batch), names


def layers_and_cell(y):
    """A step that makes an unnamed layer, a named one and a cell."""
    with tf.variable_scope("step"):
        y = tf.layers.dense(y, 3, kernel_initializer=constant(0.5))
        y = tf.layers.dense(y, 3, name="named", kernel_initializer=constant(0.4))
        return tf.nn.rnn_cell.GRUCell(3, kernel_initializer=constant(0.3))(y, y)[0]


NAMES = [
    f"step/{name}"
    for name in (
        "dense/kernel",
        "dense/bias",
        "named/kernel",
        "named/bias",
        "gru_cell/gates/kernel",
        "gru_cell/gates/bias",
        "gru_cell/candidate/kernel",
        "gru_cell/candidate/bias",
    )
]


@pytest.mark.parametrize("ends", ["by_number", "by_value"])
def test_each_step_of_a_loop_finds_the_variables_of_the_first(ends):
    def loop(x):
        def goes_on(i, y):
            return i < 4 if ends == "by_number" else (i < 4) & (tf.reduce_sum(y) < 1e6)

        return tf.while_loop(goes_on, lambda i, y: (i + 1, layers_and_cell(y)), [0, x])[1]

    y, names = outcome(loop)
    assert names == NAMES
    np.testing.assert_allclose(y, [[20.9866] * 3, [2.27762] * 3], rtol=1e-4)


def test_functions_over_rows_make_their_variables_once():
    def dense(row, units, value, name=None):
        return tf.layers.dense(row[None], units, name=name, kernel_initializer=constant(value))[0]

    def folds(x):
        return {
            "map": tf.map_fn(lambda row: dense(row, 2, 0.3), x),
            "scan": tf.scan(lambda sums, row: sums + dense(row, 3, 0.2, "s"), x),
            "left": tf.foldl(lambda sum, row: sum + dense(row, 3, 0.2, "l"), x),
            "right": tf.foldr(lambda sum, row: sum + dense(row, 3, 0.2, "r"), x),
            "after": tf.layers.dense(x, 1, kernel_initializer=constant(1.0)),
        }

    values, names = outcome(folds)
    layers = ("dense", "s", "l", "r", "dense_1")
    assert names == [f"{layer}/{part}" for layer in layers for part in ("kernel", "bias")]
    np.testing.assert_allclose(values["map"], [[1.8] * 2, [0.18] * 2], rtol=1e-5)
    np.testing.assert_allclose(values["scan"], [[1, 2, 3], [1.12, 2.12, 3.12]], rtol=1e-5)
    np.testing.assert_allclose(values["left"], [1.12, 2.12, 3.12], rtol=1e-5)
    np.testing.assert_allclose(values["right"], [1.3, 1.4, 1.5], rtol=1e-5)
    np.testing.assert_allclose(values["after"], [[6], [0.6]], rtol=1e-5)


class ByCall(tf.nn.rnn_cell.RNNCell):
    """A cell as they were before there was `call`."""

    def __init__(self, size):
        self._size = size

    @property
    def state_size(self):
        return self._size

    output_size = state_size

    def __call__(self, inputs, state, scope=None):
        with tf.variable_scope(scope or type(self).__name__):
            shape = [inputs.shape[-1] + self._size, self._size]
            w = tf.get_variable("w", shape, initializer=constant(0.1))
        state = tf.tanh(tf.matmul(tf.concat([inputs, state], 1), w))
        return state, state


class Gated(tf.nn.rnn_cell.RNNCell):
    """A cell with `build` and `call`, both of which make variables."""

    def __init__(self, size, reuse=None, **kwargs):
        super().__init__(_reuse=reuse, **kwargs)
        self._size = size

    @property
    def state_size(self):
        return tf.nn.rnn_cell.LSTMStateTuple(self._size, self._size)

    @property
    def output_size(self):
        return self._size

    def build(self, inputs_shape):
        assert inputs_shape.as_list()[0] == 1
        shape = [inputs_shape[1] + self._size, 4 * self._size]
        self._kernel = self.add_variable("kernel", shape=shape, initializer=constant(0.07))
        self._bias = self.add_weight("bias", [4 * self._size], tf.float32, tf.zeros_initializer())
        self.built = True

    def call(self, inputs, state):
        c, h = state
        gates = tf.matmul(tf.concat([inputs, h], 1), self._kernel) + self._bias
        i, j, f, o = tf.split(gates, 4, 1)
        with tf.variable_scope("scale"):
            g = tf.get_variable("g", [self._size], initializer=tf.ones_initializer())
        c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
        h = tf.tanh(c) * tf.sigmoid(o) * g
        return h, tf.nn.rnn_cell.LSTMStateTuple(c, h)


def test_cells_of_ones_own_have_their_variables_below_their_scopes():
    seen = {}

    def cells(x):
        first, _ = tf.nn.dynamic_rnn(ByCall(3), x, dtype=tf.float32)
        cell = Gated(4, name="mine")
        second, _ = tf.nn.dynamic_rnn(cell, first, dtype=tf.float32)
        both = tf.nn.rnn_cell.MultiRNNCell([Gated(4), tf.nn.rnn_cell.GRUCell(2)])
        tf.nn.dynamic_rnn(both, second, dtype=tf.float32, scope="both")
        seen.update(own=[v.name for v in cell.variables], all=len(both.trainable_weights))
        return second

    outputs, names = outcome(cells, np.ones((1, 5, 2), "float32"))
    np.testing.assert_allclose(outputs[0, -1], [0.0338574] * 4, rtol=1e-5)
    below = "both/multi_rnn_cell/cell"
    assert names == [
        "rnn/ByCall/w",
        *(f"rnn/mine/{name}" for name in ("kernel", "bias", "scale/g")),
        *(f"{below}_0/gated/{name}" for name in ("kernel", "bias", "scale/g")),
        *(
            f"{below}_1/gru_cell/{a}/{b}"
            for a in ("gates", "candidate")
            for b in ("kernel", "bias")
        ),
    ]
    assert seen == {"own": ["rnn/mine/kernel:0", "rnn/mine/bias:0", "rnn/mine/scale/g:0"], "all": 7}
