import numpy as np

from tests.support.ops import case, op_checks

ALL = ("float32", "float16", "bfloat16", "int32", "int8", "uint8", "bool")
HOLES = np.float32([[1, np.nan, 3], [np.nan, 5, -6]])
NAN = "nansum nanprod nanmax nanmin nanmean nanvar nanstd"

CASES = [
    *[case(n, (2, 3), over=ALL) for n in ("sum", "mean", "prod", "var", "std", "max", "min")],
    *[case(n, (2, 3, 4), axis=(0, -1)) for n in ("sum", "mean", "prod", "var", "max", "logsumexp")],
    *[case(n, (2, 3), axis=1, keepdims=True) for n in ("sum", "mean", "std", "min", "logsumexp")],
    *[case(n, (2, 3), axis=0, over=("float32", "int32", "bool")) for n in ("all", "any")],
    *[case(n, (2, 3), over=("float32", "bool"), traced=False) for n in ("argmax", "argmin")],
    *[case(n, (2, 3), axis=-1, keepdims=True) for n in ("argmax", "argmin")],
    case("max", (2, 3), axis=1, initial=0.2),
    case("max", np.float32([1, 1, 0])),
    case("ptp", (2, 3), axis=1),
    case("count_nonzero", (2, 3), axis=1, over=("int32", "float32", "bool")),
    case("average", (2, 3), axis=1),
    case("average", (2, 3), axis=1, weights=np.float32([1, 2, 3])),
    case("average", (2, 3), weights=np.ones((2, 3), "float32"), over=("int32", "float16")),
    *[case(n, (2, 3), over=ALL) for n in ("cumsum", "cumprod")],
    *[case(n, (2, 3), axis=1, dtype="float16", over=("int32",)) for n in ("cumsum", "cumprod")],
    case("cumsum", (2, 3), axis=-1),
    *[case(n, HOLES, gradient=False) for n in NAN.split()],
    *[
        case(n, HOLES, axis=1, gradient=False)
        for n in ("nansum", "nanmax", "nanargmax", "nancumsum")
    ],
    case("nanargmin", HOLES, gradient=False),
    case("nancumprod", HOLES, gradient=False),
    case("nanmax", np.full((2, 2), np.nan, "float32"), axis=0, gradient=False),
]

test_op = op_checks(CASES)
