"""The Fourier transform of pairs: shapes and gradients of both orders."""

from estikeras.primitives import fourier  # noqa: F401 (enters the registry)
from tests.support.primitives import primitive_checks, row

ROWS = [
    row("fourier", [(3, 4), (3, 4)], axes=(1,), sign=-1),
    row("fourier", [(3, 5), (3, 5)], axes=(0, 1), sign=1),
    row("fourier", [(3, 4), (3, 4)], dtype="float16", axes=(1,), sign=-1),
]

test_primitive = primitive_checks(ROWS)
