"""LSTM, GRU and simple recurrent networks over whole sequences, with gradients.

The products with the inputs of all times are one matrix product each. The steps in time then run
without a barrier: threads divide the batch. Arrays, gates and the meaning of `mask` are those of
`estikeras.primitives.rnn`. BLAS sees the rows of one time only in the small array `now`: in a
sequence they may lie a multiple of 4096 bytes apart, in the same few places of the cache (an LSTM
of 128 units over 100 times was 5 times slower so).
"""

import math

from estikeras.kernels.abi import inline, kernel, loop, real
from estikeras.kernels.linalg import multiply, product, small
from estikeras.kernels.mathematics import sigmoid, tanh
from estikeras.kernels.reduce import reduction


def _order(step, time, reverse):
    """The time of a step, and that of the step before."""
    return (time - 1 - step, time - step) if reverse else (step, step - 1)


def _recur(blas, state, weights, y, batch, units, width, limit):
    """Set y = state @ weights: (batch, width) from (batch, units)."""
    multiply(
        blas, 0, 0, batch, width, units, state, 0, units, weights, 0, width, 0, y, 0, width, limit
    )


def _recur_back(blas, dz, weights, state, batch, units, width, limit):
    """Add dz @ weights.T to state: (batch, units) from (batch, width)."""
    multiply(
        blas, 0, 1, batch, units, width, dz, 0, width, weights, 0, width, 1, state, 0, units, limit
    )


order, recur, recur_back = inline(_order), inline(_recur), inline(_recur_back)


@loop(split="batch")
def lstm_steps(
    h0: "real[batch, units]", c0: "real[batch, units]", weights: "real[units, width]",
    bias: "real[width]", mask: "bool[batch, time]", hidden: "real[batch, time, units]",
    h: "real[batch, units]", c: "real[batch, units]", cells: "real[batch, time, units]",
    gates: "real[batch, time, width]", now: "real[batch, width]", masked, reverse, batch, time,
    units, limit, width, blas: "blas",
):  # fmt: skip
    """From gates = x @ kernel to the states of all times; gates end up activated."""
    for b in range(batch):
        for j in range(units):
            h[b, j], c[b, j] = h0[b, j], c0[b, j]
    for step in range(time):
        t, _ = order(step, time, reverse)
        recur(blas, h, weights, now, batch, units, width, limit)
        for b in range(batch):
            z, r, new_h, new_c, old_h, old_c = (
                gates[b, t],
                now[b],
                hidden[b, t],
                cells[b, t],
                h[b],
                c[b],
            )
            i, f, g, o = z[:units], z[units : 2 * units], z[2 * units : 3 * units], z[3 * units :]
            keep = masked and not mask[b, t]
            for j in range(units):
                i[j] = sigmoid(i[j] + r[j] + bias[j])
                f[j] = sigmoid(f[j] + r[units + j] + bias[units + j])
                g[j] = tanh(g[j] + r[2 * units + j] + bias[2 * units + j])
                o[j] = sigmoid(o[j] + r[3 * units + j] + bias[3 * units + j])
            for j in range(units):
                value = f[j] * old_c[j] + i[j] * g[j]
                new_c[j] = old_c[j] if keep else value
                new_h[j] = old_h[j] if keep else o[j] * tanh(value)
            for j in range(units):
                old_h[j], old_c[j] = new_h[j], new_c[j]


