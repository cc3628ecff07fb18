"""Pooling against the real Keras."""

import itertools

import numpy as np

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

CASES = [
    *(
        case(name, (2, 7, 3), size, strides=strides, padding=padding)
        for name, size, strides, padding in itertools.product(
            ("max_pool", "average_pool"), (2, 3), (1, 2), ("valid", "same")
        )
    ),
    case("max_pool", (2, 7, 6, 3), pool_size=(2, 3), strides=(2, 3), padding="same"),
    case("average_pool", (2, 7, 6, 3), pool_size=(2, 3), strides=(2, 3), padding="same"),
    case("max_pool", (2, 3, 7, 6), 2, 1, "same", "channels_first"),
    case("average_pool", (2, 3, 7, 6), 2, 1, "same", "channels_first"),
    case("max_pool", (1, 5, 4, 6, 2), 2, 2, "same"),
    case("average_pool", (1, 5, 4, 6, 2), 2, 2, "same"),
    case("max_pool", ((2, 6, 6, 1), "float16"), 2, 2),
    case("adaptive_average_pool", (2, 7, 3), 3),
    case("adaptive_max_pool", (2, 7, 3), 3),
    case(
        "adaptive_average_pool",
        (2, 3, 7, 6),
        output_size=(3, 4),
        data_format="channels_first",
        order=0,
    ),
    case("adaptive_max_pool", (2, 7, 6, 3), output_size=(3, 4), order=0),
]

test_op = oracle_checks(CASES)


def test_strides_are_the_pool_size_by_default():
    x = np.arange(12, dtype="int32").reshape(1, 6, 2)
    assert ops.max_pool(x, 3).numpy().tolist() == [[[4, 5], [10, 11]]]
    np.testing.assert_array_equal(ops.average_pool(x, 3), ops.average_pool(x, 3, 3))
