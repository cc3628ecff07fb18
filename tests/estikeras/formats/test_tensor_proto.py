"""Arrays as TensorProto; bytes are compared with TensorFlow's in `ops/test_io_calls.py`."""

import numpy as np
import pytest

from estikeras.engine import dtypes
from estikeras.formats import protobuf, tensor_proto


@pytest.mark.parametrize("dtype", sorted(set(dtypes.ALL) - {"string"}))
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 2)])
def test_arrays_come_back(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtypes.to_numpy(dtype))
    back = tensor_proto.decode(tensor_proto.encode(array))
    assert (back.dtype, back.shape) == (array.dtype, shape)
    np.testing.assert_array_equal(back, array)


def test_strings_come_back():
    array = np.array([[b"a", b"\x00"], [b"", b"bc"]], object)
    assert tensor_proto.decode(tensor_proto.encode(array)).tolist() == array.tolist()


# dtype number, field of values, values (packed, or one by one), and what they are.
OTHER_FORMS = [
    (1, 5, np.float32([1.5, 2]).tobytes(), np.float32([1.5, 2])),
    (2, 6, np.float64([1.5, 2]).tobytes(), np.float64([1.5, 2])),
    (3, 7, b"\x05\x06", np.int32([5, 6])),
    (3, 7, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x07", np.int32([-1, 7])),
    (8, 9, np.float32([1, 2, 3, 4]).tobytes(), np.complex64([1 + 2j, 3 + 4j])),
    (9, 10, b"\x05\xac\x02", np.int64([5, 300])),
    (10, 11, b"\x01\x00", np.array([True, False])),
    (19, 13, b"\x80\x78\x00", np.float16([1, 0])),
    (23, 17, b"\x05\x06", np.uint64([5, 6])),
    (1, 5, np.float32([7]).tobytes(), np.float32([7, 7])),  # the last one is repeated
    (3, 7, b"", np.int32([0, 0])),
]


@pytest.mark.parametrize(("number", "field", "content", "values"), OTHER_FORMS)
def test_values_outside_of_the_content_are_read(number, field, content, values):
    shape = protobuf.encode([(2, protobuf.encode([(1, 2)]))])
    data = protobuf.encode([(1, number), (2, shape), (field, content or None)])
    back = tensor_proto.decode(data)
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back, values)


def test_values_one_by_one_are_read():
    shape = protobuf.encode([(2, protobuf.encode([(1, 2)]))])
    data = protobuf.encode([(1, 3), (2, shape), (7, 5), (7, 6)])
    assert tensor_proto.decode(data).tolist() == [5, 6]


def test_other_bytes_are_refused():
    with pytest.raises(ValueError, match="dtype number 99"):
        tensor_proto.decode(protobuf.encode([(1, 99)]))
    cut = protobuf.encode([(1, 1), (2, protobuf.encode([(2, b"\x08\x02")])), (4, b"1234")])
    with pytest.raises(ValueError, match="1 values for the shape"):
        tensor_proto.decode(cut)
