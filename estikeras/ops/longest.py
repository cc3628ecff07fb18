"""The longest of some lengths, as a size.

Sizes in a model function must be known when it is traced, for a batch of some shape, and lengths
are not. But batches of sequences are padded to their longest one: the size that is wanted is one of
the batch, which is taken, and checked when the batch is there.
"""

import contextlib

from estikeras.engine.operation import is_traced
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import as_tensor
from estikeras.ops import assertions, comparison, core, reduction
from strategies.context import replica

_UNCHANGED = ("cast", "reshape", "stop_gradient")


def longest(lengths, function, instead):
    """The greatest of lengths.

    Args:
        lengths: integer tensor.
        function: what asks, for messages.
        instead: what to write where it is not known.

    Returns:
        An int, and a context in which to make what depends on it.

    Raises:
        TraceError: in a trace, if the batch has no such size, or several that may be meant.
    """
    lengths = as_tensor(lengths)
    graph = session_graph() if is_traced(lengths) else None
    sizes = set() if graph is None else _sizes_after(lengths.shape, graph.inputs)
    if len(sizes) != 1:
        values = core.value_for_size(lengths, function, instead)
        return int(values.max(initial=0)), contextlib.nullcontext()
    size = int(sizes.pop())
    if graph.unknown_size is not None:  # what is exported has sizes of its own
        return size, contextlib.nullcontext()
    # A replica's rows may be shorter than the longest of the whole batch.
    fits = comparison.equal if replica() is None else comparison.greater_equal
    message = f"{function} took the size {size} of the batch for the longest of other lengths. "
    holds = fits(size, reduction.max(lengths))
    return size, graph.requiring([assertions.require(holds, [message + instead, lengths])])


def size_of(maxlen, function, instead):
    """What `longest` gives, for a size that may be a tensor: the maximum of lengths."""
    if not is_traced(maxlen):
        return int(maxlen), contextlib.nullcontext()
    node = maxlen.node
    while node.kind == "apply" and node.primitive.name in _UNCHANGED:
        node = node.inputs[0].node
    is_maximum = node.kind == "apply" and node.primitive.name == "reduce_max"
    of_all = is_maximum and len(node.params["axes"]) == len(node.inputs[0].shape)
    return longest(node.inputs[0] if of_all else maxlen, function, instead)


def _sizes_after(shape, inputs):
    """The sizes that come after some in the shapes of a batch's tensors."""
    before, axis = tuple(shape), len(shape)
    found = [tuple(x.shape) for x in inputs] if axis else []
    return {sizes[axis] for sizes in found if len(sizes) > axis and sizes[:axis] == before}
