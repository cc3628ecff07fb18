"""Maximum and average pooling over channels-last arrays of ranks 1 and 2, with gradients.

The `geometry` is that of `estikeras.kernels.geometry`. Every loop walks output positions and,
innermost, channels, so it vectorises. Threads divide the rows of the output, in gradients the
images, which no two threads share.
"""

import math

from estikeras.kernels.abi import inline, kernel, loop, native, real
from estikeras.kernels.geometry import Shape


def _first_tap(at, step, low):
    """Where the window begins inside of the input: (position of its first element, first element
    inside).
    """
    start = at * step - low
    return start, max(0, -start)


first_tap = inline(_first_tap)


@loop(split="rows")
def maximum(
    x: "real[all_rows, width, channels]", y: "real[rows, out_width, channels]",
    geometry: "words[13]", rows, all_rows, width, out_width, channels, first,
):  # fmt: skip
    """Set y = the largest of each window; a not-a-number wins."""
    height, out_height, window_y, window_x = geometry[0], geometry[3], geometry[5], geometry[6]
    for r in range(rows):
        image, row = (first + r) // out_height, (first + r) % out_height
        top, i0 = first_tap(row, geometry[7], geometry[9])
        for column in range(out_width):
            left, j0 = first_tap(column, geometry[8], geometry[10])
            target, source = y[r, column], x[image * height + top + i0, left + j0]
            for c in range(channels):
                target[c] = source[c]
            for i in range(i0, min(window_y, height - top)):
                for j in range(j0, min(window_x, width - left)):
                    source = x[image * height + top + i, left + j]
                    for c in range(channels):
                        target[c] = native.maximum(target[c], source[c])


@loop(split="images")
def maximum_gradient(
    x: "real[images, height, width, channels]", y: "real[images, out_height, out_width, channels]",
    g: "real[images, out_height, out_width, channels]", dx: "real[images, height, width, channels]",
    left_over: "real[team, channels]", geometry: "words[13]",
    images, height, width, out_height, out_width, channels, team, thread,
):  # fmt: skip
    """Set dx = g at the first maximum of each window; `left_over` is what it still has to give."""
    window_y, window_x, rest = geometry[5], geometry[6], left_over[thread]
    for image in range(images):
        for row in range(height):
            for column in range(width):
                target = dx[image, row, column]
                for c in range(channels):
                    target[c] = real(0)
        for row in range(out_height):
            top, i0 = first_tap(row, geometry[7], geometry[9])
            for column in range(out_width):
                left, j0 = first_tap(column, geometry[8], geometry[10])
                sent, best = g[image, row, column], y[image, row, column]
                for c in range(channels):
                    rest[c] = sent[c]
                for i in range(i0, min(window_y, height - top)):
                    for j in range(j0, min(window_x, width - left)):
                        source, target = x[image, top + i, left + j], dx[image, top + i, left + j]
                        for c in range(channels):
                            hit = source[c] == best[c]
                            target[c] += rest[c] if hit else real(0)
                            rest[c] = real(0) if hit else rest[c]


@loop(split="rows")
def average(
    x: "real[all_rows, width, channels]", y: "real[rows, out_width, channels]",
    geometry: "words[13]", rows, all_rows, width, out_width, channels, first,
):  # fmt: skip
    """Set y = the mean of each window without its padding."""
    height, out_height, window_y, window_x = geometry[0], geometry[3], geometry[5], geometry[6]
    for r in range(rows):
        image, row = (first + r) // out_height, (first + r) % out_height
        top, i0 = first_tap(row, geometry[7], geometry[9])
        i1 = min(window_y, height - top)
        for column in range(out_width):
            left, j0 = first_tap(column, geometry[8], geometry[10])
            j1, target = min(window_x, width - left), y[r, column]
            for c in range(channels):
                target[c] = real(0)
            for i in range(i0, i1):
                for j in range(j0, j1):
                    source = x[image * height + top + i, left + j]
                    for c in range(channels):
                        target[c] += source[c]
            share = real(1) / real((i1 - i0) * (j1 - j0))
            for c in range(channels):
                target[c] *= share


@loop(split="images")
def average_gradient(
    g: "real[images, out_height, out_width, channels]", dx: "real[images, height, width, channels]",
    geometry: "words[13]", images, height, width, out_height, out_width, channels,
):  # fmt: skip
    """Set dx = the sum, over the windows an element lies in, of g / their sizes."""
    window_y, window_x = geometry[5], geometry[6]
    for image in range(images):
        for row in range(height):
            for column in range(width):
                target = dx[image, row, column]
                for c in range(channels):
                    target[c] = real(0)
        for row in range(out_height):
            top, i0 = first_tap(row, geometry[7], geometry[9])
            i1 = min(window_y, height - top)
            for column in range(out_width):
                left, j0 = first_tap(column, geometry[8], geometry[10])
                j1, sent = min(window_x, width - left), g[image, row, column]
                share = real(1) / real((i1 - i0) * (j1 - j0))
                for i in range(i0, i1):
                    for j in range(j0, j1):
                        target = dx[image, top + i, left + j]
                        for c in range(channels):
                            target[c] += sent[c] * share


def _shape(job, x, y):
    """The geometry of pooling x to y; both are shapes."""
    params = job.params
    job.require(3 <= len(x) <= 4 and 0 not in x and 0 not in y)
    return Shape(x, params["size"], y, params)


def _forward(name, loop):
    @kernel(name)
    def planner(job):
        shape = _shape(job, job.inputs[0].shape, job.outputs[0].shape)
        rows, all_rows = shape.images * shape.out_size[0], shape.images * shape.size[0]
        sizes = rows, all_rows, shape.size[1], shape.out_size[1], shape.channels
        work = math.prod(job.inputs[0].shape)
        job.call(loop, job.input(0), job.output(0), shape.geometry, *sizes, work=work)

    return planner


_forward("pool.max_pool", maximum)
_forward("pool.average_pool", average)


@kernel("pool.max_pool_gradient")
def max_pool_gradient(job):
    """Inputs x, y and g."""
    shape = _shape(job, job.inputs[0].shape, job.inputs[1].shape)
    arrays = [job.input(i) for i in range(3)]
    rest = job.scratch(job.threads * shape.channels, arrays[0].dtype)
    sizes = shape.images, *shape.size, *shape.out_size, shape.channels, job.threads
    work = 2 * math.prod(job.inputs[0].shape)
    job.call(maximum_gradient, *arrays, job.output(0), rest, shape.geometry, *sizes, work=work)


@kernel("pool.average_pool_gradient")
def average_pool_gradient(job):
    """Input g."""
    shape = _shape(job, job.outputs[0].shape, job.inputs[0].shape)
    sizes = shape.images, *shape.size, *shape.out_size, shape.channels
    work = math.prod(job.outputs[0].shape)
    job.call(average_gradient, job.input(0), job.output(0), shape.geometry, *sizes, work=work)
