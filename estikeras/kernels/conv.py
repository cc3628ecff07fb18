"""Convolutions over channels-last arrays by matrix products over cache-sized blocks of gathered
patches.

Ranks 1 and 2, one group; positions and the `geometry` are those of `estikeras.kernels.geometry`.
Windows of 1 x 1 are plain products; windows of 3 x 3 are left to `winograd` where that pays.
"""

import math

from estikeras.kernels import winograd
from estikeras.kernels.abi import inline, kernel, loop, real
from estikeras.kernels.geometry import Shape
from estikeras.kernels.linalg import multiply, product, small
from estikeras.kernels.reduce import reduction

BLOCK_BYTES = 1 << 19  # of gathered patches; most of a core's second-level cache


def _move(target, at, source, start, size):
    """Copy `size` elements."""
    to, here = target[at : at + size], source[start : start + size]
    for j in range(size):
        to[j] = here[j]


def _clear(target, at, size):
    to = target[at : at + size]
    for j in range(size):
        to[j] = real(0)


def _accumulate(target, at, source, start, size):
    """Add `size` elements."""
    to, here = target[at : at + size], source[start : start + size]
    for j in range(size):
        to[j] += here[j]


move, clear, accumulate = inline(_move), inline(_clear), inline(_accumulate)


def _gather(x, patches, geometry, first, count):
    """Write the patches of `count` positions from `first` on, one row (window, channels) each."""
    height, width, channels, out_height, out_width = (
        geometry[0],
        geometry[1],
        geometry[2],
        geometry[3],
        geometry[4],
    )
    window_y, window_x, step_y, step_x = geometry[5], geometry[6], geometry[7], geometry[8]
    low_y, low_x, spread_y, spread_x = geometry[9], geometry[10], geometry[11], geometry[12]
    run, place = window_x * channels, 0
    image, rest = first // (out_height * out_width), first % (out_height * out_width)
    row, column = rest // out_width, rest % out_width
    for _ in range(count):
        left = column * step_x - low_x
        inside = spread_x == 1 and left >= 0 and left + window_x <= width
        for i in range(window_y):
            y = row * step_y - low_y + i * spread_y
            start = ((image * height + y) * width + left) * channels
            if y < 0 or y >= height:
                clear(patches, place, run)
            elif inside:
                move(patches, place, x, start, run)
            else:
                for j in range(window_x):
                    if 0 <= left + j * spread_x < width:
                        move(
                            patches,
                            place + j * channels,
                            x,
                            start + j * spread_x * channels,
                            channels,
                        )
                    else:
                        clear(patches, place + j * channels, channels)
            place += run
        column += 1
        if column == out_width:
            column, row = 0, row + 1
            if row == out_height:
                row, image = 0, image + 1


def _scatter(patches, x, geometry, first, count):
    """Add the patches of `count` positions of one image, from `first` on, to where they came from
    in it.
    """
    height, width, channels, out_width = geometry[0], geometry[1], geometry[2], geometry[4]
    window_y, window_x, step_y, step_x = geometry[5], geometry[6], geometry[7], geometry[8]
    low_y, low_x, spread_y, spread_x = geometry[9], geometry[10], geometry[11], geometry[12]
    run, place = window_x * channels, 0
    row, column = first // out_width, first % out_width
    for _ in range(count):
        left = column * step_x - low_x
        for i in range(window_y):
            y = row * step_y - low_y + i * spread_y
            if 0 <= y < height:
                for j in range(window_x):
                    at = left + j * spread_x
                    if 0 <= at < width:
                        accumulate(
                            x, (y * width + at) * channels, patches, place + j * channels, channels
                        )
            place += run
        column += 1
        if column == out_width:
            column, row = 0, row + 1


gather, scatter = inline(_gather), inline(_scatter)


@loop(split="positions")
def forward(
    x: "real[all_x]", weights: "real[depth * out]", y: "real[positions, out]",
    work: "real[team, block * depth]", geometry: "words[13]", all_x, depth, out, block, team,
    positions, limit, blas: "blas", first, thread,
):  # fmt: skip
    """Set y = patches @ weights.

    Threads divide the positions, each with its own block of patches in `work`.
    """
    patches = work[thread]
    for start in range(0, positions, block):
        count = min(block, positions - start)
        gather(x, patches, geometry, first + start, count)
        multiply(
            blas, 0, 0, count, out, depth, patches, 0, depth, weights, 0, out, 0, y, start * out,
            out, limit,
        )  # fmt: skip


@loop(split="images")
def backward(
    g: "real[images, area * out]", turned: "real[out * depth]", dx: "real[images, size]",
    work: "real[team, block * depth]", geometry: "words[13]",
    area, size, depth, out, block, team, images, limit, blas: "blas", thread,
):  # fmt: skip
    """Set dx = the patches g @ turned, added where they overlap. Threads divide the images."""
    patches = work[thread]
    for image in range(images):
        x = dx[image]
        clear(x, 0, size)
        for start in range(0, area, block):
            count = min(block, area - start)
            multiply(
                blas, 0, 0, count, depth, out, g, (image * area + start) * out, out, turned, 0,
                depth, 0, patches, 0, depth, limit,
            )  # fmt: skip
            scatter(patches, x, geometry, start, count)


