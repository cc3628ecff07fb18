"""Keras 2's optimizers take the steps, and have the configs, that the reference's have."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf

legacy = tf.keras.optimizers.legacy
RECORDED = json.loads((Path(__file__).parent / "recorded" / "legacy.json").read_text())
CASES = RECORDED["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}-{case['options']}")
def test_steps_and_configs_are_those_of_the_reference(case):
    optimizer = getattr(legacy, case["kind"])(**case["options"])
    config = optimizer.get_config()
    assert set(config) == set(case["config"])
    for name, value in case["config"].items():
        same = value if isinstance(value, str) else pytest.approx(value, rel=1e-6)
        assert config[name] == same, name
    again = type(optimizer).from_config(config)
    for made in (optimizer, again):
        variable = tf.Variable(RECORDED["start"])
        for gradient, expected in zip(RECORDED["gradients"], case["values"], strict=True):
            made.apply_gradients([(tf.constant(gradient), variable)])
            np.testing.assert_allclose(variable, expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']}-{case['options']}")
def test_rows_that_are_not_looked_up_are_treated_as_in_the_reference(case):
    optimizer = getattr(legacy, case["kind"])(**case["options"])
    table = tf.Variable(RECORDED["table"])

    @tf.function
    def step(rows):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(table, rows)))
        optimizer.apply_gradients([(tape.gradient(loss, table), table)])

    for rows, expected in zip(RECORDED["lookups"], case["tables"], strict=False):
        step(tf.constant(rows))
        np.testing.assert_allclose(table, expected, rtol=2e-6, atol=2e-6)


def test_models_are_saved_with_them(tmp_path):
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.compile(legacy.Adam(0.1, decay=0.5), "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    model.save(tmp_path / "m.keras")
    optimizer = tf.keras.models.load_model(tmp_path / "m.keras").optimizer
    assert type(optimizer) is legacy.Adam
    assert optimizer.get_config() == model.optimizer.get_config()
    assert int(optimizer.iterations) == 1
    assert type(tf.keras.optimizers.get("adam")) is tf.keras.optimizers.Adam


def test_what_scripts_ask_them_for():
    optimizer = legacy.SGD(0.5, momentum=0.9, decay=1.0, name="mine")
    variable = tf.Variable([1.0])
    assert isinstance(optimizer, legacy.Optimizer)
    assert optimizer.get_slot_names() == []
    optimizer.minimize(lambda: variable * variable, [variable])
    assert optimizer.get_slot_names() == ["momentum"]
    assert float(optimizer.get_slot(variable, "momentum")[0]) == -1
    optimizer.lr = 0.25
    assert float(optimizer.learning_rate) == 0.25  # without decay
    names = optimizer.checkpoint_names()
    assert names["mine/decay"] == 1
    assert list(names)[-1] == f"mine/{variable.path}/momentum"
    with pytest.raises(KeyError, match=r"There is no slot 'm' of .* The slots are \['momentum'\]"):
        optimizer.get_slot(variable, "m")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: legacy.Adam(weight_decay=0.1), TypeError, "has no argument 'weight_decay'"),
        (lambda: legacy.Adam(decay=-1.0), ValueError, "`decay`: expected a number >= 0"),
        (lambda: legacy.Adagrad(0.1, -1.0), ValueError, "`initial_accumulator_value`: expected"),
        (
            lambda: legacy.SGD().apply_gradients([], experimental_aggregate_gradients=False),
            NotImplementedError,
            "is not supported. Leave it out",
        ),
    ],
)
def test_wrong_arguments_are_refused(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_an_old_name_of_the_rate_is_taken_with_a_warning():
    with pytest.warns(UserWarning, match="`lr` is called `learning_rate` now"):
        assert float(legacy.Adam(lr=0.5).learning_rate) == 0.5
