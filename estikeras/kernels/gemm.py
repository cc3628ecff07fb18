"""Matrix products by BLAS, which runs single-threaded inside every thread's slice of the result."""

import math

from estikeras.kernels.abi import kernel, loop, native, real


@loop
def product(
    a: "real[m * k]", b: "real[k * n]", c: "real[m * n]", transpose_a, transpose_b, m, n, k, blas: "blas", thread, threads
):
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


@loop
def products(
    a: "real[batch * m * k]", b: "real[batch * k * n]", c: "real[batch * m * n]",
    transpose_a, transpose_b, m, n, k, batch, blas: "blas", thread, threads,
):  # fmt: skip
    """As `product` for a stack of matrices; threads divide the stack."""
    a_row = m if transpose_a else k
    b_row = k if transpose_b else n
    for i in range(batch * thread // threads, batch * (thread + 1) // threads):
        native.gemm(blas, transpose_a, transpose_b, m, n, k, real(1), native.at(a, i * m * k), a_row,
                    native.at(b, i * k * n), b_row, real(0), native.at(c, i * m * n), n)  # fmt: skip
