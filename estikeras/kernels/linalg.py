"""Matrix products by BLAS, which runs single-threaded inside every thread's slice of the result."""

import math

from estikeras.kernels import compiler
from estikeras.kernels.abi import inline, kernel, loop, native, real


def small():
    """How many multiplications BLAS does at once without copying operands; 0 if it always copies.

    OpenBLAS has such a path for AVX-512. Larger products are cut into tiles that take it. Measured
    on one core of a Zen 4, in GFLOP/s (m x n x k, T: lying transposed): 16 x 512 x 128 from 51 to
    97, 32 x 512 x 784 from 65 to 113, 2048 x 512 x 128 from 95 to 105, T 128 x 256 x 4096 from 69
    to 104, 32 x 392 x T 512 from 70 to 108. Only tall products with the second operand transposed
    are faster as they are.
    """
    return 1_000_000 if compiler.has("avx512f") else 0


def _multiply(
    blas, transpose_a, transpose_b, m, n, k, a, at_a, row_a, b, at_b, row_b, beta, c, at_c, row_c,
    limit,
):  # fmt: skip
    """C = a @ b + beta * c for matrices inside of arrays, their rows `row` elements apart; `limit`:
    see `small`.
    """
    rows, columns, depth = m, n, k
    if m * n * k > limit > 0 and not (transpose_b and (transpose_a or m > 64)):
        if transpose_b:
            columns, depth = 32, min(k, 512)
        elif transpose_a:
            columns, depth = 64, 64 if m <= 256 else 32
        else:
            columns = min(n, 128)
            depth = min(k, 512, 16384 // columns)
        rows = max(16, limit // (columns * depth) // 16 * 16)
    for i in range(0, m, rows):
        for j in range(0, n, columns):
            for p in range(0, k, depth):
                native.gemm(
                    blas, transpose_a, transpose_b, min(rows, m - i), min(columns, n - j),
                    min(depth, k - p), real(1),
                    native.at(a, at_a + (p * row_a + i if transpose_a else i * row_a + p)), row_a,
                    native.at(b, at_b + (j * row_b + p if transpose_b else p * row_b + j)), row_b,
                    real(1 if p else beta), native.at(c, at_c + i * row_c + j), row_c,
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
    a: "real[all_a]", b: "real[all_b]", c: "real[batch, m * n]", transpose_a, transpose_b, m, n, k,
    batch, step_a, step_b, all_a, all_b, limit, blas: "blas", first,
):  # fmt: skip
    """A stack of products; the matrices of a and b lie `step_a` and `step_b` apart (0: the same for
    all).

    Threads divide the stack.
    """
    row_a = m if transpose_a else k
    row_b = k if transpose_b else n
    for i in range(batch):
        multiply(
            blas, transpose_a, transpose_b, m, n, k, a, (first + i) * step_a, row_a,
            b, (first + i) * step_b, row_b, 0, c, i * m * n, n, limit,
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
        job.call(product, *arrays, transpose_a, transpose_b, m, n, k, small(), work=m * n * k // 8)
        return
    steps = m * k * (batch_a > 1), k * n * (batch_b > 1)
    sizes = *steps, batch_a * m * k, batch_b * k * n
    job.call(
        products, *arrays, transpose_a, transpose_b, m, n, k, batch, *sizes, small(),
        work=batch * m * n * k // 8,
    )  # fmt: skip
