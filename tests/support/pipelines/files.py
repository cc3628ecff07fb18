"""Files: lines, records, columns, examples, saved datasets. `write_files` writes what they read."""

import gzip
import struct
import zlib
from pathlib import Path

from tests.support.pipelines.row import row

TABLE = """name,size,weight,flag
a,1,0.5,0
"b,c",2,1.5,1
,,,
d,4,-1e3,0
"""
RECORDS = (b"first", b"", b"\x00\xff third")


def masked_crc(data):
    """CRC-32C by its definition, rotated and shifted as TFRecord files have it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def record(data):
    """One record of a TFRecord file: length, its checksum, data, their checksum."""
    length = struct.pack("<Q", len(data))
    return (
        length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))
    )


def write_files():
    """The files that the rows read, into the current folder."""
    Path("lines").mkdir()
    Path("lines/a.txt").write_bytes(b"one\ntwo\r\n\nfour")
    Path("lines/b.txt").write_bytes(b"five\n")
    Path("lines/empty.txt").write_bytes(b"")
    Path("lines/c.txt.gz").write_bytes(gzip.compress(b"packed\nlines\n", mtime=0))
    Path("lines/c.txt.z").write_bytes(zlib.compress(b"zlib\nlines\n"))
    Path("fixed.bin").write_bytes(b"HHaabbccF")
    Path("fixed2.bin").write_bytes(b"HHddF")
    Path("fixed.gz").write_bytes(gzip.compress(b"HHaabbF", mtime=0))
    records = b"".join(record(data) for data in RECORDS)
    Path("a.tfrecord").write_bytes(records)
    Path("b.tfrecord").write_bytes(record(b"other"))
    Path("a.tfrecord.gz").write_bytes(gzip.compress(records, mtime=0))
    Path("a.tfrecord.z").write_bytes(zlib.compress(records))
    Path("empty.tfrecord").write_bytes(b"")
    Path("cut.tfrecord").write_bytes(records[:-3])
    broken = bytearray(records)
    broken[14] ^= 1
    Path("broken.tfrecord").write_bytes(bytes(broken))
    Path("table.csv").write_text(TABLE)
    Path("plain.csv").write_text("1,2.5,x\n3,4.5,y\n5,6.5,z\n")
    Path("tabs.csv").write_text("1\t2.5\n3\tNA\n")
    Path("plain.csv.gz").write_bytes(gzip.compress(b"1,2.5,x\n", mtime=0))


LINES = [
    row("lines", lambda tf: tf.data.TextLineDataset("lines/a.txt")),
    row("lines of two", lambda tf: tf.data.TextLineDataset(["lines/a.txt", "lines/b.txt"])),
    row("lines of an empty file", lambda tf: tf.data.TextLineDataset("lines/empty.txt")),
    row("lines of no file", lambda tf: tf.data.TextLineDataset([])),
    row("lines packed", lambda tf: tf.data.TextLineDataset("lines/c.txt.gz", "GZIP")),
    row("lines packed by zlib", lambda tf: tf.data.TextLineDataset("lines/c.txt.z", "ZLIB")),
    row("lines by buffer", lambda tf: tf.data.TextLineDataset("lines/a.txt", buffer_size=3)),
    row(
        "lines of a dataset",
        lambda tf: tf.data.TextLineDataset(
            tf.data.Dataset.list_files("lines/*.txt", shuffle=False)
        ),
    ),
    row(
        "lines read in parallel",
        lambda tf: tf.data.TextLineDataset(["lines/a.txt", "lines/b.txt"], num_parallel_reads=2),
    ),
    row("lines without the first", lambda tf: tf.data.TextLineDataset("lines/a.txt").skip(1)),
    row(
        "lines interleaved",
        lambda tf: tf.data.Dataset.from_tensor_slices(["lines/a.txt", "lines/b.txt"]).interleave(
            tf.data.TextLineDataset, cycle_length=2
        ),
    ),
    row("lines in batches", lambda tf: tf.data.TextLineDataset("lines/a.txt").batch(3)),
]

FIXED = [
    row("fixed", lambda tf: tf.data.FixedLengthRecordDataset("fixed.bin", 3)),
    row(
        "fixed with header and footer",
        lambda tf: tf.data.FixedLengthRecordDataset(
            ["fixed.bin", "fixed2.bin"], 2, header_bytes=2, footer_bytes=1
        ),
    ),
    row(
        "fixed packed",
        lambda tf: tf.data.FixedLengthRecordDataset(
            "fixed.gz", 2, header_bytes=2, footer_bytes=1, compression_type="GZIP"
        ),
    ),
    row(
        "fixed decoded",
        lambda tf: tf.data.FixedLengthRecordDataset("fixed.bin", 3).map(
            lambda x: tf.io.decode_raw(x, tf.uint8)
        ),
    ),
]

RECORD_FILES = [
    row("records", lambda tf: tf.data.TFRecordDataset("a.tfrecord")),
    row("records of two", lambda tf: tf.data.TFRecordDataset(["b.tfrecord", "a.tfrecord"])),
    row("records of an empty file", lambda tf: tf.data.TFRecordDataset("empty.tfrecord")),
    row("records packed", lambda tf: tf.data.TFRecordDataset("a.tfrecord.gz", "GZIP")),
    row("records packed by zlib", lambda tf: tf.data.TFRecordDataset("a.tfrecord.z", "ZLIB")),
    row("records by buffer", lambda tf: tf.data.TFRecordDataset("a.tfrecord", buffer_size=7)),
    row(
        "records read in parallel",
        lambda tf: tf.data.TFRecordDataset(["a.tfrecord", "b.tfrecord"], num_parallel_reads=2),
    ),
    row(
        "records of a dataset",
        lambda tf: tf.data.TFRecordDataset(
            tf.data.Dataset.from_tensor_slices(["b.tfrecord", "a.tfrecord"])
        ),
    ),
    row("records in batches", lambda tf: tf.data.TFRecordDataset("a.tfrecord").batch(2)),
    row("records until cut", lambda tf: tf.data.TFRecordDataset("cut.tfrecord").take(2)),
    row(
        "records but the broken",
        lambda tf: tf.data.TFRecordDataset("cut.tfrecord").ignore_errors().take(2),
    ),
]


def columns(tf, *types, file="plain.csv", **options):
    """A CsvDataset of a file."""
    return tf.data.experimental.CsvDataset(file, list(types), **options)


def table(tf, **options):
    """make_csv_dataset of the table, in order, once."""
    settings = {"batch_size": 2, "num_epochs": 1, "shuffle": False} | options
    return tf.data.experimental.make_csv_dataset("table.csv", **settings)


CSV = [
    row("csv types", lambda tf: columns(tf, tf.int32, tf.float32, tf.string)),
    row("csv defaults", lambda tf: columns(tf, [0], [0.0], ["none"])),
    row(
        "csv header and missing",
        lambda tf: columns(tf, ["none"], [-1], [0.25], [9], file="table.csv", header=True),
    ),
    row("csv some columns", lambda tf: columns(tf, tf.int64, tf.string, select_cols=[0, 2])),
    row(
        "csv tabs",
        lambda tf: columns(tf, [0], [-1.0], file="tabs.csv", field_delim="\t", na_value="NA"),
    ),
    row("csv two files", lambda tf: columns(tf, [0], [0.0], [""], file=["plain.csv"] * 2)),
    row(
        "csv packed",
        lambda tf: columns(tf, [0], [0.0], [""], file="plain.csv.gz", compression_type="GZIP"),
    ),
    row("csv float64", lambda tf: columns(tf, tf.int32, tf.float64, tf.string)),
    row(
        "csv without quotes",
        lambda tf: columns(
            tf,
            [""],
            file="table.csv",
            header=True,
            select_cols=[0],
            use_quote_delim=False,
        ).take(1),
    ),
    row("make_csv", lambda tf: table(tf)),
    row("make_csv label", lambda tf: table(tf, label_name="flag")),
    row("make_csv one batch", lambda tf: table(tf, batch_size=10)),
    row("make_csv two epochs", lambda tf: table(tf, batch_size=3, num_epochs=2)),
    row("make_csv for ever", lambda tf: table(tf, num_epochs=None), limit=3),
    row("make_csv some", lambda tf: table(tf, select_columns=["name", "weight"])),
    row(
        "make_csv defaults",
        lambda tf: table(tf, column_defaults=[["-"], [7], [0.5], [9]], num_rows_for_inference=1),
    ),
    row(
        "make_csv names",
        lambda tf: table(tf, column_names=["a", "b", "c", "d"], header=True, label_name="a"),
    ),
    row(
        "make_csv without header",
        lambda tf: tf.data.experimental.make_csv_dataset(
            "plain.csv",
            batch_size=2,
            column_names=["i", "f", "s"],
            header=False,
            num_epochs=1,
            shuffle=False,
        ),
    ),
    row(
        "make_csv shuffled",
        lambda tf: [
            sorted(
                int(i)
                for batch in table(tf, shuffle=True, shuffle_seed=1)
                for i in batch["size"].numpy()
            )
        ],
    ),
]


def saved(tf, dataset, **options):
    """A dataset through a folder."""
    dataset.save("saved", **{k: v for k, v in options.items() if k != "element_spec"})
    options.pop("shard_func", None)
    return tf.data.Dataset.load("saved", **options)


def upto(tf, count):
    """Ints as int64."""
    return tf.data.Dataset.range(count)


SAVED = [
    row("saved", lambda tf: saved(tf, upto(tf, 3))),
    row("saved packed", lambda tf: saved(tf, upto(tf, 3), compression="GZIP")),
    row("saved batches", lambda tf: saved(tf, upto(tf, 5).batch(2))),
    row(
        "saved structures",
        lambda tf: saved(
            tf, tf.data.Dataset.from_tensor_slices((["x", "y"], {"b": [[1.0], [2.0]]}))
        ),
    ),
    row(
        "saved with a spec",
        lambda tf: saved(tf, upto(tf, 2), element_spec=tf.TensorSpec((), tf.int64)),
    ),
    row("saved nothing", lambda tf: saved(tf, upto(tf, 0))),
    row(
        "saved in shards",
        lambda tf: sorted(saved(tf, upto(tf, 6), shard_func=lambda x: x % 2).as_numpy_iterator()),
    ),
]

ROWS = [*LINES, *FIXED, *RECORD_FILES, *CSV, *SAVED]
