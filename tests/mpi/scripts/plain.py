"""A script that knows nothing of strategies: under `mpirun -n 2` its ranks train one model."""

import pickle
import sys
from pathlib import Path

import numpy as np

import estikeras as tf

rank = tf.distribute.get_strategy().cluster.rank  # only to make the ranks differ, and to write
tf.keras.utils.set_random_seed(4 + rank)
x = np.random.default_rng(0).normal(size=(37, 3)).astype("float32")
y = x[:, :1] * 2 - 1

model = tf.keras.Sequential([tf.keras.layers.Dense(6, "tanh"), tf.keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
first = model.train_on_batch(x[:9], y[:9])
history = model.fit(x, y, batch_size=8, epochs=2, validation_split=0.3)
scores = model.evaluate(x, y)
predictions = model.predict(x)

built = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
built.compile("sgd", "mse")
untrained = [built.evaluate(x, y, verbose=0), built.predict(x, verbose=0)]
by_hand = [built.train_on_batch(x[:5], y[:5]) for _ in range(2)]

if rank == 0:
    results = {
        "first": first,
        "history": history.history,
        "scores": scores,
        "predictions": predictions,
        "weights": model.get_weights(),
        "untrained": untrained,
        "by hand": [by_hand, built.get_weights()],
    }
    Path(sys.argv[1]).write_bytes(pickle.dumps(results))
