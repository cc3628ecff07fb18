"""Columns with features that go through them. `scripts/record_feature_columns` runs the same rows
under the real TensorFlow.
"""

import itertools
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

RECORDINGS = Path(__file__).resolve().parents[1] / "estikeras" / "feature_column" / "recorded.json"
COLORS = ["red", "green", "blue"]


@dataclass(frozen=True)
class Sparse:
    """The rows of a sparse feature, which may be of any length; lists of lists for three axes."""

    rows: list
    dtype: object

    def parts(self):
        """Indices, values and the dense shape."""
        places, values, shape = [], [], [len(self.rows)]

        def walk(item, at):
            if not isinstance(item, list):
                places.append(at)
                values.append(item)
                return
            for i, one in enumerate(item):
                walk(one, (*at, i))

        walk(self.rows, ())
        depth = len(places[0])
        shape = [len(self.rows), *(max(p[axis] for p in places) + 1 for axis in range(1, depth))]
        values = np.array(values, object if self.dtype is str else self.dtype)
        return np.array(places, np.int64).reshape(-1, depth), values, shape


def number_file(folder):
    """A vocabulary of numbers in a file."""
    path = Path(folder) / "numbers.txt"
    path.write_text("30\n10\n20\n")
    return str(path)


def color_file(folder):
    """A vocabulary of colors in a file."""
    path = Path(folder) / "colors.txt"
    path.write_text("\n".join(COLORS) + "\n")
    return str(path)


def pattern(shape, dtype="float32", **_):
    """Values of weights, the same each time."""
    size = int(np.prod(shape))
    return np.sin(1.0 + np.arange(size)).reshape([int(n) for n in shape]).astype(np.float32)


def scaled(x):
    """A normalizer."""
    return (x - 3.0) / 4.2


@dataclass(frozen=True)
class Row:
    """Columns in a layer.

    Attributes:
        name: of the row.
        layer: "dense", "sequence" or "linear".
        columns: function of `tf.feature_column` and a folder for files that gives the columns.
        features: dict from names to arrays and `Sparse`.
        options: further arguments of the layer.
        traced: whether a traced function gives the same, which strings cannot.
    """

    name: str
    layer: str
    columns: object
    features: dict
    options: dict = field(default_factory=dict)
    traced: bool = False


AGES = np.array([3.0, 20.0, 17.5, 64.0], np.float32)
PAIRS = np.array([[1.0, 2.0], [-3.0, 0.5], [4.0, 0.0], [7.0, -1.0]], np.float32)
NAMES = np.array(["ann", "bob", "", "ann"])
TINTS = np.array(["blue", "red", "pink", ""])
IDS = np.array([2, 0, -1, 3])
WORDS = Sparse([["red", "blue"], [], ["green", "pink", "red"], ["blue"]], str)
TAGS = Sparse([["x"], ["y", "z"], [], ["x", "y"]], str)
NUMBERS = Sparse([[1, 3], [0], [2, 2, 0], []], np.int64)
COUNTS = Sparse([[0.5, 2.0], [1.0], [0.25, 3.0, -1.0], []], np.float32)
LONG = np.array(["a" * n for n in (7, 20, 40, 90)])


def vocabulary(fc, **options):
    return fc.categorical_column_with_vocabulary_list("word", COLORS, **options)


def bucketized(fc):
    return fc.bucketized_column(fc.numeric_column("age"), [10.0, 20.0, 50.0])


def weighted(fc):
    column = fc.categorical_column_with_identity("number", 5)
    return fc.weighted_categorical_column(column, "count")


def embedded(fc, column, size=2, **options):
    return fc.embedding_column(column, size, initializer=pattern, **options)


def file_column(fc, path, kind="categorical_column_with_vocabulary_file", **options):
    return getattr(fc, kind)("word", path, **options)


