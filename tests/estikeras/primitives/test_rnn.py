"""Recurrent sequences: gradients, masks, direction."""

import numpy as np
import pytest

from estikeras import ops
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.primitives import rnn
from tests.support.arrays import random_array
from tests.support.primitives import primitive_checks, row

MASK = np.array([[True, False, True, True], [True, True, False, False]])
X, STATE, HIDDEN = (2, 4, 3), (2, 5), (2, 4, 5)
SIMPLE = [X, STATE, (3, 5), (5, 5), (5,)]
LSTM = [X, STATE, STATE, (3, 20), (5, 20), (20,)]
GRU = [X, STATE, (3, 15), (5, 15), (2, 15)]
NETWORKS = [(rnn.lstm, LSTM, 3), (rnn.gru, GRU, 2), (rnn.simple_rnn, SIMPLE, 2)]
SHAPES_ONLY = {"order": 0}  # the gradient of what is saved for the gradient is not offered

ROWS = [
    *(
        row(network.name, [*shapes, *mask], reverse=reverse, **SHAPES_ONLY)
        for network, shapes, _ in NETWORKS
        for mask in ([], [MASK])
        for reverse in (False, True)
    ),
    row("lstm", LSTM, dtype="float16", reverse=False, **SHAPES_ONLY),
    row(
        "lstm_gradient",
        [HIDDEN, STATE, STATE, *LSTM[:5], HIDDEN, HIDDEN, (2, 4, 20)],
        reverse=False,
        **SHAPES_ONLY,
    ),
    row(
        "gru_gradient",
        [HIDDEN, STATE, *GRU[:4], HIDDEN, (2, 4, 20)],
        reverse=False,
        **SHAPES_ONLY,
    ),
    row(
        "simple_rnn_gradient",
        [HIDDEN, STATE, *SIMPLE[:4], HIDDEN],
        reverse=True,
        **SHAPES_ONLY,
    ),
]

test_primitive = primitive_checks(ROWS)


def _arrays(shapes):
    return [Tensor(random_array(shape, seed=i)) for i, shape in enumerate(shapes)]


def _weighted(network, arrays, mask, outputs, reverse):
    """A random weighting of the outputs that users see, and the tensors that went in."""
    tensors = [Tensor(a) for a in arrays]
    with GradientTape() as tape:
        tape.watch(tensors)
        results = network(*tensors, *mask, reverse=reverse)[:outputs]
        total = sum(
            ops.sum(y * random_array(y.shape, "float64", seed=9 + i)) for i, y in enumerate(results)
        )
    return total, tensors, tape


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("mask", [(), (MASK,)], ids=["", "mask"])
@pytest.mark.parametrize("case", NETWORKS, ids=lambda case: case[0].name)
def test_the_gradient_is_the_slope(case, mask, reverse):
    network, shapes, outputs = case
    arrays = [random_array(shape, "float64", seed=i) for i, shape in enumerate(shapes)]
    total, tensors, tape = _weighted(network, arrays, mask, outputs, reverse)
    for i, gradient in enumerate(tape.gradient(total, tensors)):
        direction = random_array(shapes[i], "float64", seed=30)
        ends = []
        for step in (1e-6, -1e-6):
            moved = [a + step * direction if i == j else a for j, a in enumerate(arrays)]
            ends.append(float(_weighted(network, moved, mask, outputs, reverse)[0]))
        slope = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose((gradient.numpy() * direction).sum(), slope, rtol=1e-6)


def test_reverse_is_the_flipped_sequence():
    x, *rest = _arrays(LSTM)
    backward = rnn.lstm(x, *rest, reverse=True)
    flipped = rnn.lstm(Tensor(x.numpy()[:, ::-1].copy()), *rest, reverse=False)
    np.testing.assert_array_equal(backward[0].numpy()[:, ::-1], flipped[0].numpy())
    np.testing.assert_array_equal(backward[1].numpy(), flipped[1].numpy())


def test_a_masked_tail_is_a_shorter_sequence():
    x, *rest = _arrays(GRU)
    mask = np.array([[True, True, False, False]] * 2)
    hidden, last, _ = rnn.gru(x, *rest, mask, reverse=False)
    short = rnn.gru(Tensor(x.numpy()[:, :2].copy()), *rest, reverse=False)
    np.testing.assert_allclose(last.numpy(), short[1].numpy(), rtol=1e-6)
    np.testing.assert_allclose(hidden.numpy()[:, 3], last.numpy(), rtol=1e-6)


def test_a_second_gradient_names_the_alternative():
    x, *rest = _arrays(SIMPLE)
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            hidden, _ = rnn.simple_rnn(x, *rest, reverse=False)
        gradient = inner.gradient(hidden, x)
    with pytest.raises(NotImplementedError, match="unroll"):
        outer.gradient(gradient, x)
