"""What replicas compute together, with one replica: the sum is the tensor itself. Tests on several
ranks are in `tests/mpi`.
"""

import numpy as np

from estikeras import ops
from estikeras.engine.tape import GradientTape
from estikeras.primitives.collective import scale_gradient
from strategies import Strategy
from tests.support.primitives import primitive_checks, row

ALONE = Strategy().reduction

ROWS = [
    row("exchange", [(2, 3), (4,)], kinds=("sum", "sum"), group=ALONE, even=True),
    row("exchange", [(2, 3)], dtype="float16", kinds=("sum",), group=ALONE, even=False),
    row(
        "exchange",
        [(3,), ((2, 2), "int32")],
        kinds=("sum", "gather"),
        group=ALONE,
        even=True,
        order=0,
    ),
    row("scale_gradient", [(2, 3), np.array(0.5, "float32")], order=0),
]

test_primitive = primitive_checks(ROWS)


def test_a_scaled_gradient_is_multiplied_and_the_value_kept():
    x, factor = ops.convert_to_tensor([1.0, 2.0]), ops.convert_to_tensor(0.25)
    with GradientTape() as tape:
        tape.watch(x)
        y = scale_gradient(x, factor)
    assert y.numpy().tolist() == [1, 2]
    assert tape.gradient(y, x).numpy().tolist() == [0.25, 0.25]
