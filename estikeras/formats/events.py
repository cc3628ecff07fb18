"""TensorBoard's event files: scalars, histograms, images, text and model graphs at steps.

Knows NumPy arrays and bytes; who writes what and when is the callback's or `tf.summary`'s affair.
"""

import os
import socket
import struct
import threading
import time
from pathlib import Path

import numpy as np

from estikeras.formats import png, protobuf, tfrecord

_FLOAT, _DOUBLE, _STRING = 1, 2, 7
_SCALAR, _TENSOR, _BLOBS = 1, 2, 3
_HISTOGRAM_BUCKETS = 30


class EventWriter:
    """Appends events to a new file in a folder; several threads may write.

    Args:
        folder: path, made if it is not there.
        suffix: str at the end of the file's name.
    """

    def __init__(self, folder, suffix=".v2"):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        stamp = f"{time.time_ns() / 1e9:.6f}"
        name = f"events.out.tfevents.{stamp}.{socket.gethostname()}.{os.getpid()}{suffix}"
        self.path = folder / name
        self._file = self.path.open("ab")
        self._lock = threading.Lock()
        self._write([(1, time.time()), (3, "brain.Event:2")])
        self.flush()

    def scalar(self, tag, value, step):
        """Write one float."""
        tensor = _tensor(_FLOAT, (), struct.pack("<f", float(value)))
        self._write_value(tag, tensor, step, "scalars", _SCALAR)

    def histogram(self, tag, values, step, buckets=_HISTOGRAM_BUCKETS):
        """Write how the numbers of an array are distributed; values that are no numbers are left
        out.

        Args:
            tag: str.
            values: array of any shape.
            step: int.
            buckets: int.
        """
        values = np.asarray(values, np.float64).ravel()
        values = values[np.isfinite(values)]
        table = np.zeros((0, 3))
        if values.size:
            counts, edges = np.histogram(values, bins=buckets)
            table = np.stack([edges[:-1], edges[1:], counts.astype(np.float64)], axis=1)
        tensor = _tensor(_DOUBLE, table.shape, table.astype("<f8").tobytes())
        self._write_value(tag, tensor, step, "histograms", _TENSOR)

    def images(self, tag, images, step):
        """Write images.

        Args:
            tag: str.
            images: (batch, height, width, channels), floats in [0, 1] or uint8.
            step: int.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8:
            images = (np.clip(np.nan_to_num(images), 0, 1) * 255 + 0.5).astype(np.uint8)
        _, height, width, _ = images.shape
        strings = [str(width), str(height), *(png.write(image) for image in images)]
        self._write_value(tag, _strings(strings, (len(strings),)), step, "images", _BLOBS)

    def text(self, tag, text, step):
        """Write a text (Markdown), or an array of them."""
        texts = np.asarray(text, object)
        self._write_value(tag, _strings(texts.ravel(), texts.shape), step, "text", _TENSOR)

    def keras_model(self, tag, config, step):
        """Write the graph of a Keras model, from the JSON of `model.to_json()`."""
        tensor = _strings([config], ())
        self._write_value(tag, tensor, step, "graph_keras_model", None, b"1")

    def flush(self):
        """Hand what was written to the operating system."""
        with self._lock:
            self._file.flush()

    def close(self):
        """Flush and close the file."""
        with self._lock:
            self._file.close()

    def _write_value(self, tag, tensor, step, plugin, data_class, content=None):
        plugin_data = protobuf.encode([(1, plugin), (2, content)])
        metadata = protobuf.encode([(1, plugin_data), (4, data_class)])
        value = protobuf.encode([(1, tag), (9, metadata), (8, tensor)])
        summary = protobuf.encode([(1, value)])
        self._write([(1, time.time()), (2, int(step)), (5, summary)])

    def _write(self, fields):
        record = tfrecord.frame(protobuf.encode(fields))
        with self._lock:
            self._file.write(record)


def read(path):
    """The values of an event file, such as for tests and for reports.

    Args:
        path: the file.

    Yields:
        Tuples (step, tag, plugin, value): a float for scalars, an array (buckets, 3) of left edge,
        right edge and count for histograms, a list of bytes for the others.

    Raises:
        ValueError: if the file is truncated or damaged.
    """
    path = Path(path)
    with path.open("rb") as file:
        for record in tfrecord.read(file, str(path)):
            event = protobuf.decode(record)
            step = event.get(2, [0])[0]
            for summary in event.get(5, ()):
                for value in protobuf.decode(summary).get(1, ()):
                    yield (step, *_read_value(protobuf.decode(value)))


def _tensor(dtype, shape, content=None, strings=()):
    dims = [(2, protobuf.encode([(1, size)])) for size in shape]
    fields = [(1, dtype), (2, protobuf.encode(dims)), (4, content)]
    return protobuf.encode([*fields, *((8, string) for string in strings)])


def _strings(values, shape):
    return _tensor(_STRING, shape, strings=values)


def _read_value(value):
    tag = value[1][0].decode()
    if 8 not in value:
        simple = struct.unpack("<f", value[2][0])[0] if 2 in value else None
        return tag, "", simple
    metadata = protobuf.decode(value.get(9, [b""])[0])
    plugin = protobuf.decode(metadata.get(1, [b""])[0]).get(1, [b""])[0].decode()
    tensor = protobuf.decode(value[8][0])
    dtype = tensor[1][0]
    if dtype == _STRING:
        return tag, plugin, tensor.get(8, [])
    shape = [protobuf.decode(d).get(1, [0])[0] for d in protobuf.decode(tensor[2][0]).get(2, ())]
    content = tensor[4][0] if 4 in tensor else tensor[5][0]
    array = np.frombuffer(content, "<f4" if dtype == _FLOAT else "<f8").reshape(shape)
    return tag, plugin, float(array) if array.ndim == 0 else array
