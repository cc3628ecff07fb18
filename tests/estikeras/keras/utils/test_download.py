"""`get_file` over addresses of this machine's own files."""

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest

from estikeras.keras.utils import get_file


@pytest.fixture
def origin(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    file = tmp_path / "data.txt"
    file.write_text("content")
    return file


def test_downloads_once_and_then_uses_the_cache(origin, tmp_path):
    path = Path(get_file(origin=origin.as_uri()))
    assert path == tmp_path / "home" / "datasets" / "data.txt"
    origin.unlink()
    assert Path(get_file(origin=origin.as_uri())).read_text() == "content"


def test_a_wrong_checksum_leaves_no_file(origin, tmp_path):
    with pytest.raises(ValueError, match="file_hash"):
        get_file(origin=origin.as_uri(), file_hash="0" * 64)
    assert list((tmp_path / "home" / "datasets").iterdir()) == []


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_an_outdated_file_is_downloaded_again(origin, algorithm):
    path = Path(get_file(origin=origin.as_uri()))
    path.write_text("old")
    correct = hashlib.new(algorithm, b"content").hexdigest()
    get_file(origin=origin.as_uri(), file_hash=correct)
    assert path.read_text() == "content"


def test_force_download_replaces(origin):
    path = Path(get_file(origin=origin.as_uri()))
    origin.write_text("newer")
    assert path.read_text() == "content"
    get_file(origin=origin.as_uri(), force_download=True)
    assert path.read_text() == "newer"


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_archives_are_unpacked(origin, tmp_path, kind):
    archive = tmp_path / f"things.{kind}"
    if kind == "tar":
        with tarfile.open(archive, "w") as file:
            file.add(origin, "inner/data.txt")
    else:
        with zipfile.ZipFile(archive, "w") as file:
            file.write(origin, "inner/data.txt")
    folder = Path(get_file(f"things.{kind}", origin=archive.as_uri(), extract=True))
    assert folder.name == "things_extracted"
    assert (folder / "inner" / "data.txt").read_text() == "content"


def test_an_archive_that_climbs_out_is_refused(origin, tmp_path):
    archive = tmp_path / "bad.tar"
    with tarfile.open(archive, "w") as file:
        file.add(origin, "../../outside.txt")
    with pytest.raises(tarfile.OutsideDestinationError):
        get_file("bad", origin=archive.as_uri(), extract=True)
    assert not (tmp_path / "outside.txt").exists()


def test_bad_arguments_are_named(origin):
    with pytest.raises(ValueError, match="origin"):
        get_file("x")
    with pytest.raises(ValueError, match="fname"):
        get_file("a/b", origin=origin.as_uri())
    with pytest.raises(ValueError, match="archive_format"):
        get_file("data.txt", origin=origin.as_uri(), extract=True)
