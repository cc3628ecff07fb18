"""One training at a time in a model_dir: while there is one, it holds a lock on a file there.

The system takes the lock from a process that has ended, however it ended.
"""

import contextlib
import errno
import fcntl
import os
import socket
import threading
from pathlib import Path

FILE = ".training"
_held_here, _mutex = set(), threading.Lock()  # a process's own locks do not stop it


@contextlib.contextmanager
def only_training(folder, strategy):
    """A `with` block in which no other job trains in the folder; of several ranks the chief holds
    it for all.

    Args:
        folder: path of the model_dir, which is made if it is not there.
        strategy: the Strategy whose ranks train together.

    Raises:
        RuntimeError: if another job trains there, or this process itself.
    """
    file = holder = None
    if strategy.cluster.is_chief:
        with _mutex:
            file, holder = _locked(Path(folder))
    holder = strategy.bcast(holder)
    if holder is not None:
        raise RuntimeError(
            f"model_dir {str(folder)!r} is used by another training, of {holder}: both would write "
            "checkpoints over one another's. Wait until it has ended, or give each Estimator a "
            "model_dir of its own."
        )
    try:
        yield
    finally:
        if file is not None:
            Path(file.name).unlink(missing_ok=True)
            file.close()
            _held_here.discard(file.name)


def _locked(folder):
    """The open file that is locked now, and None; or None, and who has locked it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.resolve() / FILE
    if str(path) in _held_here:
        return None, "this process itself"
    while True:
        file = path.open("a+")
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                with file:
                    file.seek(0)
                    return None, file.read() or "another process"
            # Else the file system has no locks, and nobody is refused.
        if _is_at(file, path):
            break
        file.close()  # which another training removed meanwhile
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}")
    file.flush()
    _held_here.add(file.name)
    return file, None


def _is_at(file, path):
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
