"""Sequences that are walked in a loop come out as those of which each step is traced."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, ops
from estikeras.ops import loops
from tests.support.arrays import assert_close, random_array

layers = keras.layers
TIMES, BATCH, FEATURES = 4, 3, 4
X = random_array((BATCH, TIMES, FEATURES))
IMAGES = random_array((BATCH, TIMES, 5, 5, 2))
MASK = np.arange(TIMES) < np.array([[TIMES], [2], [0]])
ALL = {"return_sequences": True, "return_state": True}


class Growing(layers.Layer):
    """A cell with two states, one of which counts, and an output of another size."""

    state_size = (2, 1)

    @property
    def output_size(self):
        return self.kernel.shape[0]

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1] + 2, 2), name="kernel")

    def call(self, inputs, states, training=False):
        state, count = states
        state = ops.tanh(ops.matmul(ops.concatenate([inputs, state], axis=-1), self.kernel))
        return ops.concatenate([inputs, state * count], axis=-1), [state, count + 1]


# name -> (makes the layer, the input, whether it is masked)
LAYERS = {
    "own cell": (lambda: layers.RNN(Growing(), **ALL), X, False),
    "masked": (lambda: layers.RNN(Growing(), **ALL), X, True),
    "zeros, masked": (lambda: layers.RNN(Growing(), zero_output_for_mask=True, **ALL), X, True),
    "last output": (lambda: layers.RNN(layers.GRUCell(3)), X, True),
    "backwards": (lambda: layers.RNN(layers.LSTMCell(3), go_backwards=True, **ALL), X, True),
    "dropout": (lambda: layers.GRU(3, dropout=0.3, recurrent_dropout=0.4, seed=5, **ALL), X, True),
    "stacked": (lambda: layers.RNN([layers.LSTMCell(3), Growing()]), X, False),
    "stateful": (lambda: layers.LSTM(3, stateful=True, recurrent_dropout=0.2), X, False),
    "both ways": (lambda: layers.Bidirectional(layers.GRU(3, reset_after=False)), X, True),
    "convolutional": (lambda: layers.ConvLSTM2D(2, 3, **ALL), IMAGES, False),
}  # fmt: skip


def two_steps(name, shortest, monkeypatch):
    """Outputs, gradients and state after two compiled steps."""
    make, x, is_masked = LAYERS[name]
    monkeypatch.setattr(loops, "SHORTEST", shortest)
    keras.utils.set_random_seed(3)
    layer = make()
    layer.build(x.shape)

    @tf.function
    def step(x):
        mask = {"mask": ops.convert_to_tensor(MASK)} if is_masked else {}
        with tf.GradientTape() as tape:
            tape.watch(x)
            results = layer(x, training=True, **mask)
            total = sum(ops.sum(ops.sin(y)) for y in tf.nest.flatten(results))
        return results, tape.gradient(total, [x, *layer.trainable_variables])

    found = [step(tf.constant(x)) for _ in range(2)]
    assert (" loop(" in step.show()) == (shortest < TIMES)
    return [*tf.nest.flatten(found), *layer.non_trainable_variables]


@pytest.mark.parametrize("name", LAYERS)
def test_a_loop_computes_what_its_steps_compute(name, monkeypatch):
    expected = two_steps(name, TIMES + 1, monkeypatch)
    got = two_steps(name, 2, monkeypatch)
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        assert_close(a, b)
