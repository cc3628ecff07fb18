"""Files that layers keep in an archive besides weights, such as vocabularies:
`save_assets(folder)`.
"""

import tempfile
from pathlib import Path

from estikeras.formats import keras_archive
from estikeras.keras.saving import walk


def to_entries(model):
    """The assets of all parts of a model: a dict from names in the archive to bytes."""
    entries = {}
    for path, part in walk.saveables(model):
        if not hasattr(part, "save_assets"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            part.save_assets(folder)
            for file in sorted(Path(folder).rglob("*")):
                if file.is_file():
                    name = file.relative_to(folder).as_posix()
                    entries[f"{_prefix(path)}{name}"] = file.read_bytes()
    return entries


def load(model, entries):
    """Hand the parts of a model their assets from the entries of an archive."""
    if not any(name.startswith(keras_archive.ASSETS) for name in entries):
        return
    for path, part in walk.saveables(model):
        if hasattr(part, "load_assets"):
            with tempfile.TemporaryDirectory() as folder:
                _write(entries, _prefix(path), Path(folder))
                part.load_assets(folder)


def _prefix(path):
    return f"{keras_archive.ASSETS}{path}/" if path else keras_archive.ASSETS


def _write(entries, prefix, folder):
    for name, content in entries.items():
        if name.startswith(prefix):
            target = folder / name.removeprefix(prefix)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
