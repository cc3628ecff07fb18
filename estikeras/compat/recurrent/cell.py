"""What recurrent cells share: a variable scope of their own, and states that begin with zeros."""

from collections import namedtuple

from estikeras import errors, ops
from estikeras.compat import initializers
from estikeras.compat.variable_scopes import get_variable, variable_scope
from estikeras.engine import naming
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
    `build(features)` and computes a step in `call(inputs, state)`.

    Args:
        trainable: whether optimizers train its variables.
        name: name of its variable scope; None takes the class's.
        dtype: dtype of its variables; None takes the scope's.
        reuse: whether its scope has the variables already.
    """

    def __init__(self, trainable=True, name=None, dtype=None, reuse=None):
        self._trainable, self._dtype, self._reuse = trainable, dtype, reuse
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

    def build(self, features):
        """Make variables for inputs of so many features."""

    def call(self, inputs, state):
        """The output and the next state; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `call`.")

    def __call__(self, inputs, state, scope=None):
        if self._scope is None:
            wanted = self._base_name if self._reuse and scope is None else scope
            with variable_scope(wanted, default_name=self._base_name) as self._scope:
                pass
        reuse = True if self.built else self._reuse
        with variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False):
            inputs = as_tensor(inputs)
            if not self.built:
                self.build(inputs.shape[-1])
                self.built = True
            return self.call(inputs, state)

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

    def add_weight(self, name, shape, initializer=None):
        """The variable of a name in the cell's scope."""
        return get_variable(name, shape, self._dtype, initializer, trainable=self._trainable)

    def add_linear(self, features, units, name="", initializer=None, bias=0.0):
        """The variables of a product with a kernel and of an offset."""
        prefix = f"{name}/" if name else ""
        kernel = self.add_weight(f"{prefix}kernel", (features, units), initializer)
        constant = bias if callable(bias) else initializers.Constant(bias)
        return kernel, self.add_weight(f"{prefix}bias", (units,), constant)


def check_state_is_tuple(state_is_tuple):
    """Refuse states that are one tensor."""
    if not state_is_tuple:
        raise errors.unsupported("`state_is_tuple=False`", "Take the parts of the state apart.")


def linear(pair, *inputs):
    """The inputs, beside each other, times a kernel, plus an offset."""
    kernel, bias = pair
    return ops.matmul(ops.concatenate(inputs, axis=1), kernel) + bias
