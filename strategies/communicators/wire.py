"""All-reduces an array over the ranks of an MPI communicator: as it is, or as bfloat16 numbers that
are added in float32. It must not know whether those ranks are a machine's or the world's.
"""

import numpy as np

# Fits into a core's cache several times.
BLOCK_BYTES = 128 * 1024
# No MPI counts further than 2**31 in one call.
_MOST_ELEMENTS = 1 << 28


def reducer(mpi, array, compression=None):
    """A function without arguments that sums `array` over the ranks, in place.

    Args:
        mpi: an mpi4py communicator.
        array: array (n,), of the same n and dtype on all ranks.
        compression: "bf16" for float32 numbers that lose all but 8 bits on the way.
    """
    if compression == "bf16":
        return Bfloat16Reducer(mpi, array)
    from mpi4py import MPI

    pieces = [array[i : i + _MOST_ELEMENTS] for i in range(0, array.size, _MOST_ELEMENTS)]

    def reduce():
        for piece in pieces:
            mpi.Allreduce(MPI.IN_PLACE, piece)

    return reduce


class Bfloat16Reducer:
    """Each rank gets one slice of all arrays, adds it in float32 and sends the sum to all.

    Contributions and sums are rounded once each, however many ranks there are; and since one rank
    alone computes a slice, all ranks get the same bits.
    """

    def __init__(self, mpi, array):
        self._mpi, self._array = mpi, array
        size, rank = mpi.Get_size(), mpi.Get_rank()
        length = -(-array.size // size)
        self._sent, self._received = (np.zeros((size, length), np.uint16) for _ in range(2))
        self._sum = np.zeros(length, np.float32)
        self._scratch = np.zeros(min(length, BLOCK_BYTES // 4), np.float32)
        self._mine = self._sent[rank]

    def __call__(self):
        """Sum the array over the ranks."""
        if not self._array.size:
            return
        from mpi4py import MPI

        n = self._array.size
        encode(self._array, self._sent.reshape(-1)[:n])
        self._mpi.Alltoall(self._sent, self._received)
        step = self._scratch.size
        for start in range(0, self._sum.size, step):
            total = self._sum[start : start + step]
            addend = self._scratch[: total.size]
            decode(self._received[0, start : start + step], total)
            for row in self._received[1:]:
                decode(row[start : start + step], addend)
                np.add(total, addend, out=total)
        encode(self._sum, self._mine)
        self._mpi.Allgather(MPI.IN_PLACE, self._sent)
        everything = self._sent.reshape(-1)[:n]
        for start in range(0, n, step):
            decode(everything[start : start + step], self._array[start : start + step])


def encode(numbers, out):
    """Round float32 numbers to bfloat16, half to even. Both (n,); out is uint16, the bits."""
    step = BLOCK_BYTES // 4
    bits = np.empty(min(step, numbers.size), np.uint32)
    for start in range(0, numbers.size, step):
        block = numbers[start : start + step]
        rounded = bits[: block.size]
        raw = block.view(np.uint32)
        np.right_shift(raw, 16, out=rounded)
        np.bitwise_and(rounded, 1, out=rounded)
        np.add(rounded, 0x7FFF, out=rounded)
        np.add(rounded, raw, out=rounded)
        np.right_shift(rounded, 16, out=rounded)
        out[start : start + step] = rounded
        # Rounding carries a NaN's bits over into another number.
        if np.isnan(block.max()):
            out[start : start + step][np.isnan(block)] = 0x7FC0


def decode(bits, out):
    """Widen bfloat16 bits (uint16) to float32 numbers. Both (n,)."""
    wide = out.view(np.uint32)
    wide[...] = bits
    np.left_shift(wide, 16, out=wide)
