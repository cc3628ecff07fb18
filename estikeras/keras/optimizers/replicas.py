"""How gradients of the replicas become those of the global batch, before an optimizer uses them."""

import contextlib

from estikeras.ops import replicas
from strategies import context


@contextlib.contextmanager
def combined_gradients(grads):
    """Give the gradients of the global batch; what runs inside is the same on all replicas, and no
    longer one replica's part of the step.

    Args:
        grads: list of this replica's gradients; None where a variable has none.
    """
    grads = replicas.combined_gradients(grads)
    with context.entered(None):
        yield grads
