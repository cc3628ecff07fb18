import numpy as np

from tests.support.ops import case, op_checks

FLOATS = ("float32", "float16", "int32", "bool", "uint8")
EVERYWHERE = "sin cos tan arctan sinh cosh tanh arcsinh exp exp2 expm1 sinc i0 deg2rad rad2deg"
NUMBERS = ("float32", "bfloat16", "int32", "uint8")
ODD = np.float32([np.nan, np.inf, -np.inf, -0.0, 2.5])

CASES = [
    *[case(name, (2, 3), over=("float32", "int32")) for name in EVERYWHERE.split()],
    case("exp", (2, 3), over=FLOATS),
    *[
        case(n, (2, 3), low=0.3, high=2.0)
        for n in ("log", "log2", "log10", "sqrt", "rsqrt", "cbrt")
    ],
    *[
        case(n, (2, 3), low=-0.7, high=0.7)
        for n in ("arcsin", "arccos", "arctanh", "log1p", "erfinv")
    ],
    *[case(n, (2, 3), over=("float32", "float16")) for n in ("erf", "erfc")],
    case("arccosh", (2, 3), low=1.2, high=3.0),
    case("sqrt", (2, 3), over=("int32", "bool"), low=1, high=5),
    *[case(n, (2, 3), over=NUMBERS) for n in ("abs", "sign", "square", "round", "negative")],
    *[case(n, (2, 3), over=(*NUMBERS, "bool")) for n in ("floor", "ceil", "trunc", "fabs")],
    case("square", (2,), over=("bool",)),
    case("abs", (2,), over=("bool",)),
    case("reciprocal", (2, 3), over=("float32", "int32"), low=1, high=4),
    case("round", (2, 3), decimals=1, gradient=False),
    case("round", np.int32([124, 126]), -1, symbolic=False),
    case("clip", (2, 3), -0.3, 0.4, over=("float32", "float16")),
    case("clip", (2, 3), 1, 2, over=("int32", "bool")),
    case("nan_to_num", ODD, gradient=False),
    case("nan_to_num", ODD, 1.0, 2.0, 3.0, gradient=False),
    *[case(n, (2, 3)) for n in ("real", "imag", "conj", "angle")],
]

test_op = op_checks(CASES)
