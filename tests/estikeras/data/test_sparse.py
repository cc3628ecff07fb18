"""Rows of SparseTensors."""

import numpy as np
import pytest

import estikeras as tf

Dataset = tf.data.Dataset
X = np.array([[0, 1, 0], [2, 0, 0], [3, 0, 4], [0, 0, 0]])


def sparse(order=slice(None)):
    where = np.argwhere(X)[order]
    return tf.SparseTensor(where, X[tuple(where.T)], X.shape)


def dense(x):
    return tf.sparse.to_dense(x).numpy().tolist()


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_each_row_is_a_sparse_tensor(order):
    dataset = Dataset.from_tensor_slices((sparse(order), {"number": [1, 2, 3, 4]}))
    spec = dataset.element_spec[0]
    assert (spec.shape, str(spec.dtype), len(dataset)) == ((3,), "int64", 4)
    assert [dense(x) for x, _ in dataset] == X.tolist()
    assert [int(y["number"]) for _, y in dataset] == [1, 2, 3, 4]


def test_rows_are_batched_mapped_and_shuffled():
    rows = Dataset.from_tensor_slices(sparse())
    assert [dense(x) for x in rows.batch(3)] == [X[:3].tolist(), X[3:].tolist()]
    assert [x.numpy().tolist() for x in rows.map(tf.sparse.to_dense)] == X.tolist()
    assert sorted(dense(x) for x in rows.shuffle(4, seed=1)) == sorted(X.tolist())


def test_sparse_rows_are_features_of_estimators():
    def input_fn():
        words = tf.SparseTensor([[0, 0], [0, 1], [1, 0], [3, 1]], list("abab"), [4, 2])
        return Dataset.from_tensor_slices(({"words": words}, [1, 0, 0, 0])).batch(3)

    column = tf.feature_column.categorical_column_with_vocabulary_list("words", ["a", "b"])
    estimator = tf.estimator.LinearRegressor([column]).train(input_fn, steps=2)
    weights = estimator.get_variable_value("linear/linear_model/words/weights")
    assert weights[0] != 0


@pytest.mark.parametrize(
    ("tensors", "text"),
    [
        (tf.SparseTensor([[0]], [1], [3]), "SparseTensors with another one"),
        ((sparse(), [1, 2]), "equally many rows"),
    ],
)
def test_what_has_no_rows_is_refused(tensors, text):
    with pytest.raises(ValueError, match=text):
        Dataset.from_tensor_slices(tensors)
