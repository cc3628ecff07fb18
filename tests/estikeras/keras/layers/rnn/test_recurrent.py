"""SimpleRNN, LSTM and GRU, fused and step by step, against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras import keras
from estikeras.keras.layers import GRU, LSTM, SimpleRNN
from tests.support.layers import case, layer_checks

ROUNDED = "the reference rounds to 16 bits at every step, ours at the end"
ALL = {"return_sequences": True, "return_state": True}
CASES = [
    case(LSTM, {"units": 3}, (2, 5, 4)),
    case(LSTM, {"units": 3, **ALL}, (2, 5, 4)),
    case(LSTM, {"units": 3, **ALL, "go_backwards": True}, (2, 5, 4), mask=True),
    case(LSTM, {"units": 3, "use_bias": False}, (2, 5, 4), mask=True),
    case(LSTM, {"units": 3, "zero_output_for_mask": True, **ALL}, (2, 5, 4), mask=True),
    case(
        LSTM, {"units": 3, "zero_output_for_mask": True, "go_backwards": True}, (2, 5, 4), mask=True
    ),
    case(LSTM, {"units": 3, "unroll": True, **ALL}, (2, 4, 3), mask=True),
    case(
        LSTM, {"units": 2, "activation": "relu", "recurrent_activation": "hard_sigmoid"}, (2, 4, 3)
    ),
    case(LSTM, {"units": 3, "unit_forget_bias": False}, (2, 4, 3)),
    case(
        LSTM,
        {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.2, "seed": 1},
        (2, 4, 3),
        random=True,
    ),
    case(LSTM, {"units": 3, "dropout": 0.3, "return_sequences": True}, (2, 4, 3), random=True),
    case(LSTM, {"units": 3}, (2, 4, 3), dtype="float16", oracle=False),
    case(
        LSTM,
        {"units": 3},
        (2, 4, 3),
        dtype="mixed_bfloat16",
        input_dtype="float32",
        tolerance=5e-2,
        why=ROUNDED,
    ),
    case(GRU, {"units": 3}, (2, 5, 4)),
    case(GRU, {"units": 3, **ALL, "go_backwards": True}, (2, 5, 4), mask=True),
    case(GRU, {"units": 3, **ALL, "use_bias": False}, (2, 5, 4), oracle=False),
    case(GRU, {"units": 3, "reset_after": False}, (2, 4, 3)),
    case(GRU, {"units": 3, "reset_after": False, "use_bias": False, **ALL}, (2, 4, 3), mask=True),
    case(GRU, {"units": 3, "unroll": True, **ALL}, (2, 4, 3), mask=True),
    case(GRU, {"units": 2, "activation": "elu"}, (2, 4, 3)),
    case(GRU, {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.2}, (2, 4, 3), random=True),
    case(SimpleRNN, {"units": 3}, (2, 5, 4)),
    case(SimpleRNN, {"units": 3, **ALL, "go_backwards": True}, (2, 5, 4), mask=True),
    case(SimpleRNN, {"units": 3, "unroll": True, "use_bias": False}, (2, 4, 3), mask=True),
    case(SimpleRNN, {"units": 3, "activation": "relu"}, (2, 4, 3)),
    case(SimpleRNN, {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.2}, (2, 4, 3), random=True),
]
test_layer = layer_checks(CASES)
LAYERS = [LSTM, GRU, SimpleRNN]


def _sequences(batch=2):
    return np.random.default_rng(0).normal(size=(batch, 5, 4)).astype("float32")


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    "options",
    [{}, {"go_backwards": True}, {"zero_output_for_mask": True}, {"use_bias": False}],
)
def test_fused_and_step_by_step_are_equal(layer, options):
    x, mask = _sequences(), np.array([[0, 1, 0, 1, 1], [1, 1, 1, 0, 0]], bool)
    fused = layer(3, **options, return_sequences=True, return_state=True)
    steps = layer(3, **options, return_sequences=True, return_state=True, unroll=True)
    fused.build(x.shape)
    steps.build(x.shape)
    steps.set_weights(fused.get_weights())
    states = [np.full((2, 3), 0.3 + i, "float32") for i in range(len(fused.state_size))]
    for one, other in zip(
        fused(x, initial_state=states, mask=mask),
        steps(x, initial_state=states, mask=mask),
        strict=True,
    ):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("layer", LAYERS)
def test_stateful_layer_goes_on_where_it_ended(layer):
    x = _sequences()
    once, twice = layer(3), layer(3, stateful=True)
    once.build(x.shape)
    twice.build(x.shape)
    twice.set_weights(once.get_weights())
    twice(x[:, :2])
    np.testing.assert_allclose(twice(x[:, 2:]).numpy(), once(x).numpy(), rtol=1e-5, atol=1e-6)
    twice.reset_state()
    np.testing.assert_allclose(twice(x).numpy(), once(x).numpy(), rtol=1e-5, atol=1e-6)
    assert len(twice.weights) == 3


def test_stateful_layer_needs_a_batch_size():
    with pytest.raises(ValueError, match="batch"):
        LSTM(3, stateful=True).build((None, 5, 4))


def test_stateful_layer_refuses_another_batch_size():
    layer = LSTM(3, stateful=True)
    layer(_sequences())
    with pytest.raises(ValueError, match="batch"):
        layer(_sequences(3))


def test_dropout_keeps_the_mean_and_changes_with_every_call():
    layer, x = LSTM(4, dropout=0.5, seed=3), _sequences()
    first, second = layer(x, training=True).numpy(), layer(x, training=True).numpy()
    assert not np.allclose(first, second)
    np.testing.assert_array_equal(layer(x).numpy(), layer(x).numpy())


def test_masking_layer_sends_its_mask():
    x = _sequences()
    x[:, 3:] = 0
    model = keras.Sequential([keras.Input((5, 4)), keras.layers.Masking(), LSTM(3)])
    np.testing.assert_allclose(model(x).numpy(), model.layers[-1](x[:, :3]).numpy(), rtol=1e-5)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("units", [0, -1, 2.5, "three"])
def test_units_are_a_positive_whole_number(layer, units):
    with pytest.raises(ValueError, match="units"):
        layer(units)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"use_cudnn": True}, NotImplementedError),
        ({"use_cudnn": "yes"}, ValueError),
        ({"implementation": 1}, NotImplementedError),
        ({"time_major": True}, ValueError),
    ],
)
def test_options_without_effect_are_refused(options, error):
    with pytest.raises(error, match=next(iter(options))):
        LSTM(3, **options)


def test_wrong_number_of_states_is_refused():
    with pytest.raises(ValueError, match="initial_state"):
        LSTM(3)(_sequences(), initial_state=[np.zeros((2, 3), "float32")])


def test_forget_gate_begins_open():
    layer = LSTM(2)
    layer.build((None, 3, 4))
    np.testing.assert_array_equal(layer.cell.bias.numpy(), [0, 0, 1, 1, 0, 0, 0, 0])
