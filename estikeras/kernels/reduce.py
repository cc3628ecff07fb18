"""Sums, means, products and extremes over any one block of neighbouring axes, or over two; places
of extremes.

An array is seen as (outer, count, inner): the middle is reduced. Long sums run over a fixed number
of pieces, so that the result does not depend on the number of threads.
"""

import math

from estikeras.kernels.abi import inline, itemsize, kernel, loop, native, real

PIECES = 32  # of a long reduction; many enough for any team, few enough to combine at once


def _add(a, b):
    return a + b


def _multiply(a, b):
    return a * b


def _maximum(a, b):
    return native.maximum(a, b)


def _minimum(a, b):
    return native.minimum(a, b)


combine, start = inline(_add), 0.0


@loop(split="outer")
def rows(x: "real[outer, count]", y: "real[outer]", factor: "float", outer, count):
    """y[i] = factor * combination of row i. Threads divide the rows."""
    for i in range(outer):
        total = real(start)
        for k in range(count):
            total = combine(total, x[i, k])
        y[i] = total * real(factor)


@loop(split="inner", grain=16)
def columns(
    x: "real[outer, count, width]", y: "real[all]", factor: "float", outer, count, inner, first,
    width, all,
):  # fmt: skip
    """y[i, j] = factor * combination over k of x[i, k, j]. Threads divide the columns."""
    for i in range(outer):
        target = y[i * width + first : i * width + first + inner]
        for j in range(inner):
            target[j] = real(start)
        for k in range(count):
            source = x[i, k, first : first + inner]
            for j in range(inner):
                target[j] = combine(target[j], source[j])
        for j in range(inner):
            target[j] = target[j] * real(factor)


@loop(split="outer")
def blocks(
    x: "real[outer, count, inner]", y: "real[outer, inner]", factor: "float", outer, count, inner,
):  # fmt: skip
    """y[i, j] = factor * combination over k of x[i, k, j]. Threads divide the blocks."""
    for i in range(outer):
        for j in range(inner):
            y[i, j] = real(start)
        for k in range(count):
            for j in range(inner):
                y[i, j] = combine(y[i, j], x[i, k, j])
        for j in range(inner):
            y[i, j] = y[i, j] * real(factor)


@loop(split="pieces")
def pieces_of_columns(
    x: "real[count, inner]", y: "real[pieces, inner]", count, inner, pieces, first, whole,
):  # fmt: skip
    """y[p] = combination over the rows of piece p of x, four at a time.

    Threads divide the pieces.
    """
    for p in range(pieces):
        low, high = count * (first + p) // whole, count * (first + p + 1) // whole
        for j in range(inner):
            y[p, j] = real(start)
        k = low
        while k + 4 <= high:
            for j in range(inner):
                pair = combine(combine(x[k, j], x[k + 1, j]), combine(x[k + 2, j], x[k + 3, j]))
                y[p, j] = combine(y[p, j], pair)
            k += 4
        while k < high:
            for j in range(inner):
                y[p, j] = combine(y[p, j], x[k, j])
            k += 1


@loop(split="pieces")
def pieces_of_row(x: "real[count]", y: "real[pieces]", count, pieces, first, whole):
    """y[p] = combination over piece p of x. Threads divide the pieces."""
    for p in range(pieces):
        low, high = count * (first + p) // whole, count * (first + p + 1) // whole
        part = x[low:high]
        total = real(start)
        for k in range(high - low):
            total = combine(total, part[k])
        y[p] = total


def _variants(name, function, value):
    given = {"combine": inline(function), "start": value}
    loops = rows, columns, blocks, pieces_of_columns, pieces_of_row
    return {each.name.partition(".")[2]: each.variant(name, **given) for each in loops}


LOOPS = {
    "sum": _variants("sum", _add, 0.0),
    "prod": _variants("prod", _multiply, 1.0),
    "max": _variants("max", _maximum, -math.inf),
    "min": _variants("min", _minimum, math.inf),
}


def groups(shape, axes):
    """The shape as runs of neighbouring axes, [size, reduced] each, without axes of size 1."""
    runs = []
    for axis, size in enumerate(shape):
        reduced = axis in axes
        if size == 1:
            continue
        if runs and runs[-1][1] == reduced:
            runs[-1][0] *= size
        else:
            runs.append([size, reduced])
    return runs


