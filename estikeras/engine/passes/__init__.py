"""Passes: rewrites of a graph that leave its meaning alone, one file each. A pass takes a graph and
changes it in place.
"""

from estikeras.engine.passes.collectives import join_collectives
from estikeras.engine.passes.constants import fold_constants
from estikeras.engine.passes.dead import remove_dead
from estikeras.engine.passes.duplicates import merge_duplicates
from estikeras.engine.passes.fuse import fuse_elementwise
from estikeras.engine.passes.gathers import gather_additive
from estikeras.engine.passes.identities import remove_identities
from estikeras.engine.passes.loops import narrow_loops

PASSES = (
    remove_dead,
    fold_constants,
    remove_identities,
    merge_duplicates,
    narrow_loops,
    remove_dead,
    gather_additive,
    join_collectives,
    fuse_elementwise,
)


def run(graph):
    """Run all passes in order and check the graph after each."""
    for rewrite in PASSES:
        rewrite(graph)
        graph.verify()
    return graph
