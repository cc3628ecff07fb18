"""Writes files beside and renames them: a reader sees the old file or the whole new one. Knows
paths and bytes only.
"""

import contextlib
import os
import secrets
import shutil
from pathlib import Path


@contextlib.contextmanager
def replacing(path):
    """A path beside `path` to write to; on leaving without an error it takes the place of `path`.

    The file is flushed to disk before the renaming. If writing fails, the file beside is removed,
    `path` stays as it was, and the error names `path`.

    Args:
        path: the file's final place; its folder must exist.

    Returns:
        A context manager that gives the path to write to.

    Raises:
        OSError: if the file cannot be written, such as on a full disk.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        yield beside
        _flush(beside)
        beside.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise type(error)(
            error.errno,
            f"Could not write the file ({reason}); what was there before is kept",
            str(path),
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_folder(path):
    """A new folder beside `path` to write to; on leaving without an error it is renamed to `path`.

    Args:
        path: where the folder will be; if there is one already, it is replaced.

    Returns:
        A context manager that gives the folder to write to.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    beside.mkdir()
    try:
        yield beside
        if path.exists():
            old = path.with_name(f".{path.name}.{secrets.token_hex(4)}.old")
            path.replace(old)
            beside.replace(path)
            shutil.rmtree(old)
        else:
            beside.replace(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_bytes(path, content):
    """Replace the file at `path` by one that holds `content`, at once or not at all."""
    with replacing(path) as beside:
        beside.write_bytes(content)


def write_text(path, content):
    """Replace the file at `path` by one that holds the text `content` in UTF-8, at once or not at
    all.
    """
    write_bytes(path, content.encode())


def _flush(path):
    with path.open("rb") as file:
        os.fsync(file.fileno())
