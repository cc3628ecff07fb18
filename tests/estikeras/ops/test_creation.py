import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

FREE = {"traced": False, "symbolic": False, "gradient": False}

CASES = [
    *[case(n, [2, 3], **FREE) for n in ("zeros", "ones")],
    case("zeros", [2], dtype="int8", **FREE),
    case("full", [2, 3], 7, **FREE),
    case("full", [2, 3], 2.5, dtype="float16", **FREE),
    *[
        case(n, (2, 3), over=("float32", "int32"), gradient=False)
        for n in ("zeros_like", "ones_like")
    ],
    case("full_like", (2, 3), 2, gradient=False),
    case("arange", 5, **FREE),
    case("arange", 1, 2, 0.25, **FREE),
    case("arange", 5, dtype="float32", **FREE),
    case("arange", 5, 0, -2, **FREE),
    case("linspace", 0, 1, 5, **FREE),
    case("linspace", (2,), (2,), num=4, axis=-1),
    case("linspace", 0, 10, 5, endpoint=False, dtype="int32", **FREE),
    case("linspace", 0.0, 1.0, 5, retstep=True, **FREE),
    case("logspace", 0, 2, 3, **FREE),
    case("geomspace", 1.0, 1000.0, 4, **FREE),
    case("eye", 3, 4, k=1, **FREE),
    case("identity", 3, dtype="int32", **FREE),
    case("tri", 3, 4, k=-1, **FREE),
    case("meshgrid", (2,), (3,)),
    case("meshgrid", (2,), (3,), (4,), indexing="ij"),
    case("vander", (3,), N=4),
    case("vander", (3,), increasing=True, over=("float32", "int32")),
    *[case(n, 5, **FREE) for n in ("bartlett", "blackman", "hamming", "hanning")],
    case("kaiser", 5, 2.0, **FREE),
    case("convert_to_tensor", [1, 2], **FREE),
    case("convert_to_tensor", [1.5, 2], **FREE),
    case("convert_to_tensor", [True], **FREE),
    case("convert_to_tensor", [1, 2], dtype="bfloat16", **FREE),
    case("cast", (2, 3), "int32", low=-3, high=3, gradient=False),
    case("cast", (2, 3), "float16"),
    case("saturate_cast", np.float32([-5, 3, 300]), "uint8", gradient=False),
    case("saturate_cast", np.int32([-5, 3, 300]), "uint8"),
    case("stop_gradient", (2, 3)),
]

test_op = op_checks(CASES)


def test_conversion_keeps_what_an_array_is():
    assert ops.convert_to_tensor(np.zeros(2)).dtype == "float64"
    assert ops.convert_to_tensor([0.1], dtype="float64").numpy()[0] == 0.1
    assert ops.convert_to_tensor(2**40).dtype == "int64"


def test_shape_and_dtype_are_read():
    x = ops.ones((2, 3), "int8")
    assert (ops.shape(x), ops.dtype(x), ops.ndim(x), int(ops.size(x))) == ((2, 3), "int8", 2, 6)
    assert ops.is_tensor(x)
    assert not ops.is_tensor(np.ones(2))
    assert isinstance(ops.convert_to_numpy(x), np.ndarray)


def test_sparse_tensors_are_refused_with_the_alternative():
    with pytest.raises(NotImplementedError, match="dense"):
        ops.convert_to_tensor([1], sparse=True)


def test_an_unknown_dtype_is_refused():
    with pytest.raises(ValueError, match="float32"):
        ops.zeros(2, "flaot32")
