"""Sizes that are not known before a graph runs, as nodes that compute them; and constants that
depend on them.
"""

import numpy as np

from estikeras.engine.dtypes import DType, from_numpy
from estikeras.export.saved_model.pairing import Size, is_known, sized


class Known:
    """Where sizes that are not known can be read: the axes of tensors that are written already.

    Args:
        emission: an Emission.
    """

    def __init__(self, emission):
        self._emission = emission
        self._places, self._scalars = {}, {}

    def note(self, value):
        """Remember the sizes of a Value."""
        for axis, size in enumerate(value.shape):
            if not is_known(size):
                self._places.setdefault(size, (value, axis))

    def all(self):
        """The Sizes that can be read."""
        return list(self._places)

    def scalar(self, size):
        """A Size as an int32 scalar."""
        found = self._scalars.get(size)
        if found is None:
            found = self._scalars[size] = self._compute(size)
        return found

    def _compute(self, size):
        if size in self._places:
            return self._read(*self._places[size])
        for known in self._places:
            how = _multiple(size, known)
            if how is not None:
                op, number = how
                number = self._emission.constant(number, "int32")
                return self._emission.op(op, self.scalar(known), number, of_shape=())
        for known in self._places:
            for other in self._places:
                if size == known * other:
                    return self._emission.op(
                        "Mul", self.scalar(known), self.scalar(other), of_shape=()
                    )
        for known in self._places:
            how = _linear(size, known)
            if how is not None:
                factor, rest = (self._emission.constant(number, "int32") for number in how)
                product = self._emission.op("Mul", self.scalar(known), factor)
                return self._emission.op("AddV2", product, rest, of_shape=())
        raise self._emission.unsupported(
            f"a size that was {size.first} and {size.second} for batches of two sizes, which no "
            "product and no sum of other sizes is",
        )

    def _read(self, value, axis):
        emission = self._emission
        shape = emission.op("Shape", value, gives="int32")
        begin, end, step = (emission.constant(np.array([n], np.int32)) for n in (axis, axis + 1, 1))
        return emission.op(
            "StridedSlice", shape, begin, end, step,
            Index=DType("int32"), shrink_axis_mask=1, of_shape=(),
        )  # fmt: skip


def _multiple(size, known):
    """The operation and the number that give a size from another, or None."""
    factor = size.first // known.first
    if factor and known * factor == size:
        return "Mul", factor
    divisor = known.first // size.first if size.first else 0
    if divisor and size * divisor == known:
        return "FloorDiv", divisor
    return None


def _linear(size, known):
    """The factor and the number to add that give a size from another, or None."""
    factor, rest = divmod(size.second - size.first, known.second - known.first)
    return None if rest or not factor else (factor, size.first - factor * known.first)


def constant(emission, known, first, second):
    """A Value of a constant that was `first` in one trace and `second` in the other.

    Raises:
        NotImplementedError: if it is not clear how it depends on sizes.
    """
    shape = tuple(map(sized, first.shape, second.shape))
    if not shape:
        return _number(emission, known, first, second)
    if first.dtype != object and first.ndim == 1 and _is_range(first) and _is_range(second):
        limits = [emission.scalar(size) for size in (0, shape[0], 1)]
        values = emission.op("Range", *limits, T=None, Tidx=DType("int32"), of_shape=shape)
        return emission.cast(values, from_numpy(first.dtype))
    # What is the same all along an axis whose size differs is stretched.
    one = np.s_[tuple(np.s_[:1] if not is_known(size) else np.s_[:] for size in shape)]
    if first.size and second.size and np.array_equal(first[one], second[one]):
        row = first[one]
        if np.all(first == row) and np.all(second == row):
            return emission.op(
                "BroadcastTo", emission.constant(row), emission.vector(shape), of_shape=shape
            )
    raise emission.unsupported(f"a constant of the shape {shape}, which depends on the batch")


def _is_range(array):
    return np.array_equal(array, np.arange(len(array)))


def _number(emission, known, first, second):
    """A scalar that is a size, or a number divided by one or multiplied by one."""
    a, b, dtype = first.item(), second.item(), from_numpy(first.dtype)
    if float(a).is_integer() and float(b).is_integer():
        return emission.cast(emission.scalar(Size(int(a), int(b))), dtype)
    for size in known.all():
        divided, multiplied = (a * size.first, b * size.second), (a / size.first, b / size.second)
        for op, (one, other) in (("RealDiv", divided), ("Mul", multiplied)):
            if np.isclose(one, other, rtol=1e-6, atol=0):
                number = emission.constant(np.array(_round(one)), dtype)
                return emission.op(op, number, emission.cast(emission.scalar(size), dtype))
    raise emission.unsupported(f"the number {a}, which was {b} for a batch of another size")


def _round(number):
    """A number, whole if it is nearly so."""
    return round(number) if abs(number - round(number)) < 1e-6 * abs(number) else number
