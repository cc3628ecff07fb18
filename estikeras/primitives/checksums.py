"""The checksum of tensor bundles' blocks and tensors, by the native loop that frames records."""

import numpy as np

from estikeras.kernels import direct, records


def masked_crc32c(data):
    """The CRC-32C of bytes, rotated and shifted.

    Args:
        data: bytes, or a flat uint8 array.

    Returns:
        int.
    """
    flat = data if isinstance(data, np.ndarray) else np.frombuffer(data, np.uint8)
    framed = np.empty(flat.size + records.FRAME, np.uint8)
    frame = direct.fastest(records.frame, records.frame_fast)
    lengths = np.array([flat.size], np.int64)
    direct.call(frame, {}, flat, lengths, framed, flat.size, 1, framed.size)
    return int.from_bytes(framed[-4:].tobytes(), "little")
