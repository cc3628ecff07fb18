"""Softmax and the cross-entropies: gradients, extreme values, labels out of range."""

import numpy as np
import pytest

from estikeras.engine.tensor import Tensor
from estikeras.primitives import softmax
from tests.support.primitives import primitive_checks, row

LABELS = np.array([1, 0, 3])
SHARES = np.random.default_rng(0).dirichlet(np.full(4, 9.0), 3).astype("float32")

ROWS = [
    row("softmax", [(3, 4)], axis=-1),
    row("softmax", [(3, 4)], axis=0, dtype="float16"),
    row("softmax_gradient", [(3, 4), (3, 4)], axis=1),
    row("log_softmax", [(3, 4, 2)], axis=1),
    row("logsumexp", [(3, 4, 2)], axes=(0, 2), keepdims=False),
    row("logsumexp", [(3, 4)], axes=(1,), keepdims=True),
    row("softmax_cross_entropy", [(3, 4), (3, 4)]),
    row("softmax_cross_entropy_gradient", [(3,), (3, 4), (3, 4)]),
    row("sparse_softmax_cross_entropy", [(3, 4), LABELS]),
    row("sparse_softmax_cross_entropy", [(3, 4), LABELS.astype("int32")], dtype="bfloat16"),
    row("sparse_softmax_cross_entropy_gradient", [(3,), (3, 4), LABELS]),
    row("sparse_cross_entropy", [SHARES, LABELS], epsilon=1e-7),
    row("sparse_cross_entropy_gradient", [(3,), SHARES, LABELS], epsilon=1e-7),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("label", [-1, 4])
def test_a_label_out_of_range_is_named_with_its_limit(label):
    logits = Tensor(np.zeros((2, 4), "float32"))
    for function in (
        softmax.sparse_softmax_cross_entropy,
        lambda x, y: softmax.sparse_cross_entropy(x, y, epsilon=1e-7),
    ):
        with pytest.raises(ValueError, match=rf"from 0 to 3, got {label}"):
            function(logits, np.array([0, label]))


def test_large_logits_do_not_overflow():
    logits = Tensor(np.array([[1e4, 0.0]], "float32"))
    assert softmax.softmax(logits, axis=-1).numpy().tolist() == [[1, 0]]
    assert softmax.sparse_softmax_cross_entropy(logits, np.array([1])).numpy() == [1e4]


def test_rows_of_zeros_cost_the_logarithm_of_the_classes():
    zeros = Tensor(np.zeros((1, 10), "float32"))
    loss = softmax.sparse_cross_entropy(zeros, np.array([3]), epsilon=1e-7)
    np.testing.assert_allclose(loss.numpy(), [np.log(10)], rtol=1e-6)