NUMERIC = [
    Row("a number", "dense", lambda fc, _: fc.numeric_column("age"), {"age": AGES}, traced=True),
    Row("a number with an axis", "dense", lambda fc, _: fc.numeric_column("age"),
        {"age": AGES[:, None]}, traced=True),
    Row("numbers", "dense", lambda fc, _: fc.numeric_column("pair", shape=2), {"pair": PAIRS},
        traced=True),
    Row("a matrix", "dense", lambda fc, _: fc.numeric_column("m", shape=(2, 3)),
        {"m": np.arange(12.0, dtype=np.float32).reshape(2, 2, 3)}, traced=True),
    Row("integers", "dense", lambda fc, _: fc.numeric_column("id", dtype=fc_dtype(fc, "int64")),
        {"id": IDS}, traced=True),
    Row("a normalizer", "dense",
        lambda fc, _: fc.numeric_column("age", normalizer_fn=scaled),
        {"age": AGES}, traced=True),
    Row("buckets", "dense", lambda fc, _: bucketized(fc), {"age": AGES}, traced=True),
    Row("buckets of what is no number", "dense", lambda fc, _: bucketized(fc),
        {"age": np.array([np.nan, np.inf, -np.inf, 10.0], np.float32)}),
    Row("buckets of several numbers", "dense",
        lambda fc, _: fc.bucketized_column(fc.numeric_column("pair", shape=(2,)), (0, 2)),
        {"pair": PAIRS}, traced=True),
    Row("columns in order of names", "dense",
        lambda fc, _: [fc.numeric_column("pair", shape=2), fc.numeric_column("age"),
                       bucketized(fc)],
        {"age": AGES, "pair": PAIRS, "unused": AGES}, traced=True),
]  # fmt: skip


def fc_dtype(fc, name):
    """A dtype as the module of columns takes it: the real one takes its own alone."""
    return getattr(fc, "dtype_of", lambda name: name)(name)


def categorical(name, column, features, **options):
    """A categorical column as an indicator, in an embedding and in a linear model."""
    return [
        Row(f"{name}: indicator", "dense", lambda fc, f: fc.indicator_column(column(fc, f)),
            features, **options),
        Row(f"{name}: embedding", "dense", lambda fc, f: embedded(fc, column(fc, f)), features,
            **options),
        Row(f"{name}: linear", "linear", column, features, **options),
    ]  # fmt: skip


CATEGORICAL = [
    *categorical("hash of strings",
                 lambda fc, _: fc.categorical_column_with_hash_bucket("name", 6),
                 {"name": NAMES}),
    *categorical("hash of sparse strings",
                 lambda fc, _: fc.categorical_column_with_hash_bucket("word", 6),
                 {"word": WORDS}),
    *categorical("hash of long strings",
                 lambda fc, _: fc.categorical_column_with_hash_bucket("long", 1000),
                 {"long": LONG})[2:],
    *categorical("hash of integers",
                 lambda fc, _: fc.categorical_column_with_hash_bucket(
                     "number", 6, fc_dtype(fc, "int64")),
                 {"number": NUMBERS}),
    *categorical("identity", lambda fc, _: fc.categorical_column_with_identity("id", 4),
                 {"id": IDS}, traced=True),
    *categorical("sparse identity",
                 lambda fc, _: fc.categorical_column_with_identity("number", 4),
                 {"number": NUMBERS}),
    *categorical("identity with a default",
                 lambda fc, _: fc.categorical_column_with_identity("id", 4, default_value=1),
                 {"id": np.array([[7, -4], [2, -1], [0, 3], [-1, -1]])}, traced=True),
    *categorical("vocabulary", lambda fc, _: vocabulary(fc), {"word": TINTS}),
    *categorical("sparse vocabulary", lambda fc, _: vocabulary(fc), {"word": WORDS}),
    *categorical("vocabulary with a default", lambda fc, _: vocabulary(fc, default_value=2),
                 {"word": WORDS}),
    *categorical("vocabulary with further ids", lambda fc, _: vocabulary(fc, num_oov_buckets=3),
                 {"word": Sparse([["q", "w"], ["e"], ["r", "red"], ["t"]], str)}),
    *categorical("vocabulary of integers",
                 lambda fc, _: fc.categorical_column_with_vocabulary_list(
                     "number", [3, 0, 9], num_oov_buckets=2),
                 {"number": NUMBERS}),
    *categorical("vocabulary file", lambda fc, f: file_column(fc, color_file(f)),
                 {"word": WORDS}),
    *categorical("part of a vocabulary file",
                 lambda fc, f: file_column(fc, color_file(f), vocabulary_size=2,
                                           num_oov_buckets=1),
                 {"word": WORDS})[:1],
    *categorical("vocabulary file of integers",
                 lambda fc, f: file_column(fc, number_file(f), dtype=fc_dtype(fc, "int64"),
                                           default_value=0),
                 {"word": Sparse([[10, 5], [20], [], [30]], np.int64)})[:1],
    *categorical("weights", lambda fc, _: weighted(fc), {"number": NUMBERS, "count": COUNTS}),
    *categorical("dense weights", lambda fc, _: weighted(fc),
                 {"number": np.array([[1, 2], [3, 3], [0, 4], [2, 2]]),
                  "count": np.array([[1, 2], [0.5, 3], [2, 2], [1, 0.25]], np.float32)},
                 traced=True),
    *categorical("integer weights",
                 lambda fc, _: fc.weighted_categorical_column(
                     fc.categorical_column_with_identity("number", 5), "count",
                     fc_dtype(fc, "int64")),
                 {"number": np.array([[1, 2], [3, 3]]), "count": np.array([[1, 2], [4, 3]])},
                 traced=True),
    *categorical("buckets as categories", lambda fc, _: bucketized(fc), {"age": AGES},
                 traced=True)[2:],
    *categorical("several buckets as categories",
                 lambda fc, _: fc.bucketized_column(fc.numeric_column("pair", shape=2), [0, 2]),
                 {"pair": PAIRS}, traced=True),
]  # fmt: skip

