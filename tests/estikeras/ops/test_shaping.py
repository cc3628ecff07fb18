import numpy as np
import pytest

from estikeras import ops
from tests.support.ops import case, op_checks

CASES = [
    case("reshape", (2, 6), [3, -1], over=("float32", "bool")),
    case("ravel", (2, 3)),
    case("transpose", (2, 3, 4)),
    case("transpose", (2, 3, 4), axes=[1, -1, 0]),
    case("moveaxis", (2, 3, 4), [0, 1], [-1, 0]),
    case("swapaxes", (2, 3, 4), 0, -1),
    case("expand_dims", (2, 3), -1),
    case("expand_dims", (2, 3), [0, -1]),
    case("squeeze", (1, 3, 1)),
    case("squeeze", (1, 3, 1), axis=-1),
    case("broadcast_to", (3, 1), [2, 3, 4]),
    case("flip", (2, 3)),
    case("flip", (2, 3), axis=1),
    case("fliplr", (2, 3)),
    case("flipud", (2, 3)),
    *[case("rot90", (2, 3, 2), k=k) for k in (1, 2, 3)],
    case("rot90", (2, 3, 2), axes=(2, 1)),
    case("roll", (2, 3), 2),
    case("roll", (2, 3), [1, -1], axis=[0, 1]),
    case("tile", (2, 3), [2, 1, 2]),
    case("repeat", (2, 3), 2),
    case("repeat", (2, 3), 2, axis=1),
    case("pad", (2, 3), [[1, 0], [0, 2]]),
    case("pad", (2, 3), 1, constant_values=2.5),
    *[case("pad", (3, 4), [[1, 2], [0, 2]], mode=m) for m in ("reflect", "symmetric")],
    case("concatenate", [(2, 3), (2, 1)], axis=1),
    case("concatenate", [(2, 3), (2,)], axis=None),
    case("concatenate", [np.int32([1]), np.float16([2])]),
    case("stack", [(2, 3), (2, 3)], axis=-1),
    case("append", (2, 3), (2, 3), axis=1),
    case("hstack", [(2, 3), (2, 1)]),
    case("vstack", [(3,), (2, 3)]),
    case("dstack", [(2, 3), (2, 3)]),
    case("split", (4, 6), 3, axis=1),
    case("split", (4, 6), [1, 3]),
    case("array_split", (7, 2), 3),
    case("hsplit", (4, 6), 2),
    case("vsplit", (4, 6), 2),
    case("unstack", (2, 3), axis=1),
    case("diagonal", (3, 4, 2), offset=1),
    case("diagonal", (3, 4), offset=-1),
    case("diag", (3,), k=-1),
    case("diag", (3, 4), k=1),
    case("diagflat", (2, 2)),
    case("tril", (2, 3, 3), k=1, over=("float32", "bool")),
    case("triu", (3, 3), k=-1),
    case("trace", (3, 4)),
    case("view", (2, 4), "int32", gradient=False),
    case("diff", (2, 5), n=2),
    case("diff", (2, 5), axis=0, over=("bool", "int32")),
]

test_op = op_checks(CASES)


def test_an_edge_is_repeated():
    y = ops.pad(np.float32([1, 2]), 2, mode="edge")
    np.testing.assert_array_equal(y, [1, 1, 1, 2, 2, 2])


def test_slices_are_repeated_each_so_often():
    y = ops.repeat(np.float32([[1, 2, 3]]), [2, 0, 1], axis=-1)
    np.testing.assert_array_equal(y, [[1, 1, 3]])


def test_three_dimensional_split():
    assert [y.shape for y in ops.dsplit(np.ones((1, 2, 4)), 2)] == [(1, 2, 2)] * 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.reshape(np.ones(6), (4, -1)), "6 elements"),
        (lambda: ops.squeeze(np.ones((2, 1)), 0), "size 1"),
        (lambda: ops.concatenate([np.ones((2, 3)), np.ones((3, 3))], 1), r"xs\[1\]"),
        (lambda: ops.stack([np.ones(2), np.ones(3)]), r"x\[1\]"),
        (lambda: ops.split(np.ones(5), 2), "divisor of 5"),
        (lambda: ops.transpose(np.ones((2, 3)), (0, 0)), "permutation"),
        (lambda: ops.expand_dims(np.ones(2), 5), "axis"),
        (lambda: ops.pad(np.ones(2), 3, mode="reflect"), "at most 1"),
        (lambda: ops.pad(np.ones(2), 3, mode="wrap"), "pad mode"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
