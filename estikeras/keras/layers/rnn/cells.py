"""What the layers that hold recurrent cells ask of a cell. Knows the protocol only, no cell.

A cell has `call(inputs, states)` and `state_size`, one size or a list of them; it may have
`output_size` and `get_initial_state(batch_size)`.
"""

import inspect

from estikeras import errors, ops
from estikeras.keras.layers.layer import Layer


def check(argument, cell):
    """Raise ValueError unless the value is a cell."""
    if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
        raise errors.invalid(argument, got=cell, expected="a cell, with `call` and `state_size`")


def as_list(value):
    """Return the value as a list; one that is none becomes a list of one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def build(cell, input_shape):
    """Build the cell for one step's input, unless it is built or no layer."""
    if isinstance(cell, Layer) and not cell.built:
        cell.build(input_shape)
        cell.built = True


def output_shape(cell):
    """Return the shape of the cell's output, without the batch."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = as_list(cell.state_size)[0]
    return tuple(as_list(size))


def initial_state(cell, batch_size):
    """Return the cell's first states, as the cell gives them, else zeros."""
    if hasattr(cell, "get_initial_state"):
        return cell.get_initial_state(batch_size=batch_size)
    dtype = getattr(cell, "compute_dtype", None)
    return [
        ops.zeros((batch_size, *as_list(size)), dtype=dtype) for size in as_list(cell.state_size)
    ]


def step(cell, inputs, states, training):
    """Return output and next states of one step; `training` goes to cells that take it.

    Raises:
        TypeError: if the cell gives no pair.
    """
    if training is not None and "training" in inspect.signature(cell.call).parameters:
        given = cell(inputs, states, training=training)
    else:
        given = cell(inputs, states)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        expected = f"a pair of output and next states from {cell.__class__.__name__}.call"
        raise errors.wrong_type("cell", got=given, expected=expected)
    return given
