"""`tf.io.gfile`: files and folders under the names of the reference. All paths are local."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

from estikeras.formats import paths
from estikeras.op_errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    NotFoundError,
    PermissionDeniedError,
)
from estikeras.public import public

_MODES = [a + b for a in "rwa" for b in ("", "+", "b", "b+", "+b")]

FileStatistics = namedtuple("FileStatistics", ["length", "mtime_nsec", "is_directory"])


def _path(path):
    text = os.fsdecode(path)
    return Path(text.removeprefix("file://"))


class _Told:
    """Turns errors of the operating system into those of `tf.errors`."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        for caught, raised in (
            (FileNotFoundError, NotFoundError),
            (FileExistsError, AlreadyExistsError),
            (PermissionError, PermissionDeniedError),
            (OSError, FailedPreconditionError),
        ):
            if isinstance(error, caught) and not hasattr(error, "message"):
                raise raised(message=f"{error.filename}: {error.strerror}.") from None


@public("io.gfile.GFile")
class GFile:
    """A file that is opened when it is first used.

    Args:
        name: path.
        mode: as of Python's `open`; `"r"` reads and gives str, `"rb"` bytes.
    """

    def __init__(self, name, mode="r"):
        if mode not in _MODES:
            raise ValueError(f"`mode`: expected one of {', '.join(_MODES)}, got {mode!r}.")
        self._name, self._mode, self._file = name, mode, None

    @property
    def name(self):
        """The path, as it was given."""
        return self._name

    @property
    def mode(self):
        """The mode, as it was given."""
        return self._mode

    def _opened(self):
        if self._file is None:
            with _Told():
                encoding = None if "b" in self._mode else "utf-8"
                self._file = _path(self._name).open(self._mode, encoding=encoding)
        return self._file

    def _readable(self):
        file = self._opened()
        if not file.readable():
            raise PermissionDeniedError(message=f"{self._name} is not open for reading.")
        return file

    def size(self):
        """How many bytes the file has."""
        if self._file is not None and self._file.writable():
            self._file.flush()
        return stat(self._name).length

    def read(self, n=-1):
        """The next `n` characters or bytes; by default all that is left."""
        return self._readable().read(n)

    def readline(self):
        """The next line with its end; empty at the end of the file."""
        return self._readable().readline()

    def readlines(self):
        """All lines that are left."""
        return self._readable().readlines()

    def write(self, file_content):
        """Write str, or bytes in a binary mode; bytes are taken for UTF-8 in others."""
        file = self._opened()
        if not file.writable():
            raise PermissionDeniedError(message=f"{self._name} is not open for writing.")
        if "b" in self._mode and isinstance(file_content, str):
            file_content = file_content.encode()
        elif "b" not in self._mode and isinstance(file_content, bytes):
            file_content = file_content.decode()
        file.write(file_content)

    def seek(self, offset=None, whence=0):
        """Go to a position in bytes; `whence` as of Python's files."""
        self._opened().seek(offset or 0, whence)

    def tell(self):
        """The position in bytes."""
        return self._opened().tell()

    def seekable(self):
        """Whether one can `seek`: always."""
        return True

    def flush(self):
        """Hand what was written to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self):
        """Close the file; a file that is only named for writing is made."""
        if self._file is None and self._mode[0] in "wa":
            self._opened()
        if self._file is not None:
            self._file.close()
            self._file = None

    def next(self):
        """The next line; StopIteration at the end."""
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    __next__ = next

    def __iter__(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


@public("io.gfile.exists")
def exists(path):
    """Whether there is a file or folder of that name."""
    return _path(path).exists()


@public("io.gfile.isdir")
def isdir(path):
    """Whether there is a folder of that name."""
    return _path(path).is_dir()


@public("io.gfile.join")
def join(path, *paths):
    """Parts of a path, joined."""
    return os.path.join(path, *paths)  # noqa: PTH118 - text in, text out


@public("io.gfile.copy")
def copy(src, dst, overwrite=False):
    """Copy a file.

    Raises:
        AlreadyExistsError: if `dst` is there and `overwrite` is False.
    """
    _refuse_existing(dst, overwrite)
    with _Told():
        shutil.copyfile(_path(src), _path(dst))


@public("io.gfile.rename")
def rename(src, dst, overwrite=False):
    """Rename or move a file or folder.

    Raises:
        AlreadyExistsError: if `dst` is there and `overwrite` is False.
    """
    _refuse_existing(dst, overwrite)
    with _Told():
        _path(src).replace(_path(dst))


def _refuse_existing(path, overwrite):
    if not overwrite and exists(path):
        raise AlreadyExistsError(message=f"{path} is there already; `overwrite=True` replaces it.")


@public("io.gfile.remove")
def remove(path):
    """Remove a file.

    Raises:
        NotFoundError: if it is not there.
    """
    with _Told():
        _path(path).unlink()


@public("io.gfile.rmtree")
def rmtree(path):
    """Remove a folder with all that is in it."""
    with _Told():
        shutil.rmtree(_path(path))


@public("io.gfile.mkdir")
def mkdir(path):
    """Make a folder; the one that it lies in must be there."""
    with _Told():
        _path(path).mkdir()


@public("io.gfile.makedirs")
def makedirs(path):
    """Make a folder and those that it lies in, where they are missing."""
    with _Told():
        _path(path).mkdir(parents=True, exist_ok=True)


@public("io.gfile.listdir")
def listdir(path):
    """The names of what is in a folder, sorted.

    Raises:
        NotFoundError: if there is no such folder.
    """
    if not isdir(path):
        raise NotFoundError(message=f"{path}: there is no such folder.")
    return sorted(entry.name for entry in _path(path).iterdir())


@public("io.gfile.glob")
def glob(pattern):
    """The paths that match a pattern, or one of several, sorted.

    Args:
        pattern: str, or a list of them; `*`, `?` and `[...]` match within one part of a path.
    """
    patterns = [pattern] if isinstance(pattern, str | bytes | os.PathLike) else pattern
    return sorted(path for one in patterns for path in paths.matching(str(_path(one))))


@public("io.gfile.stat")
def stat(path):
    """Of a file or folder: `length` in bytes, `mtime_nsec`, `is_directory`."""
    with _Told():
        found = _path(path).stat()
    return FileStatistics(found.st_size, found.st_mtime_ns, _path(path).is_dir())


@public("io.gfile.walk")
def walk(top, topdown=True, onerror=None):
    """All folders below `top` with what is in them.

    Args:
        top: path of a folder.
        topdown: bool, whether a folder comes before those in it.
        onerror: function that is called with an error; by default errors are skipped.

    Yields:
        path, list of names of folders, list of names of files.
    """
    for folder, folders, files in os.walk(_path(top), topdown, onerror):
        folders.sort()
        yield folder, folders, sorted(files)


@public("io.gfile.get_registered_schemes")
def get_registered_schemes():
    """How paths may begin: with nothing, or with `file://`."""
    return ["", "file"]
