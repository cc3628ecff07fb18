"""Calls of `tf.io`, `tf.strings` and `tf.sparse`, each an expression that is its own name.

`scripts/record_io` writes down what TensorFlow gives for them, and the tests of the mirrored files
compare. In an expression `tf`, `io`, `strings` and `sparse` are the library's, `ex(a=[1.0])` is a
serialized Example, and `image("rgb.png")` the content of a file.
"""

import gzip
import importlib
import json
import zlib
from pathlib import Path

import numpy as np

from tests.support.recordings import value_text

RECORDED = Path(__file__).resolve().parents[2] / "estikeras" / "ops" / "recorded"
TABLES = ("strings", "raw", "csv", "examples", "images")
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
        feature = message.features.feature[name]
        if items is None:
            continue
        kinds = {bytes: "bytes_list", float: "float_list", int: "int64_list"}
        target = getattr(feature, kinds[type(items[0]) if items else bytes])
        target.value.extend(items)
        target.SetInParent()
    return message.SerializeToString()


def _names(tf):
    return {
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
        "image": lambda name: (RECORDED / "images" / name).read_bytes(),
        "np": np,
        "zlib": zlib,
        "gzip": gzip,
    }
