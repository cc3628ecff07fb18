"""Names of files by a pattern."""

import fnmatch
import os
import re


def matching(pattern):
    """The files and folders that a pattern names, sorted.

    Args:
        pattern: str; `*`, `?` and `[...]` match within one part of the path, and hidden names too.

    Returns:
        list of str.
    """
    folder, name = os.path.split(pattern)
    if not name:  # the pattern ends at a separator
        return matching(folder) if folder and folder != pattern else _if_there(pattern)
    if not _is_magic(folder):
        return _within(folder, name)
    return sorted(path for parent in matching(folder) for path in _within(parent, name))


def _is_magic(text):
    return re.search(r"[*?[]", text) is not None


def _if_there(path):
    return [path] if os.path.lexists(path) else []


def _within(folder, name):
    if not _is_magic(name):
        return _if_there(os.path.join(folder, name))  # noqa: PTH118 - what stands before stays
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208
    except OSError:
        return []
    found = fnmatch.filter(names, name)
    return sorted(os.path.join(folder, one) for one in found)  # noqa: PTH118
