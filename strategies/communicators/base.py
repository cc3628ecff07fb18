"""The contract that all communicators keep. Every collective begins with one small all-reduce, the
meeting: it carries the tail and says what each rank is about to do, so that ranks which run
different programs get an error instead of wrong sums or a hang. This module must not know how
large arrays travel.
"""

import os
import time
import weakref
import zlib
from collections import Counter

import numpy as np

from strategies import errors
from strategies.communicators.layout import Layout, Placement, Segment
from strategies.status import current

__all__ = ["TAIL", "Buffer", "Communicator", "Layout", "Segment"]

TAIL = 8
# Waiting for others: some looks at full speed, then so long with others let in between, then so
# long with short sleeps, then with long ones.
_LOOKS, _YIELD_S, _SHORT_SLEEPS_S = 20, 1e-3, 0.1
_SHORT_SLEEP_S, _LONG_SLEEP_S = 5e-5, 1e-3
# No MPI counts further than 2**31 in one call.
_MOST_BYTES = 1 << 30
_SAME_PROGRAM = "All ranks must run the same program: a collective is called by all or by none."


class Communicator:
    """The ranks of a cluster, as seen by what they exchange.

    Every method is a collective: all ranks call it, in the same order, and it blocks until it is
    done. A rank that calls another one raises DisagreementError on all ranks; one that calls none
    lets the others wait.

    Args:
        cluster: the Cluster whose ranks exchange.
        compression: None or "bf16".

    Attributes:
        name: by which `create` finds it.
        rank, size: of the cluster.
        shares_memory: whether `shared_array` can be called.
        lane, lanes: the number of this rank's slice of a sum, and how many slices there are: the
            size of the smallest machine.
    """

    name = ""
    shares_memory = False

    def __init__(self, cluster, compression=None):
        self.cluster, self.compression = cluster, compression
        self.rank, self.size = cluster.rank, cluster.size
        self.lane, self.lanes = cluster.local_rank, min(Counter(cluster.hosts).values())
        self.mpi = cluster.communicator
        self._sent, self._received = np.zeros(TAIL + 4), np.zeros(TAIL + 4)
        self._buffers = weakref.WeakSet()
        self._number_of_buffers = 0
        self._failed = None

    def allgather(self, value, name="allgather"):
        """What every rank gave: list by rank. For small things: they are pickled.

        Args:
            value: what this rank gives.
            name: what they are gathered for, as the error and the status of the rank say it.
        """
        return self._collective(name, lambda: self.mpi.allgather(value), [value])

    def bcast(self, value, root=0):
        """What the rank `root` gave. For small things: they are pickled."""
        return self._collective(f"bcast from {root}", lambda: self.mpi.bcast(value, root), value)

    def bcast_array(self, array, root=0):
        """Make an array equal on all ranks, in place.

        Args:
            array: an array of the same shape and dtype on every rank.
            root: the rank whose array all others get.
        """
        what = f"bcast_array from {root} of {array.dtype} {array.shape}"
        self._collective(what, lambda: self._bcast_bytes(array, root), None)

    def barrier(self, name="barrier"):
        """Wait until all ranks are here.

        Args:
            name: what they wait for, as the error and the status of the rank say it.
        """
        self._collective(name, lambda: None, None)

    def agree(self, what, value, hint=None):
        """Raise DisagreementError on every rank unless all ranks gave an equal value.

        Args:
            what: what the value is, such as "the number of variables".
            value: something small that can be pickled and compared.
            hint: what to do about a difference, or None.
        """
        doing = f"agree about {what}"
        values = self._collective(doing, lambda: self.mpi.allgather(value), [value])
        if any(other != values[0] for other in values):
            raise errors.disagreement(what, values, hint)

    def buffer(self, layout):
        """A Buffer for a layout that is the same on all ranks.

        Args:
            layout: iterable of Segment.

        Raises:
            DisagreementError: if the ranks have different layouts; it names the first difference.
        """
        layout = tuple(layout)
        layouts = self.allgather(layout, "make a buffer")
        if any(other != layout for other in layouts):
            raise _different_segment(layouts)
        self._number_of_buffers += 1
        buffer = self._make_buffer(Placement(layout), self._number_of_buffers)
        self._buffers.add(buffer)
        return buffer

    def shared_array(self, size_bytes):
        """Memory of which the ranks of a machine have one copy: array (size_bytes,) uint8 of zeros.

        Raises:
            DistributionError: on all ranks, if one of them has not enough shared memory, or this
                communicator shares none.
        """
        raise errors.DistributionError(f"The communicator {self.name!r} shares no memory.")

    def close(self):
        """Give back the memory of all buffers. This is no collective."""
        for buffer in list(self._buffers):
            buffer.close()

    def _make_buffer(self, placement, number):
        raise NotImplementedError(f"{type(self).__name__} must define `_make_buffer`.")

    def step_failed(self, error):
        """Note that a step failed on this rank, maybe before its collectives. The next collective
        is an error on all ranks, unless the step failed alike on all of them.

        Args:
            error: the exception.
        """
        self._failed = f"a step that failed with {type(error).__name__}: {error}"

    def meet(self, meeting, sent, received):
        """Wait for all ranks, add their tails, and see that all do the same.

        Args:
            meeting: the Meeting that this rank comes to.
            sent: array (TAIL + 4,) float64: this rank's tail, and room for the meeting's words.
            received: array (TAIL + 4,) float64 that gets the sums.
        """
        if self._failed is not None:
            meeting = Meeting(f"{meeting.what} after {self._failed}", self.size)
            self._failed = None
        sent[TAIL:] = meeting.words
        if self.size == 1:
            received[:] = sent
            return
        # Not a blocking all-reduce, which costs 1 us less: this is where a rank waits for others.
        # So it can sleep in a long wait, and signals are handled.
        _wait(self.mpi.Iallreduce(sent, received))
        if received[TAIL:].tobytes() != meeting.expected:
            raise errors.disagreement(
                "what to do next", self.mpi.allgather(meeting.what), _SAME_PROGRAM
            )

    def _collective(self, what, exchange, alone):
        """Meet and then exchange; `alone` is the result of one rank."""
        current.enter(what)
        try:
            self.meet(Meeting(what, self.size), self._sent, self._received)
            return exchange() if self.size > 1 else alone
        finally:
            current.leave()

    def _bcast_bytes(self, array, root):
        packed = np.ascontiguousarray(array)
        data = packed.reshape(-1).view(np.uint8)
        for start in range(0, data.size, _MOST_BYTES):
            self.mpi.Bcast(data[start : start + _MOST_BYTES], root)
        if not np.may_share_memory(packed, array) and self.rank != root:
            array[...] = packed


