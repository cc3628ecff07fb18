"""What BackupAndRestore keeps goes on in the real Keras, and what that keeps goes on in ours."""

import numpy as np
import pytest

from estikeras import keras as ours
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle
X = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def train(keras, folder, save_freq, epochs, **options):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(5, "relu"),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    backup = keras.callbacks.BackupAndRestore(folder, save_freq, **options)
    history = model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0, callbacks=[backup])
    return history.epoch, int(np.asarray(model.optimizer.iterations))


@pytest.mark.parametrize("save_freq", ["epoch", 3])
@pytest.mark.parametrize("first_is_ours", [True, False])
def test_a_training_goes_on_in_the_other_keras(first_is_ours, save_freq, tmp_path):
    first, second = (ours, real_keras()) if first_is_ours else (real_keras(), ours)
    folder = tmp_path / "backup"
    train(first, folder, save_freq, 2, delete_checkpoint=False)  # the last at batch 12 of 14
    epochs, iterations = train(second, folder, save_freq, 4)
    assert epochs == ([2, 3] if save_freq == "epoch" else [1, 2, 3])
    assert iterations == (28 if save_freq == "epoch" else 12 + 21)
