"""Softmax, its logarithm and the cross-entropies, over the last axis. Threads divide the rows.

Shapes: x, y, g as rows (rows, columns); labels, losses and the gradients of losses (rows). A label
outside of `0 <= label < columns` is reported and its row counts as zero.
"""

import math

from estikeras.kernels.abi import inline, kernel, loop, native, real, report
from estikeras.kernels.mathematics import exp, log


def _top(x, i, columns):
    """The largest element of row i."""
    top = x[i, 0]
    for j in range(1, columns):
        top = native.maximum(top, x[i, j])
    return top


def _exp_sum(x, i, columns, top):
    """The sum of exp(x - top) over row i."""
    total = x.dtype.type(0)
    for j in range(columns):
        total += exp(x[i, j] - top)
    return total


top, exp_sum = inline(_top), inline(_exp_sum)


@loop(split="rows")
def softmax_rows(x: "real[rows, columns]", y: "real[rows, columns]", rows, columns):
    """Set y = exp(x) / sum(exp(x))."""
    for i in range(rows):
        highest = top(x, i, columns)
        total = real(0)
        for j in range(columns):
            e = exp(x[i, j] - highest)
            y[i, j] = e
            total += e
        for j in range(columns):
            y[i, j] = y[i, j] / total


@loop(split="rows")
def softmax_gradient_rows(
    g: "real[rows, columns]", y: "real[rows, columns]", d: "real[rows, columns]", rows, columns
):
    """Set d = y * (g - sum(g * y))."""
    for i in range(rows):
        total = real(0)
        for j in range(columns):
            total += g[i, j] * y[i, j]
        for j in range(columns):
            d[i, j] = y[i, j] * (g[i, j] - total)


@loop(split="rows")
def log_softmax_rows(x: "real[rows, columns]", y: "real[rows, columns]", rows, columns):
    """Set y = x - log(sum(exp(x)))."""
    for i in range(rows):
        highest = top(x, i, columns)
        shift = log(exp_sum(x, i, columns, highest))
        for j in range(columns):
            y[i, j] = (x[i, j] - highest) - shift


@loop(split="rows")
def logsumexp_rows(x: "real[rows, columns]", y: "real[rows]", rows, columns):
    """Set y = log(sum(exp(x))); where all are minus infinity, minus infinity."""
    for i in range(rows):
        highest = top(x, i, columns)
        highest = highest if abs(highest) < real(math.inf) else real(0)
        y[i] = log(exp_sum(x, i, columns, highest)) + highest


@loop(split="rows")
def dense_loss(
    x: "real[rows, columns]", labels: "real[rows, columns]", y: "real[rows]", rows, columns,
):  # fmt: skip
    """Set y = -sum(labels * log_softmax(x))."""
    for i in range(rows):
        highest = top(x, i, columns)
        shift = log(exp_sum(x, i, columns, highest))
        total = real(0)
        for j in range(columns):
            total += labels[i, j] * ((x[i, j] - highest) - shift)
        y[i] = -total


@loop(split="rows")
def dense_loss_gradient(
    g: "real[rows]", x: "real[rows, columns]", labels: "real[rows, columns]",
    d: "real[rows, columns]", rows, columns,
):  # fmt: skip
    """Set d = g * (softmax(x) * sum(labels) - labels)."""
    for i in range(rows):
        highest = top(x, i, columns)
        total, weight = real(0), real(0)
        for j in range(columns):
            e = exp(x[i, j] - highest)
            d[i, j] = e
            total += e
            weight += labels[i, j]
        scale = weight / total
        for j in range(columns):
            d[i, j] = g[i] * (d[i, j] * scale - labels[i, j])


@loop(split="rows")
def sparse_loss(
    x: "real[rows, columns]", labels: "index[rows]", y: "real[rows]", rows, columns, error
):
    """Set y = -log_softmax(x)[label]."""
    for i in range(rows):
        label = labels[i]
        if label < 0 or label >= columns:
            report(error, label, columns, 1)
            y[i] = real(0)
            continue
        highest = top(x, i, columns)
        y[i] = log(exp_sum(x, i, columns, highest)) - (x[i, label] - highest)


@loop(split="rows")
def sparse_loss_gradient(
    g: "real[rows]", x: "real[rows, columns]", labels: "index[rows]", d: "real[rows, columns]",
    rows, columns, error,
):  # fmt: skip
    """Set d = g * (softmax(x) - onehot(label))."""
    for i in range(rows):
        label = labels[i]
        if label < 0 or label >= columns:
            report(error, label, columns, 2)
            for j in range(columns):
                d[i, j] = real(0)
            continue
        highest = top(x, i, columns)
        total = real(0)
        for j in range(columns):
            e = exp(x[i, j] - highest)
            d[i, j] = e
            total += e
        scale = g[i] / total
        for j in range(columns):
            d[i, j] = d[i, j] * scale
        d[i, label] -= g[i]


