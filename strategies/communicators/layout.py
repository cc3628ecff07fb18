"""What a buffer holds, and where in a block of memory each part of it lies. Arithmetic only: no
rank is asked anything here.
"""

from dataclasses import dataclass

import numpy as np

_KINDS = ("sum", "scatter", "gather")
# Every slice of a sum begins at a multiple of so many elements.
_UNIT = 16
_ALIGNMENT_BYTES = 64


@dataclass(frozen=True)
class Segment:
    """One array of a buffer.

    Args:
        kind: "sum" is added over the ranks, "gather" is collected by rank. "scatter" is added too,
            but each rank needs only its slice of the sum.
        dtype: a NumPy dtype, or what makes one. float16 and bfloat16 are added as float32 and
            rounded once.
        count: how many elements each rank contributes; 0 is allowed.
    """

    kind: str
    dtype: np.dtype
    count: int

    def __post_init__(self):
        dtype = np.dtype(self.dtype)
        if self.kind not in _KINDS:
            raise ValueError(f"A segment's kind must be one of {_KINDS}, not {self.kind!r}.")
        if self.count < 0:
            raise ValueError(f"A segment's count must not be negative, but is {self.count}.")
        if dtype.hasobject or (self.kind != "gather" and not _can_be_added(dtype)):
            raise TypeError(f"A segment of kind {self.kind!r} cannot hold {dtype}.")
        object.__setattr__(self, "dtype", dtype)
        object.__setattr__(self, "count", int(self.count))

    def __str__(self):
        return f"{self.kind} of {self.count} {self.dtype}"


Layout = tuple[Segment, ...]


def _can_be_added(dtype):
    return dtype.kind in "iufc" or dtype.name == "bfloat16"


def dtype_of_sum(dtype):
    """The dtype in which numbers of `dtype` are added."""
    return np.dtype(np.float32) if dtype.name in ("float16", "bfloat16") else dtype


@dataclass
class Arena:
    """All sums of one kind and dtype, one after another, so that they are added in one go.

    Attributes:
        kind: "sum" or "scatter".
        dtype: of the elements.
        start: where it begins in the block, in bytes.
        count: how many elements it has, a multiple of `unit`; what lies between segments is 0.
        unit: slices begin at multiples of so many elements.
    """

    kind: str
    dtype: np.dtype
    start: int
    count: int
    unit: int

    def slice(self, part, parts):
        """`(start, stop)` in elements of one of `parts` parts; those beyond them are empty."""
        units = self.count // self.unit
        part = min(part, parts)
        return units * part // parts * self.unit, units * min(part + 1, parts) // parts * self.unit

    def of(self, block):
        """The arena in a block of bytes."""
        return block[self.start : self.start + self.count * self.dtype.itemsize].view(self.dtype)


class Placement:
    """Where in a block the segments of a layout lie: sums by kind and dtype, then what is gathered.

    Attributes:
        arenas: list of Arena.
        size_bytes: of the block.
    """

    def __init__(self, layout):
        self.layout = layout
        self.arenas = []
        self._starts = [0] * len(layout)
        self._arena_of = [None] * len(layout)
        end = 0
        for kind, dtype in dict.fromkeys((s.kind, s.dtype) for s in layout if s.kind != "gather"):
            # Sizes of numbers are powers of two, so the greater of both is a multiple of both.
            unit_bytes = max(_UNIT * dtype.itemsize, _ALIGNMENT_BYTES)
            arena = Arena(kind, dtype, end, 0, unit_bytes // dtype.itemsize)
            for i, segment in enumerate(layout):
                if (segment.kind, segment.dtype) == (kind, dtype):
                    self._starts[i], self._arena_of[i] = end, arena
                    end += _round_up(segment.count * dtype.itemsize, unit_bytes)
            arena.count = (end - arena.start) // dtype.itemsize
            self.arenas.append(arena)
        for i, segment in enumerate(layout):
            if segment.kind == "gather":
                self._starts[i] = end
                end += _round_up(segment.count * segment.dtype.itemsize, _ALIGNMENT_BYTES)
        self.size_bytes = end

    def views(self, block):
        """The segments in a block of bytes: list of arrays (count,)."""
        return [
            block[start : start + segment.count * segment.dtype.itemsize].view(segment.dtype)
            for start, segment in zip(self._starts, self.layout, strict=True)
        ]

    def slice_of(self, i, part, parts):
        """`(start, stop)`, in elements of segment `i`, of what lies in a slice of its arena."""
        arena, count = self._arena_of[i], self.layout[i].count
        if arena is None:
            raise ValueError(f"Segment {i} is gathered: it has no slices.")
        first = (self._starts[i] - arena.start) // arena.dtype.itemsize
        start, stop = (min(max(end - first, 0), count) for end in arena.slice(part, parts))
        return start, stop


def _round_up(number, multiple):
    return -(-number // multiple) * multiple


def aligned_zeros(size_bytes):
    """Private memory: uint8 zeros that begin at a multiple of 64 bytes."""
    memory = np.zeros(size_bytes + _ALIGNMENT_BYTES, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT_BYTES
    return memory[start : start + size_bytes]
