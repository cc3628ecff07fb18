"""Trains one model on one rank and on two, started from this process: the same numbers come out."""

import sys
import time

import numpy as np

import strategies

BATCH, EPOCHS = 256, 60


def train():
    """Train on all ranks; accuracy, milliseconds a step and weights."""
    from estikeras import keras

    keras.utils.set_random_seed(0)
    (x_train, y_train), (x_test, y_test) = keras.datasets.digits.load_data()
    with strategies.MultiWorkerMirroredStrategy().scope():
        model = keras.Sequential(
            [
                keras.Input((8, 8)),
                keras.layers.Flatten(),
                keras.layers.Dense(512, activation="relu"),
                keras.layers.Dense(512, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train / 16, y_train, batch_size=BATCH, verbose=0)  # compiles
    start = time.perf_counter()
    model.fit(x_train / 16, y_train, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    steps = EPOCHS * -(-len(x_train) // BATCH)
    step_ms = 1000 * (time.perf_counter() - start) / steps
    _, accuracy = model.evaluate(x_test / 16, y_test, batch_size=BATCH, verbose=0)
    return accuracy, step_ms, model.get_weights()


def main():
    """Compare; exit status 1 if the ranks do not come to the same."""
    results = {1: train(), 2: strategies.launch(train, num_replicas=2)[0]}
    for ranks, (accuracy, step_ms, _) in results.items():
        text = "1 rank, all cores " if ranks == 1 else f"{ranks} ranks           "
        print(f"{text} {step_ms:.3f} ms a step ({BATCH} images), test accuracy {accuracy:.4f}")
    (alone, _, weights), (together, _, others) = results.values()
    distance = max(np.abs(a - b).max() for a, b in zip(weights, others, strict=True))
    print(f"largest difference of a weight: {distance:.1e}")
    return 0 if abs(alone - together) < 0.01 and distance < 1e-2 else 1


if __name__ == "__main__":
    sys.exit(main())
