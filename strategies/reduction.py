"""The one collective of a step: sums of arrays over the replicas, and beside them what each rank
tells about the data that it has.

Arrays lie in one arena for each set of shapes, so that a training loop can write its gradients
where they are reduced.
"""

import itertools
import math

import numpy as np

from strategies import errors
from strategies.communicators.base import TAIL, Segment
from strategies.communicators.layout import Placement

ROWS, SQUARES = 0, 1  # places in the tail: the rows of the next batch, and their square


class Reduction:
    """Sums over the replicas of a strategy.

    Args:
        communicator: the Communicator of the replicas.

    Attributes:
        size: number of replicas.
        contributes: whether what this rank brings counts; a rank without data sets it to False.
        announced: float64 (8,), what this rank tells the others with the next collective.
        agreed: float64 (8,), the sum of what all ranks told with the last one.
        count: how many collectives there were.
    """

    def __init__(self, communicator):
        self.communicator, self.size = communicator, communicator.size
        self.contributes = True
        self.announced, self.agreed = np.zeros(TAIL), np.zeros(TAIL)
        self.count = 0
        self._arenas = {}

    def __repr__(self):
        return f"<{type(self).__name__} over {self.size} replicas>"

    def arena(self, specs, number=0):
        """The Arena for arrays of these kinds, shapes and dtypes.

        All ranks ask for the same arenas in the same order: the first time, they make it together.

        Args:
            specs: tuple of ("sum", "scatter" or "gather", shape, NumPy dtype).
            number: tells apart arenas of equal specs that hold values at the same time.
        """
        specs = tuple((kind, tuple(shape), np.dtype(dtype)) for kind, shape, dtype in specs)
        key = (specs, number)
        if key not in self._arenas:
            self._compare(specs)
            self._arenas[key] = Arena(self, specs)
        return self._arenas[key]

    def _compare(self, specs):
        """DisagreementError unless all ranks ask for the same arena; segments know no shapes."""
        own = [(kind, shape, str(dtype)) for kind, shape, dtype in specs]
        of_ranks = self.communicator.allgather(own, "compare arrays to exchange")
        for number, arrays in enumerate(itertools.zip_longest(*of_ranks)):
            if any(array != arrays[0] for array in arrays):
                raise errors.disagreement(f"array {number} of those to exchange", arrays)

    def exchange(self, arrays, kinds):
        """Each array's sum over the replicas, this rank's piece of the sum, or all replicas' arrays
        one after the other: new arrays.

        Args:
            arrays: list of NumPy arrays; all ranks give equal shapes and dtypes.
            kinds: for each "sum", "scatter" or "gather".
        """
        specs = [(kind, a.shape, a.dtype) for kind, a in zip(kinds, arrays, strict=True)]
        arena = self.arena(specs)
        for view, array in zip(arena.views, arrays, strict=True):
            view[...] = array
        arena.exchange()
        return [result.copy() for result in arena.results]

    def spans(self, specs):
        """Which piece of each of some arrays that are exchanged together by "scatter" is this
        rank's: list of `(start, stop)`, in elements of the flattened array.

        Args:
            specs: list of (shape, NumPy dtype).
        """
        layout = tuple(Segment("scatter", dtype, math.prod(shape)) for shape, dtype in specs)
        placement, own = Placement(layout), (self.communicator.lane, self.communicator.lanes)
        return [placement.slice_of(i, *own) for i in range(len(layout))]

    def sums(self, arrays):
        """The sum of each array over the replicas: new arrays."""
        return self.exchange(arrays, ("sum",) * len(arrays))

    def tell(self):
        """Exchange what is announced, and no array; gives `agreed`."""
        self.arena(()).exchange()
        return self.agreed


class Arena:
    """Memory for arrays that are exchanged together.

    Args:
        reduction: the Reduction that it belongs to.
        specs: tuple of (kind, shape, NumPy dtype).

    Attributes:
        views: for each spec the array for this rank's part.
        results: for each spec the array in which the sum appears (that is the view itself), this
            rank's piece of it, or the gathered parts.
    """

    def __init__(self, reduction, specs):
        self._reduction = reduction
        segments = [Segment(kind, dtype, math.prod(shape)) for kind, shape, dtype in specs]
        buffer = self._buffer = reduction.communicator.buffer(segments)
        self.views, self.results = [], []
        for (kind, shape, _), part, come in zip(
            specs, buffer.contributions, buffer.results, strict=True
        ):
            view = part.reshape(shape)
            self.views.append(view)
            if kind == "gather":
                come = come.reshape(reduction.size * shape[0], *shape[1:])
            self.results.append(view if kind == "sum" else come)

    def exchange(self):
        """The collective: sums in place, gathered parts in the results, the announcements."""
        reduction, buffer = self._reduction, self._buffer
        buffer.tail[:] = reduction.announced
        buffer.exchange(reduction.contributes)
        reduction.agreed[:] = buffer.agreed
        reduction.count += 1