def reduction(job, kind, x, y, shape, axes, factor=1.0):
    """Add the calls that reduce `axes` of `x` into `y`: `kind` is "sum", "prod", "max" or "min"."""
    runs = groups(shape, axes)
    sizes = [size for size, _ in runs]
    if len(runs) > 3 or (len(runs) == 3 and runs[0][1]):
        # several blocks of axes: the last one first
        last = len(runs) - 1 if runs[-1][1] else len(runs) - 2
        outer, inner = math.prod(sizes[:last]), math.prod(sizes[last + 1 :])
        part = job.scratch(outer * inner, x.dtype)
        _simple(job, kind, x, part, outer, sizes[last], inner, 1.0)
        rest = tuple(i for i in range(last) if runs[i][1])
        reduction(job, kind, part, y, [*sizes[:last], *sizes[last + 1 :]], rest, factor)
        return
    outer = sizes.pop(0) if runs and not runs[0][1] else 1
    count = sizes.pop(0) if sizes else 1
    inner = sizes.pop(0) if sizes else 1
    _simple(job, kind, x, y, outer, count, inner, factor)


def _simple(job, kind, x, y, outer, count, inner, factor):
    """Reduce the middle of (outer, count, inner)."""
    loops, work = LOOPS[kind], outer * count * inner
    if outer == 1 and count >= 4 * PIECES and work >= 1 << 15:
        part = job.scratch(PIECES * inner, x.dtype)
        if inner == 1:
            job.call(loops["pieces_of_row"], x, part, count, PIECES, PIECES, work=work)
        else:
            job.call(loops["pieces_of_columns"], x, part, count, inner, PIECES, PIECES, work=work)
        x, count = part, PIECES
    sizes = outer, count, inner
    if inner == 1:
        job.call(loops["rows"], x, y, factor, outer, count, work=outer * count)
    elif outer >= 8:
        job.call(loops["blocks"], x, y, factor, *sizes, work=outer * count * inner)
    else:
        job.call(
            loops["columns"], x, y, factor, *sizes, inner, outer * inner, work=outer * count * inner
        )


def _reduce(name, kind):
    @kernel(name)
    def planner(job):
        shape, axes = job.inputs[0].shape, job.params["axes"]
        job.require(job.inputs[0].dtype == job.outputs[0].dtype and 0 not in shape)
        count = math.prod(shape[axis] for axis in axes)
        factor = 1.0 / count if name == "reduce.mean" else 1.0
        reduction(job, kind, job.input(0), job.output(0), shape, tuple(axes), factor)

    return planner


_reduce("reduce.sum", "sum")
_reduce("reduce.mean", "sum")
_reduce("reduce.prod", "prod")
_reduce("reduce.max", "max")
_reduce("reduce.min", "min")


def _beats_maximum(a, best):
    return a > best or a != a


def _beats_minimum(a, best):
    return a < best or a != a


beats = inline(_beats_maximum)


@loop(split="outer")
def place_in_rows(x: "real[outer, count]", y: "int32[outer]", outer, count):
    """y[i] = the first place of the extreme of row i; a not-a-number is extreme.

    Threads divide the rows.
    """
    for i in range(outer):
        best, place = x[i, 0], 0
        for k in range(1, count):
            if best == best and beats(x[i, k], best):
                best, place = x[i, k], k
        y[i] = place


def _argument(name, function):
    rows_loop = place_in_rows.variant(name, beats=inline(function))

    @kernel(name)
    def planner(job):
        shape, axis = job.inputs[0].shape, job.params["axis"]
        job.require(
            axis == len(shape) - 1 and shape[-1] > 0 and itemsize(job.outputs[0].dtype) == 4
        )
        outer, count = math.prod(shape[:-1]), shape[-1]
        job.call(rows_loop, job.input(0), job.output(0), outer, count, work=2 * outer * count)

    return planner


_argument("reduce.argmax", _beats_maximum)
_argument("reduce.argmin", _beats_minimum)
