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
        for size in value.shape:
            if not is_known(size):
                self._places.setdefault(size, value)

    def all(self):
        """The Sizes that can be read."""
        return list(self._places)

    def scalar(self, size, near=()):
        """A Size as an int32 scalar.

        Args:
            size: a Size.
            near: Values of which one may have it, from which it is read then.
        """
        source = next((value for value in near if size in value.shape), None)
        key = size if source is None else (source.ref, size)
        found = self._scalars.get(key)
        if found is None:
            found = self._compute(size) if source is None else self._read(source, size)
            self._scalars[key] = found
        return found

    def _compute(self, size):
        if size in self._places:
            return self._read(self._places[size], size)
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

    def _read(self, value, size):
        emission, axis = self._emission, value.shape.index(size)
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

    It may hold one number, numbers that rise in equal steps along an axis, two numbers on both
    sides of a diagonal; and be stretched along axes.

    Raises:
        NotImplementedError: if it is not clear how it depends on sizes.
    """
    shape = tuple(map(sized, first.shape, second.shape))
    if not shape:
        return _number(emission, known, first, second)
    parts = [_varying(array) for array in (first, second)]
    small = tuple(map(sized, *(part.shape for part in parts)))
    axes = [axis for axis, size in enumerate(small) if not is_known(size)]
    value = None
    if not axes and np.array_equal(*parts):
        value = emission.constant(parts[0])
    elif len(axes) == 1:
        value = _progression(emission, known, *parts, small)
    elif len(axes) == 2:
        value = _triangle(emission, *parts, small, axes)
    if value is None:
        raise emission.unsupported(f"a constant of the shape {shape}, which depends on the batch")
    if small == shape:
        return value
    return emission.op("BroadcastTo", value, emission.vector(shape), of_shape=shape)


def _varying(array):
    """An array with one entry in place of equal ones along an axis."""
    for axis in range(array.ndim):
        one = array.take([0], axis) if array.shape[axis] else array
        if array.shape[axis] and np.all(array == one):
            array = one
    return array


def _range(emission, size):
    limits = (emission.scalar(n) for n in (0, size, 1))
    return emission.op("Range", *limits, T=None, Tidx=DType("int32"), of_shape=(size,))


def _progression(emission, known, first, second, shape):
    """Numbers that rise or fall in equal steps along one axis, which is not known; or None."""
    arrays = first.reshape(-1), second.reshape(-1)
    one_axis = first.size == max(first.shape) and min(first.size, second.size) > 1
    if not one_axis or first.dtype.kind not in "iuf":
        return None
    starts = [array[0] for array in arrays]
    # From the ends: steps of floats are rounded.
    steps = [(x[-1] - x[0]) / x.dtype.type(len(x) - 1) for x in arrays]
    for array, start, step in zip(arrays, starts, steps, strict=True):
        if not np.allclose(start + step * np.arange(len(array)), array, rtol=1e-5, atol=1e-7):
            return None
    dtype = from_numpy(first.dtype)
    numbers = emission.cast(_range(emission, max(shape, key=lambda n: not is_known(n))), dtype)
    for op, pair, nothing in (("Mul", steps, 1), ("AddV2", starts, 0)):
        one, other = (array.astype(first.dtype) for array in map(np.asarray, pair))
        if np.isclose(one, other, rtol=1e-6, atol=0):
            number = emission.constant(one)
        else:
            number = _number(emission, known, one, other)
        if not np.array_equal([one, other], [nothing, nothing]):
            numbers = emission.op(op, numbers, number)
    return emission.reshape(numbers, shape)


def _triangle(emission, first, second, shape, axes):
    """Two numbers on both sides of a diagonal of two axes that are not known; or None."""
    found = []
    if first.dtype == object:
        return None
    for array in (first, second):
        rows = array.reshape([array.shape[axis] for axis in axes])
        differences = np.arange(rows.shape[1]) - np.arange(rows.shape[0])[:, None]
        below, above = rows[-1, 0], rows[0, -1]
        is_below = rows == below
        limit = differences[is_below].max()
        if not np.array_equal(np.where(differences <= limit, below, above), rows):
            return None
        found.append((below, above, limit))
    if first.size != first.shape[axes[0]] * first.shape[axes[1]] or found[0] != found[1]:
        return None
    below, above, limit = found[0]
    rows, columns = (_range(emission, shape[axis]) for axis in axes)
    rows = emission.op("ExpandDims", rows, emission.constant(1, "int32"))
    differences = emission.op("Sub", columns, rows)
    where = emission.op("LessEqual", differences, emission.constant(limit, "int32"), gives="bool")
    dtype = DType(from_numpy(first.dtype))
    numbers = emission.op(
        "SelectV2", where, emission.constant(below), emission.constant(above), gives=str(dtype),
        T=dtype,
    )  # fmt: skip
    return emission.reshape(numbers, shape)


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
