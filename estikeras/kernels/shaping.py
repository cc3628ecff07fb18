"""Copies between arrays by strides: transpose, broadcast, slice, place, pad, concatenate; and the
sum over a broadcast.

Every one is the same loop: a box of `RANK` sizes, walked with one stride per size in the source and
one in the target, counted in elements. Threads divide the rows of the box, which lie along its
innermost size.
"""

import math

import numpy as np

from estikeras.kernels.abi import item, kernel, loop
from estikeras.kernels.reduce import reduction

RANK = 6


@loop(split="rows")
def copy(
    x: "item[all_x]", y: "item[all_y]", work: "int64[threads_planned, 6]", box: "words[18]",
    start_x, start_y, rows, all_x, all_y, threads_planned, first, thread,
):  # fmt: skip
    """Set y = x over a box: sizes, strides in x, strides in y; `work` holds threads' positions."""
    at, size, step_x, step_y = work[thread], box[5], box[11], box[17]
    place_x, place_y, rest = start_x, start_y, first
    for axis in range(4, -1, -1):
        at[axis] = rest % box[axis]
        rest //= box[axis]
        place_x += at[axis] * box[6 + axis]
        place_y += at[axis] * box[12 + axis]
    for _ in range(rows):
        if step_y == 1 and step_x == 1:
            source, target = x[place_x : place_x + size], y[place_y : place_y + size]
            for j in range(size):
                target[j] = source[j]
        elif step_y == 1 and step_x == 0:
            value, target = x[place_x], y[place_y : place_y + size]
            for j in range(size):
                target[j] = value
        else:
            for j in range(size):
                y[place_y + j * step_y] = x[place_x + j * step_x]
        axis = 4
        while axis >= 0:
            at[axis] += 1
            place_x += box[6 + axis]
            place_y += box[12 + axis]
            if at[axis] < box[axis]:
                break
            place_x -= at[axis] * box[6 + axis]
            place_y -= at[axis] * box[12 + axis]
            at[axis] = 0
            axis -= 1


@loop(split="size", grain=64)
def fill(y: "item[size]", bits, size):
    """Set y = the element with these bits."""
    value = item(bits)
    for i in range(size):
        y[i] = value


