"""What replicas compute together: sums of their tensors, and their tensors one after the other.

Knows no strategy: `group` is a `strategies.reduction.Reduction`, or whatever has its `size`,
`spans` and `exchange`.
"""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import elementwise as ew


def _rule(*specs, kinds, group, even):
    scattered = [s for s, kind in zip(specs, kinds, strict=True) if kind == "scatter"]
    spans = iter(group.spans([(s.shape, dtypes.to_numpy(s.dtype)) for s in scattered]))
    return tuple([_one(s, kind, group, spans) for s, kind in zip(specs, kinds, strict=True)])


def _one(spec, kind, group, spans):
    if kind == "sum":
        return spec
    if kind == "scatter":
        start, stop = next(spans)
        return Spec((stop - start,), spec.dtype)
    if not spec.shape:
        raise errors.shape_mismatch("x", got=(), expected="at least one dimension")
    return Spec((group.size * spec.shape[0], *spec.shape[1:]), spec.dtype)


def _gradient(gs, ys, *xs, kinds, group, even):
    if set(kinds) != {"sum"}:
        raise NotImplementedError("Of what replicas exchange, only sums have a gradient.")
    known = [i for i, g in enumerate(gs) if g is not None]
    sums = exchange(*[gs[i] for i in known], kinds=("sum",) * len(known), group=group, even=even)
    by_place = dict(zip(known, sums, strict=True))
    return [by_place.get(i) for i in range(len(xs))]


# Inputs: tensors that have equal shapes on all replicas. `kinds` has for each "sum" (over the
# replicas), "gather" (along the first axis, by rank), or "scatter" (this rank's piece of the sum,
# flattened, as `group.spans` says); `even` says that the replicas have equally
# many rows. The replicas' losses are added, so the gradient of a sum is the sum of the gradients.
exchange = primitive(
    "exchange",
    rule=_rule,
    reference=lambda *arrays, kinds, group, even: tuple(group.exchange(arrays, kinds)),
    gradient=_gradient,
    collective=True,
)

# The value of the first input; its gradient is multiplied by the second, a scalar.
scale_gradient = primitive(
    "scale_gradient",
    rule=lambda x, factor: x,
    reference=lambda x, factor: x,
    gradient=lambda g, y, x, factor: (ew.multiply(g, factor), None),
    elementwise="x0",
)
