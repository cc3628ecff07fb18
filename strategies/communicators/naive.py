"""The executable specification of all communicators: everything is pickled to everybody, and NumPy
adds it up. It must not know of anything that makes that fast.
"""

import numpy as np

from strategies.communicators.base import Buffer, Communicator
from strategies.communicators.layout import aligned_zeros, dtype_of_sum


class Naive(Communicator):
    """Sends all to all; for tests."""

    name = "naive"

    def __init__(self, cluster, compression=None):
        if compression is not None:
            raise ValueError(
                "The communicator 'naive' has no compression; take 'flat' or 'shared'."
            )
        super().__init__(cluster)

    def _make_buffer(self, placement, number):
        return NaiveBuffer(self, placement, number, aligned_zeros(placement.size_bytes))


class NaiveBuffer(Buffer):
    """The Buffer of Naive."""

    def _move(self):
        mine = self.contributions
        ranks = self.communicator.mpi.allgather(mine) if self.communicator.size > 1 else [mine]
        by_segment = zip(self.layout, self.results, zip(*ranks, strict=True), strict=True)
        for i, (segment, result, parts) in enumerate(by_segment):
            if segment.kind == "gather":
                result[...] = np.stack(parts)
                continue
            total = parts[0].astype(dtype_of_sum(segment.dtype))
            for part in parts[1:]:
                total += part.astype(total.dtype)
            result[...] = total if segment.kind == "sum" else total[slice(*self.slice_of(i))]
