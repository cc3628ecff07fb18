"""Matrix products by BLAS, which runs single-threaded inside every thread's slice of the result."""

import math

from estikeras.kernels.abi import kernel, loop, native, real


@loop
def product(
    a: "real[m * k]", b: "real[k * n]", c: "real[m * n]",
    transpose_a, transpose_b, m, n, k, blas: "blas", thread, threads,
):  # fmt: skip
    """c (m, n) = a (m, k) @ b (k, n), each possibly lying transposed. Threads divide the longer side of c."""
    a_row = m if transpose_a else k
    b_row = k if transpose_b else n
    if m >= n:
        first, last = m * thread // threads, m * (thread + 1) // threads
        start = first if transpose_a else first * k
        if last > first:
            native.gemm(blas, transpose_a, transpose_b, last - first, n, k, real(1), native.at(a, start), a_row,
                        native.at(b, 0), b_row, real(0), native.at(c, first * n), n)  # fmt: skip
    else:
        pieces = (n + 15) // 16
        first, last = pieces * thread // threads * 16, min(n, pieces * (thread + 1) // threads * 16)
        start = first * k if transpose_b else first
        if last > first:
            native.gemm(blas, transpose_a, transpose_b, m, last - first, k, real(1), native.at(a, 0), a_row,
                        native.at(b, start), b_row, real(0), native.at(c, first), n)  # fmt: skip


@loop(split="batch")
def products(
    a: "real[all_a]", b: "real[all_b]", c: "real[batch, m * n]",
    transpose_a, transpose_b, m, n, k, batch, step_a, step_b, all_a, all_b, blas: "blas", first,
):  # fmt: skip
    """A stack of products; the matrices of a and b lie `step_a` and `step_b` apart (0: the same for all).

    Threads divide the stack.
    """
    a_row = m if transpose_a else k
    b_row = k if transpose_b else n
    for i in range(batch):
        native.gemm(blas, transpose_a, transpose_b, m, n, k, real(1), native.at(a, (first + i) * step_a), a_row,
                    native.at(b, (first + i) * step_b), b_row, real(0), native.at(c, i * m * n), n)  # fmt: skip


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
        job.call(product, *arrays, transpose_a, transpose_b, m, n, k, work=m * n * k)
        return
    steps = m * k * (batch_a > 1), k * n * (batch_b > 1)
    sizes = *steps, batch_a * m * k, batch_b * k * n
    job.call(products, *arrays, transpose_a, transpose_b, m, n, k, batch, *sizes, work=batch * m * n * k)
