"""The branches of choices in which something is traced: in a trace, all branches run."""

from estikeras.engine import context
from estikeras.ops import comparison


def is_taken():
    """Whether the branches of all choices around are those that are wanted: a boolean scalar, or
    True where there is no choice.
    """
    taken = True
    for choice, wanted in context.current.branches:
        taken = comparison.logical_and(taken, choice if wanted else comparison.logical_not(choice))
    return taken
