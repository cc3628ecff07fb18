"""Rows of a table made one for each example, with ids and weights in SparseTensors."""

import numpy as np
import pytest

import estikeras as tf
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.tensor import Spec
from estikeras.engine.variable_store import VariableStore
from estikeras.ops.padding import note_padded

v1 = tf.compat.v1
TABLE = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
ROWS = [([0, 2, 2], [1.0, 0.5, 2.0]), ([5], [-1.0]), ([3, 1], [0.0, 3.0]), ([], [])]
PLACES = [[i, j] for i, (ids, _) in enumerate(ROWS) for j in range(len(ids))]
IDS = tf.SparseTensor(PLACES, np.concatenate([r[0] for r in ROWS]).astype("int64"), [4, 3])
WEIGHTS = tf.SparseTensor(PLACES, np.concatenate([r[1] for r in ROWS]).astype("float32"), [4, 3])


def expected(combiner, weighted, only_positive, max_norm=None, default=None):
    table = TABLE
    if max_norm is not None:
        norms = np.linalg.norm(TABLE, axis=1, keepdims=True)
        table = TABLE * np.minimum(1, max_norm / norms)
    rows = []
    for ids, weights in ROWS:
        weights = np.array(weights if weighted else [1.0] * len(ids))
        kept = np.ones(len(ids), bool)
        if only_positive and weighted and combiner != "sum":
            kept = weights > 0
        ids, weights = np.array(ids, int)[kept], weights[kept]
        if not len(ids):
            rows.append(np.zeros(3) if default is None else table[default])
            continue
        by = {"sum": 1, "mean": weights.sum(), "sqrtn": np.sqrt((weights**2).sum())}[combiner]
        rows.append((table[ids] * weights[:, None]).sum(0) / by)
    return np.array(rows)


@pytest.mark.parametrize("combiner", ["sum", "mean", "sqrtn"])
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_of_an_example_are_combined(combiner, weighted):
    weights = WEIGHTS if weighted else None
    got = tf.nn.embedding_lookup_sparse(TABLE, IDS, weights, combiner)
    np.testing.assert_allclose(got, expected(combiner, weighted, False), rtol=1e-5)
    got = v1.nn.embedding_lookup_sparse([TABLE], IDS, weights, "div", combiner=combiner)
    np.testing.assert_allclose(got, expected(combiner, weighted, False), rtol=1e-5)
    got = tf.nn.safe_embedding_lookup_sparse(TABLE, IDS, weights, combiner, default_id=4)
    np.testing.assert_allclose(got, expected(combiner, weighted, True, default=4), rtol=1e-5)
    got = v1.nn.safe_embedding_lookup_sparse(TABLE, IDS, weights, combiner, max_norm=0.5)
    np.testing.assert_allclose(got, expected(combiner, weighted, True, 0.5), rtol=1e-5)


def test_what_stands_for_sparse_tensors_is_taken_in_model_functions():
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        ids = note_padded(graph.add_input(Spec((4, 4), "int64")))
        rows = v1.nn.embedding_lookup_sparse(tf.constant(TABLE), ids, None)
        assert rows.shape == (4, 3)
        assert v1.sparse_tensor_to_dense(ids).dtype == "int64"
        with pytest.raises(TypeError, match="dense ids"):
            v1.nn.embedding_lookup_sparse(tf.constant(TABLE), ids + 1, None)


def test_missing_entries_of_what_stands_for_a_sparse_tensor_are_filled():
    padded = note_padded(tf.constant([[3, -1], [0, 2]]))
    np.testing.assert_array_equal(tf.sparse.to_dense(padded), [[3, 0], [0, 2]])
    np.testing.assert_array_equal(tf.sparse.to_dense(padded, 7), [[3, 7], [0, 2]])
    texts = note_padded(tf.constant([["a", ""]]))
    assert tf.sparse.to_dense(texts, "none").numpy().tolist() == [[b"a", b"none"]]


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="`combiner`"):
        tf.nn.embedding_lookup_sparse(TABLE, IDS, None, combiner="max")
    with pytest.raises(NotImplementedError, match="table in several parts"):
        tf.nn.embedding_lookup_sparse([TABLE, TABLE], IDS, None)
    with pytest.raises(TypeError, match="`sp_input`"):
        tf.sparse.to_dense(3)
