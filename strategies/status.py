"""What this rank is doing: written by the thread that trains, read by the guard that reports it.

Writing is four attributes, so that it costs nothing in a step.
"""

import time


class Status:
    """The state of one rank.

    Attributes:
        step: how many training steps it has done.
        collective: how many collectives it has entered.
        inside: name of the collective that it is in now, or None.
        since: `time.monotonic()` when it entered or left the last one, in seconds.
    """

    __slots__ = ("collective", "inside", "since", "step")

    def __init__(self):
        self.step, self.collective, self.inside, self.since = 0, 0, None, time.monotonic()

    def enter(self, name):
        """Begin a collective."""
        self.collective += 1
        self.since = time.monotonic()
        self.inside = name

    def leave(self):
        """A collective is done."""
        self.inside = None
        self.since = time.monotonic()


current = Status()
