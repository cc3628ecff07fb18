"""Batch normalisation over all axes but the last, layer normalisation over the last ones, with
gradients.

Arrays are seen as rows (rows, columns). Sums over rows run over a fixed number of pieces, so that
results do not depend on the number of threads, and variances are merged from small groups of rows,
so that large means do no harm.

Reference: Chan, Golub and LeVeque, 1983, Algorithms for computing the sample variance, equation
2.1.
"""

import math

from estikeras.kernels.abi import kernel, loop, real
from estikeras.kernels.reduce import PIECES, reduction

GROUP = 32  # rows whose sum is formed before it is merged; they stay in the first-level cache


@loop(split="pieces")
def moments(
    x: "real[rows, columns]", parts: "real[pieces, 4, columns]", rows, columns, pieces, first, whole
):
    """parts[p] = mean and sum of squared distances from it over the rows of piece p; two more rows
    to work in.
    """
    for p in range(pieces):
        low, high = rows * (first + p) // whole, rows * (first + p + 1) // whole
        mean, squares, total, square = parts[p, 0], parts[p, 1], parts[p, 2], parts[p, 3]
        for j in range(columns):
            mean[j] = squares[j] = real(0)
        for start in range(low, high, GROUP):
            count = min(GROUP, high - start)
            for j in range(columns):
                total[j] = square[j] = real(0)
            for i in range(count):
                for j in range(columns):
                    total[j] += x[start + i, j]
            for j in range(columns):
                total[j] *= real(1) / real(count)
            for i in range(count):
                for j in range(columns):
                    distance = x[start + i, j] - total[j]
                    square[j] += distance * distance
            before = start - low
            share = real(count) / real(before + count)
            for j in range(columns):
                shift = total[j] - mean[j]
                mean[j] += shift * share
                squares[j] += square[j] + shift * shift * (real(before) * share)


@loop
def merge_moments(
    parts: "real[pieces, 4, columns]", gamma: "real[columns]", mean: "real[columns]",
    variance: "real[columns]", scale: "real[columns]", epsilon: "float", rows, columns, pieces,
):  # fmt: skip
    """Mean and variance of all pieces; scale = gamma / sqrt(variance + epsilon)."""
    for j in range(columns):
        mean[j] = variance[j] = real(0)
    for p in range(pieces):
        before = rows * p // pieces
        count = rows * (p + 1) // pieces - before
        if count == 0:
            continue
        share = real(count) / real(before + count)
        for j in range(columns):
            shift = parts[p, 0, j] - mean[j]
            mean[j] += shift * share
            variance[j] += parts[p, 1, j] + shift * shift * (real(before) * share)
    for j in range(columns):
        variance[j] *= real(1) / real(rows)
        scale[j] = gamma[j] / math.sqrt(variance[j] + real(epsilon))


@loop(split="rows")
def apply_batch(
    x: "real[rows, columns]", mean: "real[columns]", scale: "real[columns]", beta: "real[columns]",
    y: "real[rows, columns]", rows, columns,
):  # fmt: skip
    """Set y = (x - mean) * scale + beta. Threads divide the rows."""
    for i in range(rows):
        for j in range(columns):
            y[i, j] = (x[i, j] - mean[j]) * scale[j] + beta[j]


@kernel("normalization.batch_normalization_training")
def batch_normalization(job):
    """Inputs x, gamma, beta; outputs y, mean, variance."""
    rows, columns, work = _batch_sizes(job, 0)
    x, gamma, beta = (job.input(i) for i in range(3))
    y, mean, variance = (job.output(i) for i in range(3))
    pieces = min(PIECES, rows)
    parts = job.scratch(4 * pieces * columns, x.dtype)
    scale = job.scratch(columns, x.dtype)
    job.call(moments, x, parts, rows, columns, pieces, pieces, work=2 * work)
    statistics = parts, gamma, mean, variance, scale
    job.call(
        merge_moments, *statistics, job.params["epsilon"], rows, columns, pieces, parallel=False
    )
    job.call(apply_batch, x, mean, scale, beta, y, rows, columns, work=work)


