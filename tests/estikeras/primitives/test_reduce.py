import numpy as np
import pytest

from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor
from estikeras.primitives import reduce
from tests.support.primitives import primitive_checks, row

KINDS = ("reduce_sum", "reduce_mean", "reduce_prod", "reduce_max", "reduce_min")
ROWS = [
    *[row(name, [(2, 3, 4)], axes=(0, 2), keepdims=False) for name in KINDS],
    *[row(name, [(2, 3)], axes=(1,), keepdims=True) for name in KINDS],
    *[row(name, [(2, 3)], axes=(0,), keepdims=False, dtype="float16", order=0) for name in KINDS],
    row("reduce_sum", [(2, 3)], axes=(), keepdims=False),
    row("reduce_sum", [(2, 3)], axes=(0, 1), keepdims=False, dtype="int32", order=0),
    row("reduce_all", [(2, 3)], axes=(1,), keepdims=False, dtype="bool", order=0),
    row("reduce_any", [(2, 3)], axes=(1,), keepdims=True, dtype="bool", order=0),
    row("argmax", [(2, 3)], axis=1, keepdims=False, order=0),
    row("argmin", [(2, 3)], axis=0, keepdims=True, order=0),
    *[
        row(name, [(3, 4)], axis=1, exclusive=exclusive, reverse=reverse)
        for name in ("cumsum", "cumprod")
        for exclusive in (False, True)
        for reverse in (False, True)
    ],
    row("cumsum", [(4,)], axis=0, exclusive=False, reverse=False, dtype="int32", order=0),
    row("linear_recurrence", [(2, 4), (2, 4)], axis=1, reverse=False),
    row("linear_recurrence", [(4, 2), (4, 2)], axis=0, reverse=True),
]

test_primitive = primitive_checks(ROWS)


def gradient(function, x):
    x = Tensor(np.array(x))
    with GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).value


def test_equal_maxima_share_the_gradient():
    got = gradient(lambda x: reduce.reduce_max(x, axes=(0,), keepdims=False), [1.0, 1.0, 0.0])
    np.testing.assert_array_equal(got, [0.5, 0.5, 0.0])


def test_products_with_zeros_have_gradients():
    def product(x):
        return reduce.reduce_prod(x, axes=(0,), keepdims=False)

    np.testing.assert_array_equal(gradient(product, [2.0, 0.0, 3.0]), [0.0, 6.0, 0.0])

    def running(x):
        return reduce.cumprod(x, axis=0, exclusive=False, reverse=False)

    np.testing.assert_array_equal(gradient(running, [2.0, 0.0, 3.0]), [1.0, 8.0, 0.0])


def test_the_maximum_of_nothing_is_refused():
    with pytest.raises(ValueError, match="elements along"):
        reduce.reduce_max(np.ones((2, 0)), axes=(1,), keepdims=False)
