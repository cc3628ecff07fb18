"""Trains on data of random sizes, given in random ways, and writes what came out for each seed.
Started with the name of the file to write and the number of seeds.
"""

import itertools
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np

import strategies
from estikeras import keras
from estikeras.keras import layers


class Sequence(keras.utils.PyDataset):
    """Batches by number."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, k):
        return self.batches[k]


class Again:
    """Batches that can be read again and again, nobody knows how many."""

    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


class Listener(keras.callbacks.Callback):
    """Wants to be told of every batch."""

    def on_train_batch_end(self, batch, logs=None):
        assert logs["loss"] >= 0


def endless(batches):
    """The batches over and over."""
    while True:
        yield from batches


def choose(seed):
    """Everything about one training, by chance; and words that describe it."""
    random = np.random.default_rng(seed)
    rows, batch = int(random.integers(1, 71)), int(random.integers(1, 41))
    x = random.normal(size=(rows, 3)).astype("float32")
    y = (x[:, :1] + x[:, 1:2] > 0).astype("float32")
    weights = random.uniform(0, 2, rows).astype("float32") if random.random() < 0.5 else None
    form = ["arrays", "sequence", "again", "generator", "endless"][random.integers(5)]
    steps = int(random.integers(1, 6)) if form == "endless" or random.random() < 0.3 else None
    options = {"epochs": 2, "verbose": 0, "shuffle": bool(random.integers(2))}
    if form == "arrays":
        options |= {"batch_size": batch, "sample_weight": weights}
        if random.random() < 0.5 and rows > 1:
            options["validation_split"] = float(random.uniform(1 / rows, 1 - 1 / rows))
        data = {"x": x, "y": y}
    else:
        edges = [*range(0, rows, batch), rows]
        if form in ("again", "generator"):  # batches of all sizes
            cuts = random.integers(1, rows, size=rows // batch) if rows > 1 else []
            edges = sorted({0, *map(int, cuts), rows})
        parts = [
            (x[a:b], y[a:b]) if weights is None else (x[a:b], y[a:b], weights[a:b])
            for a, b in itertools.pairwise(edges)
        ]
        made = {"sequence": Sequence, "again": Again, "endless": endless, "generator": iter}
        data = {"x": made[form](parts)}
        if form == "generator":
            options["epochs"] = 1
        if random.random() < 0.5:
            options["validation_data"] = Again(parts[::2])
    if steps is not None:
        options["steps_per_epoch"] = steps
    if random.random() < 0.5:
        options["callbacks"] = [
            keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
        ]
    return data, options, f"{seed}: {form}, {rows} rows in batches of {batch}, {steps} steps"


def train(seed):
    """What the training of one seed comes to."""
    rank = strategies.get_strategy().cluster.rank
    keras.utils.set_random_seed(seed + 1000 * rank)  # what is drawn by chance is the chief's
    with strategies.MultiWorkerMirroredStrategy().scope():
        model = keras.Sequential(
            [keras.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(1, "sigmoid")]
        )
        model.compile("adam", "bce", metrics=["accuracy"], weighted_metrics=["mae"])
    data, options, _ = choose(seed)
    history = model.fit(**data, **options)
    rows = np.linspace(-1, 1, 3 * (seed + 1)).reshape(-1, 3).astype("float32")
    return {
        "history": history.history,
        "weights": model.get_weights(),
        "scores": model.evaluate(rows, rows[:, :1] > 0, batch_size=5, verbose=0),
        "predictions": model.predict(rows, batch_size=4, verbose=0),
    }


if __name__ == "__main__":
    warnings.filterwarnings("ignore", "The data ran out")
    results = {choose(seed)[2]: train(seed) for seed in range(int(sys.argv[2]))}
    if strategies.get_strategy().cluster.is_chief:
        Path(sys.argv[1]).write_bytes(pickle.dumps(results))
