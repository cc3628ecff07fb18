"""TFRecord files: written, read in blocks of any size, damaged."""

import gzip
import zlib

import numpy as np
import pytest

from estikeras import errors
from estikeras.data import records
from estikeras.formats import compressed, tfrecord
from estikeras.io import TFRecordOptions, TFRecordWriter

RNG = np.random.default_rng(5)
RECORDS = [b"", b"abc", *[RNG.bytes(size) for size in (1, 15, 4000, 50_000, 2)]]


def write(path, options=None):
    with TFRecordWriter(path, options) as writer:
        for record in RECORDS:
            writer.write(record)
    return path


def read(file, block=records.BLOCK):
    blocks = list(records.read_records(file, "f.tfr", block))
    assert all(blocks)
    return [record for block in blocks for record in block]


@pytest.mark.parametrize("block", [1, 16, 1000, records.BLOCK])
def test_records_come_back_whatever_the_size_of_blocks(tmp_path, block):
    path = write(tmp_path / "f.tfr")
    assert path.read_bytes() == b"".join(map(tfrecord.frame, RECORDS))
    with path.open("rb", buffering=0) as file:
        assert read(file, block) == RECORDS


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
@pytest.mark.parametrize("block", [100, records.BLOCK])
def test_compressed_records_come_back(tmp_path, kind, block):
    path = write(tmp_path / "f.tfr", kind)
    unpack = {"GZIP": gzip.decompress, "ZLIB": zlib.decompress}[kind]
    assert unpack(path.read_bytes()) == b"".join(map(tfrecord.frame, RECORDS))
    file = compressed.Inflated(path.open("rb"), kind, "f.tfr")
    assert read(file, block) == RECORDS
    file.close()


def test_a_file_without_bytes_has_no_records(tmp_path):
    path = tmp_path / "f.tfr"
    TFRecordWriter(path).close()
    with path.open("rb") as file:
        assert read(file) == []


def test_records_before_the_damage_come_first(tmp_path):
    data = bytearray(write(tmp_path / "f.tfr").read_bytes())
    data[16 + 19 + 14] ^= 1
    (tmp_path / "f.tfr").write_bytes(data)
    with (tmp_path / "f.tfr").open("rb") as file:
        reading = records.read_records(file, "f.tfr")
        assert next(reading) == RECORDS[:2]
        with pytest.raises(errors.DataLossError, match=r"f\.tfr is damaged: .* at byte 35"):
            next(reading)


@pytest.mark.parametrize("block", [7, records.BLOCK])
def test_a_truncated_file_is_named_with_the_place(tmp_path, block):
    path = write(tmp_path / "f.tfr")
    path.write_bytes(path.read_bytes()[:-1])
    place = path.stat().st_size - 17
    with path.open("rb") as file:
        reading = records.read_records(file, "f.tfr", block)
        with pytest.raises(errors.DataLossError, match=rf"f\.tfr is truncated.* byte {place} "):
            list(reading)


def test_another_file_is_no_record_file(tmp_path):
    path = write(tmp_path / "f.tfr", "GZIP")
    with path.open("rb") as file, pytest.raises(errors.DataLossError, match="compression_type"):
        read(file)


def test_writers_say_what_is_wrong(tmp_path):
    writer = TFRecordWriter(tmp_path / "f")
    with pytest.raises(TypeError, match=r"x\.numpy\(\)"):
        writer.write(5)
    writer.write("é")
    writer.close()
    writer.close()
    with pytest.raises(errors.FailedPreconditionError, match="closed"):
        writer.write(b"")
    with (tmp_path / "f").open("rb") as file:
        assert read(file) == ["é".encode()]
    with pytest.raises(errors.NotFoundError, match="nowhere/f: its folder does not exist"):
        TFRecordWriter("nowhere/f")
    with pytest.raises(ValueError, match="compression_type"):
        TFRecordWriter(tmp_path / "f", "FOO")
    with pytest.raises(ValueError, match="options"):
        TFRecordWriter(tmp_path / "f", TFRecordOptions("GZIP", compression_level=12))


def test_flushed_records_are_in_the_file(tmp_path):
    writer = TFRecordWriter(tmp_path / "f")
    writer.write(b"abc")
    writer.flush()
    assert (tmp_path / "f").read_bytes() == tfrecord.frame(b"abc")


def test_a_writer_that_is_dropped_leaves_a_whole_file(tmp_path):
    writer = TFRecordWriter(tmp_path / "f")
    writer.write(b"abc")
    del writer
    assert (tmp_path / "f").read_bytes() == tfrecord.frame(b"abc")


def test_options_say_their_kind():
    text = TFRecordOptions.get_compression_type_string
    assert [text(kind) for kind in (None, "", "GZIP", 1, TFRecordOptions("ZLIB"))] == [
        "", "", "GZIP", "ZLIB", "ZLIB",
    ]  # fmt: skip
    options = TFRecordOptions("GZIP", compression_level=9)
    assert (options.compression_type, options.compression_level) == ("GZIP", 9)
