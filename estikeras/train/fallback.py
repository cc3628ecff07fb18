"""The last checkpoint of a folder that can be read: a run that was killed goes on from it."""

import warnings
from pathlib import Path

from estikeras.op_errors import DataLossError, NotFoundError
from estikeras.train import state
from estikeras.train.reader import CheckpointReader


def restorable_checkpoint(checkpoint_dir, latest_filename=None):
    """The last checkpoint of a folder whose files are there and undamaged.

    Where that is not the last one that the folder's file `checkpoint` lists, a warning says so.
    Where that file is damaged, the newest files count. Where it is missing, there is no checkpoint,
    as in the reference; files that look as if there were are named in a warning.

    Args:
        checkpoint_dir: path of the folder.
        latest_filename: str, name of the file that lists checkpoints, by default `checkpoint`.

    Returns:
        str, the path without the files' endings; None if the folder has no checkpoint yet.

    Raises:
        DataLossError: if there are checkpoints, and none of them can be read.
    """
    reasons, found = [], None
    try:
        found = state.get_checkpoint_state(checkpoint_dir, latest_filename)
    except DataLossError as error:
        reasons.append(error.message)
        candidates = _by_time(checkpoint_dir)
    else:
        if found is None:
            _warn_of_unlisted(checkpoint_dir, latest_filename)
            return None
        listed = [found.model_checkpoint_path, *reversed(found.all_model_checkpoint_paths)]
        candidates = list(dict.fromkeys(listed))
    for path in candidates:
        reason = why_unreadable(path)
        if reason is None:
            if reasons:
                warnings.warn(
                    f"{' '.join(reasons)} The checkpoint before is used, {path}.", stacklevel=2
                )
            return path
        reasons.append(f"The checkpoint {path} cannot be read: {reason}")
        if found is not None and _has_changed(found, checkpoint_dir, latest_filename):
            # A training beside has saved another one and removed this one.
            return restorable_checkpoint(checkpoint_dir, latest_filename)
    raise DataLossError(
        message=f"{' '.join(reasons)} There is no other checkpoint in {checkpoint_dir}. To begin "
        "anew, use another folder or remove these files."
    )


def _has_changed(found, checkpoint_dir, latest_filename):
    """Whether a folder lists other checkpoints than it did."""
    try:
        return state.get_checkpoint_state(checkpoint_dir, latest_filename) not in (None, found)
    except DataLossError:
        return False


def why_unreadable(prefix):
    """What is wrong with a checkpoint, all of which is read for it; None if nothing is.

    Args:
        prefix: path without the files' endings.
    """
    try:
        CheckpointReader(prefix).check()
    except (NotFoundError, DataLossError) as error:
        return error.message
    return None


def _by_time(folder):
    """The paths of the checkpoints whose files are in a folder, the newest first."""
    files = sorted(Path(folder).glob("*.index"), key=lambda file: file.stat().st_mtime)
    return [str(file.with_suffix("")) for file in reversed(files)]


def _warn_of_unlisted(folder, latest_filename):
    if there := _by_time(folder):
        name = latest_filename or "checkpoint"
        warnings.warn(
            f"{folder} has checkpoints, the newest is {there[0]}, and no file {name!r} that lists "
            "them, so that none is used. To go on from one, restore the file: one line "
            f'`model_checkpoint_path: "{Path(there[0]).name}"` is enough.',
            stacklevel=3,
        )
