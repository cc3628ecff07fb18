"""How ranks exchange arrays: a handful of communicators that all keep one contract (base.py), so
that a training loop chooses by name. They know NumPy and MPI; they must not know what the numbers
mean: gradients, metrics and the words of the tail are the caller's.
"""

from strategies.communicators.base import TAIL, Buffer, Communicator, Layout, Segment
from strategies.communicators.flat import Flat
from strategies.communicators.naive import Naive
from strategies.communicators.shared import Auto, Shared

__all__ = ["TAIL", "Buffer", "Communicator", "Layout", "Segment", "check", "create"]

COMMUNICATORS = {cls.name: cls for cls in (Auto, Shared, Flat, Naive)}
COMPRESSIONS = (None, "bf16")


def create(name, cluster, compression=None):
    """The communicator of that name. All ranks of the cluster call it.

    Args:
        name: "auto" takes shared memory where it helps; "shared" takes it always; "flat" is one
            MPI.Allreduce; "naive" pickles, and is the specification of the others.
        cluster: the Cluster whose ranks exchange.
        compression: "bf16" sends float32 sums between machines (with "flat": between ranks) as
            bfloat16 numbers, half the bytes, and adds them in float32; None sends what there is.

    Returns:
        A Communicator.

    Raises:
        ValueError: if there is no such communicator or compression.
    """
    check(name, compression)
    return COMMUNICATORS[name](cluster, compression)


def check(name, compression):
    """Raise ValueError if there is no such communicator or compression."""
    if name not in COMMUNICATORS:
        raise ValueError(
            f"There is no communicator {name!r}; there are {', '.join(COMMUNICATORS)}."
        )
    if compression not in COMPRESSIONS:
        raise ValueError(f"compression must be one of {COMPRESSIONS}, not {compression!r}.")
