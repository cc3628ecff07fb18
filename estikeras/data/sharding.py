"""Which part of a plan is read by whom: its files, and its random choices."""

import os

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.nested import Datasets
from estikeras.data.node import Run, walk
from estikeras.data.sources import Slices
from estikeras.data.storing import Kept, MemoryCache


def files_of(plan):
    """The names of the files that a plan reads, in order; None if it is not made of files alone."""
    leaf = _file_leaf(plan)
    return None if leaf is None else [os.fsdecode(name) for name in leaf.block.tolist()]


def over_files(plan, files):
    """The plan over some of its files."""
    leaf = _file_leaf(plan)
    if leaf is None:
        raise errors.invalid("files", got=files, expected="no files, as the dataset has none")
    names = np.array([os.fsencode(name) for name in files], object)
    return with_others(plan, {leaf: Slices(names)})


def with_common_seed(plan, seed):
    """The plan with Draws that follow from `seed` where nobody gave a seed."""
    replaced = {}
    for number, node in enumerate(walk(plan)):
        draws = getattr(node, "draws", None)
        if draws is not None:
            made = node.with_inputs(node.inputs)
            made.draws = draws.seeded(seed + number)
            replaced[node] = made
        elif isinstance(node, MemoryCache) and any(map(_is_unseeded, walk(node))):
            made = node.with_inputs(node.inputs)
            made.kept = Kept()  # what is kept already may be in this rank's own order
            replaced[node] = made
    return with_others(plan, replaced)


def _is_unseeded(node):
    draws = getattr(node, "draws", None)
    return draws is not None and not draws.is_seeded


def _file_leaf(plan):
    """The Slices of names whose files a step opens, or a function."""
    leaves = {id(node): node for node in walk(plan) if not node.inputs}
    if len(leaves) != 1:
        return None
    (leaf,) = leaves.values()
    is_names = isinstance(leaf, Slices) and not structure.is_structure(leaf.block)
    if not is_names or leaf.block.dtype != object or leaf.block.ndim != 1:
        return None
    if any(_opens_files(node) for node in walk(plan)):
        return leaf
    opening = [node for node in walk(plan) if isinstance(node, Datasets)]
    if not opening or not leaf.rows:
        return None
    element = next(opening[0].source.elements(Run()), None)
    opened = None if element is None else opening[0].dataset(element).plan
    if opened is None or not any(_opens_files(node) for node in walk(opened)):
        return None
    return leaf


def _opens_files(node):
    return getattr(node, "opens_files", False)


def with_others(plan, replaced):
    """The plan with other steps in place of some, a dict."""
    inputs = [with_others(source, replaced) for source in plan.inputs]
    made = replaced.get(plan, plan)
    if any(new is not old for new, old in zip(inputs, plan.inputs, strict=True)):
        made = made.with_inputs(inputs)
    return made
