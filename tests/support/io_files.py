"""TFRecord files that TensorFlow and estikeras both write, with the same records."""

from pathlib import Path

from tests.support import io_calls

RECORDED = Path(__file__).resolve().parents[1] / "estikeras" / "data" / "recorded"
FILES = {"records.tfrecord": "", "records.gz": "GZIP", "records.zlib": "ZLIB"}


def records(tf):
    """The records: serialized examples, and a few others."""
    examples = [
        io_calls.example(tf, {"number": [i, -i], "text": [b"row %d" % i], "real": [i / 2]})
        for i in range(5)
    ]
    return [b"", b"\x00\xff", bytes(range(256)), *examples]


def contents(tf, records):
    """The records with the examples as messages: the order of features in their bytes is free."""
    return records[:3] + [tf.train.Example.FromString(record) for record in records[3:]]


def write(tf, path, kind):
    """Write the records to a file."""
    with tf.io.TFRecordWriter(str(path), kind) as writer:
        for record in records(tf):
            writer.write(record)
