"""Trains five kinds of models on data whose size no number of ranks divides, and writes what came
out: weights, history, scores, predictions. Started with the name of the file to write, the
communicator and, for one copy of the weights, "shard_update".
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import strategies
from estikeras import keras
from estikeras.keras import layers

ROWS, BATCH, EPOCHS = 103, 16, 2


def dense(random):
    x = random.normal(size=(ROWS, 12)).astype("float32")
    y = (x[:, :3].sum(1) > 0).astype("int32") + (x[:, 4] > 0.5)
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Dense(16, "relu", kernel_regularizer="l2"),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=1.0),
        "sparse_categorical_crossentropy",
        metrics=["accuracy", "sparse_top_k_categorical_accuracy"],
        weighted_metrics=["accuracy"],
    )
    weights = random.uniform(0.1, 2, ROWS).astype("float32")
    return model, x, y, {"sample_weight": weights}


def convolution(random):
    x = random.normal(size=(ROWS, 8, 8, 3)).astype("float32")
    y = (x.mean((1, 2, 3)) > 0).astype("int32")
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, use_bias=False),
            layers.BatchNormalization(synchronized=True),
            layers.ReLU(),
            layers.Conv2D(4, 3, use_bias=False),
            layers.BatchNormalization(synchronized=True, momentum=0.9),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), loss, metrics=["accuracy"])
    return model, x, y, {}


def embedding(random):
    x = random.integers(1, 5000, size=(ROWS, 6))
    x[:, 4:] *= random.integers(0, 2, size=(ROWS, 2))
    y = (x[:, 0] % 2).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            layers.Embedding(5000, 4, mask_zero=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    metrics = [keras.metrics.AUC(), keras.metrics.Precision()]
    model.compile("adagrad", "binary_crossentropy", metrics=metrics)
    return model, x, y, {}


def recurrent(random):
    x = random.normal(size=(ROWS, 7, 5)).astype("float32")
    x[:, 5:] *= random.integers(0, 2, size=(ROWS, 2, 1))
    y = np.cumsum(x[..., :1], 1)
    model = keras.Sequential(
        [
            keras.Input((7, 5)),
            layers.Masking(),
            layers.LSTM(6, return_sequences=True),
            layers.Dense(1),
        ]
    )
    model.compile("rmsprop", "mse", metrics=["mae"])
    return model, x, y, {}


def two_outputs(random):
    a = random.normal(size=(ROWS, 4)).astype("float32")
    b = random.normal(size=(ROWS, 6)).astype("float32")
    first, second = keras.Input((4,), name="a"), keras.Input((6,), name="b")
    joined = layers.concatenate([layers.Dense(8, "tanh")(first), layers.Dense(8, "tanh")(second)])
    outputs = {
        "number": layers.Dense(1, name="number")(joined),
        "kind": layers.Dense(2, activation="softmax", name="kind")(joined),
    }
    model = keras.Model({"a": first, "b": second}, outputs)
    model.compile(
        keras.optimizers.AdamW(0.02),
        {
            "number": keras.losses.Huber(reduction="sum"),
            "kind": keras.losses.SparseCategoricalCrossentropy(reduction="mean_with_sample_weight"),
        },
        loss_weights={"number": 0.1, "kind": 1.0},
        metrics={"kind": ["accuracy"], "number": ["mae"]},
    )
    y = {"number": a[:, :1] * b[:, :1], "kind": (b[:, 2] > 0).astype("int32")}
    weights = {
        "number": random.uniform(0.5, 1.5, ROWS).astype("float32"),
        "kind": random.uniform(0.5, 1.5, ROWS).astype("float32"),
    }
    return model, {"a": a, "b": b}, y, {"sample_weight": weights}


KINDS = [dense, convolution, embedding, recurrent, two_outputs]


def train(make, communicator, shard_update):
    """What one kind comes to: the strategy's ranks train it together."""
    keras.utils.set_random_seed(1)
    strategy = strategies.MultiWorkerMirroredStrategy(
        communicator=communicator, shard_update=shard_update
    )
    with strategy.scope():
        model, x, y, options = make(np.random.default_rng(0))
    history = model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0, **options)
    scores = model.evaluate(x, y, batch_size=10, verbose=0, return_dict=True, **options)
    predictions = model.predict(x, batch_size=10, verbose=0)
    return {
        "weights": model.get_weights() + [v.numpy() for v in model.optimizer.variables],
        "history": history.history,
        "scores": scores,
        "predictions": predictions,
    }


if __name__ == "__main__":
    communicator = sys.argv[2] if len(sys.argv) > 2 else "auto"
    shard_update = "shard_update" in sys.argv
    # A common norm of gradients cannot be computed from pieces.
    kinds = [make for make in KINDS if not (shard_update and make is dense)]
    results = {make.__name__: train(make, communicator, shard_update) for make in kinds}
    if strategies.get_strategy().cluster.is_chief:
        Path(sys.argv[1]).write_bytes(pickle.dumps(results))
