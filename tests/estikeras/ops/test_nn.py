"""Activation functions and softmaxes against the real Keras."""

import numpy as np
import pytest

from estikeras import ops
from tests.support.op_oracle import case, oracle_checks

PLAIN = [
    "relu",
    "relu6",
    "sigmoid",
    "sparse_sigmoid",
    "softplus",
    "softsign",
    "silu",
    "swish",
    "log_sigmoid",
    "leaky_relu",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "elu",
    "selu",
    "gelu",
    "celu",
    "tanh_shrink",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "sparse_plus",
    "squareplus",
    "softmax",
    "log_softmax",
    "sparsemax",
    "glu",
]

CASES = [
    *(case(name, (3, 4), low=-5, high=5) for name in PLAIN),
    *(case(name, (3, 4), low=-5, high=5, dtype="float16") for name in PLAIN if name != "sparsemax"),
    case("relu", np.array([[1, -2], [0, 3]], "int32"), order=0),
    case("leaky_relu", (3, 4), negative_slope=0.5),
    case("elu", (3, 4), alpha=0.5),
    case("celu", (3, 4), alpha=0.5),
    case("gelu", (3, 4), approximate=False),
    case("glu", (4, 3), axis=0),
    case("soft_shrink", (3, 4), threshold=0.2),
    case("hard_shrink", (3, 4), threshold=0.2),
    case("squareplus", (3, 4), b=1),
    case("threshold", (3, 4), 0.2, -1.0),
    case("softmax", (3, 4, 2), axis=(0, 2)),
    case("softmax", (3, 4, 2), axis=1),
    case("log_softmax", (3, 4, 2), axis=(1, 2)),
    case("sparsemax", (3, 4), axis=0),
    case("sparsemax", (3, 4), low=-0.1, high=0.1),
]

test_op = oracle_checks(CASES)


def test_a_softmax_over_one_element_warns():
    with pytest.warns(UserWarning, match="sigmoid"):
        ops.softmax(np.ones((3, 1), "float32"))


def test_glu_refuses_an_odd_size():
    with pytest.raises(ValueError, match="even size"):
        ops.glu(np.ones((2, 3), "float32"))
