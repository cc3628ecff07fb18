"""RNN with cells, stacked ones and user's ones, against the real Keras."""

import numpy as np
import pytest

from estikeras import keras, ops
from estikeras.keras.layers import RNN, GRUCell, Layer, LSTMCell, SimpleRNNCell, StackedRNNCells
from tests.support.layers import case, layer_checks

WIDE = {"dtype": "float64"}
ROW = {**WIDE, "tolerance": 1e-6, "why": "the reference computes parts of it in float32"}


def _stack(keras):
    cells = [keras.layers.LSTMCell(3, **WIDE), keras.layers.GRUCell(2, **WIDE)]
    return {"cell": keras.layers.StackedRNNCells(cells, **WIDE), "return_sequences": True}


CASES = [
    case(RNN, lambda keras: {"cell": keras.layers.LSTMCell(3, **WIDE)}, (2, 4, 3), **ROW),
    case(RNN, _stack, (2, 4, 3), **ROW),
    case(RNN, _stack, (2, 4, 3), **ROW, mask=True),
    case(
        RNN,
        lambda keras: {
            "cell": keras.layers.SimpleRNNCell(3, **WIDE),
            "go_backwards": True,
            "return_sequences": True,
            "zero_output_for_mask": True,
        },
        (2, 4, 3),
        **ROW,
        mask=True,
    ),
]
test_layer = layer_checks(CASES)


class Minimal(Layer):
    """A cell with the least that RNN asks for."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.state_size), name="kernel")

    def call(self, inputs, states):
        output = ops.tanh(ops.matmul(inputs, self.kernel) + states[0])
        return output, [output]


def test_a_cell_of_the_user_runs_and_trains():
    layer = RNN(Minimal(3), return_sequences=True)
    x = np.random.default_rng(0).normal(size=(2, 4, 5)).astype("float32")
    outputs = layer(x).numpy()
    state = np.zeros((2, 3), "float32")
    for t in range(4):
        state = np.tanh(x[:, t] @ layer.cell.kernel.numpy() + state)
        np.testing.assert_allclose(outputs[:, t], state, rtol=1e-5, atol=1e-6)
    assert layer.trainable_weights == [layer.cell.kernel]


@pytest.mark.parametrize("cell", [LSTMCell, GRUCell, SimpleRNNCell])
def test_cells_run_alone(cell):
    layer, x = cell(3, dropout=0.2, recurrent_dropout=0.2), np.ones((2, 4), "float32")
    states = layer.get_initial_state(2)
    output, following = layer(x, states, training=True)
    assert tuple(output.shape) == (2, 3)
    assert [tuple(s.shape) for s in following] == [(2, 3)] * len(states)


def test_states_of_stacked_cells_are_returned_cell_by_cell():
    layer = RNN([LSTMCell(3), GRUCell(2)], return_state=True)
    output, first, second = layer(np.ones((2, 4, 5), "float32"))
    assert tuple(output.shape) == (2, 2)
    assert [tuple(s.shape) for s in first] == [(2, 3), (2, 3)]
    assert [tuple(s.shape) for s in second] == [(2, 2)]


def test_sizes_of_stacked_cells():
    cells = StackedRNNCells([LSTMCell(3), GRUCell(2)])
    assert cells.state_size == [[3, 3], 2]
    assert cells.output_size == 2


@pytest.mark.parametrize("make", [RNN, lambda cell: StackedRNNCells([cell])])
def test_a_layer_that_is_no_cell_is_refused(make):
    with pytest.raises(ValueError, match="state_size"):
        make(keras.layers.Dense(3))
