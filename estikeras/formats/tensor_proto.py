"""Arrays as TensorFlow's `TensorProto`: what `tf.io.serialize_tensor` gives, and other forms that
are read.
"""

import struct

import ml_dtypes
import numpy as np

from estikeras.formats import protobuf

# Number of the dtype in the format, its NumPy dtype, and the field of values outside of the
# content: its number and the NumPy dtype of one value there, None for varints.
_KINDS = {
    1: (np.float32, 5, np.float32),
    2: (np.float64, 6, np.float64),
    3: (np.int32, 7, None),
    4: (np.uint8, 7, None),
    5: (np.int16, 7, None),
    6: (np.int8, 7, None),
    7: (object, 8, object),
    8: (np.complex64, 9, np.float32),
    9: (np.int64, 10, None),
    10: (np.bool_, 11, None),
    14: (ml_dtypes.bfloat16, 13, None),
    17: (np.uint16, 7, None),
    18: (np.complex128, 12, np.float64),
    19: (np.float16, 13, None),
    22: (np.uint32, 16, None),
    23: (np.uint64, 17, None),
}
# NumPy dtypes by their numbers in the format, and back.
DTYPES = {number: np.dtype(kind[0]) for number, kind in _KINDS.items()}
NUMBERS = {dtype: number for number, dtype in DTYPES.items()}


def encode(array):
    """The bytes of a TensorProto.

    Args:
        array: array of numbers or booleans, or an object array of bytes.

    Returns:
        bytes, the same that TensorFlow writes.
    """
    sizes = [(2, protobuf.encode([(1, size or None)])) for size in array.shape]
    fields = [(1, NUMBERS[array.dtype]), (2, protobuf.encode(sizes))]
    if array.dtype == object:
        fields += [(8, text) for text in array.reshape(-1).tolist()]
    elif array.size:
        fields.append((4, np.ascontiguousarray(array).tobytes()))
    return protobuf.encode(fields)


def decode(data):
    """The array in a TensorProto.

    Raises:
        ValueError: if the bytes are none.
    """
    fields = protobuf.decode(data)
    number = fields.get(1, [0])[-1]
    if number not in _KINDS:
        raise ValueError(f"Not a tensor: dtype number {number}.")
    dtype, field, kind = _KINDS[number]
    shape = []
    for part in fields.get(2, ()):
        for size in protobuf.decode(part).get(2, ()):
            shape.append(protobuf.decode(size).get(1, [0])[-1])
    count = int(np.prod(shape, dtype=np.int64))
    if 4 in fields:
        values = np.frombuffer(fields[4][-1], dtype)
    elif kind is object:
        values = np.empty(len(fields.get(field, ())), object)
        values[:] = fields.get(field, ())
    else:
        values = _values(fields.get(field, ()), np.dtype(dtype), kind)
    if len(values) < count and 4 in fields:
        raise ValueError(f"Not a tensor: {len(values)} values for the shape {tuple(shape)}.")
    if len(values) < count:  # the last value stands for the rest
        filler = values[-1:] if len(values) else np.array([b""] if dtype is object else [0], dtype)
        values = np.concatenate([values, filler.repeat(count - len(values))])
    return values[:count].reshape(shape).copy()


def _values(found, dtype, kind):
    """Values of a repeated field, packed or one by one."""
    if kind is not None:
        flat = np.frombuffer(b"".join(found), kind)
        return flat.view(dtype) if dtype.kind == "c" else flat.astype(dtype)
    whole = []
    for part in found:
        whole += protobuf.varints(part) if isinstance(part, bytes) else [part]
    if dtype.itemsize == 2 and dtype.kind not in "iu":  # bits of a half
        return np.array(whole, np.uint16).view(dtype)
    bits = struct.pack(f"<{len(whole)}Q", *whole)
    return np.frombuffer(bits, np.uint64).astype(dtype)
