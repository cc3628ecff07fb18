"""Matrix products by BLAS, which runs single-threaded inside every thread's slice of the result."""

import math

from estikeras.kernels import compiler
from estikeras.kernels.abi import inline, kernel, loop, native, real


def small():
    """Up to how many multiplications BLAS works without copying its operands first; 0 where it
    always copies.

    OpenBLAS has such a path for AVX-512. Wide products of few rows are cut into pieces that take
    it: measured on Zen 4, 16 x 512 x 128 takes 22 microseconds instead of 41, and 32 x 512 x 784
    takes 292 instead of 394.
    """
    return 1_000_000 if compiler.has("avx512f") else 0


def _multiply(
    blas, transpose_a, transpose_b, m, n, k, a, at_a, row_a, b, at_b, row_b, beta, c, at_c, row_c,
    limit,
):  # fmt: skip
    """Set c = a @ b + beta * c for matrices inside of arrays, their rows `row` elements apart; see
    `small`.
    """
    piece = limit // (m * k) // 16 * 16
    if piece < 32 or (transpose_b and m > 16):
        piece = n
    for j in range(0, n, piece):
        native.gemm(
            blas, transpose_a, transpose_b, m, min(piece, n - j), k, real(1), native.at(a, at_a),
            row_a, native.at(b, at_b + (j * row_b if transpose_b else j)), row_b, real(beta),
            native.at(c, at_c + j), row_c,
        )  # fmt: skip


multiply = inline(_multiply)


@loop
def product(
    a: "real[m * k]", b: "real[k * n]", c: "real[m * n]",
    transpose_a, transpose_b, m, n, k, limit, blas: "blas", thread, threads,
):  # fmt: skip
    """Set c (m, n) = a (m, k) @ b (k, n), each possibly lying transposed.

    Threads divide the longer side of c.
    """
    row_a = m if transpose_a else k
    row_b = k if transpose_b else n
    if m >= n:
        first, last = m * thread // threads, m * (thread + 1) // threads
        start = first if transpose_a else first * k
        if last > first:
            multiply(blas, transpose_a, transpose_b, last - first, n, k,
                     a, start, row_a, b, 0, row_b, 0, c, first * n, n, limit)  # fmt: skip
    else:
        pieces = (n + 15) // 16
        first, last = pieces * thread // threads * 16, min(n, pieces * (thread + 1) // threads * 16)
        start = first * k if transpose_b else first
        if last > first:
            multiply(blas, transpose_a, transpose_b, m, last - first, k,
                     a, 0, row_a, b, start, row_b, 0, c, first, n, limit)  # fmt: skip


@loop(split="batch")
def products(
    a: "real[all_a]", b: "real[all_b]", c: "real[batch, m * n]",
    transpose_a, transpose_b, m, n, k, batch, step_a, step_b, all_a, all_b, blas: "blas", first,
):  # fmt: skip
    """A stack of products; the matrices of a and b lie `step_a` and `step_b` apart (0: the same for
    all).

    Threads divide the stack.
    """
    a_row = m if transpose_a else k
    b_row = k if transpose_b else n
    for i in range(batch):
        native.gemm(
            blas, transpose_a, transpose_b, m, n, k, real(1), native.at(a, (first + i) * step_a),
            a_row, native.at(b, (first + i) * step_b), b_row, real(0), native.at(c, i * m * n), n,
        )  # fmt: skip


@kernel("linalg.matmul")
def matmul(job):
    """One product, or a stack of them where each batch shape is the output's or all ones."""
    a, b, c = job.inputs[0].shape, job.inputs[1].shape, job.outputs[0].shape
    transpose_a, transpose_b = bool(job.params["transpose_a"]), bool(job.params["transpose_b"])
    m, n, k = c[-2], c[-1], a[-2] if transpose_a else a[-1]
    batch, batch_a, batch_b = math.prod(c[:-2]), math.prod(a[:-2]), math.prod(b[:-2])
    if 0 in c:
        return
    job.require(k > 0 and batch_a in (1, batch) and batch_b in (1, batch))
    arrays = job.input(0), job.input(1), job.output(0)
    if batch_b == 1 and (batch == 1 or (not transpose_a and batch_a == batch)):
        m = m * batch
        job.call(product, *arrays, transpose_a, transpose_b, m, n, k, small(), work=m * n * k)
        return
    steps = m * k * (batch_a > 1), k * n * (batch_b > 1)
    sizes = *steps, batch_a * m * k, batch_b * k * n
    job.call(
        products, *arrays, transpose_a, transpose_b, m, n, k, batch, *sizes, work=batch * m * n * k
    )
