"""The event files of TensorFlow 1: one for a folder and process, in which summaries are appended.

A file is opened for each write, so that it is complete whenever somebody looks, and a process may
write into many. Knows bytes; `summary_values` makes them.
"""

import functools
import os
import socket
import time
from pathlib import Path

from estikeras.formats import protobuf, tfrecord

_STATUS = {"start": 1, "stop": 2, "checkpoint": 3}
_VERSION = "brain.Event:2"


class SummaryWriter:
    """Appends events to a file of its own in a folder, which is made with the first event.

    Args:
        folder: path.

    Attributes:
        folder: Path.
        path: Path of the file.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        stamp = f"{time.time_ns() / 1e9:.6f}"
        self.path = self.folder / (
            f"events.out.tfevents.{stamp}.{socket.gethostname()}.{os.getpid()}"
        )

    def add_summary(self, summary, global_step=None):
        """Write a summary.

        Args:
            summary: bytes, or a message with `SerializeToString`.
            global_step: int or None.
        """
        self._add(5, summary, global_step)

    def add_session_log(self, session_log, global_step=None):
        """Write what happened to a session.

        Args:
            session_log: bytes as `session_log` gives them, or a message with `SerializeToString`.
            global_step: int or None.
        """
        self._add(7, session_log, global_step)

    def flush(self):
        """Nothing waits to be written."""

    def close(self):
        """Nothing is open."""

    def _add(self, field, content, step):
        content = content if isinstance(content, bytes) else content.SerializeToString()
        step = None if step is None else int(step)
        events = [[(1, time.time()), (2, step), (field, content)]]
        try:
            file = self.path.open("ab")
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab")
        with file:
            if not file.tell():
                events.insert(0, [(1, time.time()), (3, _VERSION)])
            file.write(b"".join(tfrecord.frame(protobuf.encode(event)) for event in events))


def session_log(status, checkpoint_path=None):
    """The bytes of what happened to a session.

    Args:
        status: "start", after which TensorBoard forgets later steps of earlier runs; "stop", or
            "checkpoint".
        checkpoint_path: str, or None.
    """
    return protobuf.encode([(1, _STATUS[status]), (2, checkpoint_path)])


def writer_of(folder):
    """The SummaryWriter of this process for a folder: all that write there share one file."""
    return _kept(os.path.realpath(folder), os.getpid())


@functools.cache
def _kept(folder, process):
    return SummaryWriter(folder)
