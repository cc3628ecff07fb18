"""The file `checkpoint` in a folder: which checkpoints there are, and which is the last one.

It is a protocol buffer in its text form, with one field in a line.
"""

import dataclasses
import functools
import os
import re
import warnings
from pathlib import Path

from estikeras import errors
from estikeras.formats import atomic, tensor_bundle
from estikeras.op_errors import DataLossError
from estikeras.public import public

_FIELD = re.compile(r"""\s*(\w+)\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([\w.+-]+))\s*""")
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclasses.dataclass
class CheckpointState:
    """What a folder's file `checkpoint` says.

    Attributes:
        model_checkpoint_path: str, path of the last checkpoint, without its files' endings.
        all_model_checkpoint_paths: list of str, the oldest first.
        all_model_checkpoint_timestamps: list of float, in seconds since 1970; may be empty.
        last_preserved_timestamp: float, the time of the last one that is kept for good, or 0.
    """

    model_checkpoint_path: str
    all_model_checkpoint_paths: list = dataclasses.field(default_factory=list)
    all_model_checkpoint_timestamps: list = dataclasses.field(default_factory=list)
    last_preserved_timestamp: float = 0.0


def write(folder, state, latest_filename=None, relative=True):
    """Write the file.

    Args:
        folder: path.
        state: CheckpointState.
        latest_filename: str, the file's name, by default `checkpoint`.
        relative: whether paths in the folder are written without it, so that it can be moved; else
            they are so only if the folder's own path is relative.
    """
    folder = Path(folder)
    as_written = functools.partial(_quoted, folder, relative or not folder.is_absolute())
    paths = state.all_model_checkpoint_paths
    if state.model_checkpoint_path not in paths:
        paths = [*paths, state.model_checkpoint_path]
    lines = [("model_checkpoint_path", as_written(state.model_checkpoint_path))]
    lines += [("all_model_checkpoint_paths", as_written(path)) for path in paths]
    lines += [
        ("all_model_checkpoint_timestamps", repr(float(time)))
        for time in state.all_model_checkpoint_timestamps
    ]
    if state.last_preserved_timestamp:
        lines.append(("last_preserved_timestamp", repr(float(state.last_preserved_timestamp))))
    text = "".join(f"{name}: {value}\n" for name, value in lines)
    atomic.write_text(folder / (latest_filename or "checkpoint"), text)


@public("train.get_checkpoint_state")
def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """What the file `checkpoint` of a folder says.

    Args:
        checkpoint_dir: path of the folder.
        latest_filename: str, the file's name, by default `checkpoint`.

    Returns:
        A CheckpointState, whose paths have the folder before them; None if there is no such file.

    Raises:
        DataLossError: if the file cannot be understood.
    """
    file = Path(checkpoint_dir) / (latest_filename or "checkpoint")
    try:
        text = file.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        raise _damaged(file) from None
    fields, at = {}, 0
    while at < len(text.rstrip()):
        found = _FIELD.match(text, at)
        if not found:
            raise _damaged(file)
        name, double, single, bare = found.groups()
        value = bare if bare is not None else _unescaped(double if double is not None else single)
        fields.setdefault(name, []).append(value)
        at = found.end()
    if "model_checkpoint_path" not in fields:
        raise _damaged(file)

    def full(path):
        return os.path.join(checkpoint_dir, path)  # noqa: PTH118 - what stands before stays

    try:
        return CheckpointState(
            full(fields["model_checkpoint_path"][-1]),
            [full(path) for path in fields.get("all_model_checkpoint_paths", ())],
            [float(time) for time in fields.get("all_model_checkpoint_timestamps", ())],
            float(fields.get("last_preserved_timestamp", [0])[-1]),
        )
    except ValueError:
        raise _damaged(file) from None


@public("train.latest_checkpoint")
def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The last checkpoint of a folder.

    Where its files are gone, it is the last one that is there, with a warning.

    Args:
        checkpoint_dir: path of the folder.
        latest_filename: str, name of the file that says it, by default `checkpoint`.

    Returns:
        str, the path without the files' endings; None if there is none.

    Raises:
        DataLossError: if the file `checkpoint` cannot be understood.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    latest = state.model_checkpoint_path
    if tensor_bundle.exists(latest):
        return latest
    there = [p for p in reversed(state.all_model_checkpoint_paths) if tensor_bundle.exists(p)]
    instead = f"The one before is used, {there[0]}" if there else "There is no other"
    warnings.warn(f"The last checkpoint, {latest}, has no files. {instead}.", stacklevel=2)
    return there[0] if there else None


@public("train.checkpoint_exists")
def checkpoint_exists(checkpoint_prefix):
    """Whether there is a checkpoint.

    Args:
        checkpoint_prefix: path without the files' endings.
    """
    return tensor_bundle.exists(checkpoint_prefix)


