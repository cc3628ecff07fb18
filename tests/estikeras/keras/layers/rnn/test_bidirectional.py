"""Bidirectional against the real Keras."""

import numpy as np
import pytest

from estikeras.keras.layers import GRU, LSTM, Bidirectional, Dense
from tests.support.layers import case, layer_checks

ROW = {
    "dtype": "float64",
    "tolerance": 1e-6,
    "why": "the reference computes parts of it in float32",
}


def _lstm(merge_mode="concat", **options):
    def config(keras):
        layer = keras.layers.LSTM(3, dtype="float64", **options)
        return {"layer": layer, "merge_mode": merge_mode}

    return config


def _two_kinds(keras):
    return {
        "layer": keras.layers.LSTM(3, dtype="float64"),
        "backward_layer": keras.layers.GRU(3, go_backwards=True, dtype="float64"),
    }


CASES = [
    case(Bidirectional, _lstm(), (2, 4, 3), **ROW),
    case(Bidirectional, _lstm("sum", return_sequences=True), (2, 4, 3), **ROW, mask=True),
    case(Bidirectional, _lstm("mul", return_state=True), (2, 4, 3), **ROW),
    case(Bidirectional, _lstm("ave"), (2, 4, 3), **ROW),
    case(
        Bidirectional,
        _lstm(None, return_sequences=True, return_state=True),
        (2, 4, 3),
        **ROW,
    ),
    case(Bidirectional, _two_kinds, (2, 4, 3), **ROW),
]
test_layer = layer_checks(CASES)


def test_first_states_are_shared_out():
    layer, x = Bidirectional(LSTM(3)), np.ones((2, 4, 3), "float32")
    states = [np.full((2, 3), value, "float32") for value in (0.1, 0.2, 0.3, 0.4)]
    output = layer(x, initial_state=states).numpy()
    forward = layer.forward_layer(x, initial_state=states[:2]).numpy()
    backward = layer.backward_layer(x, initial_state=states[2:]).numpy()
    np.testing.assert_allclose(output, np.concatenate([forward, backward], -1), rtol=1e-6)


def test_names_of_both_directions():
    layer = Bidirectional(LSTM(3, name="memory"))
    names = layer.forward_layer.name, layer.backward_layer.name
    assert names == ("forward_memory", "backward_memory")
    copy = Bidirectional.from_config(layer.get_config())
    assert (copy.forward_layer.name, copy.backward_layer.name) == names


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"layer": Dense(3)}, ValueError),
        ({"layer": LSTM(3, go_backwards=True)}, ValueError),
        ({"layer": LSTM(3), "merge_mode": "max"}, ValueError),
        ({"layer": LSTM(3), "backward_layer": LSTM(3)}, ValueError),
        (
            {"layer": LSTM(3), "backward_layer": GRU(3, go_backwards=True, return_state=True)},
            ValueError,
        ),
        ({"layer": "lstm"}, TypeError),
    ],
)
def test_layers_that_do_not_fit_are_refused(arguments, error):
    with pytest.raises(error):
        Bidirectional(**arguments)
