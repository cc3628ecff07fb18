"""Whole trainings against the real Keras: equal weights and data at the start, equal losses and
weights at the end.
"""

import numpy as np
import pytest

from estikeras import keras as ours
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle


def dense(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ]
    )


def residual(keras):
    layers = keras.layers
    i = keras.Input((6,))
    x = layers.Dense(6, activation="tanh")(i)
    x = layers.LayerNormalization()(layers.Add()([i, x]))
    return keras.Model(i, layers.Dense(3, activation="softmax")(x))


def convolutional(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6,)),
            layers.Reshape((3, 2, 1)),
            layers.Conv2D(4, 2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D((2, 1)),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def recurrent(cell):
    def build(keras):
        layers = keras.layers
        return keras.Sequential(
            [
                layers.Input((6,)),
                layers.Reshape((3, 2)),
                layers.Bidirectional(getattr(layers, cell)(4)),
                layers.Dense(3, activation="softmax"),
            ]
        )

    return build


def attention(keras):
    layers = keras.layers
    i = keras.Input((6,), dtype="int32")
    x = layers.Embedding(5, 4)(i)
    x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 2)(x, x)]))
    return keras.Model(i, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


def regularised(keras):
    layers, regularizers = keras.layers, keras.regularizers
    return keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(8, activation="gelu", kernel_regularizer=regularizers.L2(0.1)),
            layers.ActivityRegularization(l1=0.01),
            layers.Dense(3, activation="softmax", kernel_constraint=keras.constraints.MaxNorm(1.0)),
        ]
    )


MODELS = {
    "dense": dense,
    "residual": residual,
    "convolutional": convolutional,
    "LSTM": recurrent("LSTM"),
    "GRU": recurrent("GRU"),
    "attention": attention,
    "regularised": regularised,
}
OPTIMIZERS = {
    "adam": lambda keras: keras.optimizers.Adam(0.01),
    "momentum": lambda keras: keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True, clipnorm=0.5),
    "adamw": lambda keras: keras.optimizers.AdamW(
        keras.optimizers.schedules.ExponentialDecay(0.02, 3, 0.8), weight_decay=0.1
    ),
    "averaged": lambda keras: keras.optimizers.RMSprop(0.01, use_ema=True, ema_momentum=0.5),
}
ROWS = [(name, "adam") for name in MODELS] + [
    ("dense", name) for name in OPTIMIZERS if name != "adam"
]


def inputs(name, rows=20):
    rng = np.random.default_rng(3)
    x = (
        rng.integers(0, 5, (rows, 6)).astype("int32")
        if name == "attention"
        else rng.standard_normal((rows, 6)).astype("float32")
    )
    return x, rng.integers(0, 3, rows)


@pytest.mark.parametrize(("name", "optimizer"), ROWS)
def test_fit_computes_what_the_real_keras_computes(name, optimizer):
    """Uneven batches, sample weights and validation included."""
    x, y = inputs(name)
    results = []
    weights = None
    for keras in (real_keras(), ours):
        model = MODELS[name](keras)
        weights = model.get_weights() if weights is None else weights
        model.set_weights(weights)
        model.compile(
            OPTIMIZERS[optimizer](keras), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        history = model.fit(
            x,
            y,
            epochs=3,
            batch_size=8,
            shuffle=False,
            verbose=0,
            sample_weight=np.linspace(0.5, 1.5, 20),
            validation_data=(x, y),
        )
        results.append((history.history, model.get_weights(), model.predict(x, verbose=0)))
    (their_history, their_weights, their_predictions), (history, our_weights, predictions) = results
    assert history.keys() == their_history.keys()
    for key in history:
        np.testing.assert_allclose(history[key], their_history[key], rtol=2e-4, err_msg=key)
    for mine, theirs in zip(our_weights, their_weights, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(predictions, their_predictions, rtol=2e-3, atol=2e-4)