@loop(split="batch")
def lstm_steps_back(
    g: "real[batch, time, units]", g_h: "real[batch, units]", g_c: "real[batch, units]",
    h0: "real[batch, units]", c0: "real[batch, units]", weights: "real[units, width]",
    hidden: "real[batch, time, units]", cells: "real[batch, time, units]",
    gates: "real[batch, time, width]", mask: "bool[batch, time]", dh: "real[batch, units]",
    dc: "real[batch, units]", dz: "real[batch, time, width]", before: "real[batch, time, units]",
    now: "real[batch, width]", masked, reverse, batch, time, units, limit, width, blas: "blas",
):  # fmt: skip
    """Gradients dz by the gates before activation, dh and dc by h0 and c0; the states before."""
    for b in range(batch):
        for j in range(units):
            dh[b, j], dc[b, j] = g_h[b, j], g_c[b, j]
    for step in range(time - 1, -1, -1):
        t, previous = order(step, time, reverse)
        for b in range(batch):
            z, d, all_d = gates[b, t], now[b], dz[b, t]
            old_h, old_c = (hidden[b, previous], cells[b, previous]) if step else (h0[b], c0[b])
            i, f, a, o = z[:units], z[units : 2 * units], z[2 * units : 3 * units], z[3 * units :]
            d_i, d_f, d_a, d_o = (
                d[:units],
                d[units : 2 * units],
                d[2 * units : 3 * units],
                d[3 * units :],
            )
            sent, state, cell, kept = g[b, t], dh[b], dc[b], before[b, t]
            keep = masked and not mask[b, t]
            for j in range(units):
                whole = state[j] + sent[j]
                squashed = tanh(f[j] * old_c[j] + i[j] * a[j])
                inner = cell[j] + whole * o[j] * (real(1) - squashed * squashed)
                on = real(0) if keep else real(1)
                d_i[j] = on * inner * a[j] * i[j] * (real(1) - i[j])
                d_f[j] = on * inner * old_c[j] * f[j] * (real(1) - f[j])
                d_a[j] = on * inner * i[j] * (real(1) - a[j] * a[j])
                d_o[j] = on * whole * squashed * o[j] * (real(1) - o[j])
                cell[j] = cell[j] if keep else inner * f[j]
                state[j] = whole if keep else real(0)
                kept[j] = old_h[j]
            for j in range(width):
                all_d[j] = d[j]
        recur_back(blas, now, weights, dh, batch, units, width, limit)


@loop(split="batch")
def gru_steps(
    h0: "real[batch, units]", weights: "real[units, width]", bias: "real[2, width]",
    mask: "bool[batch, time]", inputs: "real[batch, time, width]", now: "real[batch, width]",
    hidden: "real[batch, time, units]", h: "real[batch, units]",
    gates: "real[batch, time, 4 * units]", masked, reverse, batch, time, units, limit, width,
    blas: "blas",
):  # fmt: skip
    """From inputs = x @ kernel to the states of all times and what the gradient needs."""
    for b in range(batch):
        for j in range(units):
            h[b, j] = h0[b, j]
    for step in range(time):
        t, _ = order(step, time, reverse)
        recur(blas, h, weights, now, batch, units, width, limit)
        for b in range(batch):
            x, r, z, new, old = inputs[b, t], now[b], gates[b, t], hidden[b, t], h[b]
            update, reset, a, inner = (
                z[:units],
                z[units : 2 * units],
                z[2 * units : 3 * units],
                z[3 * units :],
            )
            keep = masked and not mask[b, t]
            for j in range(units):
                k = units + j
                update[j] = sigmoid(x[j] + r[j] + bias[0, j] + bias[1, j])
                reset[j] = sigmoid(x[k] + r[k] + bias[0, k] + bias[1, k])
            for j in range(units):
                k = 2 * units + j
                inner[j] = r[k] + bias[1, k]
                a[j] = tanh(x[k] + bias[0, k] + reset[j] * inner[j])
                value = update[j] * old[j] + (real(1) - update[j]) * a[j]
                new[j] = old[j] if keep else value
            for j in range(units):
                old[j] = new[j]


