"""What this rank is doing: written by the thread that trains, read by the guard that reports it.

Writing is a few attributes, so that it costs nothing in a step.
"""

import time


class Status:
    """The state of one rank.

    Attributes:
        step: how many training steps (updates of a model) it has done.
        collective: how many collectives it has entered.
        inside: name of the collective that it is in now, or None.
        since: `time.monotonic()` when it entered or left the last one, in seconds.
        at_first_step: a function to call when the first step is done, or None.
    """

    __slots__ = ("_step", "at_first_step", "collective", "inside", "since")

    def __init__(self):
        self._step, self.collective, self.inside, self.since = 0, 0, None, time.monotonic()
        self.at_first_step = None

    @property
    def step(self):
        return self._step

    @step.setter
    def step(self, step):
        first = step > 0 and self._step == 0
        self._step = step
        if first and self.at_first_step is not None:
            self.at_first_step()

    def count_step(self):
        """A training step is done."""
        self.step += 1

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