CROSSED = [
    *categorical("cross of strings", lambda fc, _: fc.crossed_column(["name", "word"], 50),
                 {"name": NAMES, "word": TINTS}),
    *categorical("cross of sparse strings",
                 lambda fc, _: fc.crossed_column(["word", "tag"], 50),
                 {"word": WORDS, "tag": TAGS}),
    *categorical("cross with a hash key",
                 lambda fc, _: fc.crossed_column(["word", "tag"], 50, hash_key=5),
                 {"word": WORDS, "tag": TAGS})[:1],
    *categorical("cross of integers", lambda fc, _: fc.crossed_column(["number", "tag"], 50),
                 {"number": NUMBERS, "tag": TAGS})[:1],
    *categorical("cross of dense and sparse features",
                 lambda fc, _: fc.crossed_column(["name", "tag", "id"], 50),
                 {"name": NAMES, "tag": TAGS, "id": IDS})[:1],
    *categorical("cross of numbers", lambda fc, _: fc.crossed_column(["name", "age"], 50),
                 {"name": NAMES, "age": AGES})[:1],
    *categorical("cross with buckets",
                 lambda fc, _: fc.crossed_column(["name", bucketized(fc)], 50),
                 {"name": NAMES, "age": AGES})[:1],
    *categorical("cross of buckets",
                 lambda fc, _: fc.crossed_column(
                     [bucketized(fc), fc.bucketized_column(
                         fc.numeric_column("pair", shape=2), [0.0, 2.0])], 50),
                 {"age": AGES, "pair": PAIRS}),
    *categorical("cross with a vocabulary, also of what it lacks",
                 lambda fc, _: fc.crossed_column([vocabulary(fc), "tag"], 50),
                 {"word": WORDS, "tag": TAGS})[:1],
    *categorical("cross of crosses",
                 lambda fc, _: fc.crossed_column(
                     [fc.crossed_column(["word", bucketized(fc)], 5), "tag"], 50),
                 {"word": WORDS, "age": AGES, "tag": TAGS})[:1],
]  # fmt: skip

