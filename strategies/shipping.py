"""Brings a function to ranks, and what it returns or raises back: by files of one folder.

Functions travel by value (cloudpickle), so that those of a notebook do. A large array is a file of
its own, which all ranks map: it is in memory once.
"""

import io
import itertools
import pickle
import sys
from pathlib import Path

import cloudpickle
import numpy as np

from strategies import guard
from strategies.errors import RemoteError

_FILE_FROM_BYTES = 1 << 20


def write_job(folder, function, args, kwargs):
    """Write what the ranks shall call."""
    _write(Path(folder, "job"), sys.path, (function, args, kwargs))


def run(folder, rank):
    """Call, in a rank, what `write_job` wrote, and write what it returns or raises."""
    outcome = Path(folder, f"outcome{rank}")
    outcome.unlink(missing_ok=True)  # of an earlier attempt
    with Path(folder, "job").open("rb") as file:
        # Before the function is looked for.
        sys.path[:] = pickle.load(file)
        function, args, kwargs = pickle.load(file)
    try:
        _write(outcome, (function(*args, **kwargs), None, None))
    except BaseException as error:
        _write(outcome, (None, _portable(error), guard.traceback_text(error)))
        raise


def results(folder, size):
    """What the ranks returned: a list by rank.

    Raises:
        Exception: that of the first rank that raised one, with its traceback there as the cause.
    """
    outcomes = [_read(Path(folder, f"outcome{rank}")) for rank in range(size)]
    for rank, outcome in enumerate(outcomes):
        if outcome is None or outcome[2] is None:
            continue
        _, pickled, text = outcome
        remote = RemoteError(f"rank {rank} failed:\n\n{text.rstrip()}")
        error = pickled and pickle.loads(pickled)
        if error is None:
            raise remote
        raise error from remote
    return [outcome and outcome[0] for outcome in outcomes]


def _portable(error):
    """The bytes of an exception; None if it cannot be brought to another process."""
    if not isinstance(error, Exception):
        return None
    try:
        data = cloudpickle.dumps(error)
        pickle.loads(data)
    except Exception:  # noqa: BLE001 - whatever a foreign class does when it is copied
        return None
    return data


class _Pickler(cloudpickle.Pickler):
    """Leaves large arrays beside the file that it writes."""

    def __init__(self, file, path, mode):
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._names = (f"{path}-{number}.npy" for number in itertools.count())
        self._mode = mode

    def reducer_override(self, value):
        if (
            type(value) is np.ndarray
            and value.nbytes >= _FILE_FROM_BYTES
            # Others, such as bfloat16, are unknown to the file format.
            and value.dtype.isbuiltin == 1
            and not value.dtype.hasobject
        ):
            name = next(self._names)
            np.save(name, value)
            return _load_array, (name, self._mode)
        return super().reducer_override(value)


def _load_array(name, mode):
    # Mapped copy-on-write: shared by the ranks until one of them writes.
    return np.load(name, mmap_mode=mode).view(np.ndarray)


def _write(path, *values):
    """Write beside and rename: a file that is there is whole."""
    buffer = io.BytesIO()
    mode = "c" if path.name == "job" else None
    for value in values:
        _Pickler(buffer, path, mode).dump(value)
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(buffer.getbuffer())
    beside.replace(path)


def _read(path):
    """What was written, or None where a rank did not get so far."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return pickle.load(file)
