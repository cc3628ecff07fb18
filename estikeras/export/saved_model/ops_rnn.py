"""Recurrent networks as TensorFlow's operations: one time step after the other where the number of
steps is known, else a loop.
"""

import numpy as np

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.building import VARIANT, Value, kind_of
from estikeras.export.saved_model.emission import entering
from estikeras.export.saved_model.functions import Body
from estikeras.export.saved_model.pairing import is_known

TABLE = {}
emits = entering(TABLE)


def _split(e, x, count):
    """The gates of a product."""
    return e.op(
        "Split", e.constant(1, "int32"), x,
        outputs=[x.dtype] * count, T=DType(x.dtype), num_split=count,
    )  # fmt: skip


def _products(e, x, kernel, bias):
    """The products of the inputs of all times: (batch, time, gates * units)."""
    batch, time, features = x.shape
    flat = e.reshape(x, (batch * time, features))
    y = e.op("BiasAdd", e.op("MatMul", flat, kernel), bias)
    return e.reshape(y, (batch, time, kernel.shape[1]))


def _run(e, inputs, states, weights, mask, reverse, step):
    """The first states of all times, and the last states.

    Args:
        e: an Emission.
        inputs: Value (batch, time, gates * units).
        states: tuple of Values (batch, units).
        weights: tuple of Values that all steps read.
        mask: tuple of no or one Value (batch, time) bool.
        reverse: whether the last time comes first.
        step: function of an Emission or a Body, a time's inputs, the states and the weights, that
            gives new states.
    """
    masks = tuple(e.op("ExpandDims", m, e.constant(-1, "int32")) for m in mask)

    def masked(e, now, states, weights, where):
        new = step(e, now, states, weights)
        return tuple(
            e.op("SelectV2", where[0], a, b, gives=a.dtype, T=DType(a.dtype)) if where else a
            for a, b in zip(new, states, strict=True)
        )

    run = _unrolled if is_known(inputs.shape[1]) else _looped
    return run(e, inputs, states, weights, masks, reverse, masked)


def _unrolled(e, inputs, states, weights, masks, reverse, step):
    time = inputs.shape[1]
    parts = [
        e.op("Unpack", x, outputs=[x.dtype] * time, num=time, axis=1) for x in (inputs, *masks)
    ]
    outputs = [None] * time
    for t in range(time - 1, -1, -1) if reverse else range(time):
        now, *where = (part[t] for part in parts)
        states = step(e, now, states, weights, where)
        outputs[t] = states[0]
    return e.op("Pack", *outputs, N=time, axis=1), states


def _looped(e, inputs, states, weights, masks, reverse, step):
    batch, time, _ = inputs.shape
    units = e.constant(np.array([-1, states[0].shape[1]], np.int32))
    dtype = DType(inputs.dtype)
    count = e.scalar(time)
    made = e.op(
        "TensorListReserve", units, count, gives=VARIANT,
        T=None, element_dtype=dtype, shape_type=DType("int32"),
    )  # fmt: skip
    by_time = [
        e.transpose(Value(x.ref, x.dtype, (batch, time, 1)), (1, 0, 2)) for x in (inputs, *masks)
    ]
    carried = [e.constant(0, "int32"), made, *states]
    values = [*carried, count, *by_time, *weights]
    name = e.nodes.unique("while")
    condition = Body(e.library, f"{name}_cond", values)
    t, count = condition.inputs[0], condition.inputs[len(carried)]
    cond = condition.end([condition.op("Less", t, count, gives="bool")])
    body = Body(e.library, f"{name}_body", values)
    found = e.op(
        "StatelessWhile", *values, outputs=[value.dtype for value in values],
        T=[kind_of(value) for value in values], cond=cond,
        body=_body(body, len(states), len(by_time), reverse, step),
    )  # fmt: skip
    hidden = e.op(
        "TensorListStack", found[1], units, gives=inputs.dtype, T=None, element_dtype=dtype
    )
    hidden = Value(hidden.ref, hidden.dtype, (time, batch, states[0].shape[1]))
    return e.transpose(hidden, (1, 0, 2)), found[2 : 2 + len(states)]


def _body(body, states, parts, reverse, step):
    """The function that makes one step."""
    t, made, *rest = body.inputs
    now, count, rest = tuple(rest[:states]), rest[states], rest[states + 1 :]
    by_time, weights = rest[:parts], tuple(rest[parts:])
    one = body.constant(1, "int32")
    place = body.op("Sub", body.op("Sub", count, one), t) if reverse else t
    first, *where = (
        body.op(
            "GatherV2", x, place, body.constant(0, "int32"), T=None, Tparams=DType(x.dtype),
            Tindices=DType("int32"), Taxis=DType("int32"),
        )
        for x in by_time
    )  # fmt: skip
    new = step(body, first, now, weights, where)
    made = body.op(
        "TensorListSetItem", made, place, new[0], gives=VARIANT,
        T=None, element_dtype=DType(new[0].dtype),
    )  # fmt: skip
    return body.end([body.op("AddV2", t, one), made, *new, count, *rest])


def _lstm_step(e, z, states, weights):
    (h, c), (recurrent_kernel,) = states, weights
    z = e.op("AddV2", z, e.op("MatMul", h, recurrent_kernel))
    i, f, candidate, o = _split(e, z, 4)
    kept = e.op("Mul", e.op("Sigmoid", f), c)
    c = e.op("AddV2", kept, e.op("Mul", e.op("Sigmoid", i), e.op("Tanh", candidate)))
    return e.op("Mul", e.op("Sigmoid", o), e.op("Tanh", c)), c


@emits("lstm")
def _lstm(e, x, h0, c0, kernel, recurrent_kernel, bias, *mask, reverse):
    inputs, weights = _products(e, x, kernel, bias), (recurrent_kernel,)
    hidden, (h, c) = _run(e, inputs, (h0, c0), weights, mask, reverse, _lstm_step)
    return hidden, h, c, None, None


def _gru_step(e, z, states, weights):
    (h,), (recurrent_kernel, bias) = states, weights
    recurrent = e.op("BiasAdd", e.op("MatMul", h, recurrent_kernel), bias)
    (zu, zr, zc), (ru, rr, rc) = _split(e, z, 3), _split(e, recurrent, 3)
    update = e.op("Sigmoid", e.op("AddV2", zu, ru))
    reset = e.op("Sigmoid", e.op("AddV2", zr, rr))
    candidate = e.op("Tanh", e.op("AddV2", zc, e.op("Mul", reset, rc)))
    rest = e.op("Mul", e.op("Sub", e.like(1, z), update), candidate)
    return (e.op("AddV2", e.op("Mul", update, h), rest),)


@emits("gru")
def _gru(e, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    of_input, of_state = e.op("Unpack", bias, outputs=[bias.dtype] * 2, num=2)
    inputs, weights = _products(e, x, kernel, of_input), (recurrent_kernel, of_state)
    hidden, (h,) = _run(e, inputs, (h0,), weights, mask, reverse, _gru_step)
    return hidden, h, None


def _simple_step(e, z, states, weights):
    (h,), (recurrent_kernel,) = states, weights
    return (e.op("Tanh", e.op("AddV2", z, e.op("MatMul", h, recurrent_kernel))),)


@emits("simple_rnn")
def _simple_rnn(e, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    inputs, weights = _products(e, x, kernel, bias), (recurrent_kernel,)
    hidden, (h,) = _run(e, inputs, (h0,), weights, mask, reverse, _simple_step)
    return hidden, h
