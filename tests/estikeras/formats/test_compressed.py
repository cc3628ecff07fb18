"""Compressed files, against Python's own."""

import gzip
import io
import zlib

import pytest

from estikeras.formats import compressed
from estikeras.op_errors import DataLossError

TEXT = bytes(range(256)) * 5000
PLAIN = {"GZIP": gzip.decompress, "ZLIB": zlib.decompress}
PACKED = {"GZIP": gzip.compress, "ZLIB": zlib.compress}


def inflated(data, kind, size):
    file, parts = compressed.Inflated(io.BytesIO(data), kind, "f"), []
    while part := file.read(size):
        assert len(part) <= size
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_python_and_this_read_one_another(kind, tmp_path):
    assert inflated(PACKED[kind](TEXT), kind, 70_000) == TEXT
    path = tmp_path / "f"
    file = compressed.Deflated(path.open("wb"), kind, -1, zlib.DEFLATED, 15, 9, 0, 0)
    file.write(TEXT)
    file.close()
    assert PLAIN[kind](path.read_bytes()) == TEXT


def test_gzip_files_one_after_the_other_are_one():
    assert inflated(gzip.compress(b"abc") + gzip.compress(b"def"), "GZIP", 2) == b"abcdef"


def test_a_file_without_bytes_is_empty():
    assert inflated(b"", "GZIP", 10) == b""


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_what_is_cut_or_damaged_is_named(kind):
    packed = PACKED[kind](TEXT)
    with pytest.raises(DataLossError, match=f"f is truncated: its {kind} data"):
        inflated(packed[:-3], kind, 1000)
    with pytest.raises(DataLossError, match=f"f is damaged, or no {kind} file"):
        inflated(b"abc" + packed, kind, 1000)


def test_flushing_writes_what_the_mode_says(tmp_path):
    path = tmp_path / "f"
    file = compressed.Deflated(path.open("wb"), "ZLIB", -1, 8, 15, 9, 0, zlib.Z_SYNC_FLUSH)
    file.write(b"abc")
    file.flush()
    assert zlib.decompressobj().decompress(path.read_bytes()) == b"abc"
    file.close()


def test_kinds_are_checked():
    assert [compressed.standardize(kind) for kind in (None, "", "GZIP")] == ["", "", "GZIP"]
    with pytest.raises(ValueError, match="`compression_type`: expected one of '', 'ZLIB', 'GZIP'"):
        compressed.standardize("gzip")
