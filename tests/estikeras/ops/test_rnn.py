"""Recurrent sequences against the layers of the real Keras: values, states, masks, direction,
gradients.
"""

import numpy as np
import pytest

from estikeras import ops
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.ops import rnn
from tests.support.arrays import assert_close, random_array
from tests.support.oracle import real_keras

UNITS, FEATURES, TIME, BATCH = 5, 3, 4, 2
MASK = np.array([[True, False, True, True], [True, True, False, False]])
GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}
OURS = {"LSTM": rnn.lstm, "GRU": rnn.gru, "SimpleRNN": rnn.simple_rnn}


def _weights(name):
    gates = GATES[name]
    bias = (2, gates * UNITS) if name == "GRU" else (gates * UNITS,)
    shapes = [(FEATURES, gates * UNITS), (UNITS, gates * UNITS), bias]
    return [random_array(shape, seed=i) for i, shape in enumerate(shapes)]


def _theirs(name, x, states, weights, mask, reverse):
    """Outputs, states and the gradient by the input."""
    import jax

    layer = getattr(real_keras().layers, name)(
        UNITS, return_sequences=True, return_state=True, go_backwards=reverse
    )
    layer.build(x.shape)
    layer.set_weights(weights)

    def run(x):
        return layer(x, initial_state=[jax.numpy.asarray(s) for s in states], mask=mask)

    def total(x):
        outputs = run(x)
        signs = -1 if reverse else 1
        weighted = (outputs[0][:, ::signs] * random_array(outputs[0].shape, seed=9)).sum()
        return weighted + sum(state.sum() for state in outputs[1:])

    sequence, *last = run(x)
    gradient = np.asarray(jax.grad(total)(jax.numpy.asarray(x)))
    sequence = np.asarray(sequence)
    return sequence[:, ::-1] if reverse else sequence, [np.asarray(s) for s in last], gradient


@pytest.mark.oracle
@pytest.mark.parametrize("mask", [None, MASK], ids=["", "mask"])
@pytest.mark.parametrize("reverse", [False, True], ids=["", "reverse"])
@pytest.mark.parametrize("name", GATES)
def test_sequences_are_those_of_the_real_layers(name, reverse, mask):
    x = random_array((BATCH, TIME, FEATURES), seed=7)
    count = 2 if name == "LSTM" else 1
    states = [random_array((BATCH, UNITS), seed=20 + i) for i in range(count)]
    weights = _weights(name)
    source = Tensor(x)
    with GradientTape() as tape:
        tape.watch(source)
        sequence, *last = OURS[name](source, *states, *weights, mask=mask, reverse=reverse)
        total = ops.sum(sequence * random_array(sequence.shape, seed=9))
        total = total + sum(ops.sum(state) for state in last)
    gradient = tape.gradient(total, source)
    expected = _theirs(name, x, states, weights, mask, reverse)
    assert_close((sequence, list(last), gradient), expected)


def test_no_bias_is_a_bias_of_zeros():
    x = random_array((BATCH, TIME, FEATURES))
    for name, run in OURS.items():
        kernel, recurrent, bias = _weights(name)
        states = [np.zeros((BATCH, UNITS), "float32")] * (2 if name == "LSTM" else 1)
        without = run(Tensor(x), *states, kernel, recurrent)[0]
        zeros = run(Tensor(x), *states, kernel, recurrent, 0 * bias)[0]
        np.testing.assert_array_equal(without.numpy(), zeros.numpy())


def test_a_wrong_kernel_is_named():
    x = Tensor(random_array((BATCH, TIME, FEATURES)))
    state = np.zeros((BATCH, UNITS), "float32")
    with pytest.raises(ValueError, match="`kernel`"):
        rnn.simple_rnn(x, state, np.zeros((4, UNITS), "float32"), np.eye(UNITS, dtype="float32"))


def test_an_empty_batch_gives_an_empty_result():
    x = Tensor(np.zeros((0, TIME, FEATURES), "float32"))
    for name, run in OURS.items():
        states = [np.zeros((0, UNITS), "float32")] * (2 if name == "LSTM" else 1)
        assert run(x, *states, *_weights(name))[0].shape == (0, TIME, UNITS)
