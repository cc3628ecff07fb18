"""What recurrent cells share: a variable scope of their own, and states that begin with zeros."""

import contextlib
import functools
import re
from collections import namedtuple

import numpy as np

from estikeras import errors, ops
from estikeras.compat import initializers
from estikeras.compat.collections import GraphKeys, get_collection
from estikeras.compat.variable_scopes import finding_again, get_variable, variable_scope
from estikeras.engine import naming, tree
from estikeras.engine.shapes import TensorShape
from estikeras.engine.tensor import as_tensor
from estikeras.public import public

LSTMStateTuple = public("compat.v1.nn.rnn_cell.LSTMStateTuple")(
    namedtuple("LSTMStateTuple", ("c", "h"))
)


def map_sizes(function, size):
    """A state of the structure of `state_size`, with a function of each size."""
    if isinstance(size, tuple | list):
        parts = [map_sizes(function, part) for part in size]
        return type(size)(*parts) if hasattr(size, "_fields") else type(size)(parts)
    return function(int(size))


@public("compat.v1.nn.rnn_cell.RNNCell")
class RNNCell:
    """The base of cells. A subclass has `state_size` and `output_size`, makes variables in
    `build(inputs_shape)` or as it needs them, and computes a step in `call(inputs, state)`.

    Args:
        trainable: whether optimizers train its variables.
        name: name of its variable scope; None takes the class's.
        dtype: dtype of its variables; None takes the scope's.
        _reuse: whether its scope has the variables already.
    """

    def __init__(self, trainable=True, name=None, dtype=None, _reuse=None):
        self._trainable, self._dtype, self._reuse = trainable, dtype, _reuse
        self._base_name = name or naming.to_snake_case(type(self).__name__)
        self._scope, self.built = None, False

    @property
    def state_size(self):
        """Size of the state (an int), or a structure of them."""
        raise NotImplementedError(f"{type(self).__name__} must define `state_size`.")

    @property
    def output_size(self):
        """Size of the output, an int."""
        raise NotImplementedError(f"{type(self).__name__} must define `output_size`.")

    def build(self, inputs_shape):
        """Make variables for inputs of a shape.

        Args:
            inputs_shape: TensorShape of the inputs of a step.
        """

    @property
    def name(self):
        """The name that its variable scope is called after."""
        return self._base_name

    @property
    def dtype(self):
        """The dtype of its variables, None for that of the scope."""
        return self._dtype

    @property
    def variables(self):
        """The list of its variables, in the order in which they were made."""
        return self._those_of(GraphKeys.GLOBAL_VARIABLES)

    weights = variables

    @property
    def trainable_variables(self):
        """The list of the variables that optimizers train."""
        return self._those_of(GraphKeys.TRAINABLE_VARIABLES)

    trainable_weights = trainable_variables

    def _those_of(self, collection):
        if self._scope is None:
            return []
        return get_collection(collection, f"{re.escape(self._scope.name)}/")

    def call(self, inputs, state):
        """The output and the next state; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def __call__(self, inputs, state, scope=None):
        inputs = as_tensor(inputs)
        with self._entered(inputs.shape, scope):
            return self.call(inputs, state)

    def over_time(self, inputs, state, lengths):
        """The outputs of all steps, and the last state.

        Args:
            inputs: (time, batch, features).
            state: structure of (batch, size).
            lengths: (batch,) int, or None. From there on a row's outputs are zeros, and its state
                stays.
        """
        return walk(self, inputs, state, lengths)

    @contextlib.contextmanager
    def _entered(self, inputs_shape, scope=None):
        """A `with` block in the cell's variable scope, with its variables made."""
        if self._scope is None:
            wanted = self._base_name if self._reuse and scope is None else scope
            with variable_scope(wanted, default_name=self._base_name) as self._scope:
                pass
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False):
            if not self.built:
                self.build(TensorShape(inputs_shape))
                self.built = True
            yield

    def _is(self, kind):
        """Whether a step is that of a class, not a subclass's own."""
        return type(self).call is kind.call and type(self).__call__ is kind.__call__

    def zero_state(self, batch_size, dtype):
        """A state of zeros.

        Args:
            batch_size: int.
            dtype: dtype of the state.
        """
        return map_sizes(
            lambda size: ops.zeros((int(batch_size), size), dtype=dtype), self.state_size
        )

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """A state of zeros for some inputs, or a batch size and a dtype."""
        if inputs is not None:
            inputs = as_tensor(inputs)
            batch_size, dtype = inputs.shape[0], inputs.dtype
        return self.zero_state(batch_size, dtype)

    def add_weight(
        self,
        name,
        shape,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=True,
        constraint=None,
    ):
        """The variable of a name in the cell's scope; see `tf.compat.v1.get_variable`."""
        return get_variable(
            name,
            shape,
            self._dtype if dtype is None else dtype,
            initializer,
            regularizer,
            trainable and self._trainable,
            constraint=constraint,
        )

    add_variable = add_weight

    def add_linear(self, features, units, name="", initializer=None, bias=0.0):
        """The variables of a product with a kernel and of an offset."""
        prefix = f"{name}/" if name else ""
        kernel = self.add_weight(f"{prefix}kernel", (features, units), initializer=initializer)
        constant = bias if callable(bias) else initializers.Constant(bias)
        return kernel, self.add_weight(f"{prefix}bias", (units,), initializer=constant)


def check_state_is_tuple(state_is_tuple):
    """Refuse states that are one tensor."""
    if not state_is_tuple:
        raise errors.unsupported("`state_is_tuple=False`", "Take the parts of the state apart.")


def over_time(cell):
    """How a cell goes over time, which has `RNNCell.over_time` or is one that has only steps."""
    return getattr(cell, "over_time", functools.partial(walk, cell))


def walk(cell, inputs, state, lengths):
    """One step of a cell after the other; see `RNNCell.over_time`."""

    @finding_again
    def step(state, row):
        x, time = row
        output, after = cell(x, state)
        if lengths is not None:
            goes_on = ops.expand_dims(lengths > time, 1)
            output = tree.map_structure(lambda y: ops.where(goes_on, y, ops.zeros_like(y)), output)
            after = tree.map_structure(lambda new, old: ops.where(goes_on, new, old), after, state)
        return after, output

    # The first step is apart: it makes the variables.
    times = np.arange(inputs.shape[0], dtype="int32")
    state, first = step(state, (inputs[0], times[0]))
    begin = tree.map_structure(lambda y: ops.expand_dims(y, 0), first)
    if len(times) == 1:
        return begin, state
    state, rest = ops.scan(step, state, (inputs[1:], times[1:]))
    return tree.map_structure(lambda *ys: ops.concatenate(ys), begin, rest), state


def ends(outputs, lengths):
    """Outputs (time, batch, ...) with zeros after the rows' ends."""
    if lengths is None:
        return outputs
    times = np.arange(outputs.shape[0], dtype="int32")[:, None]
    return ops.where(ops.expand_dims(lengths > times, -1), outputs, ops.zeros_like(outputs))


def linear(pair, *inputs):
    """The inputs, beside each other, times a kernel, plus an offset."""
    kernel, bias = pair
    return ops.matmul(ops.concatenate(inputs, axis=1), kernel) + bias
