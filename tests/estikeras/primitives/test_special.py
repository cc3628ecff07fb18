import numpy as np

from tests.support.primitives import primitive_checks, row

COMPLEX = np.array([1 + 2j, -3j], "complex64")

ROWS = [
    *[row(name, [COMPLEX], order=0, kernel=False) for name in ("real", "imag", "conj")],
    row("polygamma", [np.float32([1, 2, 3]), (2, 3)], low=0.5, high=3.0, order=0),
    row("cbrt", [(2, 3)], low=0.2, high=2.0),
    row("erfinv", [(2, 3)], low=-0.8, high=0.8),
    row("i0", [(2, 3)]),
    row("i1", [(2, 3)]),
    row("digamma", [(2, 3)], low=0.5, high=3.0),
    row("lgamma", [(2, 3)], low=0.5, high=3.0),
    row("hypot", [(2, 3), (3,)]),
    row("logaddexp", [(2, 3), (3,)]),
    row("nextafter", [(2, 3), (3,)], order=0),
    row("gcd", [(2, 3), (3,)], dtype="int32", order=0),
    row("lcm", [(2, 3), (3,)], dtype="int32", order=0),
    row("make_complex", [(2, 3), (2, 3)], order=0, kernel=False),
]

test_primitive = primitive_checks(ROWS)
