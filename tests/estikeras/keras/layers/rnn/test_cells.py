"""Recurrent cells, one step alone, against the real Keras."""

import numpy as np
import pytest

from estikeras import keras as ours
from estikeras.keras.layers import GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells
from tests.support import oracle
from tests.support.arrays import assert_close, random_array


def case(cell, options):
    """A row: a cell, and its options or a function of `keras` that returns them."""
    return cell, options


ROWS = [
    case(LSTMCell, {"units": 3}),
    case(LSTMCell, {"units": 3, "use_bias": False, "activation": "relu"}),
    case(LSTMCell, {"units": 3, "recurrent_activation": "hard_sigmoid", "dropout": 0.5}),
    case(GRUCell, {"units": 3}),
    case(GRUCell, {"units": 3, "reset_after": False, "recurrent_dropout": 0.5}),
    case(GRUCell, {"units": 3, "use_bias": False}),
    case(SimpleRNNCell, {"units": 3}),
    case(SimpleRNNCell, {"units": 3, "use_bias": False, "activation": None}),
    case(
        StackedRNNCells,
        lambda keras: {"cells": [keras.layers.LSTMCell(3), keras.layers.GRUCell(2)]},
    ),
]
IDS = [f"{cell.__name__}-{i}" for i, (cell, _) in enumerate(ROWS)]


def _options(options, keras):
    return options(keras) if callable(options) else options


def _states(sizes, seed=30):
    if isinstance(sizes, (list, tuple)):
        return [_states(size, seed + i) for i, size in enumerate(sizes)]
    return random_array((2, sizes), seed=seed)


def _flat(nested):
    return (
        [leaf for x in nested for leaf in _flat(x)]
        if isinstance(nested, (list, tuple))
        else [nested]
    )


@pytest.mark.oracle
@pytest.mark.parametrize(("cell", "options"), ROWS, ids=IDS)
def test_one_step_equals_the_real_keras(cell, options):
    layer = cell(**_options(options, ours))
    real = getattr(oracle.real_keras().layers, cell.__name__)
    real = real(**_options(options, oracle.real_keras()))
    x = random_array((2, 4))
    layer.build(x.shape)
    real.build(x.shape)
    names = [(w.path, tuple(w.shape)) for w in layer.weights]
    assert [n[0].split("/")[-1] for n in names] == [w.name for w in real.weights]
    for i, weight in enumerate(layer.weights):
        weight.assign(random_array(weight.shape, seed=i))
    real.set_weights(layer.get_weights())
    states = _states(layer.state_size)
    states = states if isinstance(states, list) else [states]
    got, expected = layer(x, states), real(x, states)
    assert_close(_flat(got), [np.asarray(y) for y in _flat(expected)])


@pytest.mark.parametrize(("cell", "options"), ROWS, ids=IDS)
def test_config_goes_round(cell, options):
    layer = cell(**_options(options, ours))
    assert cell.from_config(layer.get_config()).get_config() == layer.get_config()
    first = layer.get_initial_state(2)
    assert [tuple(s.shape) for s in _flat(first)] == [
        s.shape for s in _flat(_states(layer.state_size))
    ]
