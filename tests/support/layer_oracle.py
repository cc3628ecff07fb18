"""A layer's row against the real Keras: values, states, gradients, configuration."""

import json

import numpy as np

from estikeras import keras as our_keras
from estikeras import ops
from tests.support import oracle
from tests.support.arrays import as_array, assert_close, random_array
from tests.support.layer_rows import (
    build,
    call_arguments,
    call_layer,
    dense,
    flat,
    inputs_of,
    perturb,
    tensors_of,
    training_argument,
)


def check_oracle(row):
    """Forward values, gradients and changed states equal the real Keras's, with equal weights."""
    real, ours, x = build(row, oracle.real_keras()), build(row, our_keras), inputs_of(row)
    arguments = call_arguments(row, x)
    real(x, **arguments)
    call_layer(ours, x, row, False)
    perturb(ours)
    shapes = [tuple(w.shape) for w in ours.weights]
    assert shapes == [tuple(w.shape) for w in real.weights]
    assert [w.name for w in ours.weights] == [w.name for w in real.weights]
    real.set_weights([as_array(w) for w in ours.weights])
    _compare_masks(ours, real, x, arguments.get("mask"))
    for training in (False,) if row.random else (False, True):
        expected = real(x, **arguments, **training_argument(real, training))
        outputs = call_layer(ours, x, row, training)
        dtypes = [o.dtype for o in flat(outputs)]
        assert dtypes == [str(o.dtype) for o in flat(expected)]
        assert_close(flat(outputs), [np.asarray(o) for o in flat(expected)],
                     tolerance=row.tolerance, what=f"outputs, training={training}")  # fmt: skip
        assert_close(ours.get_weights(), real.get_weights(), tolerance=row.tolerance,
                     what=f"weights after a call, training={training}")  # fmt: skip
    if row.gradient and row.dtype in ("float32", "float64"):
        _compare_gradients(row, ours, real, x, arguments)


def check_oracle_config(row):
    """get_config has the real Keras's keys and values."""
    real, ours = build(row, oracle.real_keras()), build(row, our_keras)
    expected, got = _plain(real.get_config()), _plain(ours.get_config())
    for config in (expected, got):
        config.pop("name", None)
    assert got == expected


def _compare_masks(ours, real, x, mask):
    expected = flat(real.compute_mask(x, mask))
    got = flat(ours.compute_mask(tensors_of(x), mask))
    if all(m is None for m in (*got, *expected)):
        return
    assert [m is None for m in got] == [m is None for m in expected]
    pairs = [(a, b) for a, b in zip(got, expected, strict=True) if b is not None]
    assert_close([a for a, _ in pairs], [np.asarray(b) for _, b in pairs], what="masks")


def _compare_gradients(row, ours, real, x, arguments):
    import jax
    import jax.numpy as jnp

    from estikeras.engine.tape import GradientTape

    arrays = x if isinstance(x, list) else [x]
    places = [i for i, a in enumerate(arrays) if a.dtype.kind == "f"]
    training = training_argument(real, False)

    def weigh(outputs):
        return [random_array(o.shape, "float64", seed=i) for i, o in enumerate(outputs)]

    def real_loss(floats, trainable):
        full = list(arrays)
        for i, value in zip(places, floats, strict=True):
            full[i] = value
        inputs = full if isinstance(x, list) else full[0]
        outputs, _ = real.stateless_call(
            trainable, [v.value for v in real.non_trainable_variables], inputs,
            **arguments, **training,
        )  # fmt: skip
        outputs = [o for o in flat(outputs) if jnp.issubdtype(o.dtype, jnp.floating)]
        pairs = zip(outputs, weigh(outputs), strict=True)
        return sum(jnp.sum(o * w.astype(o.dtype)) for o, w in pairs)

    floats = [arrays[i] for i in places]
    expected = jax.jit(jax.grad(real_loss, argnums=(0, 1), allow_int=True))(
        floats, [v.value for v in real.trainable_variables]
    )
    inputs = tensors_of(x)
    sources = [flat(inputs)[i] for i in places]
    with GradientTape() as tape:
        tape.watch(sources)
        outputs = [o for o in flat(call_layer(ours, inputs, row, False, tensors=True))
                   if "float" in o.dtype]  # fmt: skip
        pairs = zip(outputs, weigh(outputs), strict=True)
        total = sum((ops.sum(o * w.astype(o.dtype)) for o, w in pairs), start=0.0)
    everything = [*sources, *ours.trainable_weights]
    got = tape.gradient(total, everything, unconnected_gradients="zero")
    tolerance = row.tolerance or (5e-5 if row.dtype == "float32" else 1e-9)
    assert_close(
        [dense(g) for g in got], [np.asarray(g) for part in expected for g in part],
        tolerance=tolerance, what="gradients",
    )  # fmt: skip


def _plain(config):
    """A configuration as both write it to JSON, without the names of the modules."""

    def clean(value):
        if isinstance(value, dict):
            dropped = ("module", "registered_name", "build_config", "name", "shared_object_id")
            return {k: clean(v) for k, v in value.items() if k not in dropped}
        if isinstance(value, (list, tuple)):
            return [clean(v) for v in value]
        return value

    return clean(json.loads(json.dumps(config, default=_serialized)))


def _serialized(value):
    maker = oracle.real_keras() if type(value).__module__.startswith("keras.") else our_keras
    return maker.saving.serialize_keras_object(value)
