"""Cross-entropies against the real Keras, and what happens to labels and rows that are none."""

import numpy as np
import pytest

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

GENERATOR = np.random.default_rng(0)
SHARES = GENERATOR.dirichlet(np.ones(4), 3).astype("float32")
LABELS = np.array([1, 0, 3], "int32")
HOT = np.eye(4, dtype="float32")[LABELS]
EDGES = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")

CASES = [
    case("binary_crossentropy", SHARES, SHARES[::-1].copy()),
    case("binary_crossentropy", HOT, (3, 4), from_logits=True, low=-9, high=9),
    case("binary_crossentropy", EDGES, EDGES[::-1].copy(), order=0),
    case("binary_crossentropy", HOT.astype("int32"), SHARES),
    case("categorical_crossentropy", HOT, SHARES),
    case("categorical_crossentropy", SHARES, (3, 4), low=0.1, high=1),
    case("categorical_crossentropy", SHARES, (3, 4), from_logits=True),
    case("categorical_crossentropy", HOT.T.copy(), (4, 3), from_logits=True, axis=0),
    case("categorical_crossentropy", HOT.T.copy(), SHARES.T.copy(), axis=0),
    case("sparse_categorical_crossentropy", LABELS, SHARES),
    case("sparse_categorical_crossentropy", LABELS[:, None], SHARES),
    case("sparse_categorical_crossentropy", LABELS.astype("float32"), SHARES, order=0),
    case("sparse_categorical_crossentropy", LABELS, (3, 4), from_logits=True),
]

test_op = oracle_checks(CASES)


@pytest.mark.parametrize("from_logits", [False, True])
def test_a_label_without_a_class_is_named_with_the_limit(from_logits):
    with pytest.raises(ValueError, match="from 0 to 3, got 4"):
        ops.sparse_categorical_crossentropy(np.array([0, 1, 4]), SHARES, from_logits=from_logits)


def test_rows_of_zeros_cost_the_logarithm_of_the_classes_as_in_tensorflow():
    loss = ops.sparse_categorical_crossentropy(np.array([2]), np.zeros((1, 10), "float32"))
    np.testing.assert_allclose(loss.numpy(), [np.log(10)], rtol=1e-6)


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="`target`"):
        ops.categorical_crossentropy(HOT[:2], SHARES)
    with pytest.raises(ValueError, match="`target`"):
        ops.sparse_categorical_crossentropy(LABELS[:2], SHARES)
