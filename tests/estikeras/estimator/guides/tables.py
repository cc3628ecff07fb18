"""Real data as columns, and input functions over them."""

import csv
from pathlib import Path

import numpy as np

import estikeras as tf

FOLDER = Path(__file__).parents[3] / "support" / "data"


def read(name):
    """A table as a dict from the name of a column to an array of numbers or strings.

    Args:
        name: name of the file, without its ending.
    """
    with (FOLDER / f"{name}.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {column: _array([row[column] for row in rows]) for column in rows[0]}


def _array(words):
    for kind, unknown in (("int64", ""), ("float32", "nan")):
        try:
            return np.array([word or unknown for word in words]).astype(kind)
        except ValueError:
            continue
    return np.array(words, object)


def iris():
    """Measures of flowers, and their species."""
    table = read("iris")
    return table, table.pop("species")


def titanic(part):
    """What is known of passengers, and who survived."""
    table = read(f"titanic_{part}")
    return table, table.pop("survived")


def cars():
    """Standardized measures of cars, and how far they go."""
    table = read("auto_mpg")
    known = ~np.isnan(table["horsepower"])
    columns = ("horsepower", "weight", "acceleration")
    x = np.stack([table[name][known] for name in columns], 1)
    return (x - x.mean(0)) / x.std(0), table["mpg"][known]


def batches(features, labels=None, size=32, repeat=1, shuffle=None):
    """An input function that gives a Dataset.

    Args:
        features: array or dict of arrays.
        labels: likewise, or None.
        size: rows of a batch.
        repeat: how often, None for ever.
        shuffle: seed, or None for the order of the table.
    """
    parts = features if labels is None else (features, labels)

    def input_fn():
        data = tf.data.Dataset.from_tensor_slices(parts)
        if shuffle is not None:
            data = data.shuffle(1000, seed=shuffle)
        return data.repeat(repeat).batch(size)

    return input_fn