@loop(split="pieces")
def batch_sums(
    g: "real[rows, columns]", x: "real[rows, columns]", mean: "real[columns]",
    parts: "real[2 * whole, columns]", rows, columns, pieces, whole, first,
):  # fmt: skip
    """parts[p] = sum of g, parts[whole + p] = sum of g * (x - mean) over the rows of piece p."""
    for p in range(first, first + pieces):
        low, high = rows * p // whole, rows * (p + 1) // whole
        sums, products = parts[p], parts[whole + p]
        for j in range(columns):
            sums[j] = products[j] = real(0)
        i = low
        while i + 2 <= high:
            for j in range(columns):
                a, b = g[i, j], g[i + 1, j]
                sums[j] += a + b
                products[j] += a * (x[i, j] - mean[j]) + b * (x[i + 1, j] - mean[j])
            i += 2
        while i < high:
            for j in range(columns):
                sums[j] += g[i, j]
                products[j] += g[i, j] * (x[i, j] - mean[j])
            i += 1


@loop
def merge_batch_sums(
    parts: "real[2 * pieces, columns]", gamma: "real[columns]", variance: "real[columns]",
    d_gamma: "real[columns]", d_beta: "real[columns]", factors: "real[2, columns]",
    epsilon: "float", rows, columns, pieces,
):  # fmt: skip
    """d_beta, d_gamma; factors = gamma / deviation, and what (x - mean) is multiplied by in dx."""
    for j in range(columns):
        d_gamma[j] = d_beta[j] = real(0)
    for p in range(pieces):
        for j in range(columns):
            d_beta[j] += parts[p, j]
            d_gamma[j] += parts[pieces + p, j]
    for j in range(columns):
        inverse = real(1) / math.sqrt(variance[j] + real(epsilon))
        d_gamma[j] *= inverse
        factors[0, j] = gamma[j] * inverse
        factors[1, j] = inverse * d_gamma[j] * (real(1) / real(rows))


@loop(split="rows")
def batch_input_gradient(
    g: "real[rows, columns]", x: "real[rows, columns]", mean: "real[columns]",
    d_beta: "real[columns]", factors: "real[2, columns]", dx: "real[rows, columns]", rows, columns,
    all_rows,
):  # fmt: skip
    """Set dx = factor * (g - mean of g - normal x * mean of g * normal x); threads divide rows."""
    share = real(1) / real(all_rows)
    for i in range(rows):
        for j in range(columns):
            shift = d_beta[j] * share + (x[i, j] - mean[j]) * factors[1, j]
            dx[i, j] = factors[0, j] * (g[i, j] - shift)


@kernel("normalization.batch_normalization_gradient")
def batch_normalization_gradient(job):
    """Inputs g, x, gamma, mean, variance; outputs dx, d_gamma, d_beta."""
    rows, columns, work = _batch_sizes(job, 1)
    g, x, gamma, mean, variance = (job.input(i) for i in range(5))
    dx, d_gamma, d_beta = (job.output(i) for i in range(3))
    pieces = min(PIECES, rows)
    parts = job.scratch(2 * pieces * columns, x.dtype)
    factors = job.scratch(2 * columns, x.dtype)
    job.call(batch_sums, g, x, mean, parts, rows, columns, pieces, pieces, work=2 * work)
    sums = parts, gamma, variance, d_gamma, d_beta, factors
    job.call(merge_batch_sums, *sums, job.params["epsilon"], rows, columns, pieces, parallel=False)
    job.call(batch_input_gradient, g, x, mean, d_beta, factors, dx, rows, columns, rows, work=work)


def _batch_sizes(job, which):
    shape = job.inputs[which].shape
    job.require(tuple(job.params["axes"]) == tuple(range(len(shape) - 1)) and 0 not in shape)
    rows, columns = math.prod(shape[:-1]), shape[-1]
    return rows, columns, rows * columns


