"""Slices of an array by computed indices, and the sum that puts them back. An index out of range is
reported.

An array is seen as (outer, size, inner); indices choose along `size`. A bad index gives zeros, or
adds nothing.
"""

import math

from estikeras.kernels.abi import item, kernel, loop, real, report


@loop(split="rows")
def take_rows(
    x: "item[outer * size, inner]", indices: "index[count]", y: "item[rows, inner]",
    which, outer, size, inner, count, rows, first, error,
):  # fmt: skip
    """y[o * count + i] = x[o * size + indices[i]]. Threads divide the rows of y."""
    for r in range(rows):
        block, i = (first + r) // count, (first + r) % count
        k = indices[i]
        if k < 0 or k >= size:
            report(error, k, size, which)
            for j in range(inner):
                y[r, j] = item(0)
        else:
            source = x[block * size + k]
            for j in range(inner):
                y[r, j] = source[j]


@loop(split="rows")
def add_rows(
    g: "real[outer * count, inner]", indices: "index[count]", y: "real[rows, inner]",
    which, outer, size, inner, count, rows, first, error,
):  # fmt: skip
    """y[o * size + k] = the sum of g[o * count + i] over all i with indices[i] = k.

    Threads divide the rows of y; each reads all indices, so that sums have one order whatever the
    team.
    """
    for r in range(rows):
        for j in range(inner):
            y[r, j] = real(0)
    if rows == 0:
        return
    for block in range(first // size, (first + rows - 1) // size + 1):
        base = block * size - first
        for i in range(count):
            k = indices[i]
            if k < 0 or k >= size:
                report(error, k, size, which)
            elif 0 <= base + k < rows:
                target, source = y[base + k], g[block * count + i]
                for j in range(inner):
                    target[j] += source[j]


def _sizes(shape, axis, indices):
    """(outer, size, inner, count) for indices along one axis of a shape."""
    return math.prod(shape[:axis]), shape[axis], math.prod(shape[axis + 1 :]), math.prod(indices)


def taking(job, axis):
    """Add the call for inputs x and indices."""
    outer, size, inner, count = _sizes(job.inputs[0].shape, axis, job.inputs[1].shape)
    arrays = job.input(0), job.input(1), job.output(0)
    if outer * count * inner == 0:
        return
    rows = outer * count
    job.call(take_rows, *arrays, 1, outer, size, inner, count, rows, work=rows * (inner + 4))


def adding(job, axis, updates, indices):
    """Add the call for the inputs with these numbers."""
    shape = job.outputs[0].shape
    outer, size, inner, count = _sizes(shape, axis, job.inputs[indices].shape)
    if outer * size * inner == 0:
        job.require(count == 0)
        return
    arrays = job.input(updates), job.input(indices), job.output(0)
    work = outer * (size + count) * inner
    job.call(add_rows, *arrays, indices, outer, size, inner, count, outer * size, work=work)


@kernel("indexing.take")
def take(job):
    """Slices along `axis`."""
    taking(job, job.params["axis"])


@kernel("indexing.take_add")
def take_add(job):
    """Inputs updates and indices; slices added along `axis` of zeros."""
    adding(job, job.params["axis"], updates=0, indices=1)
