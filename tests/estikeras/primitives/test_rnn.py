"""Recurrent sequences: gradients, masks, direction."""

import numpy as np
import pytest

from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.primitives import rnn
from tests.support.arrays import random_array
from tests.support.primitives import primitive_checks, row

MASK = np.array([[True, False, True, True], [True, True, False, False]])
X, STATE = (2, 4, 3), (2, 5)
SIMPLE = [X, STATE, (3, 5), (5, 5), (5,)]
LSTM = [X, STATE, STATE, (3, 20), (5, 20), (20,)]
GRU = [X, STATE, (3, 15), (5, 15), (2, 15)]
FIRST = {"order": 1}

ROWS = [
    *(row("lstm", [*LSTM, *mask], reverse=r, **FIRST) for mask in ([], [MASK]) for r in (False, True)),
    *(row("gru", [*GRU, *mask], reverse=r, **FIRST) for mask in ([], [MASK]) for r in (False, True)),
    *(
        row("simple_rnn", [*SIMPLE, *mask], reverse=r, **FIRST)
        for mask in ([], [MASK])
        for r in (False, True)
    ),
    row("lstm", LSTM, dtype="float16", reverse=False, order=0),
    row(
        "lstm_gradient",
        [(2, 4, 5), STATE, STATE, *LSTM[:5], (2, 4, 5), (2, 4, 5), (2, 4, 20)],
        reverse=False,
        order=0,
    ),
    row(
        "gru_gradient",
        [(2, 4, 5), STATE, *GRU[:4], (2, 4, 5), (2, 4, 20)],
        reverse=False,
        order=0,
    ),
    row("simple_rnn_gradient", [(2, 4, 5), STATE, *SIMPLE[:4], (2, 4, 5)], reverse=True, order=0),
]

test_primitive = primitive_checks(ROWS)


def _arrays(shapes):
    return [Tensor(random_array(shape, seed=i)) for i, shape in enumerate(shapes)]


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
