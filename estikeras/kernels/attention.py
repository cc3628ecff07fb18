"""Scaled dot-product attention and its gradient. Threads divide the pairs (batch, head), each a
handful of products.

Arrays are (batch, time, heads, size) as in `estikeras.primitives.attention`: the rows of one head
lie heads * size apart, which BLAS takes as it is. Probabilities are (batch, heads, time, source), a
matrix for each pair.
"""

import math

from estikeras.kernels.abi import kernel, loop, native, real
from estikeras.kernels.mathematics import exp

LOWEST = -0.7  # times the largest number: the score of a hidden place


@loop(split="pairs")
def forward(
    query: "real[all_query]", key: "real[all_key]", value: "real[all_value]",
    bias: "real[all_bias]", y: "real[all_y]", scores: "real[pairs, time, source]",
    bias_steps: "words[4]", scale: "float", lowest: "float", causal, biased, heads, time, source,
    size, width, all_query, all_key, all_value, all_bias, all_y, pairs, first, blas: "blas",
):  # fmt: skip
    """Set scores = softmax(scale * query @ key.T + bias); y = scores @ value."""
    for pair in range(pairs):
        batch, head = (first + pair) // heads, (first + pair) % heads
        row, row_value = heads * size, heads * width
        native.gemm(blas, 0, 1, time, source, size, real(scale),
                    native.at(query, batch * time * row + head * size), row,
                    native.at(key, batch * source * row + head * size), row,
                    real(0), native.at(scores, pair * time * source), source)  # fmt: skip
        for t in range(time):
            line = scores[pair, t]
            if biased:
                place, step = (
                    batch * bias_steps[0] + head * bias_steps[1] + t * bias_steps[2],
                    bias_steps[3],
                )
                if step == 1:
                    part = bias[place : place + source]
                    for j in range(source):
                        line[j] += part[j]
                else:
                    for j in range(source):
                        line[j] += bias[place + j * step]
            if causal:
                for j in range(t + 1, source):
                    line[j] = real(lowest)
            top = line[0]
            for j in range(source):
                top = native.maximum(top, line[j])
            total = real(0)
            for j in range(source):
                e = exp(line[j] - top)
                line[j] = e
                total += e
            share = real(1) / total
            for j in range(source):
                line[j] *= share
        native.gemm(
            blas, 0, 0, time, width, source, real(1), native.at(scores, pair * time * source),
            source, native.at(value, batch * source * row_value + head * width), row_value, real(0),
            native.at(y, batch * time * row_value + head * width), row_value,
        )  # fmt: skip


@loop(split="pairs")
def backward(
    g: "real[all_y]", query: "real[all_query]", key: "real[all_key]", value: "real[all_value]",
    probabilities: "real[pairs, time, source]", d_query: "real[all_query]", d_key: "real[all_key]",
    d_value: "real[all_value]", d_scores: "real[pairs, time, source]", scale: "float", heads, time,
    source, size, width, all_query, all_key, all_value, all_y, pairs, first, blas: "blas",
):  # fmt: skip
    """Gradients by query, key, value and by the biased scores."""
    for pair in range(pairs):
        batch, head = (first + pair) // heads, (first + pair) % heads
        row, row_value = heads * size, heads * width
        of_query, of_key = batch * time * row + head * size, batch * source * row + head * size
        of_value, of_y = (
            batch * source * row_value + head * width,
            batch * time * row_value + head * width,
        )
        matrix = pair * time * source
        native.gemm(
            blas, 1, 0, source, width, time, real(1), native.at(probabilities, matrix), source,
            native.at(g, of_y), row_value, real(0), native.at(d_value, of_value), row_value,
        )  # fmt: skip
        native.gemm(
            blas, 0, 1, time, source, width, real(1), native.at(g, of_y), row_value,
            native.at(value, of_value), row_value, real(0), native.at(d_scores, matrix), source,
        )  # fmt: skip
        for t in range(time):
            d, p = d_scores[pair, t], probabilities[pair, t]
            total = real(0)
            for j in range(source):
                total += d[j] * p[j]
            for j in range(source):
                d[j] = p[j] * (d[j] - total)
        native.gemm(
            blas, 0, 0, time, size, source, real(scale), native.at(d_scores, matrix), source,
            native.at(key, of_key), row, real(0), native.at(d_query, of_query), row,
        )  # fmt: skip
        native.gemm(
            blas, 1, 0, source, size, time, real(scale), native.at(d_scores, matrix), source,
            native.at(query, of_query), row, real(0), native.at(d_key, of_key), row,
        )  # fmt: skip


def _sizes(job, which):
    """Sizes of query (number `which`), key and value: (heads, time, source, size, width), element
    counts, pairs.
    """
    query, key, value = (spec.shape for spec in job.inputs[which : which + 3])
    batch, time, heads, size = query
    source, width = key[1], value[3]
    job.require(0 not in query and 0 not in key and 0 not in value)
    counts = math.prod(query), math.prod(key), math.prod(value)
    return (heads, time, source, size, width), counts, batch * heads


@kernel("attention.attention")
def attention(job):
    """Inputs query, key, value, maybe bias; outputs y and the probabilities."""
    sizes, counts, pairs = _sizes(job, 0)
    _, time, source, size, width = sizes
    query, key, value = (job.input(i) for i in range(3))
    biased = len(job.inputs) > 3
    job.require(len(job.inputs) <= 4)
    shape = job.inputs[3].shape if biased else ()
    shape = (1,) * (4 - len(shape)) + tuple(shape)
    steps = [0 if n == 1 else math.prod(shape[axis + 1 :]) for axis, n in enumerate(shape)]
    bias = job.input(3) if biased else job.scratch(1, query.dtype)
    largest = {"float32": 3.4028234663852886e38, "float64": 1.7976931348623157e308}.get(
        query.dtype, 0.0
    )
    all_y = pairs * time * width
    arrays = query, key, value, bias, job.output(0), job.output(1)
    numbers = steps, job.params["scale"], LOWEST * largest, bool(job.params["causal"]), biased
    counts = *counts, math.prod(shape), all_y
    work = pairs * time * source * (size + width + 8)
    job.call(forward, *arrays, *numbers, *sizes, *counts, pairs, work=work)


@kernel("attention.attention_gradient")
def attention_gradient(job):
    """Inputs g, query, key, value, probabilities; gradients by query, key, value and scores."""
    sizes, counts, pairs = _sizes(job, 1)
    _, time, source, size, width = sizes
    arrays = *(job.input(i) for i in range(5)), *(job.output(j) for j in range(4))
    work = 2 * pairs * time * source * (size + width)
    counts = *counts, pairs * time * width
    job.call(backward, *arrays, job.params["scale"], *sizes, *counts, pairs, work=work)
