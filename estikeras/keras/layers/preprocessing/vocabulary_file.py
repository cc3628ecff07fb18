"""Vocabularies as files: one entry a line, as the reference has them in its archives."""

import json
from pathlib import Path

from estikeras.keras.saving import scopes

NAME = "vocabulary.txt"
# Beside it, where an entry holds a line break, so that the lines do not tell entries apart.
EXACT = "vocabulary.json"


def read_lines(path):
    """The lines of a user's file.

    Raises:
        ValueError: if there is no such file, or it is named by a model file in safe mode.
    """
    if scopes.safe_mode():
        raise ValueError(
            f"The config names a vocabulary file outside of the model file: {path!r}. Safe mode "
            "does not read it. If you trust where the model comes from, load it with "
            "`safe_mode=False`."
        )
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"`vocabulary`: there is no file {str(path)!r}.")
    lines = _decoded(path.read_bytes()).replace("\r", "").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def save(folder, entries):
    """Write a vocabulary into the folder of a layer's assets.

    Args:
        folder: path of the folder.
        entries: list of str or int.
    """
    text = "\n".join(map(str, entries))
    (Path(folder) / NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    if text.count("\n") > len(entries) - 1:
        (Path(folder) / EXACT).write_text(json.dumps(entries))


def load(folder):
    """The entries that `save` wrote, as a list of str; none if there is no file."""
    folder = Path(folder)
    if (folder / EXACT).is_file():
        return [str(entry) for entry in json.loads((folder / EXACT).read_text())]
    if not (folder / NAME).is_file():
        return []
    text = _decoded((folder / NAME).read_bytes())
    return text.split("\n") if text else []


def _decoded(content):
    return content.decode("utf-8", "surrogateescape")
