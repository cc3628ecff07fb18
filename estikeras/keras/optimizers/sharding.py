"""Updates that the ranks of a machine share: each updates its pieces of one copy of the weights.

Knows optimizers that work element by element; how gradients meet is `ops.replicas`'s.
"""

import contextlib

from estikeras import errors
from estikeras.engine.variable import Piece, Variable
from estikeras.ops import replicas

_OPTIONS = ("clipnorm", "global_clipnorm", "gradient_accumulation_steps", "use_ema")


def check(optimizer, variables):
    """Raise NotImplementedError for what is not done element by element."""
    found = [name for name in _OPTIONS if getattr(optimizer, name)]
    found += [f"the constraint of {v.path!r}" for v in variables if v.constraint is not None]
    if not optimizer.elementwise:
        found.insert(0, f"the optimizer {type(optimizer).__name__}")
    if found:
        raise errors.unsupported(
            f"`shard_update` with {found[0]}",
            "Leave `shard_update` out, or use an optimizer such as Adam without it.",
        )


@contextlib.contextmanager
def on_pieces(optimizer, grads, variables):
    """Give this rank's pieces of the global batch's gradients and of the variables. Inside, the
    optimizer's own variables are pieces too; afterwards the ranks wait for one another.

    Args:
        optimizer: the Optimizer.
        grads: list of this replica's gradients; None where a variable has none.
        variables: the variables, in the same order.
    """
    check(optimizer, variables)
    pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    found = replicas.gradient_pieces([g for g, _ in pairs])
    own = {
        variable: (piece, Piece(variable, *span), span)
        for (_, variable), (piece, span) in zip(pairs, found, strict=True)
        if span[1] > span[0]
    }
    before, trained = dict(vars(optimizer)), optimizer._trainable_variables
    places = [(i, v) for i, v in enumerate(trained) if v in own]
    for name, value in before.items():
        if value is not trained and _goes_along(value, trained):
            slots = list(value)
            for i, v in places:
                if slots[i] is not None:
                    slots[i] = Piece(slots[i], *own[v][2])
            vars(optimizer)[name] = slots
    vars(optimizer)["_trainable_variables_indices"] = {own[v][1]: i for i, v in places}
    try:
        yield [piece for piece, _, _ in own.values()], [v for _, v, _ in own.values()]
    finally:
        vars(optimizer).update(before)
    replicas.settle()


def _goes_along(value, variables):
    """Whether an attribute is a list with a variable for each of the trained ones."""
    return (
        isinstance(value, list)
        and len(value) == len(variables)
        and all(
            slot is None or (isinstance(slot, Variable) and slot.shape == v.shape)
            for slot, v in zip(value, variables, strict=True)
        )
    )
