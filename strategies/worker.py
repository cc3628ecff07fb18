"""What each rank of a supervised job runs: joins the job, then becomes the user's program.

    python worker.py train.py ...        python worker.py -m package.train ...
    python worker.py --job FOLDER        a function that `strategies.launch` wrote there

It is started by its path, so that no file of the working folder can take its place.
"""

import sys

if __name__ == "__main__":
    sys.path[0] = __file__.rpartition("/strategies/")[0]

import atexit
import io
import os
import runpy
from pathlib import Path

from strategies import cluster, guard, shipping, supervisor


def main(words):
    """Run the program of the command line as a rank."""
    columns = int(os.environ.pop(supervisor.TERMINAL))
    world = cluster.world()
    if world.rank > 0:
        sys.stdout, sys.stderr = (_marked(stream, f"[{world.rank}] ") for stream in (1, 2))
    else:
        sys.stdout = _chiefs_output(columns)
    guard.hide_frames(__file__, runpy.__file__, "<frozen runpy>", shipping.__file__)
    try:
        if words[0] == "--job":
            shipping.run(words[1], world.rank)
        elif words[0] == "-m":
            sys.argv = words[1:]
            sys.path[0] = str(Path.cwd())
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            sys.argv = words
            sys.path[0] = str(Path(words[0]).resolve().parent)
            runpy.run_path(words[0], run_name="__main__")
    except SystemExit as error:
        guard.leave_status(_exit_status(error.code), error)
        raise
    guard.leave_status(0)


def _exit_status(code):
    """The status with which Python ends after `sys.exit(code)`."""
    if code is None:
        return 0
    # Of a number, the system keeps eight bits.
    return code & 0xFF if isinstance(code, int) else 1


class _MarkedLines(io.RawIOBase):
    """A file whose lines begin with a mark; each is written in one piece."""

    def __init__(self, descriptor, mark):
        self._descriptor, self._mark, self._begun = descriptor, mark.encode(), b""

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def write(self, data):
        *lines, self._begun = (self._begun + bytes(data)).split(b"\n")
        text = b"".join(self._mark + line + b"\n" for line in lines)
        while text:
            text = text[os.write(self._descriptor, text) :]
        return len(data)

    def finish(self):
        """Write a last line that has no end."""
        if self._begun:
            self.write(b"\n")


def _marked(descriptor, mark):
    """A text stream to a file descriptor, with a mark before each line."""
    lines = _MarkedLines(descriptor, mark)
    atexit.register(lines.finish)
    errors = "backslashreplace" if descriptor == 2 else None
    return io.TextIOWrapper(lines, errors=errors, write_through=True)


def _chiefs_output(columns):
    """Standard output that says whether a terminal shows it, and not what the launcher reads it by:
    Open MPI's pretends to be a terminal, MPICH's is a pipe.
    """
    if columns:
        os.environ.setdefault("COLUMNS", str(columns))
    file = io.BufferedWriter(io.FileIO(1, "w", closefd=False))
    stream = _Output(file, line_buffering=True)
    stream.on_terminal = columns > 0
    return stream


class _Output(io.TextIOWrapper):
    on_terminal = False

    def isatty(self):
        return self.on_terminal


if __name__ == "__main__":
    main(sys.argv[1:])
