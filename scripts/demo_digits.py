"""Trains Flatten-Dense-Dropout-Dense on the bundled digits, and takes the model through a file."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from estikeras import keras

BATCH, EPOCHS = 32, 10


def main():
    """Train, evaluate, save, load, predict; exit status 1 if anything is not as it should be."""
    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    x_train, x_test = x_train / 16.0, x_test / 16.0

    model = keras.Sequential(
        [
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation=keras.activations.relu),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation=keras.activations.softmax),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

    start = time.perf_counter()
    model.fit(x_train, y_train, batch_size=BATCH, epochs=1, verbose=0)
    first_s = time.perf_counter() - start
    start = time.perf_counter()
    model.fit(x_train, y_train, batch_size=BATCH, epochs=EPOCHS, initial_epoch=1, verbose=2)
    steps = (EPOCHS - 1) * -(-len(x_train) // BATCH)
    step_ms = 1000 * (time.perf_counter() - start) / steps
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)

    predictions = model.predict(x_test, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "digits.keras"
        model.save(file)
        loaded = keras.models.load_model(file)
        size_kb = file.stat().st_size / 1e3
    again = loaded.predict(x_test, verbose=0)
    equal = np.allclose(predictions, again, atol=1e-6)

    print(f"first epoch        {first_s:.2f} s, compiling included")
    print(f"step               {step_ms:.3f} ms ({BATCH} images)")
    print(f"test loss          {loss:.4f}")
    print(f"test accuracy      {accuracy:.4f} on {len(x_test)} images")
    print(f"saved and loaded   {size_kb:.0f} kB, {'equal' if equal else 'OTHER'} predictions")
    return 0 if equal and accuracy > 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
