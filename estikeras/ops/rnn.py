"""Recurrent networks over whole sequences, for the layers: one step each, fast and with a gradient
of its own.

No public names: the reference has none for these. x is (batch, time, features); outputs stay at
the time of their input, also with `reverse`; where a mask is false the states pass through and the
output repeats the state.
"""

import numpy as np

from estikeras.engine import dtypes
from estikeras.ops.core import boolean, tensor
from estikeras.primitives import rnn


def _operands(x, *others):
    return tuple(tensor(other, x.dtype) for other in others)


def _zeros(shape, x):
    return np.zeros(shape, dtypes.to_numpy(x.dtype))


def _bias(bias, shape, x):
    return _zeros(shape, x) if bias is None else tensor(bias, x.dtype)


def _masks(mask):
    return () if mask is None else (boolean(mask),)


def lstm(x, h, c, kernel, recurrent_kernel, bias=None, mask=None, reverse=False):
    """A long short-term memory with sigmoid gates and tanh, gates in the order input, forget,
    candidate, output.

    Args:
        x: (batch, time, features).
        h: the first hidden state (batch, units).
        c: the first cell state (batch, units).
        kernel: (features, 4 * units).
        recurrent_kernel: (units, 4 * units).
        bias: (4 * units), or None.
        mask: (batch, time) bool, or None.
        reverse: whether time runs from the end.

    Returns:
        The hidden states (batch, time, units), the last hidden state and the last cell state.
    """
    h, c, kernel, recurrent_kernel = _operands(x, h, c, kernel, recurrent_kernel)
    bias = _bias(bias, kernel.shape[1:], x)
    inputs = (x, h, c, kernel, recurrent_kernel, bias, *_masks(mask))
    return rnn.lstm(*inputs, reverse=bool(reverse))[:3]


def gru(x, h, kernel, recurrent_kernel, bias=None, mask=None, reverse=False):
    """A gated recurrent unit with sigmoid gates and tanh, the reset after the recurrent product.

    Args:
        x: (batch, time, features).
        h: the first state (batch, units).
        kernel: (features, 3 * units), gates in the order update, reset, candidate.
        recurrent_kernel: (units, 3 * units).
        bias: (2, 3 * units), of the input's and of the state's product, or None.
        mask: (batch, time) bool, or None.
        reverse: whether time runs from the end.

    Returns:
        The states (batch, time, units) and the last state.
    """
    h, kernel, recurrent_kernel = _operands(x, h, kernel, recurrent_kernel)
    bias = _bias(bias, (2, kernel.shape[1]), x)
    inputs = (x, h, kernel, recurrent_kernel, bias, *_masks(mask))
    return rnn.gru(*inputs, reverse=bool(reverse))[:2]


def simple_rnn(x, h, kernel, recurrent_kernel, bias=None, mask=None, reverse=False):
    """The recurrence `h = tanh(x @ kernel + h @ recurrent_kernel + bias)`.

    Args:
        x: (batch, time, features).
        h: the first state (batch, units).
        kernel: (features, units).
        recurrent_kernel: (units, units).
        bias: (units), or None.
        mask: (batch, time) bool, or None.
        reverse: whether time runs from the end.

    Returns:
        The states (batch, time, units) and the last state.
    """
    h, kernel, recurrent_kernel = _operands(x, h, kernel, recurrent_kernel)
    bias = _bias(bias, kernel.shape[1:], x)
    inputs = (x, h, kernel, recurrent_kernel, bias, *_masks(mask))
    return rnn.simple_rnn(*inputs, reverse=bool(reverse))
