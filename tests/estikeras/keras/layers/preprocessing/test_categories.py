"""Layers for categories: rows, what they refuse, how they learn."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, op_errors
from estikeras.keras.layers import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    StringLookup,
    TextVectorization,
)
from tests.support.layers import case, layer_checks

WORDS = ["a", "b", "d"]
INTS = {"input_dtype": "int32", "gradient": False}
LONGS = {"input_dtype": "int64", "gradient": False, "oracle": False}
TEXT = {"input_dtype": "string", "gradient": False, "oracle": False}

CASES = [
    case(CategoryEncoding, {"num_tokens": 4}, (3, 5), **INTS),
    case(CategoryEncoding, {"num_tokens": 3, "output_mode": "one_hot"}, (3, 1), **INTS),
    case(CategoryEncoding, {"num_tokens": 4, "output_mode": "one_hot"}, (3, 2), dtype="float16",
         **INTS),
    case(CategoryEncoding, {"num_tokens": 4, "output_mode": "count"}, (3, 5), **INTS),
    case(Discretization, {"bin_boundaries": [-0.5, 0.0, 0.25]}, (3, 5), gradient=False),
    case(Discretization, {"bin_boundaries": [1.0, 2.0], "output_mode": "count"}, (3, 5), **INTS),
    case(Discretization, {"bin_boundaries": [0.0], "output_mode": "one_hot"}, (3, 1),
         gradient=False),
    case(Hashing, {"num_bins": 3}, (2, 3), dtype="int64", **LONGS),
    case(Hashing, {"num_bins": 3, "salt": 5, "mask_value": 1}, (2, 3), dtype="int32", **LONGS),
    case(Hashing, {"num_bins": 3, "output_mode": "multi_hot"}, (2, 3), **TEXT),
    case(HashedCrossing, {"num_bins": 9}, [(4,), (4,)], dtype="int64", **LONGS),
    case(HashedCrossing, {"num_bins": 9, "output_mode": "one_hot"}, [(4, 1)] * 3, **TEXT),
    case(IntegerLookup, {"vocabulary": [3, 1], "num_oov_indices": 2}, (2, 3), **LONGS),
    case(IntegerLookup, {"vocabulary": [3, 1], "output_mode": "count"}, (2, 3), **LONGS),
    case(IntegerLookup, {"vocabulary": [3, 1], "output_mode": "tf_idf", "idf_weights": [0.5, 2.0]},
         (2, 3), **LONGS),
    case(StringLookup, {"vocabulary": WORDS}, (2, 3), **TEXT),
    case(StringLookup, {"vocabulary": WORDS, "output_mode": "one_hot"}, (2, 3), **TEXT),
    case(StringLookup, {"vocabulary": WORDS, "num_oov_indices": 2}, (2, 1), **TEXT),
    case(TextVectorization, {"vocabulary": WORDS, "output_sequence_length": 2}, (3, 1), **TEXT),
    case(TextVectorization, {"vocabulary": WORDS, "output_mode": "multi_hot"}, (3,), **TEXT),
]  # fmt: skip
test_layer = layer_checks(CASES)


def test_weights_of_counts_are_added_and_have_gradients():
    weights = tf.Variable([[0.1, 0.2], [0.4, 0.2]])
    layer = CategoryEncoding(3, "count")
    with tf.GradientTape() as tape:
        counts = layer([[0, 0], [1, 7]], count_weights=weights)
        loss = tf.reduce_sum(counts * [[1.0, 2.0, 3.0]])
    np.testing.assert_allclose(counts.numpy(), [[0.3, 0, 0], [0, 0.4, 0]], rtol=1e-6)
    assert tape.gradient(loss, weights).numpy().tolist() == [[1, 1], [2, 0]]


def test_integers_are_looked_up_within_compiled_functions():
    layer = IntegerLookup(vocabulary=[12, 36], num_oov_indices=0)
    compiled = tf.function(lambda x: layer(x) * 10)
    assert compiled(np.array([36, 12])).numpy().tolist() == [10, 0]
    with pytest.raises(op_errors.InvalidArgumentError, match="vocabulary"):
        compiled(np.array([36, 13]))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: CategoryEncoding(), ValueError, "num_tokens"),
        (lambda: CategoryEncoding(2, "int"), ValueError, "output_mode"),
        (lambda: CategoryEncoding(2)([1], count_weights=[1.0]), ValueError, "count_weights"),
        (lambda: CategoryEncoding(2, sparse=True), NotImplementedError, "dense"),
        (lambda: Discretization(), ValueError, "one of the two"),
        (lambda: Discretization([1.0], num_bins=2), ValueError, "one of the two"),
        (lambda: Discretization([1.0]).adapt([1.0]), ValueError, "num_bins"),
        (lambda: Discretization(num_bins=2)([1.0]), ValueError, "adapt"),
        (lambda: Discretization(num_bins=2).adapt(3), TypeError, "data"),
        (lambda: Hashing(0), ValueError, "num_bins"),
        (lambda: Hashing(2, dtype="float32"), ValueError, "dtype"),
        (lambda: Hashing(2, salt=[1, 2, 3]), ValueError, "salt"),
        (lambda: Hashing(2, output_mode="one_hot", sparse=True), NotImplementedError, "dense"),
        (lambda: HashedCrossing(2)(["a"]), ValueError, "at least two"),
        (lambda: HashedCrossing(2)((["a"], ["a", "b"])), ValueError, r"shape \(1,\)"),
        (lambda: HashedCrossing(2)(([[1, 2]], [[1, 2]])), ValueError, r"\(batch, 1\)"),
        (lambda: HashedCrossing(2)(([1.5], [1])), ValueError, "strings or integers"),
    ],
)
def test_wrong_uses_are_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_learnt_limits_are_saved_and_can_be_learnt_anew(tmp_path):
    layer = Discretization(num_bins=3)
    layer.adapt(np.arange(30.0))
    model = keras.Sequential([keras.Input((2,)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras").layers[0]
    assert loaded.bin_boundaries == layer.bin_boundaries == [9.0, 19.0]
    loaded.adapt(np.arange(300.0))
    np.testing.assert_allclose(loaded.bin_boundaries, [99, 199], rtol=1e-5)


def test_a_compiled_model_sees_limits_that_are_learnt_later():
    layer = Discretization(num_bins=3)
    layer.adapt(np.arange(30.0))
    model = keras.Sequential([keras.Input((2,)), layer])
    x = np.array([[5.0, 50.0]])
    assert model.predict(x, verbose=0).tolist() == [[0, 2]]
    layer.adapt(np.arange(300.0))
    assert model.predict(x, verbose=0).tolist() == [[0, 0]]
    assert model.weights == []