class Meeting:
    """What ranks meet for, as numbers whose sums tell whether all ranks have the same.

    The sums of x and of x * x over n ranks are n * mine and n * mine * mine only if all x are mine,
    and if they are not, no rank sees that they are: so all of them raise, or none.

    Args:
        what: in words.
        size: number of ranks.
    """

    def __init__(self, what, size):
        self.what = what
        number = zlib.crc32(what.encode())
        # 16 bits each: their squares are summed exactly by 2**21 ranks.
        low, high = number & 0xFFFF, number >> 16
        self.words = np.array([low, low * low, high, high * high], np.float64)
        self.expected = (size * self.words).tobytes()


class Buffer:
    """Arrays that the ranks exchange again and again, in one go.

    Attributes:
        layout: tuple of Segment.
        contributions: list of arrays (count,), one for each segment: the caller writes there what
            this rank has. Zeros at first.
        results: list of arrays: for "sum" the contribution itself, which becomes the sum; for
            "scatter" this rank's slice of the contribution; for "gather" an array (size, count), by
            rank.
        tail: array (TAIL,) float64 that the caller writes.
        agreed: array (TAIL,) float64: the sum of all tails, after an exchange.
    """

    def __init__(self, communicator, placement, number, block):
        self.communicator, self.layout, self._placement = communicator, placement.layout, placement
        self._sent, self._received = np.zeros(TAIL + 4), np.zeros(TAIL + 4)
        self.tail, self.agreed = self._sent[:TAIL], self._received[:TAIL]
        self.contributions = placement.views(block)
        self.results = [self._result_of(i) for i in range(len(self.layout))]
        self._meeting = Meeting(f"exchange of buffer {number}", communicator.size)

    def _result_of(self, i):
        segment, contribution = self.layout[i], self.contributions[i]
        if segment.kind == "gather":
            return np.zeros((self.communicator.size, segment.count), segment.dtype)
        return contribution if segment.kind == "sum" else contribution[slice(*self.slice_of(i))]

    def exchange(self, contribute=True):
        """Sum and gather the contributions of all ranks, and sum their tails. A collective.

        Args:
            contribute: False for a rank without data: its segments count as zeros. Its tail counts
                all the same.
        """
        current.enter(self._meeting.what)
        try:
            if not contribute:
                for contribution in self.contributions:
                    contribution.fill(0)
            self.communicator.meet(self._meeting, self._sent, self._received)
            # Sums that are no longer finite are a matter of those who look at them.
            with np.errstate(over="ignore", invalid="ignore"):
                self._move()
        finally:
            current.leave()

    def slice_of(self, i):
        """`(start, stop)` of this rank's slice of summed segment `i`, in elements.

        The slices of the ranks of one machine tile the segment; they begin at multiples of 16.
        """
        return self._placement.slice_of(i, self.communicator.lane, self.communicator.lanes)

    def close(self):
        """Give back the memory, which nobody may use any more. This is no collective."""
        self.contributions, self.results = [], []

    def _move(self):
        """Sum and gather; all ranks are here."""
        raise NotImplementedError(f"{type(self).__name__} must define `_move`.")


def _wait(request):
    """Wait for an MPI request, which is mostly soon done.

    Where there are more ranks than cores, the others need this one's core. Measured with MPICH, 4
    ranks on 2 cores: 8 ms an exchange without yielding, 0.1 ms with it.
    """
    done = request.Test
    for _ in range(_LOOKS):
        if done():
            return
    start = time.monotonic()
    while not done():
        waited = time.monotonic() - start
        if waited < _YIELD_S:
            os.sched_yield()
        else:
            time.sleep(_SHORT_SLEEP_S if waited < _SHORT_SLEEPS_S else _LONG_SLEEP_S)


def _different_segment(layouts):
    """The DisagreementError about the first segment that is not the same on all ranks."""
    longest = max(len(layout) for layout in layouts)
    for i in range(longest):
        found = [str(layout[i]) if i < len(layout) else "none" for layout in layouts]
        if len(set(found)) > 1:
            return errors.disagreement(f"segment {i} of a buffer", found)
    return errors.disagreement("the layout of a buffer", layouts)