@loop(split="rows")
def layer_rows(
    x: "real[rows, columns]", gamma: "real[columns]", beta: "real[columns]",
    y: "real[rows, columns]", mean: "real[rows]", inverse: "real[rows]", epsilon: "float", rows,
    columns,
):  # fmt: skip
    """Set y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, row by row.

    Threads divide the rows.
    """
    share = real(1) / real(columns)
    for i in range(rows):
        total, squares = real(0), real(0)
        for j in range(columns):
            total += x[i, j]
        middle = total * share
        for j in range(columns):
            distance = x[i, j] - middle
            squares += distance * distance
        factor = real(1) / math.sqrt(squares * share + real(epsilon))
        for j in range(columns):
            y[i, j] = (x[i, j] - middle) * factor * gamma[j] + beta[j]
        mean[i], inverse[i] = middle, factor


@kernel("normalization.layer_normalization")
def layer_normalization(job):
    """Inputs x, gamma, beta; outputs y, mean, inverse deviation."""
    rows, columns, work = _layer_sizes(job, 0)
    arrays = *(job.input(i) for i in range(3)), *(job.output(i) for i in range(3))
    job.call(layer_rows, *arrays, job.params["epsilon"], rows, columns, work=3 * work)


@loop(split="pieces")
def layer_gradient_rows(
    g: "real[rows, columns]", x: "real[rows, columns]", gamma: "real[columns]", mean: "real[rows]",
    inverse: "real[rows]", dx: "real[rows, columns]", gammas: "real[pieces, columns]",
    betas: "real[pieces, columns]", rows, columns, pieces, whole, first,
):  # fmt: skip
    """dx, and the parts of d_gamma and d_beta from the rows of each piece.

    Threads divide the pieces.
    """
    share = real(1) / real(columns)
    for p in range(pieces):
        low, high = rows * (first + p) // whole, rows * (first + p + 1) // whole
        d_gamma, d_beta = gammas[p], betas[p]
        for j in range(columns):
            d_gamma[j] = d_beta[j] = real(0)
        for i in range(low, high):
            sent, source, target = g[i], x[i], dx[i]
            middle, factor = mean[i], inverse[i]
            total, product = real(0), real(0)
            for j in range(columns):
                normal = (source[j] - middle) * factor
                d_gamma[j] += sent[j] * normal
                d_beta[j] += sent[j]
                total += sent[j] * gamma[j]
                product += sent[j] * gamma[j] * normal
            total, product = total * share, product * share
            for j in range(columns):
                normal = (source[j] - middle) * factor
                target[j] = factor * (sent[j] * gamma[j] - total - normal * product)


@kernel("normalization.layer_normalization_gradient")
def layer_normalization_gradient(job):
    """Inputs g, x, gamma, mean, inverse deviation; outputs dx, d_gamma, d_beta."""
    rows, columns, work = _layer_sizes(job, 1)
    arrays = [job.input(i) for i in range(5)]
    dx, d_gamma, d_beta = (job.output(i) for i in range(3))
    pieces = min(PIECES, rows)
    gammas, betas = (job.scratch(pieces * columns, dx.dtype) for _ in range(2))
    sizes = rows, columns, pieces, pieces
    job.call(layer_gradient_rows, *arrays, dx, gammas, betas, *sizes, work=4 * work)
    reduction(job, "sum", gammas, d_gamma, (pieces, columns), (0,))
    reduction(job, "sum", betas, d_beta, (pieces, columns), (0,))


def _layer_sizes(job, which):
    shape, axes = job.inputs[which].shape, tuple(job.params["axes"])
    job.require(
        axes == tuple(range(len(shape) - len(axes), len(shape))) and axes and 0 not in shape
    )
    rows, columns = math.prod(shape[: -len(axes)]), math.prod(shape[-len(axes) :])
    return rows, columns, rows * columns
