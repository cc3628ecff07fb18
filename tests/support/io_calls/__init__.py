"""Calls of `tf.io`, `tf.strings` and `tf.sparse`, each an expression that is its own name.

`scripts/record_io` writes down what TensorFlow gives for them, and the tests of the mirrored files
compare. In an expression `tf`, `io`, `strings` and `sparse` are the library's, `ex(a=[1.0])` is a
serialized Example, `LONG` and `SHORT` are SequenceExamples, `image("rgb.png")` is the content of a
file, `file(b"...")` the name of one with that content, `every(dataset)` the elements of a dataset,
and `csv` and `table` are `CsvDataset` and `make_csv_dataset` of a file's content, the latter for
one epoch without shuffling.
"""

import atexit
import gzip
import hashlib
import importlib
import json
import tempfile
import zlib
from pathlib import Path

import numpy as np

from tests.support.recordings import value_text

RECORDED = Path(__file__).resolve().parents[2] / "estikeras" / "ops" / "recorded"
TABLES = ("strings", "raw", "csv", "examples", "images", "files", "tables")
FAILED, LONGEST = "fails", 120


def calls(table):
    """The expressions of a table."""
    text = importlib.import_module(f"{__name__}.{table}").CALLS
    return text.strip().splitlines()


def outcome(call, tf):
    """What a call gives, as text; FAILED when it raises.

    Args:
        call: an expression.
        tf: TensorFlow or estikeras.

    Returns:
        the text, and the exception or None.
    """
    try:
        text = value_text(eval(call, _names(tf)))
    except Exception as error:  # noqa: BLE001 (which one it is, is the result)
        return FAILED, error
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}... (checksum {zlib.crc32(text.encode())})"
    return text, None


def recorded(table):
    """A dict from the calls of a table to what TensorFlow gives."""
    return json.loads((RECORDED / f"{table}.json").read_text("utf-8"))


def example(tf, values):
    """A serialized Example with one feature for each item: a list of bytes, floats or ints."""
    message = tf.train.Example()
    for name, items in values.items():
        _fill(message.features.feature[name], items)
    return message.SerializeToString()


def sequence_example(tf, context, **lists):
    """A serialized SequenceExample: a context as of `example`, and lists of such features."""
    message = tf.train.SequenceExample()
    for name, items in context.items():
        _fill(message.context.feature[name], items)
    for name, steps in lists.items():
        for items in steps:
            _fill(message.feature_lists.feature_list[name].feature.add(), items)
    return message.SerializeToString()


def _fill(feature, items):
    if items is not None:
        kinds = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
        target = getattr(feature, kinds[type(items[0]) if items else bytes])
        target.value.extend(items)
        target.SetInParent()


def _every(dataset):
    """The elements of a dataset; a last one says that there was an error."""
    elements = []
    try:
        elements.extend(dataset)
    except Exception:  # noqa: BLE001 (that there is one is the result)
        elements.append(FAILED)
    return elements


FOLDER = tempfile.TemporaryDirectory()
atexit.register(FOLDER.cleanup)


def _file(content):
    """The name of a file with some content."""
    path = Path(FOLDER.name) / hashlib.md5(content).hexdigest()
    path.write_bytes(content)
    return str(path)


def _table(tf, content, batch_size, **arguments):
    arguments = {"shuffle": False, "num_epochs": 1, **arguments}
    return tf.data.experimental.make_csv_dataset(_file(content), batch_size, **arguments)


def _hashed(tf, keys, values, default):
    filled = tf.lookup.KeyValueTensorInitializer(keys, values)
    return tf.lookup.StaticHashTable(filled, default)


def _lines(tf, content, key_dtype, key_index, value_dtype, *args, **kwargs):
    filled = tf.lookup.TextFileInitializer(
        _file(content), key_dtype, key_index, value_dtype, *args, **kwargs
    )
    return tf.lookup.StaticHashTable(filled, -1)


def _vocabulary(tf, keys, values, buckets, **kwargs):
    filled = tf.lookup.KeyValueTensorInitializer(keys, tf.constant(values, "int64"))
    return tf.lookup.StaticVocabularyTable(filled, buckets, **kwargs)


def _names(tf):
    return {
        "con": tf.constant,
        "hashed": lambda *args: _hashed(tf, *args),
        "lines": lambda *args, **kwargs: _lines(tf, *args, **kwargs),
        "vocabulary": lambda *args, **kwargs: _vocabulary(tf, *args, **kwargs),
        "WHOLE": tf.lookup.TextFileIndex.WHOLE_LINE,
        "NUMBER": tf.lookup.TextFileIndex.LINE_NUMBER,
        "data": tf.data,
        "every": _every,
        "file": _file,
        "csv": lambda content, *args, **kwargs: tf.data.experimental.CsvDataset(
            _file(content), *args, **kwargs
        ),
        "table": lambda *args, **kwargs: _table(tf, *args, **kwargs),
        "A": _file(b"a1\na2\na3\na4\na5"),
        "B": _file(b"b1\n"),
        "C": _file(b"c1\nc2\nc3\n"),
        "D": _file(b"d1\nd2\n"),
        "tf": tf,
        "io": tf.io,
        "strings": tf.strings,
        "sparse": tf.sparse,
        "SparseTensor": tf.sparse.SparseTensor,
        "FL": tf.io.FixedLenFeature,
        "FS": tf.io.FixedLenSequenceFeature,
        "VL": tf.io.VarLenFeature,
        "SF": tf.io.SparseFeature,
        "ex": lambda **values: example(tf, values),
        "LONG": sequence_example(
            tf,
            {"n": [2], "w": [b"x"]},
            t=[[1], [2]],
            r=[[1.0, 2.0], [3.0, 4.0]],
            u=[[1, 2, 3], [4]],
            w=[[b"a"], [], [b"b", b"c"]],
        ),
        "SHORT": sequence_example(tf, {"n": [1]}, t=[[7]], r=[[5.0, 6.0]]),
        "image": lambda name: (RECORDED / "images" / name).read_bytes(),
        "np": np,
        "zlib": zlib,
        "gzip": gzip,
    }