@public("compat.v1.train.get_checkpoint_mtimes")
def get_checkpoint_mtimes(checkpoint_prefixes):
    """When checkpoints were written.

    Args:
        checkpoint_prefixes: list of paths without the files' endings.

    Returns:
        list of float, in seconds since 1970; those that are not there are left out.
    """
    times = map(time_of, checkpoint_prefixes)
    return [at for at in times if at is not None]


def time_of(prefix):
    """When a checkpoint was written, in seconds since 1970; None if it is not there."""
    try:
        return Path(f"{os.fspath(prefix)}.index").stat().st_mtime
    except (FileNotFoundError, NotADirectoryError):
        return None


@public("compat.v1.train.remove_checkpoint")
def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=2, meta_graph_suffix="meta"):
    """Remove a checkpoint's files. The folder's file `checkpoint` stays as it is.

    Args:
        checkpoint_prefix: path without the files' endings.
        checkpoint_format_version: must be 2, the format of TensorFlow 1 and 2.
        meta_graph_suffix: str, the ending of a graph that TensorFlow wrote beside it.
    """
    if checkpoint_format_version != 2:
        raise errors.unsupported(
            f"Version {checkpoint_format_version} of the format of checkpoints", "Use 2."
        )
    graph = Path(f"{os.fspath(checkpoint_prefix)}.{meta_graph_suffix}")
    for file in (*tensor_bundle.files(checkpoint_prefix), graph):
        file.unlink(missing_ok=True)


@public("compat.v1.train.generate_checkpoint_state_proto")
def generate_checkpoint_state_proto(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """What a file `checkpoint` is to say.

    Args:
        save_dir: path of the folder.
        model_checkpoint_path: path of the last checkpoint.
        all_model_checkpoint_paths: list of the paths of all, the oldest first.
        all_model_checkpoint_timestamps: list of float, when they were saved.
        last_preserved_timestamp: float, the time of the last one that is kept for good.

    Returns:
        A CheckpointState. If the folder's path is relative, the others are seen from there.

    Raises:
        ValueError: for another number of times than of paths.
    """
    state = _state_of(
        model_checkpoint_path,
        all_model_checkpoint_paths,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )

    def seen(path):
        both = not Path(save_dir).is_absolute() and not Path(path).is_absolute()
        return os.path.relpath(path, save_dir) if both else path

    state.model_checkpoint_path = seen(state.model_checkpoint_path)
    state.all_model_checkpoint_paths = list(map(seen, state.all_model_checkpoint_paths))
    return state


@public("compat.v1.train.update_checkpoint_state")
def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """Write a folder's file `checkpoint`.

    Args:
        save_dir: path of the folder.
        model_checkpoint_path: path of the last checkpoint.
        all_model_checkpoint_paths: list of the paths of all, the oldest first.
        latest_filename: str, the file's name, by default `checkpoint`.
        all_model_checkpoint_timestamps: list of float, when they were saved.
        last_preserved_timestamp: float, the time of the last one that is kept for good.

    Raises:
        ValueError: for another number of times than of paths.
        OSError: if the file cannot be written.
    """
    state = _state_of(
        model_checkpoint_path,
        all_model_checkpoint_paths,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )
    write(save_dir, state, latest_filename, relative=False)


def _state_of(last, listed, times, last_preserved):
    paths, times = [os.fspath(path) for path in listed or ()], list(times or ())
    if not paths or paths[-1] != os.fspath(last):
        paths.append(os.fspath(last))
    if times and len(times) != len(paths):
        raise errors.invalid(
            "all_model_checkpoint_timestamps",
            got=f"{len(times)} times",
            expected=f"one for each of the {len(paths)} paths",
        )
    return CheckpointState(os.fspath(last), paths, times, float(last_preserved or 0))


def _quoted(folder, relative, path):
    """A path, seen from the folder if it lies there, as the text form has it."""
    path = Path(path)
    if not relative:
        path = path.absolute()
    elif path.parent == folder or path.parent.absolute() == folder.absolute():
        path = path.name
    elif not path.is_absolute() and not folder.is_absolute():
        path = os.path.relpath(path, folder)
    text = str(path)
    for letter, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(letter, escape)
    return f'"{text}"'


def _unescaped(text):
    def replaced(match):
        sixteen, eight, letter = match.groups()
        if letter is not None:
            return _LETTERS.get(letter, letter)
        return bytes([int(sixteen, 16) if sixteen else int(eight, 8) & 255])

    return _ESCAPE.sub(replaced, text.encode()).decode("utf-8", "surrogateescape")


def _damaged(file):
    return DataLossError(
        message=f"{file} cannot be understood. Remove it, and name the checkpoint by its path."
    )
