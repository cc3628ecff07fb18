"""What replicas compute together: sums of their tensors, and their tensors one after the other.

Knows no strategy: `group` is a `strategies.reduction.Reduction`, or whatever has its `size` and
`exchange`.
"""

from estikeras import errors
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import elementwise as ew


def _rule(*specs, kinds, group, even):
    return tuple([_one(spec, kind, group) for spec, kind in zip(specs, kinds, strict=True)])


def _one(spec, kind, group):
    if kind == "sum":
        return spec
    if not spec.shape:
        raise errors.shape_mismatch("x", got=(), expected="at least one dimension")
    return Spec((group.size * spec.shape[0], *spec.shape[1:]), spec.dtype)


def _gradient(gs, ys, *xs, kinds, group, even):
    if "gather" in kinds:
        raise NotImplementedError("Gathered tensors have no gradient; sum them over the replicas.")
    known = [i for i, g in enumerate(gs) if g is not None]
    sums = exchange(*[gs[i] for i in known], kinds=("sum",) * len(known), group=group, even=even)
    by_place = dict(zip(known, sums, strict=True))
    return [by_place.get(i) for i in range(len(xs))]


# Inputs: tensors that have equal shapes on all replicas. `kinds` has for each "sum" (over the
# replicas) or "gather" (along the first axis, by rank); `even` says that the replicas have equally
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
