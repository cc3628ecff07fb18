"""`get_file`: a file from the cache folder, else from its address, checked and unpacked.

Knows paths, addresses and checksums; nothing of what the files hold.
"""

import hashlib
import os
import shutil
import sys
import tarfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

from estikeras import errors, settings
from estikeras.public import public

_TIMEOUT_S = 30
_CHUNK_BYTES = 1 << 20


@public("keras.utils.get_file")
def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """The path of a file in the cache folder, downloaded first if it is not there.

    A file that is there is used as it is, unless its checksum is known and differs.

    Args:
        fname: the file's name in the cache; by default the last part of `origin`.
        origin: the address to download from.
        untar: older spelling of `extract=True, archive_format="tar"`.
        md5_hash: older spelling of `file_hash`.
        file_hash: SHA-256 or MD5 of the file, as hexadecimal digits.
        cache_subdir: folder below `cache_dir`, or an absolute path.
        hash_algorithm: `"sha256"`, `"md5"`, or `"auto"` to tell them by their length.
        extract: unpack the archive and return the folder it was unpacked to.
        archive_format: `"tar"`, `"zip"`, `"auto"` for both, or None to unpack nothing.
        cache_dir: by default the environment's `KERAS_HOME`, else `~/.keras`.
        force_download: download also what is there.

    Returns:
        The path, as a string.

    Raises:
        ValueError: if `origin` is missing or the downloaded file has another checksum.
        OSError: if the address cannot be reached or the folder cannot be written.
    """
    if origin is None:
        raise errors.invalid("origin", got=origin, expected="the address to download from")
    name = os.fspath(fname) if fname else _name_in(origin)
    if os.sep in name:
        raise errors.invalid("fname", got=fname, expected="a name without folders; see `cache_dir`")
    file_hash = file_hash or md5_hash
    folder = Path(cache_dir or settings.keras_home()).expanduser() / cache_subdir
    target, unpacked = folder / name, None
    if extract or untar:
        stem = name.partition(".")[0]
        archive_has_own_name = bool(fname) and "." in name
        target = folder / (name if archive_has_own_name else f"{name}_archive")
        unpacked = folder / (f"{stem}_extracted" if archive_has_own_name else name)
    if force_download or not _is_valid(target, file_hash, hash_algorithm):
        _download(origin, target, file_hash, hash_algorithm)
    if unpacked is None:
        return str(target)
    _extract(target, unpacked, "tar" if untar else archive_format)
    return str(unpacked)


def digest(path, algorithm="sha256"):
    """The checksum of a file as hexadecimal digits."""
    hasher = hashlib.new(algorithm)
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
    return hasher.hexdigest()


def _name_in(origin):
    name = Path(urllib.parse.urlsplit(origin).path).name
    if not name:
        raise errors.invalid("origin", got=origin, expected="an address that ends in a file's name")
    return name


def _is_valid(path, file_hash, algorithm):
    """Whether the file is there and, where its checksum is known, whole."""
    if not path.exists():
        return False
    return file_hash is None or digest(path, _algorithm(algorithm, file_hash)) == file_hash.lower()


def _algorithm(algorithm, file_hash):
    if algorithm not in ("auto", "sha256", "md5"):
        expected = "'auto', 'sha256' or 'md5'"
        raise errors.invalid("hash_algorithm", got=algorithm, expected=expected)
    if algorithm == "auto":
        return "sha256" if len(file_hash) == 64 else "md5"
    return algorithm


def _download(origin, target, file_hash, algorithm):
    sys.stderr.write(f"Downloading {origin} to {target}\n")
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with (
            urllib.request.urlopen(origin, timeout=_TIMEOUT_S) as source,
            beside.open("wb") as file,
        ):
            shutil.copyfileobj(source, file, _CHUNK_BYTES)
        if not _is_valid(beside, file_hash, algorithm):
            came = digest(beside, _algorithm(algorithm, file_hash))
            hint = f"{origin} gave another file."
            raise errors.invalid("file_hash", got=came, expected=file_hash, hint=hint)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _extract(archive, folder, archive_format):
    formats = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    formats = (formats,) if isinstance(formats, str) else formats
    known = {"tar": (tarfile.is_tarfile, _untar), "zip": (zipfile.is_zipfile, _unzip)}
    for name in formats:
        if name not in known:
            raise errors.invalid("archive_format", got=name, expected="'tar', 'zip' or 'auto'")
        matches, unpack = known[name]
        if matches(archive):
            beside = folder.with_name(f".{folder.name}.partial")
            shutil.rmtree(beside, ignore_errors=True)
            unpack(archive, beside)
            shutil.rmtree(folder, ignore_errors=True)
            beside.replace(folder)
            return
    raise errors.invalid("archive_format", got=archive_format, expected=f"the format of {archive}")


def _untar(archive, folder):
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")


def _unzip(archive, folder):
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
