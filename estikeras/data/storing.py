"""Steps that keep elements: in memory or in a file, for the next pass; and datasets in files.

A file has one TFRecord for each element, with one field of a protocol buffer for each leaf: an
array in NumPy's own format, or a string's bytes. What the elements are is in JSON: in a file beside
it, or in the first record of a cache.
"""

import contextlib
import gzip
import io
import json
import threading
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.data import records, structure
from estikeras.data.node import Node
from estikeras.data.records import TFRecordWriter
from estikeras.data.selection import Selection
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor, TensorSpec
from estikeras.formats import atomic, protobuf

SPEC_FILE, FORMAT = "estikeras_dataset.json", 1


class MemoryCache(Selection):
    """Elements that are made once and then come from memory.

    Args:
        source: step.
        kept: the Kept that all runs share.
    """

    def __init__(self, source, kept):
        super().__init__(source)
        self.kept = kept

    def many(self, run, size):
        return self.kept.through(lambda: self.source.pieces(run, size))

    def each(self, run):
        return self.kept.through(lambda: self.source.elements(run))


class Kept:
    """What a whole pass gave, for later passes."""

    def __init__(self):
        self._items, self._lock = None, threading.Lock()

    def through(self, iterate):
        """What `iterate()` gives, or gave when it was first run to its end."""
        with self._lock:
            items = self._items
        if items is not None:
            yield from items
            return
        items = []
        for item in iterate():
            items.append(item)
            yield item
        with self._lock:
            if self._items is None:
                self._items = items


class FileCache(Node):
    """Elements that are made once and then come from a file.

    Args:
        source: step.
        path: name of the file, without its ending.
    """

    def __init__(self, source, path):
        super().__init__(source)
        self.path = Path(f"{path}.data")

    def cardinality(self):
        return self.source.cardinality()

    def each(self, run):
        if self.path.exists():
            items = read(self.path, None)
            template = _spec_from_json(json.loads(next(items, b"null")))
            for data in items:
                yield decode(self.source.declared or template, data)
            return
        with atomic.replacing(self.path) as beside, TFRecordWriter(beside) as writer:
            for number, element in enumerate(self.source.elements(run)):
                encoded = encode(element)
                if not number:
                    writer.write(json.dumps(_spec_to_json(structure.spec_of(element))).encode())
                writer.write(encoded)
                yield element


class Loaded(Node):
    """The elements of a dataset that was saved.

    Args:
        paths: list of its files.
        spec: what they fit.
        compression: "GZIP" or None.
        count: how many there are.
    """

    def __init__(self, paths, spec, compression, count):
        super().__init__()
        self.paths, self._given = paths, spec
        self.compression, self.count = compression, count

    def infer_spec(self):
        return self._given

    def cardinality(self):
        return self.count

    def each(self, run):
        for path in self.paths:
            for data in read(path, self.compression):
                yield decode(self._given, data)


def save(node, run, path, compression, shard_of):
    """Write all elements of a plan into a folder.

    Args:
        node: the plan.
        run: the Run.
        path: the folder; a dataset that was saved there before is replaced.
        compression: "GZIP" or None.
        shard_of: function of an element, the number of the file it goes to.

    Raises:
        AlreadyExistsError: if there is a folder with other files.
    """
    path = Path(path)
    for file in path.iterdir() if path.exists() else ():
        if file.name != SPEC_FILE and file.suffix != ".tfrecord":
            raise errors.AlreadyExistsError(
                message=f"{path} has other files than those of a saved dataset, such as "
                f"{file.name}. Give the name of a new folder."
            )
    counts, writers, spec = {}, {}, None
    with atomic.replacing_folder(path) as beside, contextlib.ExitStack() as stack:
        for element in node.elements(run):
            shard = shard_of(element)
            if shard not in writers:
                file = beside / f"{shard:08d}.tfrecord"
                writers[shard] = stack.enter_context(TFRecordWriter(file, compression or ""))
                counts[shard] = 0
            writers[shard].write(encode(element))
            counts[shard] += 1
            own = structure.spec_of(element)
            spec = own if spec is None else structure.common_spec(spec, own)
        spec = node.spec if node.declared is not None or spec is None else spec
        content = {
            "format": FORMAT,
            "compression": compression,
            "counts": {str(shard): counts[shard] for shard in sorted(counts)},
            "spec": _spec_to_json(spec),
        }
        (beside / SPEC_FILE).write_text(json.dumps(content))


