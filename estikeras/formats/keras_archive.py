"""The `.keras` archive: a zip of `config.json`, `metadata.json`, `model.weights.h5` and assets.

Knows names and bytes, not what is in them.
"""

import zipfile
from pathlib import Path, PurePosixPath

from estikeras.formats import atomic

CONFIG, METADATA, WEIGHTS, ASSETS = "config.json", "metadata.json", "model.weights.h5", "assets/"


def write(path, entries):
    """Write an archive beside `path` and put it in its place.

    Args:
        path: the file.
        entries: dict from names in the archive to bytes.

    Raises:
        OSError: if the file cannot be written; an older file is kept.
    """
    with atomic.replacing(path) as beside, zipfile.ZipFile(beside, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def read(path):
    """The entries of an archive: a dict from names to bytes, all of them read and checked.

    Args:
        path: the file.

    Raises:
        ValueError: if there is no such file, it is no archive, is truncated or damaged, or an entry
            has a name that leads outside of the archive.
    """
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r} to load a model from.")
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                _check_name(path, name)
            return {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise ValueError(
            f"{str(path)!r} is no `.keras` archive, or is truncated or damaged: {error}"
        ) from error


def _check_name(path, name):
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name:
        raise ValueError(
            f"{str(path)!r} holds an entry named {name!r}, which leads outside of the archive. "
            "Such a file is not made by saving a model and is not loaded."
        )
