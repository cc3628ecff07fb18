"""`tf.Print` of TensorFlow 1."""

import sys

from estikeras.engine.tensor import as_tensor
from estikeras.primitives.telling import told
from estikeras.public import public


@public("compat.v1.Print")
def Print(input_, data, message=None, first_n=None, summarize=None, name=None):
    """The tensor itself; in each step that computes it, values are written to sys.stderr.

    Args:
        input_: tensor.
        data: list of tensors whose values are written.
        message: text before them.
        first_n: how often they are written; None or -1 is always.
        summarize: how many entries of each are written; None is 3, -1 all.
        name: of no consequence.
    """
    most = 3 if summarize is None else summarize
    left = [-1 if first_n is None else first_n]

    def tell(*arrays):
        if left[0]:
            left[0] -= 1
            sys.stderr.write((message or "") + "".join(_shown(a, most) for a in arrays) + "\n")

    return told(as_tensor(input_), *map(as_tensor, data), tell=tell)


def _shown(array, most):
    flat = array.reshape(-1).tolist()
    shown = flat if most < 0 else flat[:most]
    parts = [f"{x:.9g}" if isinstance(x, float) else _text(x) for x in shown]
    return f"[{' '.join(parts)}{'...' if len(shown) < len(flat) else ''}]"


def _text(x):
    if isinstance(x, bytes):
        return x.decode("utf-8", "replace")
    return str(int(x)) if isinstance(x, bool) else str(x)
