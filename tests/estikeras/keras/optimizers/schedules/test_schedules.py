"""Every learning rate schedule, by its values over many steps and its config, against the real
Keras."""

import numpy as np
import pytest

from estikeras import keras
from tests.support.arrays import assert_close
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle

ROWS = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.8}),
    (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.8, "staircase": True},
    ),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}),
    (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5, "staircase": True},
    ),
    ("PiecewiseConstantDecay", {"boundaries": [3, 8, 20], "values": [1.0, 0.5, 0.1, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 9, "power": 2.0}),
    (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 9, "end_learning_rate": 0.01, "cycle": True},
    ),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 12, "alpha": 0.1}),
    (
        "CosineDecay",
        {"initial_learning_rate": 0.0, "decay_steps": 12, "warmup_target": 0.2, "warmup_steps": 4},
    ),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4}),
    (
        "CosineDecayRestarts",
        {
            "initial_learning_rate": 0.1,
            "first_decay_steps": 4,
            "t_mul": 1.0,
            "m_mul": 0.7,
            "alpha": 0.05,
        },
    ),
]
NAMES = [f"{name}-{number}" for number, (name, _) in enumerate(ROWS)]
rows = pytest.mark.parametrize(("name", "kwargs"), ROWS, ids=NAMES)


@rows
def test_values(name, kwargs):
    ours, real = (getattr(k.optimizers.schedules, name)(**kwargs) for k in (keras, real_keras()))
    steps = (*range(30), 100)
    assert_close(
        [ours(np.int32(s)) for s in steps], [real(np.int32(s)) for s in steps], tolerance=2e-6
    )


@rows
def test_configs(name, kwargs):
    ours, real = (getattr(k.optimizers.schedules, name)(**kwargs) for k in (keras, real_keras()))
    got = keras.optimizers.schedules.serialize(ours)
    assert got == real_keras().optimizers.schedules.serialize(real)
    assert keras.optimizers.schedules.deserialize(got).get_config() == ours.get_config()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: s.ExponentialDecay(0.1, 0, 0.5), "decay_steps"),
        (lambda s: s.CosineDecayRestarts(0.1, 0), "first_decay_steps"),
        (lambda s: s.PiecewiseConstantDecay([1], [1.0]), "values"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call(keras.optimizers.schedules)