@loop(split="batch")
def gru_steps_back(
    g: "real[batch, time, units]", g_h: "real[batch, units]", h0: "real[batch, units]",
    weights: "real[units, width]", hidden: "real[batch, time, units]",
    gates: "real[batch, time, 4 * units]", mask: "bool[batch, time]", dh: "real[batch, units]",
    dx: "real[batch, time, width]", dz: "real[batch, time, width]",
    before: "real[batch, time, units]", now: "real[batch, width]", masked, reverse, batch, time,
    units, limit, width, blas: "blas",
):  # fmt: skip
    """Gradients dx, dz by the inputs' and the states' products, dh by h0; the states before."""
    for b in range(batch):
        for j in range(units):
            dh[b, j] = g_h[b, j]
    for step in range(time - 1, -1, -1):
        t, previous = order(step, time, reverse)
        for b in range(batch):
            z, d, r, all_r = gates[b, t], dx[b, t], now[b], dz[b, t]
            old = hidden[b, previous] if step else h0[b]
            update, reset, a, inner = (
                z[:units],
                z[units : 2 * units],
                z[2 * units : 3 * units],
                z[3 * units :],
            )
            d_update, d_reset, d_a = d[:units], d[units : 2 * units], d[2 * units :]
            r_update, r_reset, r_a = r[:units], r[units : 2 * units], r[2 * units :]
            sent, state, kept = g[b, t], dh[b], before[b, t]
            keep = masked and not mask[b, t]
            for j in range(units):
                whole = state[j] + sent[j]
                on = real(0) if keep else whole
                candidate = on * (real(1) - update[j]) * (real(1) - a[j] * a[j])
                changed = on * (old[j] - a[j]) * update[j] * (real(1) - update[j])
                opened = candidate * inner[j] * reset[j] * (real(1) - reset[j])
                d_update[j] = r_update[j] = changed
                d_reset[j] = r_reset[j] = opened
                d_a[j], r_a[j] = candidate, candidate * reset[j]
                state[j] = whole if keep else whole * update[j]
                kept[j] = old[j]
            for j in range(width):
                all_r[j] = r[j]
        recur_back(blas, now, weights, dh, batch, units, width, limit)


@loop(split="batch")
def simple_steps(
    h0: "real[batch, units]", weights: "real[units, units]", bias: "real[units]",
    mask: "bool[batch, time]", hidden: "real[batch, time, units]", h: "real[batch, units]",
    now: "real[batch, units]", masked, reverse, batch, time, units, limit, blas: "blas",
):  # fmt: skip
    """From hidden = x @ kernel to the states of all times."""
    for b in range(batch):
        for j in range(units):
            h[b, j] = h0[b, j]
    for step in range(time):
        t, _ = order(step, time, reverse)
        recur(blas, h, weights, now, batch, units, units, limit)
        for b in range(batch):
            new, old, r = hidden[b, t], h[b], now[b]
            keep = masked and not mask[b, t]
            for j in range(units):
                value = tanh(new[j] + r[j] + bias[j])
                new[j] = old[j] if keep else value
            for j in range(units):
                old[j] = new[j]


@loop(split="batch")
def simple_steps_back(
    g: "real[batch, time, units]", g_h: "real[batch, units]", h0: "real[batch, units]",
    weights: "real[units, units]", hidden: "real[batch, time, units]", mask: "bool[batch, time]",
    dh: "real[batch, units]", dz: "real[batch, time, units]", before: "real[batch, time, units]",
    now: "real[batch, units]", masked, reverse, batch, time, units, limit, blas: "blas",
):  # fmt: skip
    """Gradients dz by the sums before activation, dh by the first state; the states before."""
    for b in range(batch):
        for j in range(units):
            dh[b, j] = g_h[b, j]
    for step in range(time - 1, -1, -1):
        t, previous = order(step, time, reverse)
        for b in range(batch):
            y, d, all_d, sent, state, kept = (
                hidden[b, t],
                now[b],
                dz[b, t],
                g[b, t],
                dh[b],
                before[b, t],
            )
            old = hidden[b, previous] if step else h0[b]
            keep = masked and not mask[b, t]
            for j in range(units):
                whole = state[j] + sent[j]
                d[j] = all_d[j] = real(0) if keep else whole * (real(1) - y[j] * y[j])
                state[j] = whole if keep else real(0)
                kept[j] = old[j]
        recur_back(blas, now, weights, dh, batch, units, units, limit)


