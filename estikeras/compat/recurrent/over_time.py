"""The functions that run cells over time."""

from estikeras import errors, ops
from estikeras.compat.recurrent.cell import over_time
from estikeras.compat.variable_scopes import variable_scope
from estikeras.engine import tree
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_indexing
from estikeras.public import public


def _first_state(cell, state, x, dtype):
    if state is not None:
        return state
    if dtype is None:
        raise errors.invalid("dtype", got=None, expected="a dtype, or `initial_state`")
    return cell.zero_state(x.shape[0], dtype)


def _lengths(sequence_length, batch):
    if sequence_length is None:
        return None
    lengths = ops.cast(as_tensor(sequence_length), "int32")
    if lengths.shape != (batch,):
        raise errors.shape_mismatch("sequence_length", got=lengths.shape, expected=(batch,))
    return lengths


@public("compat.v1.nn.dynamic_rnn")
def dynamic_rnn(
    cell,
    inputs,
    sequence_length=None,
    initial_state=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """A cell over time.

    Args:
        cell: RNNCell.
        inputs: (batch, time, features), or (time, batch, features) with `time_major`.
        sequence_length: (batch,) int, from where on a row's outputs are zeros and its state stays;
            None for whole rows.
        initial_state: the first state; None stands for zeros.
        dtype: dtype of such zeros.
        parallel_iterations: of no consequence.
        swap_memory: of no consequence.
        time_major: whether the first axis is time, also of the outputs.
        scope: name of the variable scope, or a VariableScope; None stands for "rnn".

    Returns:
        The outputs, with the axes of the inputs, and the last state.

    Raises:
        ValueError: without a first state and a dtype.
    """

    def turned(x):
        return x if time_major else ops.swapaxes(x, 0, 1)

    with variable_scope(scope or "rnn"):
        inputs = turned(as_tensor(inputs))
        lengths = _lengths(sequence_length, inputs.shape[1])
        state = _first_state(cell, initial_state, inputs[0], dtype)
        outputs, state = over_time(cell)(inputs, state, lengths)
    return tree.map_structure(turned, outputs), state


@public("compat.v1.nn.bidirectional_dynamic_rnn")
def bidirectional_dynamic_rnn(
    cell_fw,
    cell_bw,
    inputs,
    sequence_length=None,
    initial_state_fw=None,
    initial_state_bw=None,
    dtype=None,
    parallel_iterations=None,
    swap_memory=False,
    time_major=False,
    scope=None,
):
    """Two cells over time, the second one from the end.

    Args:
        cell_fw: RNNCell from the beginning.
        cell_bw: RNNCell from the end.
        inputs: (batch, time, features), or (time, batch, features) with `time_major`.
        sequence_length: (batch,) int, where rows end, or None.
        initial_state_fw: the first state of the first cell, or None.
        initial_state_bw: the first state of the second cell, or None.
        dtype: dtype of states of zeros.
        parallel_iterations: of no consequence.
        swap_memory: of no consequence.
        time_major: whether the first axis is time.
        scope: name of the variable scope; None stands for "bidirectional_rnn".

    Returns:
        Pairs of outputs and of last states, those of the first cell and of the second.
    """
    inputs = as_tensor(inputs)
    axis = 0 if time_major else 1

    def turned(x):
        if sequence_length is None:
            return ops.flip(x, axis=axis)
        return tf_indexing.reverse_sequence(x, sequence_length, axis, 1 - axis)

    rest = {"sequence_length": sequence_length, "dtype": dtype, "time_major": time_major}
    with variable_scope(scope or "bidirectional_rnn"):
        forward, last_fw = dynamic_rnn(
            cell_fw, inputs, initial_state=initial_state_fw, scope="fw", **rest
        )
        backward, last_bw = dynamic_rnn(
            cell_bw, turned(inputs), initial_state=initial_state_bw, scope="bw", **rest
        )
    return (forward, tree.map_structure(turned, backward)), (last_fw, last_bw)


@public("compat.v1.nn.static_rnn")
def static_rnn(cell, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
    """A cell over a list of inputs.

    Args:
        cell: RNNCell.
        inputs: list of (batch, features), one for each step.
        initial_state: the first state; None stands for zeros.
        dtype: dtype of such zeros.
        sequence_length: (batch,) int, where rows end, or None.
        scope: name of the variable scope; None stands for "rnn".

    Returns:
        The list of outputs, and the last state.
    """
    if not inputs:
        raise errors.invalid("inputs", got=inputs, expected="a list of at least one tensor")
    steps = [as_tensor(x) for x in inputs]
    with variable_scope(scope or "rnn"):
        lengths = _lengths(sequence_length, steps[0].shape[0])
        state = _first_state(cell, initial_state, steps[0], dtype)
        outputs, state = over_time(cell)(ops.stack(steps), state, lengths)
    count = len(steps)
    parts = [ops.unstack(y, num=count) for y in tree.flatten(outputs)]
    return [tree.pack_sequence_as(outputs, list(row)) for row in zip(*parts, strict=True)], state
