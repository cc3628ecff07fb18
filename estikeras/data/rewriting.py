"""Rewrites of plans that leave their elements alone, in the same order and by the same random
choices: rules that are tried at every step, sources first.
"""

from estikeras.data import structure
from estikeras.data.selection import Repeat, Shard, Shuffle, Skip, Take, Zip
from estikeras.data.sources import Gather, Range, Slices
from estikeras.data.storing import MemoryCache

CHOOSERS = (Take, Skip, Shard, Repeat)  # with Shuffle, the steps that could choose by row number


def rewrite(node):
    """The plan that is run for a plan.

    Args:
        node: the last step.
    """
    inputs = [rewrite(source) for source in node.inputs]
    if any(new is not old for new, old in zip(inputs, node.inputs, strict=True)):
        node = node.with_inputs(inputs)
    for rule in RULES:
        node = rule(node)
    return node


def leave_out_nothing(node):
    """Steps that do nothing are left out."""
    nothing = (
        (isinstance(node, Take) and node.count < 0)
        or (isinstance(node, Skip) and node.count == 0)
        or (isinstance(node, Repeat) and node.count == 1)
        or (isinstance(node, Shuffle) and node.buffer_size == 1)
        or (isinstance(node, MemoryCache) and isinstance(node.source, Slices | Range))
    )
    return node.source if nothing else node


def join_slices(node):
    """Rows side by side are rows of more arrays."""
    if not isinstance(node, Zip) or not all(isinstance(s, Slices) for s in node.inputs):
        return node
    rows = min(source.rows for source in node.inputs)
    cut = [structure.take_slice(source.block, 0, rows) for source in node.inputs]
    return Slices(structure.map_leaves(cut.__getitem__, node.template))


def choose_by_number(node):
    """Who chooses among rows in memory chooses among their numbers; the rows are gathered by
    number, once for all such steps.
    """
    after_others = isinstance(node, CHOOSERS) and isinstance(node.source, Gather)
    chosen = _numbers(node.source) if isinstance(node, Shuffle) or after_others else None
    if chosen is None:
        return node
    numbers, slices = chosen
    return Gather(node.with_inputs([numbers]), slices)


def _numbers(node):
    """The row numbers that a step chooses and the Slices they are of; None if it is no choice."""
    if isinstance(node, Slices):
        return Range(0, node.rows), node
    if isinstance(node, Gather):
        return node.source, node.slices
    if isinstance(node, CHOOSERS):
        chosen = _numbers(node.source)
        return chosen and (node.with_inputs([chosen[0]]), chosen[1])
    return None


RULES = (leave_out_nothing, join_slices, choose_by_number)
