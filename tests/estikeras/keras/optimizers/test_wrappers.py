"""Optimizers around optimizers: loss scaling and one optimizer for each variable, against the real
Keras."""

import numpy as np
import pytest

from estikeras import keras
from tests.estikeras.keras.optimizers.test_optimizers import gradients, run, variables
from tests.support.arrays import as_array, assert_close
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle


def scaled(k):
    return k.optimizers.LossScaleOptimizer(
        k.optimizers.Adam(name="inner"), initial_scale=16.0, dynamic_growth_steps=3, name="outer"
    )


def several(k):
    chosen = {"dense/bias": k.optimizers.SGD(0.5, name="sgd")}
    choice = k.optimizers.OptimizerMap(k.optimizers.Adam(name="adam"), chosen)
    return k.optimizers.MultiOptimizer(choice, name="outer")


def values_after(k, optimizer, trained, many_gradients):
    """All values after steps; the real loss scaling works on jax without state only."""
    optimizer.build(trained)
    for grads in many_gradients:
        state = [v.value for v in optimizer.variables], grads, [v.value for v in trained]
        for variables_, values in zip(
            (trained, optimizer.variables), optimizer.stateless_apply(*state), strict=True
        ):
            for variable, value in zip(variables_, values, strict=True):
                variable.assign(value)
    return [as_array(v) for v in (*trained, *optimizer.variables)]


@pytest.mark.parametrize("make", [scaled, several])
def test_trajectories(make):
    grads = [gradients(step) for step in range(10)]
    expected = values_after(real_keras(), make(real_keras()), variables(real_keras()), grads)
    got = run(keras, make(keras), variables(keras))[-1]
    assert_close(got, expected, tolerance=2e-6)
    assert_close(
        values_after(keras, make(keras), variables(keras), grads), expected, tolerance=2e-6
    )


@pytest.mark.parametrize("make", [scaled, several])
def test_configs(make):
    got = keras.optimizers.serialize(make(keras))
    assert got == real_keras().optimizers.serialize(make(real_keras()))
    again = keras.optimizers.deserialize(got)
    assert again.get_config() == make(keras).get_config()


def test_overflow_leaves_out_the_step():
    grads = [gradients(0), [np.full_like(g, np.inf) for g in gradients(0)], gradients(1)]
    got, expected = (values_after(k, scaled(k), variables(k), grads) for k in (keras, real_keras()))
    assert_close(got, expected)


def test_scaled_losses():
    optimizer = scaled(keras)
    assert float(optimizer.scale_loss(keras.ops.convert_to_tensor(2.0))) == 32.0
    optimizer.learning_rate = 0.5
    assert float(optimizer.inner_optimizer.learning_rate) == 0.5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), clipnorm=1.0),
            ValueError,
            "inner",
        ),
        (lambda: keras.optimizers.OptimizerMap("adam"), TypeError, "default_optimizer"),
        (lambda: several(keras).learning_rate, AttributeError, "optimizers"),
    ],
)
def test_wrong_calls(call, error, message):
    with pytest.raises(error, match=message):
        call()
