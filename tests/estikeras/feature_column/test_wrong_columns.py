"""What columns and their layers refuse, and with which words."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import feature_column as fc
from estikeras.feature_column.linear_model import LinearModel

DenseFeatures = tf.keras.layers.DenseFeatures
SequenceFeatures = tf.keras.experimental.SequenceFeatures
ID = fc.categorical_column_with_identity("id", 3)
WEIGHTED = fc.weighted_categorical_column(ID, "weight")
STEPS = fc.sequence_categorical_column_with_identity("step", 3)
X = fc.numeric_column("x")
VOCABULARY = fc.categorical_column_with_vocabulary_list
FILE = fc.categorical_column_with_vocabulary_file

ARGUMENTS = {
    "a size that is no int": (TypeError, "shape", lambda: fc.numeric_column("x", shape=1.5)),
    "no size": (ValueError, "shape", lambda: fc.numeric_column("x", shape=0)),
    "numbers of strings": (ValueError, "dtype", lambda: fc.numeric_column("x", dtype="string")),
    "a default of another shape": (
        ValueError, "default_value", lambda: fc.numeric_column("x", 2, default_value=[1.0])),
    "a default that is no number": (
        TypeError, "default_value", lambda: fc.numeric_column("x", default_value="a")),
    "a float for integers": (
        TypeError, "default_value",
        lambda: fc.numeric_column("x", default_value=0.5, dtype="int64")),
    "a normalizer that is no function": (
        TypeError, "normalizer_fn", lambda: fc.numeric_column("x", normalizer_fn=3)),
    "a key that is no string": (ValueError, "key", lambda: fc.numeric_column(3)),
    "buckets of categories": (ValueError, "numeric_column", lambda: fc.bucketized_column(ID, [1])),
    "buckets of a matrix": (
        ValueError, "source_column",
        lambda: fc.bucketized_column(fc.numeric_column("x", (2, 2)), [1])),
    "no boundaries": (ValueError, "boundaries", lambda: fc.bucketized_column(X, [])),
    "boundaries that fall": (ValueError, "2 and 1", lambda: fc.bucketized_column(X, [2, 1])),
    "boundaries that stay": (ValueError, "1 and 1", lambda: fc.bucketized_column(X, [1, 1])),
    "no buckets": (
        ValueError, "hash_bucket_size", lambda: fc.categorical_column_with_hash_bucket("x", None)),
    "a hash of floats": (
        ValueError, "dtype", lambda: fc.categorical_column_with_hash_bucket("x", 3, "float32")),
    "no ids": (ValueError, "num_buckets", lambda: fc.categorical_column_with_identity("x", 0)),
    "a default that is no id": (
        ValueError, "from 0 to 1", lambda: fc.categorical_column_with_identity("x", 2, 2)),
    "an empty vocabulary": (ValueError, "vocabulary_list", lambda: VOCABULARY("x", [])),
    "a word twice": (ValueError, "'a'", lambda: VOCABULARY("x", ["a", "b", "a"])),
    "a vocabulary of floats": (ValueError, "vocabulary_list", lambda: VOCABULARY("x", [1.5])),
    "two ways for other words": (
        ValueError, "num_oov_buckets",
        lambda: VOCABULARY("x", ["a"], default_value=0, num_oov_buckets=1)),
    "a negative number of ids": (
        ValueError, "num_oov_buckets", lambda: VOCABULARY("x", ["a"], num_oov_buckets=-1)),
    "words as integers": (ValueError, "dtype", lambda: VOCABULARY("x", ["a"], dtype="int64")),
    "no file": (ValueError, "vocabulary_file", lambda: FILE("x", "")),
    "a file that is not there": (ValueError, "/none", lambda: FILE("x", "/none")),
    "no lines": (ValueError, "vocabulary_size", lambda: FILE("x", "/none", vocabulary_size=0)),
    "a format that there is not": (
        ValueError, "file_format", lambda: FILE("x", "/none", file_format="csv")),
    "weights of strings": (
        ValueError, "dtype", lambda: fc.weighted_categorical_column(ID, "w", "string")),
    "a cross of one": (ValueError, "at least two", lambda: fc.crossed_column(["a"], 3)),
    "a cross of a string": (ValueError, "list", lambda: fc.crossed_column("ab", 3)),
    "a cross of numbers": (ValueError, "categorical", lambda: fc.crossed_column(["a", X], 3)),
    "a cross of hashes": (
        ValueError, "feature, 'b'",
        lambda: fc.crossed_column(["a", fc.categorical_column_with_hash_bucket("b", 3)], 3)),
    "no crosses": (ValueError, "hash_bucket_size", lambda: fc.crossed_column(["a", "b"], 0)),
    "vectors of no size": (ValueError, "dimension", lambda: fc.embedding_column(ID, 0)),
    "vectors of numbers": (
        ValueError, "CategoricalColumn", lambda: fc.embedding_column(X, 2)),
    "a checkpoint alone": (
        ValueError, "tensor_name_in_ckpt",
        lambda: fc.embedding_column(ID, 2, ckpt_to_load_from="c")),
    "an initializer by name": (
        ValueError, "initializer", lambda: fc.embedding_column(ID, 2, initializer="zeros")),
    "a combiner that there is not": (
        ValueError, "sqrtn", lambda: fc.embedding_column(ID, 2, combiner="max")),
    "an unsafe lookup": (
        NotImplementedError, "use_safe_embedding_lookup",
        lambda: fc.embedding_column(ID, 2, use_safe_embedding_lookup=False)),
    "counts of numbers": (ValueError, "CategoricalColumn", lambda: fc.indicator_column(X)),
    "shared vectors of two kinds": (
        ValueError, "one kind",
        lambda: fc.shared_embeddings([ID, fc.categorical_column_with_hash_bucket("h", 3)], 2)),
    "shared vectors of two sizes": (
        ValueError, "number of ids",
        lambda: fc.shared_embeddings([ID, fc.categorical_column_with_identity("h", 4)], 2)),
    "a feature read in two ways": (
        ValueError, "'id'", lambda: fc.make_parse_example_spec([ID, fc.numeric_column("id")])),
    "no column to read": (ValueError, "column", lambda: fc.make_parse_example_spec(["x"])),
    "weights that are the categories": (
        ValueError, "weight_feature_key",
        lambda: fc.make_parse_example_spec([fc.weighted_categorical_column(ID, "id")])),
    "two columns of one name": (
        ValueError, r"two of the name 'x'.*None\)$",
        lambda: DenseFeatures([X, fc.numeric_column("x", 2)])),
    "a dict of columns": (ValueError, "dict", lambda: DenseFeatures({"x": X})),
    "no columns": (ValueError, "at least one", lambda: DenseFeatures([])),
    "names for columns": (ValueError, "FeatureColumn", lambda: DenseFeatures(["x"])),
    "categories that are not dense": (ValueError, "indicator", lambda: DenseFeatures([ID])),
    "numbers that are no steps": (ValueError, "sequence", lambda: SequenceFeatures([X])),
    "a partitioner": (
        NotImplementedError, "partitioner", lambda: DenseFeatures([X], partitioner=3)),
    "a linear combiner": (
        ValueError, "sparse_combiner", lambda: LinearModel([X], sparse_combiner="max")),
    "no units": (ValueError, "units", lambda: LinearModel([X], units=0)),
}  # fmt: skip

SPARSE = tf.SparseTensor([[0, 0]], [1.0], [2, 1])
EMBEDDED, COUNTED = fc.embedding_column(ID, 2), fc.indicator_column(ID)
FEATURES = {
    "a missing feature": (
        "'x' is not in features dictionary. Its keys are: 'id', 'y'", DenseFeatures(X),
        {"y": [1.0], "id": [1]}),
    "an array for a dict": ("dict", DenseFeatures(X), np.ones(2)),
    "a scalar": (r"features\['x'\]", DenseFeatures(X), {"x": 1.0}),
    "numbers of another shape": (
        r"'batch', 3.*\(2, 2\)", DenseFeatures(fc.numeric_column("x", 3)), {"x": np.ones((2, 2))}),
    "strings for numbers": (r"features\['x'\]", DenseFeatures(X), {"x": ["a"]}),
    "sparse numbers": ("SparseTensor", DenseFeatures(X), {"x": SPARSE}),
    "batches of two sizes": (
        "2 examples in 'x' and 3 in 'y'", DenseFeatures([X, fc.numeric_column("y")]),
        {"x": np.ones(2), "y": np.ones(3)}),
    "floats for ids": (r"features\['id'\]", DenseFeatures(COUNTED), {"id": [1.0]}),
    "an id beyond the table": ("'id' has the ids 0 to 2.*got 5", DenseFeatures(EMBEDDED),
                               {"id": [0, 5]}),
    "an id beyond the weights": ("'id' has the ids 0 to 2.*got 5", LinearModel(ID),
                                 {"id": [0, 5]}),
    "ids with three axes": ("id_embedding", DenseFeatures(EMBEDDED),
                            {"id": np.zeros((1, 2, 2), int)}),
    "integers for words": (
        r"features\['w'\]", DenseFeatures(fc.indicator_column(VOCABULARY("w", ["a"]))),
        {"w": [1]}),
    "words for hashed integers": (
        r"features\['w'\]",
        LinearModel(fc.categorical_column_with_hash_bucket("w", 3, "int64")), {"w": ["a"]}),
    "weights of another dtype": (
        r"features\['weight'\]", LinearModel(WEIGHTED), {"id": [1], "weight": [1]}),
    "fewer weights than ids": (
        r"features\['weight'\].*\(1, 2\).*\(1, 1\)", LinearModel(WEIGHTED),
        {"id": [[1, 2]], "weight": [[1.0]]}),
    "a cross of weighted categories": (
        "id_weighted_by_weight", LinearModel(fc.crossed_column([WEIGHTED, "a"], 3)),
        {"id": [1], "weight": [1.0], "a": ["a"]}),
    "a cross with three axes": (
        r"features\['a'\]", LinearModel(fc.crossed_column(["a", "b"], 3)),
        {"a": [[["a"]]], "b": [["b"]]}),
    "a sequence in one row": (
        "SequenceFeatures", DenseFeatures(fc.embedding_column(STEPS, 2)), {"step": [[1, 2]]}),
    "one row as a sequence": (
        "sequence_categorical_column", SequenceFeatures(EMBEDDED), {"id": [[1, 2]]}),
    "steps that are cut": (
        "multiple of 2", SequenceFeatures(fc.sequence_numeric_column("x", 2)),
        {"x": [[1.0, 2.0, 3.0]]}),
    "other numbers of steps": (
        "steps", SequenceFeatures([fc.sequence_numeric_column("x"), fc.indicator_column(STEPS)]),
        {"x": [[1.0, 2.0, 3.0]], "step": [[1, 2]]}),
    "other lengths": (
        "'step_indicator' and 'x'",
        SequenceFeatures([fc.sequence_numeric_column("x"), fc.indicator_column(STEPS)]),
        {"x": [[1.0, 2.0]], "step": [[1, -1]]}),
}  # fmt: skip


@pytest.mark.parametrize("case", ARGUMENTS.values(), ids=ARGUMENTS)
def test_wrong_arguments_are_refused(case):
    kind, text, make = case
    with pytest.raises(kind, match=text):
        make()


@pytest.mark.parametrize("case", FEATURES.values(), ids=FEATURES)
def test_features_that_do_not_fit_are_refused(case):
    text, layer, features = case
    with pytest.raises(ValueError, match=text):
        layer(features)


def test_a_vocabulary_that_is_shorter_than_its_size_is_refused(tmp_path):
    path = tmp_path / "words"
    path.write_text("a\nb\n")
    layer = LinearModel(FILE("w", str(path), vocabulary_size=3))
    with pytest.raises(ValueError, match="at most the 2 entries"):
        layer({"w": ["a"]})


def test_a_configuration_of_another_column_is_refused():
    config = DenseFeatures(X).get_config()
    config["feature_columns"][0]["class_name"] = "NumericColum"
    with pytest.raises(ValueError, match="Did you mean 'NumericColumn'"):
        DenseFeatures.from_config(config)