@loop
def stack(a: "real[size]", b: "real[size]", y: "real[2, size]", size):
    """Set y = a and b as rows."""
    for j in range(size):
        y[0, j], y[1, j] = a[j], b[j]


class Sizes:
    """Sizes of a sequence x (batch, time, features) and a recurrent kernel (units, width)."""

    def __init__(self, job, x, recurrent_kernel, inputs):
        self.job = job
        self.batch, self.time, self.features = job.inputs[x].shape
        self.units, self.width = job.inputs[recurrent_kernel].shape
        self.rows = self.batch * self.time
        job.require(self.rows * self.features * self.units > 0)
        self.masked, self.inputs = len(job.inputs) > inputs, inputs

    @property
    def mask(self):
        """The last input, or an array that nobody reads."""
        return self.job.input(self.inputs) if self.masked else self.scratch(1, "bool")

    @property
    def steps(self):
        """The numbers at the end of every loop over steps."""
        return self.masked, self.job.params["reverse"], self.batch, self.time, self.units, small()

    @property
    def work(self):
        """Operations of all steps."""
        return self.rows * self.units * self.width // 8

    def scratch(self, width, dtype):
        """A work array (batch, time, width)."""
        return self.job.scratch(self.rows * width, dtype)

    def one_time(self, dtype):
        """A work array (batch, width)."""
        return self.job.scratch(self.batch * self.width, dtype)

    def project(self, x, weights, y):
        """Add the call for y = x @ weights over all times."""
        sizes = self.rows, self.width, self.features
        self.job.call(product, x, weights, y, 0, 0, *sizes, small(), work=math.prod(sizes) // 8)

    def project_back(self, d, x, weights, dx, d_weights):
        """Add the calls for the gradients of `project` from the gradient `d` of its result."""
        sizes = self.rows, self.features, self.width
        self.job.call(product, d, weights, dx, 0, 1, *sizes, small(), work=math.prod(sizes) // 8)
        self.collect(x, d, d_weights, self.features)

    def collect(self, x, d, d_weights, features):
        """Add the call for d_weights = x.T @ d over all times."""
        sizes = features, self.width, self.rows
        self.job.call(product, x, d, d_weights, 1, 0, *sizes, small(), work=math.prod(sizes) // 8)


@kernel("rnn.lstm")
def lstm(job):
    """Inputs x, h0, c0, kernel, recurrent kernel, bias, maybe mask."""
    sizes = Sizes(job, 0, 4, 6)
    x, h0, c0, weights, recurrent, bias = (job.input(i) for i in range(6))
    outputs = [job.output(j) for j in range(5)]
    sizes.project(x, weights, outputs[4])
    arrays = h0, c0, recurrent, bias, sizes.mask, *outputs, sizes.one_time(x.dtype)
    job.call(lstm_steps, *arrays, *sizes.steps, sizes.width, work=sizes.work)


@kernel("rnn.lstm_gradient")
def lstm_gradient(job):
    """Inputs g, g_h, g_c, x, h0, c0, kernel, recurrent kernel, hidden, cells, gates, maybe mask."""
    sizes = Sizes(job, 3, 7, 11)
    inputs = [job.input(i) for i in range(11)]
    g, g_h, g_c, x, h0, c0, weights, recurrent, hidden, cells, gates = inputs
    dx, dh, dc, d_weights, d_recurrent, d_bias = (job.output(j) for j in range(6))
    dz, before = sizes.scratch(sizes.width, x.dtype), sizes.scratch(sizes.units, x.dtype)
    arrays = g, g_h, g_c, h0, c0, recurrent, hidden, cells, gates, sizes.mask, dh, dc, dz, before
    now = sizes.one_time(x.dtype)
    job.call(lstm_steps_back, *arrays, now, *sizes.steps, sizes.width, work=sizes.work)
    sizes.project_back(dz, x, weights, dx, d_weights)
    sizes.collect(before, dz, d_recurrent, sizes.units)
    reduction(job, "sum", dz, d_bias, (sizes.rows, sizes.width), (0,))


@kernel("rnn.gru")
def gru(job):
    """Inputs x, h0, kernel, recurrent kernel, bias, maybe mask; outputs hidden, h, gates."""
    sizes = Sizes(job, 0, 3, 5)
    x, h0, weights, recurrent, bias = (job.input(i) for i in range(5))
    outputs = [job.output(j) for j in range(3)]
    inputs = sizes.scratch(sizes.width, x.dtype)
    product = job.scratch(sizes.batch * sizes.width, x.dtype)
    sizes.project(x, weights, inputs)
    arrays = h0, recurrent, bias, sizes.mask, inputs, product, *outputs
    job.call(gru_steps, *arrays, *sizes.steps, sizes.width, work=sizes.work)


@kernel("rnn.gru_gradient")
def gru_gradient(job):
    """Inputs g, g_h, x, h0, kernel, recurrent kernel, hidden, gates, maybe mask."""
    sizes = Sizes(job, 2, 5, 8)
    g, g_h, x, h0, weights, recurrent, hidden, gates = (job.input(i) for i in range(8))
    dx, dh, d_weights, d_recurrent, d_bias = (job.output(j) for j in range(5))
    d_inputs, dz = (sizes.scratch(sizes.width, x.dtype) for _ in range(2))
    before = sizes.scratch(sizes.units, x.dtype)
    arrays = g, g_h, h0, recurrent, hidden, gates, sizes.mask, dh, d_inputs, dz, before
    now = sizes.one_time(x.dtype)
    job.call(gru_steps_back, *arrays, now, *sizes.steps, sizes.width, work=sizes.work)
    sizes.project_back(d_inputs, x, weights, dx, d_weights)
    sizes.collect(before, dz, d_recurrent, sizes.units)
    sums = [job.scratch(sizes.width, x.dtype) for _ in range(2)]
    for d, total in zip((d_inputs, dz), sums, strict=True):
        reduction(job, "sum", d, total, (sizes.rows, sizes.width), (0,))
    job.call(stack, *sums, d_bias, sizes.width, parallel=False)


@kernel("rnn.simple_rnn")
def simple_rnn(job):
    """Inputs x, h0, kernel, recurrent kernel, bias, maybe mask; outputs hidden, h."""
    sizes = Sizes(job, 0, 3, 5)
    x, h0, weights, recurrent, bias = (job.input(i) for i in range(5))
    hidden, h = job.output(0), job.output(1)
    sizes.project(x, weights, hidden)
    arrays = h0, recurrent, bias, sizes.mask, hidden, h, sizes.one_time(x.dtype)
    job.call(simple_steps, *arrays, *sizes.steps, work=sizes.work)


@kernel("rnn.simple_rnn_gradient")
def simple_rnn_gradient(job):
    """Inputs g, g_h, x, h0, kernel, recurrent kernel, hidden, maybe mask."""
    sizes = Sizes(job, 2, 5, 7)
    g, g_h, x, h0, weights, recurrent, hidden = (job.input(i) for i in range(7))
    dx, dh, d_weights, d_recurrent, d_bias = (job.output(j) for j in range(5))
    dz, before = (sizes.scratch(sizes.units, x.dtype) for _ in range(2))
    arrays = g, g_h, h0, recurrent, hidden, sizes.mask, dh, dz, before
    now = sizes.one_time(x.dtype)
    job.call(simple_steps_back, *arrays, now, *sizes.steps, work=sizes.work)
    sizes.project_back(dz, x, weights, dx, d_weights)
    sizes.collect(before, dz, d_recurrent, sizes.units)
    reduction(job, "sum", dz, d_bias, (sizes.rows, sizes.width), (0,))
