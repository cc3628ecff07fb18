"""Passes on what a launcher prints, but keeps back what it says itself of ranks that ended: the
monitor says it better. No option of Open MPI or MPICH does that.

Knows no ranks and no monitor. Only the launchers' messages about ranks are known here, so that
others, about unknown hosts or missing programs, are printed.
"""

import re

_RULE = re.compile(rb"(-{50,}|={50,})\n")
_TOOLS = (b"prterun", b"mpirun", b"mpiexec", b"orterun")
# How the line after the rule begins: Open MPI's (also of version 4), then MPICH's and Intel's.
_BEGINNINGS = (
    *(tool + b" noticed that process rank" for tool in _TOOLS),
    *(tool + b" detected that one or more processes exited" for tool in _TOOLS),
    *(tool + b" has exited due to process rank" for tool in _TOOLS),
    b"Primary job  terminated normally, but",
    b"=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES",
)
# What MPICH says below its second rule.
_ENDINGS = (
    b"YOUR APPLICATION TERMINATED WITH THE EXIT STRING",
    b"This typically refers to a problem with your application",
    b"Please see the FAQ page for debugging suggestions",
)
_SIGNAL = re.compile(rb"signal (\d+)")


class LauncherOutput:
    """A stream of bytes in whichever pieces they come; lines that have no end yet are not held up.

    Args:
        write: a function that prints bytes.
    """

    def __init__(self, write):
        self._write = write
        self._line = b""  # what came of a line that may belong to a message
        self._message = []  # lines of a message that is not at its end
        self._kept = []
        self._at_begin = True  # of a line
        self._follows = False  # whether the last thing was a message

    def feed(self, data):
        """Take what the launcher printed."""
        *lines, rest = (self._line + data).split(b"\n")
        self._line = b""
        for line in lines:
            self._take(line + b"\n")
        if not self._at_begin or not self._may_belong(rest):
            self._pass(rest)
        else:
            self._line = rest

    def finish(self, show):
        """The stream is at its end.

        Args:
            show: whether to print now what was kept.
        """
        kept = b"".join(self._kept) if show else b""
        self._write_some(kept + b"".join(self._message) + self._line)
        self._line, self._message = b"", []

    def signal(self):
        """The number of the signal that ended a rank, as far as the launcher told."""
        told = _SIGNAL.search(b"".join(self._kept))
        return told and int(told[1])

    def _take(self, line):
        if len(self._message) == 1 and not line.startswith(_BEGINNINGS):
            self._pass(b"")
        if self._message:
            self._message.append(line)
            if _RULE.fullmatch(line):
                self._kept += self._message
                self._message, self._follows = [], True
        elif self._at_begin and _RULE.fullmatch(line):
            self._message = [line]
        elif self._follows and line.startswith(_ENDINGS):
            self._kept.append(line)
        else:
            self._pass(line)

    def _may_belong(self, begun):
        """Whether a line that begins so may be one of a message."""
        if len(self._message) > 1 or not begun:
            return True
        wanted = [b"-" * len(begun), b"=" * len(begun)]
        if self._message:
            wanted += _BEGINNINGS
        elif self._follows:
            wanted += _ENDINGS
        return any(text.startswith(begun) or begun.startswith(text) for text in wanted)

    def _pass(self, text):
        """Print a text, and before it what turned out to be no message."""
        text = b"".join(self._message) + text
        self._message = []
        if text:
            self._at_begin, self._follows = text.endswith(b"\n"), False
            self._write_some(text)

    def _write_some(self, text):
        if text:
            self._write(text)
