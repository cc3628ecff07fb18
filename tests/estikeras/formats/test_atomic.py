import errno

import pytest

from estikeras.formats import atomic


def test_a_file_appears_whole_and_nothing_is_left_beside_it(tmp_path):
    atomic.write_bytes(tmp_path / "a.bin", b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


def write_half_and_fail(path, error):
    with atomic.replacing(path) as beside:
        beside.write_bytes(b"half")
        raise error


def test_a_full_disk_keeps_the_old_file_and_names_it(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(OSError, match=r"No space left.*a\.bin") as caught:
        write_half_and_fail(path, full)
    assert caught.value.errno == errno.ENOSPC
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_any_error_while_writing_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(KeyError):
        write_half_and_fail(path, KeyError("x"))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        atomic.write_text(tmp_path / "nowhere" / "a.txt", "x")
