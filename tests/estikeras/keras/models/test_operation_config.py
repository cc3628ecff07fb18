"""Ops in functional models: their configs are those of Keras, and each reads the other's models."""

import json

import numpy as np
import pytest

from estikeras import keras as our_keras
from estikeras.engine import tree
from tests.support.arrays import as_array, random_array
from tests.support.oracle import real_keras

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]

CALLS = {
    "arithmetic": lambda o, x: (x + 1.0) * x - x / 2.0 + 3 // (x + 5) + x**2 + 2.0**x - (-x),
    "comparison": lambda o, x: o.where(x > 0, x, o.zeros_like(x)) + o.cast(x <= 0.5, "float32"),
    "logic": lambda o, x: o.cast(o.logical_and(x > 0, o.logical_not(x > 1)), "float32"),
    "slices": lambda o, x: x[:, 1:, ::2],
    "index": lambda o, x: x[:, 0] + x[..., -1, :],
    "new_axis": lambda o, x: x[:, None],
    "reductions": lambda o, x: (
        o.sum(x, axis=1, keepdims=True) + o.mean(x) + o.max(x, axis=(1, 2), keepdims=True)
    ),
    "statistics": lambda o, x: o.std(x, axis=-1) + o.var(x, axis=-1) + o.logsumexp(x, axis=2),
    "arg": lambda o, x: o.argmax(x, axis=-1),
    "shapes": lambda o, x: o.transpose(o.reshape(x, (-1, 2, 6)), (0, 2, 1)),
    "more_shapes": lambda o, x: (
        o.swapaxes(o.expand_dims(x, 1), 1, 2) + o.moveaxis(o.expand_dims(x, 3), 3, 2)
    ),
    "joins": lambda o, x: o.concatenate([x, o.stack([x[:, 0], x[:, 1]], axis=1)], axis=1),
    "split": lambda o, x: o.split(x, 2, axis=2),
    "repeat": lambda o, x: o.repeat(x, 2, axis=1) + o.tile(x, (1, 2, 1)),
    "pad": lambda o, x: o.pad(x, ((0, 0), (1, 0), (0, 2)), constant_values=1.0),
    "pad_mode": lambda o, x: o.pad(x, ((0, 0), (1, 0), (0, 2)), mode="reflect"),
    "elementwise": lambda o, x: (
        o.exp(o.tanh(x)) + o.sqrt(o.abs(x)) + o.sin(x) + o.log1p(o.square(x))
    ),
    "activations": lambda o, x: (
        o.relu(x) + o.gelu(x, approximate=False) + o.softmax(x, axis=1) + o.leaky_relu(x, 0.1)
    ),
    "more_activations": lambda o, x: (
        o.elu(x) + o.silu(x) + o.softplus(x) + o.sigmoid(x) + o.log_softmax(x)
    ),
    "matmul": lambda o, x: o.matmul(x, o.transpose(x, (0, 2, 1))),
    "einsum": lambda o, x: o.einsum("abc,adc->abd", x, x),
    "dot": lambda o, x: o.tensordot(x, np.ones((4, 2), "float32"), axes=1),
    "clip": lambda o, x: o.clip(x, -0.5, 0.5) + o.maximum(x, 0.1) + o.minimum(x, x * 2),
    "take": lambda o, x: o.take(x, [0, 2], axis=1),
    "one_hot": lambda o, x: o.one_hot(o.cast(x > 0, "int32"), 3, dtype="float32"),
    "cumsum": lambda o, x: o.cumsum(x, axis=1) + o.flip(x, axis=1),
    "sort": lambda o, x: o.sort(x, axis=-1),
    "top_k": lambda o, x: o.top_k(x, 2)[0],
    "triangle": lambda o, x: o.tril(x) + o.triu(x, k=1),
    "norm": lambda o, x: o.normalize(x, axis=1, order=2),
    "average": lambda o, x: o.average(x, axis=1, weights=x + 5.0),
    "ones": lambda o, x: o.ones_like(x) + o.full_like(x, 2.0) + o.broadcast_to(x[:, :1], (2, 3, 4)),
}


def model(keras, call):
    keras.utils.clear_session()
    x = keras.Input((3, 4), batch_size=2, name="x")
    return keras.Model(x, call(keras.ops, x))


def plain(config):
    if isinstance(config, dict):
        return {k: plain(v) for k, v in config.items() if k != "compile_config"}
    return [plain(v) for v in config] if isinstance(config, list) else config


@pytest.mark.parametrize("name", CALLS)
def test_a_model_of_ops_is_written_and_read_as_by_keras(name, tmp_path):
    ours, real = model(our_keras, CALLS[name]), model(real_keras(), CALLS[name])
    assert plain(json.loads(ours.to_json())) == plain(json.loads(real.to_json()))
    x = random_array((2, 3, 4), "float32", seed=1)
    expected = tree.flatten(real(x))
    ours.save(tmp_path / "ours.keras")
    real.save(tmp_path / "real.keras")
    for made in (
        ours,
        our_keras.models.load_model(tmp_path / "real.keras"),
        our_keras.models.load_model(tmp_path / "ours.keras"),
        real_keras().models.load_model(tmp_path / "ours.keras"),
    ):
        for y, z in zip(tree.flatten(made(x)), expected, strict=True):
            np.testing.assert_allclose(as_array(y), np.asarray(z), rtol=1e-5, atol=1e-5)
