"""Embeddings: rows, their dense gradient, indices out of range."""

import numpy as np
import pytest

from estikeras.primitives import embedding
from tests.support.primitives import primitive_checks, row

INDICES = np.array([[0, 3, 3], [4, 1, 0]])

ROWS = [
    row("embedding", [(5, 2), INDICES]),
    row("embedding", [(5, 2), INDICES.astype("int32")], dtype="float16"),
    row("embedding_gradient", [INDICES, (2, 3, 2)], rows=5),
]

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("index", [-1, 5])
def test_an_index_out_of_range_is_named_with_its_limit(index):
    with pytest.raises(ValueError, match=rf"from 0 to 4, got {index}"):
        embedding.embedding(np.zeros((5, 2), "float32"), np.array([0, index]))