def strides(shape):
    """Distances in elements between neighbours along each axis of a contiguous array."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def box_of(sizes, steps_x, steps_y):
    """The same walk with as few axes as possible: without size 1, neighbours that join as one."""
    runs = []
    for size, x, y in zip(sizes, steps_x, steps_y, strict=True):
        if size == 1:
            continue
        if runs and runs[-1][1] == size * x and runs[-1][2] == size * y:
            runs[-1] = [runs[-1][0] * size, x, y]
        else:
            runs.append([size, x, y])
    return runs or [[1, 1, 1]]


def copies(job, x, y, sizes, steps_x, steps_y, start_x=0, start_y=0, all_x=0, all_y=0):
    """Add a call that copies a box of `sizes`; x and y have strides and starts of their own."""
    if 0 in sizes:
        return
    runs = box_of(sizes, steps_x, steps_y)
    job.require(len(runs) <= RANK)
    runs = [[1, 0, 0]] * (RANK - len(runs)) + runs
    box = [run[column] for column in range(3) for run in runs]
    rows = math.prod(run[0] for run in runs[:-1])
    place = job.scratch(RANK * job.threads, "int64")
    job.call(
        copy,
        x,
        y,
        place,
        box,
        start_x,
        start_y,
        rows,
        all_x,
        all_y,
        job.threads,
        work=math.prod(sizes),
    )


@kernel("shaping.transpose")
def transpose(job):
    """Permute axes."""
    shape, target = job.inputs[0].shape, job.outputs[0].shape
    steps = strides(shape)
    steps_x, size = [steps[axis] for axis in job.params["axes"]], math.prod(shape)
    copies(
        job, job.input(0), job.output(0), target, steps_x, strides(target), all_x=size, all_y=size
    )


@kernel("shaping.broadcast_to")
def broadcast_to(job):
    """Repeat along axes of size 1, and along new leading ones."""
    shape, target = job.inputs[0].shape, job.outputs[0].shape
    steps = [0 if size == 1 else step for size, step in zip(shape, strides(shape), strict=True)]
    steps_x = [0] * (len(target) - len(shape)) + steps
    sizes = math.prod(shape), math.prod(target)
    copies(
        job,
        job.input(0),
        job.output(0),
        target,
        steps_x,
        strides(target),
        all_x=sizes[0],
        all_y=sizes[1],
    )


@kernel("shaping.slice")
def slice(job):
    """Every `steps`-th element from `starts`, `shape` of them."""
    shape, target = job.inputs[0].shape, job.outputs[0].shape
    steps = strides(shape)
    steps_x = [step * by for step, by in zip(steps, job.params["steps"], strict=True)]
    start = sum(step * at for step, at in zip(steps, job.params["starts"], strict=True))
    sizes = {"all_x": math.prod(shape), "all_y": math.prod(target)}
    copies(
        job, job.input(0), job.output(0), target, steps_x, strides(target), start_x=start, **sizes
    )


@kernel("shaping.place")
def place(job):
    """Zeros, with the input at the positions from which `slice` would take it."""
    shape, target = job.inputs[0].shape, job.outputs[0].shape
    steps = strides(target)
    steps_y = [step * by for step, by in zip(steps, job.params["steps"], strict=True)]
    start = sum(step * at for step, at in zip(steps, job.params["starts"], strict=True))
    sizes = {"all_x": math.prod(shape), "all_y": math.prod(target)}
    job.call(fill, job.output(0), 0, sizes["all_y"], work=sizes["all_y"] // 4)
    copies(job, job.input(0), job.output(0), shape, strides(shape), steps_y, start_y=start, **sizes)


@kernel("shaping.pad")
def pad(job):
    """The input with `value` around it."""
    shape, target, dtype = job.inputs[0].shape, job.outputs[0].shape, job.inputs[0].dtype
    steps, value = strides(target), job.params["value"]
    job.require(dtype != "bfloat16" or value == 0)
    start = sum(step * low for step, (low, _) in zip(steps, job.params["widths"], strict=True))
    sizes = {"all_x": math.prod(shape), "all_y": math.prod(target)}
    bits = 0 if dtype == "bfloat16" else _bits(value, dtype)
    job.call(fill, job.output(0), bits, sizes["all_y"], work=sizes["all_y"] // 4)
    copies(job, job.input(0), job.output(0), shape, strides(shape), steps, start_y=start, **sizes)


def _bits(value, dtype):
    """The element `value` of `dtype` as a signed number with its bits."""
    element = np.array(value).astype(dtype)
    return int(element.view(f"int{8 * element.itemsize}"))


@kernel("shaping.concatenate")
def concatenate(job):
    """The inputs one after another along `axis`."""
    target, axis = job.outputs[0].shape, job.params["axis"]
    steps, start = strides(target), 0
    for i, spec in enumerate(job.inputs):
        sizes = {"all_x": math.prod(spec.shape), "all_y": math.prod(target)}
        arrays = job.input(i), job.output(0)
        copies(job, *arrays, spec.shape, strides(spec.shape), steps, start_y=start, **sizes)
        start += steps[axis] * spec.shape[axis]


@kernel("shaping.sum_to")
def sum_to(job):
    """The sum that undoes a broadcast."""
    shape, kept = job.inputs[0].shape, job.outputs[0].shape
    job.require(0 not in shape)
    extra = len(shape) - len(kept)
    ones = (extra + i for i, size in enumerate(kept) if size == 1 and shape[extra + i] != 1)
    reduction(job, "sum", job.input(0), job.output(0), shape, (*range(extra), *ones))