@loop(split="positions")
def kernel_parts(
    x: "real[all_x]", g: "real[positions, out]", parts: "real[team, depth * out]",
    work: "real[team, block * depth]", geometry: "words[13]", all_x, depth, out, block, team,
    positions, limit, blas: "blas", first, thread,
):  # fmt: skip
    """parts[thread] = patches.T @ g over the thread's share of the positions."""
    patches, part = work[thread], parts[thread]
    if positions == 0:
        clear(part, 0, depth * out)
    for start in range(0, positions, block):
        count = min(block, positions - start)
        gather(x, patches, geometry, first + start, count)
        multiply(
            blas, 1, 0, depth, out, count, patches, 0, depth, g, start * out, out,
            1 if start else 0, part, 0, out, limit,
        )  # fmt: skip


@loop(split="taps")
def turn(
    weights: "real[all_taps, channels, out]", turned: "real[taps, out, channels]", taps, all_taps,
    channels, out, first,
):  # fmt: skip
    """turned[i] = weights[last - i].T: the kernel of the input gradient.

    Threads divide the taps.
    """
    for i in range(taps):
        for j in range(out):
            for k in range(channels):
                turned[i, j, k] = weights[all_taps - 1 - first - i, k, j]


def _block(shape, positions):
    """How many patches a thread gathers at once."""
    return max(1, min(positions, max(64, min(2048, BLOCK_BYTES // (4 * shape.depth)))))


def _convolve(job, shape, x, weights, y):
    """Add the calls for y = patches of x @ weights."""
    if winograd.pays(shape, x.dtype):
        winograd.convolve(job, shape, x, weights, y)
        return
    if shape.pointwise:
        sizes = shape.positions, shape.out, shape.channels
        job.call(product, x, weights, y, 0, 0, *sizes, small(), work=shape.work)
        return
    block = _block(shape, shape.positions)
    room = job.scratch(job.threads * block * shape.depth, x.dtype)
    all_x = shape.images * math.prod(shape.size) * shape.channels
    sizes = all_x, shape.depth, shape.out, block, job.threads, shape.positions
    job.call(forward, x, weights, y, room, shape.geometry, *sizes, small(), work=shape.work)


def _accepts(job, shape):
    job.require(job.params.get("groups", 1) == 1 and len(job.params["strides"]) <= 2)
    job.require(shape.work > 0)


@kernel("conv.conv")
def conv(job):
    """Inputs x and kernel."""
    x, weights = job.inputs[0].shape, job.inputs[1].shape
    job.require(len(x) <= 4)
    shape = Shape(x, weights[:-2], job.outputs[0].shape, job.params)
    _accepts(job, shape)
    _convolve(job, shape, job.input(0), job.input(1), job.output(0))


@kernel("conv.conv_input_gradient")
def conv_input_gradient(job):
    """Inputs g and kernel: with strides of one a convolution by the turned kernel, else patches
    added up.
    """
    g, weights = job.inputs[0].shape, job.inputs[1].shape
    job.require(len(g) <= 4)
    shape = Shape(job.outputs[0].shape, weights[:-2], g, job.params)
    _accepts(job, shape)
    arrays = job.input(0), job.input(1), job.output(0)
    if shape.pointwise:
        sizes = shape.positions, shape.channels, shape.out
        job.call(product, *arrays, 0, 1, *sizes, small(), work=shape.work)
    elif shape.strides == (1, 1):
        taps = math.prod(shape.window)
        turned = job.scratch(math.prod(weights), arrays[1].dtype)
        sizes = taps, taps, shape.channels, shape.out
        job.call(turn, arrays[1], turned, *sizes, work=math.prod(weights))
        _convolve(job, shape.turned(), arrays[0], turned, arrays[2])
    else:
        area, size = math.prod(shape.out_size), math.prod(shape.size) * shape.channels
        block = _block(shape, area)
        room = job.scratch(job.threads * block * shape.depth, arrays[0].dtype)
        turned = job.scratch(math.prod(weights), arrays[1].dtype)
        job.call(turn, arrays[1], turned, 1, 1, shape.depth, shape.out, parallel=False)
        sizes = area, size, shape.depth, shape.out, block, job.threads, shape.images, small()
        job.call(
            backward, arrays[0], turned, arrays[2], room, shape.geometry, *sizes, work=shape.work
        )


@kernel("conv.conv_kernel_gradient")
def conv_kernel_gradient(job):
    """Inputs x and g."""
    x, g = job.inputs[0].shape, job.inputs[1].shape
    job.require(len(x) <= 4)
    shape = Shape(x, job.params["kernel_size"], g, job.params)
    _accepts(job, shape)
    arrays, dtype = (job.input(0), job.input(1)), job.inputs[0].dtype
    if shape.pointwise:
        sizes = shape.channels, shape.out, shape.positions
        job.call(product, *arrays, job.output(0), 1, 0, *sizes, small(), work=shape.work)
        return
    if winograd.pays(shape, dtype):
        winograd.kernel_gradient(job, shape, *arrays, job.output(0))
        return
    block, weights = _block(shape, shape.positions), shape.depth * shape.out
    parts = job.scratch(job.threads * weights, dtype)
    room = job.scratch(job.threads * block * shape.depth, dtype)
    all_x = shape.images * math.prod(shape.size) * shape.channels
    sizes = all_x, shape.depth, shape.out, block, job.threads, shape.positions
    # every thread takes part, even in little work: parts that nobody wrote would be added up
    job.call(kernel_parts, *arrays, parts, room, shape.geometry, *sizes, small())
    reduction(job, "sum", parts, job.output(0), (job.threads, weights), (0,))
