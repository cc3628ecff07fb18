from tests.support.primitives import primitive_checks, row

ROWS = [
    row("reshape", [(2, 6)], shape=(3, 4)),
    row("transpose", [(2, 3, 4)], axes=(1, 2, 0)),
    row("broadcast_to", [(3, 1)], shape=(2, 3, 4)),
    row("sum_to", [(2, 3, 4)], shape=(3, 1)),
    row("sum_to", [(2, 3)], shape=(), dtype="float16"),
    row("concatenate", [(2, 3), (2, 1), (2, 0)], axis=1),
    row("slice", [(5, 6)], starts=(4, 1), shape=(2, 3), steps=(-3, 2)),
    row("slice", [(5, 6)], starts=(0, 0), shape=(0, 3), steps=(1, 1)),
    row("place", [(2, 3)], starts=(4, 1), steps=(-3, 2), shape=(5, 6)),
    row("pad", [(2, 3)], widths=((1, 0), (0, 2)), value=1.5),
    row("pad", [()], widths=(), value=0.0),
    row("bitcast", [(2, 4)], dtype="float32", order=0),
]
ROWS[-1].params["dtype"] = "uint8"

test_primitive = primitive_checks(ROWS)
