"""Depthwise convolutions over channels-last arrays of ranks 1 and 2: every channel has windows of
its own.

Output channel c * multiplier + m sees input channel c. The `geometry` is that of
`estikeras.kernels.geometry`.
"""

import math

from estikeras.kernels.abi import inline, kernel, loop, real
from estikeras.kernels.geometry import Shape
from estikeras.kernels.reduce import reduction


def _add_product(y, x, w, channels, multiplier):
    """Add x * w to y, each element of x with `multiplier` neighbours of w."""
    if multiplier == 1:
        for c in range(channels):
            y[c] += x[c] * w[c]
    else:
        for c in range(channels):
            for m in range(multiplier):
                y[c * multiplier + m] += x[c] * w[c * multiplier + m]


def _add_inner(x, y, w, channels, multiplier):
    """X += y * w, summed over the neighbours that belong to each element of x."""
    if multiplier == 1:
        for c in range(channels):
            x[c] += y[c] * w[c]
    else:
        for c in range(channels):
            total = real(0)
            for m in range(multiplier):
                total += y[c * multiplier + m] * w[c * multiplier + m]
            x[c] += total


add_product, add_inner = inline(_add_product), inline(_add_inner)


@loop(split="rows")
def forward(
    x: "real[all_rows, width, channels]", weights: "real[taps, out]",
    y: "real[rows, out_width, out]", geometry: "words[13]", all_rows, width, channels, taps, out,
    out_width, multiplier, rows, first,
):  # fmt: skip
    """The convolution. Threads divide the rows of y."""
    height, out_height, window_y, window_x = geometry[0], geometry[3], geometry[5], geometry[6]
    for r in range(rows):
        image, row = (first + r) // out_height, (first + r) % out_height
        for column in range(out_width):
            target = y[r, column]
            for c in range(out):
                target[c] = real(0)
            for i in range(window_y):
                at_y = row * geometry[7] - geometry[9] + i * geometry[11]
                for j in range(window_x):
                    at_x = column * geometry[8] - geometry[10] + j * geometry[12]
                    if 0 <= at_y < height and 0 <= at_x < width:
                        source = x[image * height + at_y, at_x]
                        add_product(target, source, weights[i * window_x + j], channels, multiplier)


@loop(split="rows")
def backward(
    g: "real[all_rows, out_width, out]", weights: "real[taps, out]",
    dx: "real[rows, width, channels]", geometry: "words[13]", all_rows, width, channels, taps, out,
    out_width, multiplier, rows, first,
):  # fmt: skip
    """The input's gradient.

    Threads divide the rows of dx; each element looks for the windows that it is in.
    """
    height, out_height, window_y, window_x = geometry[0], geometry[3], geometry[5], geometry[6]
    for r in range(rows):
        image, at_y = (first + r) // height, (first + r) % height
        for at_x in range(width):
            target = dx[r, at_x]
            for c in range(channels):
                target[c] = real(0)
            for i in range(window_y):
                row = at_y + geometry[9] - i * geometry[11]
                if row < 0 or row % geometry[7] != 0 or row // geometry[7] >= out_height:
                    continue
                for j in range(window_x):
                    column = at_x + geometry[10] - j * geometry[12]
                    if (
                        column < 0
                        or column % geometry[8] != 0
                        or column // geometry[8] >= out_width
                    ):
                        continue
                    sent = g[image * out_height + row // geometry[7], column // geometry[8]]
                    add_inner(target, sent, weights[i * window_x + j], channels, multiplier)


@loop(split="rows")
def kernel_parts(
    x: "real[all_rows, width, channels]", g: "real[rows, out_width, out]",
    parts: "real[team, taps, out]", geometry: "words[13]", all_rows, width, channels, taps, out,
    out_width, multiplier, team, rows, first, thread,
):  # fmt: skip
    """parts[thread] = the kernel's gradient over the thread's rows of g."""
    height, out_height, window_y, window_x = geometry[0], geometry[3], geometry[5], geometry[6]
    part = parts[thread]
    for tap in range(taps):
        for c in range(out):
            part[tap, c] = real(0)
    for r in range(rows):
        image, row = (first + r) // out_height, (first + r) % out_height
        for column in range(out_width):
            sent = g[r, column]
            for i in range(window_y):
                at_y = row * geometry[7] - geometry[9] + i * geometry[11]
                for j in range(window_x):
                    at_x = column * geometry[8] - geometry[10] + j * geometry[12]
                    if 0 <= at_y < height and 0 <= at_x < width:
                        source = x[image * height + at_y, at_x]
                        add_product(part[i * window_x + j], source, sent, channels, multiplier)


def _plan(job, x, window, y):
    """(shape, sizes in the loops' order up to the multiplier but for all_rows, operations)."""
    job.require(3 <= len(x) <= 4 and 0 not in x and 0 not in y)
    shape = Shape(x, window, y, job.params)
    taps = math.prod(shape.window)
    sizes = (
        shape.size[1],
        shape.channels,
        taps,
        shape.out,
        shape.out_size[1],
        shape.out // shape.channels,
    )
    return shape, sizes, shape.positions * taps * shape.out


@kernel("depthwise.depthwise_conv")
def depthwise_conv(job):
    """Inputs x and kernel (*size, channels, multiplier)."""
    weights = job.inputs[1].shape
    shape, sizes, work = _plan(job, job.inputs[0].shape, weights[:-2], job.outputs[0].shape)
    rows, all_rows = shape.images * shape.out_size[0], shape.images * shape.size[0]
    arrays = job.input(0), job.input(1), job.output(0)
    job.call(forward, *arrays, shape.geometry, all_rows, *sizes, rows, work=work)


@kernel("depthwise.depthwise_conv_input_gradient")
def depthwise_conv_input_gradient(job):
    """Inputs g and kernel."""
    weights = job.inputs[1].shape
    shape, sizes, work = _plan(job, job.outputs[0].shape, weights[:-2], job.inputs[0].shape)
    rows, all_rows = shape.images * shape.size[0], shape.images * shape.out_size[0]
    arrays = job.input(0), job.input(1), job.output(0)
    job.call(backward, *arrays, shape.geometry, all_rows, *sizes, rows, work=work)


@kernel("depthwise.depthwise_conv_kernel_gradient")
def depthwise_conv_kernel_gradient(job):
    """Inputs x and g."""
    window = job.params["kernel_size"]
    shape, sizes, _ = _plan(job, job.inputs[0].shape, window, job.inputs[1].shape)
    rows, all_rows = shape.images * shape.out_size[0], shape.images * shape.size[0]
    count = math.prod(shape.window) * shape.out
    parts = job.scratch(job.threads * count, job.inputs[0].dtype)
    arrays = job.input(0), job.input(1), parts
    # every thread takes part, even in little work: parts that nobody wrote would be added up
    job.call(kernel_parts, *arrays, shape.geometry, all_rows, *sizes, job.threads, rows)
    reduction(job, "sum", parts, job.output(0), (job.threads, count), (0,))
