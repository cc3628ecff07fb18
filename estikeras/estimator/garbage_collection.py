"""Removing old exports: folders whose names are ten digits, seconds since 1970."""

import logging
import shutil
from pathlib import Path

_DIGITS = 10


def exports_in(folder):
    """The exports in a folder, the oldest first.

    Args:
        folder: path; there may be no such folder.

    Returns:
        list of Path. What has another name than an export, also one half written, is left out.
    """
    names = Path(folder).iterdir() if Path(folder).is_dir() else ()
    return sorted(p for p in names if len(p.name) == _DIGITS and p.name.isdigit())


def keep_latest(folder, count):
    """Remove all exports in a folder but the latest.

    Args:
        folder: path.
        count: how many stay; None keeps all.
    """
    if count is None:
        return
    for path in exports_in(folder)[:-count]:
        try:
            shutil.rmtree(path)
        except OSError as error:
            logging.getLogger("estikeras").warning("Can not delete %s: %s", path, error)