COMBINED = [
    *(Row(f"{combiner} of {what}, at most {norm}", "dense",
          lambda fc, _, combiner=combiner, norm=norm, column=column: embedded(
              fc, column(fc), 3, combiner=combiner, max_norm=norm), features)
      for combiner, norm in itertools.product(("mean", "sqrtn", "sum"), (None, 0.9))
      for what, column, features in (
          ("words", vocabulary, {"word": WORDS}),
          ("weighted numbers", weighted, {"number": NUMBERS, "count": COUNTS}))),
    *(Row(f"linear {combiner} of {what}", "linear", lambda fc, _, column=column: column(fc),
          features, {"sparse_combiner": combiner, "units": 2})
      for combiner in ("mean", "sqrtn", "sum")
      for what, column, features in (
          ("words", vocabulary, {"word": WORDS}),
          ("weighted numbers", weighted, {"number": NUMBERS, "count": COUNTS}))),
    Row("shared vectors", "dense",
        lambda fc, _: fc.shared_embeddings(
            [fc.categorical_column_with_identity(key, 5) for key in ("number", "id")], 2,
            initializer=pattern),
        {"number": NUMBERS, "id": IDS}),
    Row("a wide model", "linear",
        lambda fc, _: [fc.numeric_column("pair", shape=2), bucketized(fc), vocabulary(fc),
                       fc.crossed_column([vocabulary(fc), bucketized(fc)], 20),
                       embedded(fc, fc.categorical_column_with_hash_bucket("name of it", 4))],
        {"pair": PAIRS, "age": AGES, "word": WORDS, "name of it": NAMES}, {"units": 3}),
]  # fmt: skip

STEPS = Sparse([[1, 2, 0], [3], [], [0, 0]], np.int64)
NESTED = Sparse([[[1, 2], [0]], [[3]], [[2], [1], [1, 1]]], np.int64)
SERIES = Sparse([[1.0, 0.0, 2.0, 0.0], [5.0, 6.0], [], [7.0, 8.0, 9.0]], np.float32)


def steps(fc):
    return fc.sequence_categorical_column_with_identity("step", 4)


SEQUENCE = [
    Row("steps: indicator", "sequence", lambda fc, _: fc.indicator_column(steps(fc)),
        {"step": STEPS}),
    Row("steps: embedding", "sequence", lambda fc, _: embedded(fc, steps(fc)), {"step": STEPS}),
    Row("dense steps", "sequence", lambda fc, _: embedded(fc, steps(fc)),
        {"step": np.array([[1, 2, -1], [-1, 0, -1], [-1, -1, -1]])}, traced=True),
    Row("steps of several categories", "sequence", lambda fc, _: embedded(fc, steps(fc)),
        {"step": NESTED}),
    Row("steps by hash", "sequence",
        lambda fc, _: embedded(fc, fc.sequence_categorical_column_with_hash_bucket("word", 5)),
        {"word": WORDS}),
    Row("steps of a vocabulary", "sequence",
        lambda fc, _: fc.indicator_column(
            fc.sequence_categorical_column_with_vocabulary_list("word", COLORS)),
        {"word": WORDS}),
    Row("steps of a vocabulary file", "sequence",
        lambda fc, f: embedded(fc, file_column(
            fc, color_file(f), "sequence_categorical_column_with_vocabulary_file",
            num_oov_buckets=1)),
        {"word": WORDS}),
    Row("steps of numbers", "sequence", lambda fc, _: fc.sequence_numeric_column("x"),
        {"x": SERIES}),
    Row("steps of several numbers", "sequence",
        lambda fc, _: fc.sequence_numeric_column("x", shape=2, default_value=-1.0),
        {"x": SERIES}),
    Row("steps of numbers with three axes", "sequence",
        lambda fc, _: fc.sequence_numeric_column("x", shape=(2,)),
        {"x": Sparse([[[1.0, 2.0], [3.0]], [[4.0, 0.0]]], np.float32)}),
    Row("numbers and categories", "sequence",
        lambda fc, _: [fc.sequence_numeric_column("y"), embedded(fc, steps(fc))],
        {"step": STEPS, "y": Sparse([[0.5, 1.5, 0.0], [1.0], [], [2.0, 3.0]], np.float32)}),
]  # fmt: skip

ROWS = NUMERIC + CATEGORICAL + CROSSED + COMBINED + SEQUENCE
