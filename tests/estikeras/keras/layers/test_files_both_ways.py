"""Models of many layers, saved by either Keras and loaded by the other, predict the same."""

import numpy as np
import pytest

from estikeras import keras as ours
from tests.support import oracle
from tests.support.arrays import as_array, assert_close, random_array


def _sequential(shape, make):
    return lambda keras: keras.Sequential([keras.Input(shape), *make(keras.layers)])


def _self_attention(make):
    def model(keras):
        inputs = keras.Input((5, 4))
        return keras.Model(inputs, make(keras.layers)(inputs, inputs))

    return model


def _listed_attention(keras):
    inputs, layers = keras.Input((5, 4)), keras.layers
    attended = layers.Attention(use_scale=True, score_mode="concat")([inputs, inputs])
    return keras.Model(inputs, layers.AdditiveAttention(dropout=0.1)([inputs, attended]))


MODELS = {
    "recurrent": _sequential(
        (5, 4),
        lambda layers: [
            layers.LSTM(3, dropout=0.2, recurrent_dropout=0.1, return_sequences=True),
            layers.Bidirectional(layers.GRU(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True),
            layers.GRU(3, reset_after=False, return_sequences=True),
            layers.SimpleRNN(3),
        ],
    ),
    "sequences": _sequential(
        (7, 4),
        lambda layers: [
            layers.Conv1D(3, 2, padding="causal"),
            layers.SeparableConv1D(2, 2),
            layers.DepthwiseConv1D(2),
            layers.Conv1DTranspose(2, 2),
        ],
    ),
    "images": _sequential(
        (8, 8, 3),
        lambda layers: [
            layers.Conv2D(4, 3, groups=1, activation="relu"),
            layers.BatchNormalization(renorm=True),
            layers.MaxPooling2D(),
            layers.SpectralNormalization(layers.Conv2D(2, 2)),
            layers.Conv2DTranspose(2, 2, strides=2),
            layers.GlobalAveragePooling2D(),
        ],
    ),
    "normalised": _sequential(
        (5, 4),
        lambda layers: [
            layers.Normalization(mean=1.0, variance=2.0),
            layers.Rescaling(2.0, offset=0.1),
            layers.LayerNormalization(),
            layers.GroupNormalization(2),
            layers.RMSNormalization(),
            layers.UnitNormalization(),
        ],
    ),
    "films": _sequential((3, 6, 6, 2), lambda layers: [layers.ConvLSTM2D(2, 2, dropout=0.1)]),
    "heads": _self_attention(lambda layers: layers.MultiHeadAttention(2, 3, use_gate=True)),
    "groups": _self_attention(lambda layers: layers.GroupQueryAttention(3, 4, 2, dropout=0.1)),
    "attention": _listed_attention,
}


@pytest.mark.oracle
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("saved_by", ["ours", "the real one"])
def test_either_keras_loads_what_the_other_saved(name, saved_by, tmp_path):
    real = oracle.real_keras()
    writer, reader = (ours, real) if saved_by == "ours" else (real, ours)
    model = MODELS[name](writer)
    for i, weight in enumerate(model.weights):
        weight.assign(random_array(tuple(weight.shape), seed=i, low=0.1, high=0.6))
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    loaded, filled = reader.models.load_model(tmp_path / "model.keras"), MODELS[name](reader)
    filled.load_weights(tmp_path / "model.weights.h5")
    x = random_array((2, *model.input_shape[1:]), seed=9)
    expected = np.asarray(as_array(model(x)))
    assert_close(np.asarray(as_array(loaded(x))), expected, what="the archive's predictions")
    assert_close(np.asarray(as_array(filled(x))), expected, what="the weights file's predictions")