def load(path, spec):
    """The Loaded of each file of a folder that `save` wrote, in order, and the elements' spec.

    Raises:
        NotFoundError: if there is no such folder.
        InvalidArgumentError: if the elements do not fit `spec`.
    """
    file = Path(path) / SPEC_FILE
    if not file.exists():
        raise errors.NotFoundError(
            message=f"{path} has no {SPEC_FILE}: it is no dataset that `Dataset.save` wrote here. "
            "Those of TensorFlow are in its own format; write TFRecord files to exchange data."
        )
    content = json.loads(file.read_text())
    saved = _spec_from_json(content["spec"])
    if spec is not None and str(structure.common_spec(spec, saved)) != str(spec):
        raise errors.InvalidArgumentError(
            message=f"`element_spec`: {path} has elements of {saved}, got {spec}."
        )
    parts = [
        Loaded([file.with_name(f"{int(shard):08d}.tfrecord")], saved, content["compression"], count)
        for shard, count in content["counts"].items()
    ]
    return parts, saved


def joined(parts, spec):
    """Several Loaded as one."""
    paths = [path for part in parts for path in part.paths]
    compression = parts[0].compression if parts else None
    return Loaded(paths, spec, compression, sum(part.count for part in parts))


def _spec_to_json(spec):
    if isinstance(spec, dict):
        return {"dict": [[key, _spec_to_json(value)] for key, value in spec.items()]}
    if isinstance(spec, tuple):
        return {"tuple": [_spec_to_json(child) for child in spec]}
    return None if spec is None else {"shape": spec.shape, "dtype": str(spec.dtype)}


def _spec_from_json(content):
    if content is None:
        return None
    if "dict" in content:
        return {key: _spec_from_json(value) for key, value in content["dict"]}
    if "tuple" in content:
        return tuple(_spec_from_json(child) for child in content["tuple"])
    return TensorSpec(content["shape"], content["dtype"])


def encode(element):
    """The bytes of an element's leaves."""
    return protobuf.encode([(1, _encode_leaf(leaf)) for leaf in structure.leaves_of(element)])


def _encode_leaf(leaf):
    if isinstance(leaf, SparseTensor | structure.Planned):
        raise TypeError(f"Elements with a {type(leaf).__name__} cannot be kept in files.")
    array = np.asarray(leaf, object if isinstance(leaf, bytes) else None)
    if array.dtype.kind == "V":  # NumPy's format knows none but its own dtypes
        name = dtypes.from_numpy(array.dtype)
        return protobuf.encode([(3, _file_of(array.view(f"u{array.itemsize}"))), (4, name)])
    if array.dtype == object:
        items = [(2, item) for item in array.reshape(-1).tolist()]
        return protobuf.encode([(1, json.dumps(array.shape)), *items])
    return protobuf.encode([(3, _file_of(array))])


def _file_of(array):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=False)
    return file.getvalue()


def decode(template, data):
    """The element of bytes that `encode` made, in the form of `template`."""
    leaves = [_decode_leaf(protobuf.decode(leaf)) for leaf in protobuf.decode(data).get(1, [])]
    return structure.pack(template, leaves)


def _decode_leaf(fields):
    if 3 in fields:
        file = io.BytesIO(fields[3][0])
        array = np.lib.format.read_array(file, allow_pickle=False)
        if 4 in fields:
            array = array.view(dtypes.to_numpy(fields[4][0].decode()))
        return array if array.ndim else array[()]
    array = np.empty(json.loads(fields[1][0]), object)
    array.reshape(-1)[:] = fields.get(2, [])
    return array if array.ndim else array.item()


def read(path, compression):
    """The records of a file."""
    with gzip.open(path) if compression else path.open("rb") as file:
        for chunk in records.read_records(file, str(path)):
            yield from chunk
