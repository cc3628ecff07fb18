"""LSTM, GRU and simple recurrent networks over whole sequences as single steps, with their
gradients.

x is (batch, time, features), states are (batch, units). `reverse` walks from the last time to the
first; outputs stay at the time of their input either way. An optional last input `mask` (batch,
time) bool: where it is false the states pass through unchanged and the output repeats the state.
Activations are Keras's defaults (sigmoid for gates, tanh). Gradients of gradients are not offered.

Reference: Hochreiter and Schmidhuber, 1997, Long short-term memory; Cho et al., 2014, Learning
phrase representations using RNN encoder-decoder (GRU, here with the reset after the recurrent
product).
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives import precision


def _sigmoid(x):
    return 0.5 * np.tanh(0.5 * x) + 0.5


def _times(time, reverse):
    return range(time - 1, -1, -1) if reverse else range(time)


def _flat(x):
    return x.reshape(-1, x.shape[-1])


def _check(x, states, kernel, recurrent_kernel, mask, gates):
    if x.ndim != 3:
        raise errors.shape_mismatch("inputs", got=x.shape, expected="(batch, time, features)")
    units = recurrent_kernel.shape[0]
    expected = {"kernel": (kernel, (x.shape[2], gates * units))}
    expected["recurrent_kernel"] = (recurrent_kernel, (units, gates * units))
    expected |= {f"initial_state[{i}]": (s, (x.shape[0], units)) for i, s in enumerate(states)}
    expected |= {f"mask[{i}]": (m, x.shape[:2]) for i, m in enumerate(mask)}
    for name, (value, shape) in expected.items():
        if value.shape != shape:
            raise errors.shape_mismatch(name, got=value.shape, expected=shape)
    return x.shape[0], x.shape[1], units


def _keep(mask, t, new, old):
    return np.where(mask[0][:, t, None], new, old) if mask else new


def _once(name):
    def gradient(*_, **__):
        raise errors.unsupported(
            f"The gradient of the gradient of {name}",
            "Use the layer with `unroll=True`, or `RNN` with a cell.",
        )

    return gradient


def _zeros(spec):
    return np.zeros(spec.shape, dtypes.to_numpy(spec.dtype))


def _given(gradients, outputs, count):
    """The gradients of the first `count` outputs, zeros where nobody sent one."""
    if any(g is not None for g in gradients[count:]):
        raise errors.unsupported("A gradient through saved gates", "Use the states.")
    pairs = list(zip(gradients, outputs, strict=True))[:count]
    return [_zeros(y) if g is None else g for g, y in pairs]


def _like(*xs):
    return tuple(Spec(x.shape, x.dtype) for x in xs)


# LSTM.


def _lstm_rule(x, h0, c0, kernel, recurrent_kernel, bias, *mask, reverse):
    batch, time, units = _check(x, (h0, c0), kernel, recurrent_kernel, mask, 4)
    if bias.shape != (4 * units,):
        raise errors.shape_mismatch("bias", got=bias.shape, expected=(4 * units,))
    sequence, state = Spec((batch, time, units), x.dtype), Spec((batch, units), x.dtype)
    return sequence, state, state, sequence, Spec((batch, time, 4 * units), x.dtype)


def _lstm(x, h0, c0, kernel, recurrent_kernel, bias, *mask, reverse):
    (batch, time, _), units = x.shape, h0.shape[1]
    gates = (_flat(x) @ kernel + bias).reshape(batch, time, 4 * units)
    hidden = np.empty((batch, time, units), gates.dtype)
    cells = np.empty_like(hidden)
    h, c = h0, c0
    for t in _times(time, reverse):
        z = gates[:, t] + h @ recurrent_kernel
        z[:, : 2 * units] = _sigmoid(z[:, : 2 * units])
        z[:, 2 * units : 3 * units] = np.tanh(z[:, 2 * units : 3 * units])
        z[:, 3 * units :] = _sigmoid(z[:, 3 * units :])
        gates[:, t] = z
        i, f, candidate, o = np.split(z, 4, axis=1)
        new_c = f * c + i * candidate
        h, c = _keep(mask, t, o * np.tanh(new_c), h), _keep(mask, t, new_c, c)
        hidden[:, t], cells[:, t] = h, c
    return hidden, h.copy(), c.copy(), cells, gates


def _lstm_backward(
    g, g_h, g_c, x, h0, c0, kernel, recurrent_kernel, hidden, cells, gates, *mask, reverse
):
    time = x.shape[1]
    d_gates = np.zeros_like(gates)
    times = list(_times(time, reverse))
    dh, dc = g_h, g_c
    for step in range(time - 1, -1, -1):
        t = times[step]
        before = cells[:, times[step - 1]] if step else c0
        i, f, candidate, o = np.split(gates[:, t], 4, axis=1)
        squashed = np.tanh(f * before + i * candidate)
        dh = dh + g[:, t]
        dc_new = dc + dh * o * (1 - squashed * squashed)
        dz = np.concatenate(
            [
                dc_new * candidate * i * (1 - i),
                dc_new * before * f * (1 - f),
                dc_new * i * (1 - candidate * candidate),
                dh * squashed * o * (1 - o),
            ],
            axis=1,
        )
        dz = _keep(mask, t, dz, np.zeros_like(dz))
        d_gates[:, t] = dz
        dh, dc = _keep(mask, t, 0, dh) + dz @ recurrent_kernel.T, _keep(mask, t, dc_new * f, dc)
    previous = _previous(hidden, h0, reverse)
    flat = _flat(d_gates)
    return (
        (flat @ kernel.T).reshape(x.shape),
        dh,
        dc,
        _flat(x).T @ flat,
        _flat(previous).T @ flat,
        flat.sum(axis=0),
    )


def _previous(hidden, h0, reverse):
    """The state before each time step: (batch, time, units)."""
    first = h0[:, None]
    parts = [hidden[:, 1:], first] if reverse else [first, hidden[:, :-1]]
    return np.concatenate(parts, axis=1)


def _lstm_gradient(g, y, x, h0, c0, kernel, recurrent_kernel, bias, *mask, reverse):
    hidden, _, _, cells, gates = y
    sent = _given(g, y, 3)
    gradients = lstm_gradient(
        *sent, x, h0, c0, kernel, recurrent_kernel, hidden, cells, gates, *mask, reverse=reverse
    )
    return *gradients, *(None for _ in mask)


def _lstm_gradient_rule(g, g_h, g_c, x, h0, c0, kernel, recurrent_kernel, *_, reverse):
    bias = Spec(kernel.shape[1:], kernel.dtype)
    return *_like(x, h0, c0, kernel, recurrent_kernel), bias


# Inputs x, h0, c0, kernel (features, 4 * units), recurrent_kernel (units, 4 * units), bias (4 *
# units) with the gates in the order input, forget, candidate, output, and maybe mask. Gives the
# hidden states of all times, the last hidden state, the last cell state, and for the gradient the
# cell states and the gates after activation.
lstm = primitive("lstm", _lstm_rule, precision.widened(_lstm), _lstm_gradient, kernel="rnn.lstm")
# Inputs the gradients of the first three outputs, then x, h0, c0, kernel, recurrent_kernel,
# hidden, cells, gates and maybe mask; gives the gradients by x, h0, c0, kernel, recurrent_kernel,
# bias.
lstm_gradient = primitive(
    "lstm_gradient",
    _lstm_gradient_rule,
    precision.widened(_lstm_backward),
    _once("an LSTM"),
    kernel="rnn.lstm_gradient",
)


# GRU.


def _gru_rule(x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    batch, time, units = _check(x, (h0,), kernel, recurrent_kernel, mask, 3)
    if bias.shape != (2, 3 * units):
        raise errors.shape_mismatch("bias", got=bias.shape, expected=(2, 3 * units))
    sequence, state = Spec((batch, time, units), x.dtype), Spec((batch, units), x.dtype)
    return sequence, state, Spec((batch, time, 4 * units), x.dtype)


def _gru(x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    (batch, time, _), units = x.shape, h0.shape[1]
    inputs = (_flat(x) @ kernel + bias[0]).reshape(batch, time, 3 * units)
    hidden = np.empty((batch, time, units), inputs.dtype)
    gates = np.empty((batch, time, 4 * units), inputs.dtype)
    h = h0
    for t in _times(time, reverse):
        recurrent = h @ recurrent_kernel + bias[1]
        inner = recurrent[:, 2 * units :]
        update, reset = np.split(
            _sigmoid(inputs[:, t, : 2 * units] + recurrent[:, : 2 * units]), 2, axis=1
        )
        candidate = np.tanh(inputs[:, t, 2 * units :] + reset * inner)
        h = _keep(mask, t, update * h + (1 - update) * candidate, h)
        hidden[:, t] = h
        gates[:, t] = np.concatenate([update, reset, candidate, inner], axis=1)
    return hidden, h.copy(), gates


def _gru_backward(g, g_h, x, h0, kernel, recurrent_kernel, hidden, gates, *mask, reverse):
    batch, time, _ = x.shape
    units = h0.shape[1]
    d_inputs = np.zeros((batch, time, 3 * units), hidden.dtype)
    d_recurrent = np.zeros_like(d_inputs)
    previous = _previous(hidden, h0, reverse)
    dh = g_h
    for t in reversed(_times(time, reverse)):
        update, reset, candidate, inner = np.split(gates[:, t], 4, axis=1)
        dh = dh + g[:, t]
        d_candidate = dh * (1 - update) * (1 - candidate * candidate)
        d_update = dh * (previous[:, t] - candidate) * update * (1 - update)
        d_reset = d_candidate * inner * reset * (1 - reset)
        dz = np.concatenate([d_update, d_reset, d_candidate], axis=1)
        dz = _keep(mask, t, dz, np.zeros_like(dz))
        d_inputs[:, t] = dz
        dz = np.concatenate([dz[:, : 2 * units], dz[:, 2 * units :] * reset], axis=1)
        d_recurrent[:, t] = dz
        dh = _keep(mask, t, dh * update, dh) + dz @ recurrent_kernel.T
    inputs, recurrent = _flat(d_inputs), _flat(d_recurrent)
    return (
        (inputs @ kernel.T).reshape(x.shape),
        dh,
        _flat(x).T @ inputs,
        _flat(previous).T @ recurrent,
        np.stack([inputs.sum(axis=0), recurrent.sum(axis=0)]),
    )


def _gru_gradient(g, y, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    hidden, _, gates = y
    sent = _given(g, y, 2)
    gradients = gru_gradient(
        *sent, x, h0, kernel, recurrent_kernel, hidden, gates, *mask, reverse=reverse
    )
    return *gradients, *(None for _ in mask)


def _gru_gradient_rule(g, g_h, x, h0, kernel, recurrent_kernel, *_, reverse):
    bias = Spec((2, kernel.shape[1]), kernel.dtype)
    return *_like(x, h0, kernel, recurrent_kernel), bias


# Inputs x, h0, kernel (features, 3 * units), recurrent_kernel (units, 3 * units), bias (2, 3 *
# units: of the input's and of the state's product) with the gates in the order update, reset,
# candidate, and maybe mask. Gives the states of all times, the last state, and for the gradient
# (batch, time, 4 * units): update, reset and candidate after activation, and the candidate's
# recurrent part before the reset.
gru = primitive("gru", _gru_rule, precision.widened(_gru), _gru_gradient, kernel="rnn.gru")
# Inputs the gradients of the first two outputs, then x, h0, kernel, recurrent_kernel, hidden,
# gates and maybe mask; gives the gradients by x, h0, kernel, recurrent_kernel, bias.
gru_gradient = primitive(
    "gru_gradient",
    _gru_gradient_rule,
    precision.widened(_gru_backward),
    _once("a GRU"),
    kernel="rnn.gru_gradient",
)


# Simple recurrent network.


def _simple_rule(x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    batch, time, units = _check(x, (h0,), kernel, recurrent_kernel, mask, 1)
    if bias.shape != (units,):
        raise errors.shape_mismatch("bias", got=bias.shape, expected=(units,))
    return Spec((batch, time, units), x.dtype), Spec((batch, units), x.dtype)


def _simple(x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    batch, time, _ = x.shape
    hidden = (_flat(x) @ kernel + bias).reshape(batch, time, h0.shape[1])
    h = h0
    for t in _times(time, reverse):
        h = _keep(mask, t, np.tanh(hidden[:, t] + h @ recurrent_kernel), h)
        hidden[:, t] = h
    return hidden, h.copy()


def _simple_backward(g, g_h, x, h0, kernel, recurrent_kernel, hidden, *mask, reverse):
    d_sums = np.zeros_like(hidden)
    dh = g_h
    for t in reversed(_times(x.shape[1], reverse)):
        dh = dh + g[:, t]
        dz = dh * (1 - hidden[:, t] * hidden[:, t])
        dz = _keep(mask, t, dz, np.zeros_like(dz))
        d_sums[:, t] = dz
        dh = _keep(mask, t, 0, dh) + dz @ recurrent_kernel.T
    flat, previous = _flat(d_sums), _previous(hidden, h0, reverse)
    d_kernels = _flat(x).T @ flat, _flat(previous).T @ flat
    return (flat @ kernel.T).reshape(x.shape), dh, *d_kernels, flat.sum(axis=0)


def _simple_gradient(g, y, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    sent = _given(g, y, 2)
    gradients = simple_rnn_gradient(
        *sent, x, h0, kernel, recurrent_kernel, y[0], *mask, reverse=reverse
    )
    return *gradients, *(None for _ in mask)


def _simple_gradient_rule(g, g_h, x, h0, kernel, recurrent_kernel, *_, reverse):
    bias = Spec(kernel.shape[1:], kernel.dtype)
    return *_like(x, h0, kernel, recurrent_kernel), bias


# Inputs x, h0, kernel (features, units), recurrent_kernel (units, units), bias (units) and maybe
# mask. Gives the states of all times and the last state.
simple_rnn = primitive(
    "simple_rnn",
    _simple_rule,
    precision.widened(_simple),
    _simple_gradient,
    kernel="rnn.simple_rnn",
)
# Inputs the gradients of both outputs, then x, h0, kernel, recurrent_kernel, hidden and maybe
# mask; gives the gradients by x, h0, kernel, recurrent_kernel, bias.
simple_rnn_gradient = primitive(
    "simple_rnn_gradient",
    _simple_gradient_rule,
    precision.widened(_simple_backward),
    _once("a simple recurrent network"),
    kernel="rnn.simple_rnn_gradient",
)