def _clip(x, low, high):
    return low if x < low else high if x > high else x


clip = inline(_clip)


@loop(split="rows")
def probability_loss(
    x: "real[rows, columns]", labels: "index[rows]", y: "real[rows]", epsilon: "float", rows,
    columns, error,
):  # fmt: skip
    """Set y = log(sum(p)) - log(p[label]) with p = x clipped to [epsilon, 1 - epsilon]."""
    low, high = real(epsilon), real(1 - epsilon)
    for i in range(rows):
        label = labels[i]
        if label < 0 or label >= columns:
            report(error, label, columns, 1)
            y[i] = real(0)
            continue
        total = real(0)
        for j in range(columns):
            total += clip(x[i, j], low, high)
        y[i] = log(total) - log(clip(x[i, label], low, high))


@loop(split="rows")
def probability_loss_gradient(
    g: "real[rows]", x: "real[rows, columns]", labels: "index[rows]", d: "real[rows, columns]",
    epsilon: "float", rows, columns, error,
):  # fmt: skip
    """Set d = g * (1 / sum(p) - onehot(label) / p), zero where x was clipped."""
    low, high = real(epsilon), real(1 - epsilon)
    for i in range(rows):
        label = labels[i]
        scale = g[i]
        if label < 0 or label >= columns:
            report(error, label, columns, 2)
            label, scale = 0, real(0)
        total = real(0)
        for j in range(columns):
            total += clip(x[i, j], low, high)
        share = scale / total
        for j in range(columns):
            d[i, j] = share if clip(x[i, j], low, high) == x[i, j] else real(0)
        p = x[i, label]
        if clip(p, low, high) == p:
            d[i, label] = scale * (real(1) / total - real(1) / p)


def _rows(job, which=0):
    """Sizes (rows, columns) of input number `which`, taken as rows over its last axis."""
    spec = job.inputs[which]
    job.require(len(spec.shape) > 0 and spec.shape[-1] > 0)
    axis = job.params.get("axis", -1)
    job.require(axis in (-1, len(spec.shape) - 1))
    return math.prod(spec.shape[:-1]), spec.shape[-1]


@kernel("softmax.softmax")
def softmax(job):
    """Over the last axis only."""
    rows, columns = _rows(job)
    job.call(softmax_rows, job.input(0), job.output(0), rows, columns, work=8 * rows * columns)


@kernel("softmax.softmax_gradient")
def softmax_gradient(job):
    """Inputs g and y."""
    rows, columns = _rows(job)
    arrays = job.input(0), job.input(1), job.output(0)
    job.call(softmax_gradient_rows, *arrays, rows, columns, work=2 * rows * columns)


@kernel("softmax.log_softmax")
def log_softmax(job):
    """Over the last axis only."""
    rows, columns = _rows(job)
    job.call(log_softmax_rows, job.input(0), job.output(0), rows, columns, work=8 * rows * columns)


@kernel("softmax.logsumexp")
def logsumexp(job):
    """Over the last axis, or any number of trailing ones."""
    shape, axes = job.inputs[0].shape, tuple(job.params["axes"])
    job.require(axes and axes == tuple(range(len(shape) - len(axes), len(shape))))
    rows, columns = math.prod(shape[: -len(axes)]), math.prod(shape[-len(axes) :])
    job.require(columns > 0)
    job.call(logsumexp_rows, job.input(0), job.output(0), rows, columns, work=8 * rows * columns)


def _loss(name, loop, *, whole, work=8):
    """Register a loss or its gradient: input number `whole` has the rows, `epsilon` is handed on
    where given.
    """

    @kernel(name)
    def planner(job):
        rows, columns = _rows(job, whole)
        epsilon = [job.params["epsilon"]] if "epsilon" in job.params else []
        arrays = [job.input(i) for i in range(len(job.inputs))]
        sizes = [*epsilon, rows, columns]
        job.call(loop, *arrays, job.output(0), *sizes, work=work * rows * columns)

    return planner


_loss("softmax.softmax_cross_entropy", dense_loss, whole=0)
_loss("softmax.softmax_cross_entropy_gradient", dense_loss_gradient, whole=1)
_loss("softmax.sparse_softmax_cross_entropy", sparse_loss, whole=0)
_loss("softmax.sparse_softmax_cross_entropy_gradient", sparse_loss_gradient, whole=1)
_loss("softmax.sparse_cross_entropy", probability_loss, whole=0, work=1)
_loss("softmax.sparse_cross_entropy_gradient", probability_loss_gradient, whole=1, work=1)
