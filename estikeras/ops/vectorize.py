"""`vectorize`: a function of elements, or of the last axes, applied over all leading ones."""

import functools
import math
import re

from estikeras import errors
from estikeras.engine import shapes, tree
from estikeras.engine.tensor import as_tensor
from estikeras.ops import joining
from estikeras.primitives import shaping
from estikeras.public import public


@public("keras.ops.vectorize", "keras.ops.numpy.vectorize")
def vectorize(pyfunc, *, excluded=None, signature=None):
    """A function that applies `pyfunc` over the broadcast leading axes of its arguments.

    Args:
        pyfunc: function of tensors.
        excluded: positions and names of arguments that are passed as they are.
        signature: the last axes that `pyfunc` takes, such as `"(n),(n)->()"`; by default none.

    Returns:
        The function.
    """
    if not callable(pyfunc):
        raise errors.wrong_type("pyfunc", got=pyfunc, expected="a function")
    excluded = set() if excluded is None else set(excluded)

    @functools.wraps(pyfunc)
    def vectorized(*args, **kwargs):
        places = [i for i in range(len(args)) if i not in excluded]
        mapped = [as_tensor(args[i]) for i in places]

        def call(elements):
            full = list(args)
            for place, element in zip(places, elements, strict=True):
                full[place] = element
            return pyfunc(*full, **kwargs)

        return _over(call, mapped, _core_ndims(signature, len(places)))

    return vectorized


def _core_ndims(signature, count):
    if signature is None:
        return [0] * count
    inputs = re.findall(r"\(([^)]*)\)", signature.partition("->")[0])
    if len(inputs) != count:
        raise errors.invalid("signature", got=signature, expected=f"{count} inputs")
    return [len([name for name in axes.split(",") if name.strip()]) for axes in inputs]


def _over(call, xs, ndims):
    """Call once for each place of the broadcast leading axes and stack what comes back."""
    leading = [x.shape[: x.ndim - n] for x, n in zip(xs, ndims, strict=True)]
    batch = shapes.broadcast(*leading)
    if not batch:
        return call(xs)
    rows = [_rows(x, batch, x.shape[x.ndim - n :]) for x, n in zip(xs, ndims, strict=True)]
    results = [call([r[i] for r in rows]) for i in range(math.prod(batch))]

    def stacked(*parts):
        y = joining.stack(parts)
        return shaping.reshape(y, shape=(*batch, *y.shape[1:]))

    return tree.map_structure(stacked, *results)


def _rows(x, batch, core):
    x = shaping.broadcast_to(x, shape=(*batch, *core))
    return shaping.reshape(x, shape=(math.prod(batch), *core))
