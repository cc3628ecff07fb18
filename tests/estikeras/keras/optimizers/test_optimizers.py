"""Every optimizer, by its trajectory over 10 steps, its variables and its config, against the real
Keras."""

import numpy as np
import pytest

import estikeras
from estikeras import keras, namespace
from tests.support.arrays import as_array, assert_close, random_array
from tests.support.oracle import real_keras

pytestmark = pytest.mark.oracle
STEPS = 10

# Class, its arguments.
ROWS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True, "learning_rate": 0.1}),
    ("Adam", {}),
    ("Adam", {"amsgrad": True, "learning_rate": 0.05, "epsilon": 1e-3}),
    ("AdamW", {"weight_decay": 0.1}),
    ("RMSprop", {}),
    ("RMSprop", {"momentum": 0.5, "centered": True, "rho": 0.8}),
    ("Adagrad", {"initial_accumulator_value": 0.3}),
    ("Adadelta", {"learning_rate": 1.0}),
    ("Adamax", {}),
    ("Nadam", {"learning_rate": 0.01}),
    ("Ftrl", {"learning_rate": 0.1}),
    (
        "Ftrl",
        {
            "learning_rate": 0.1,
            "l1_regularization_strength": 0.01,
            "l2_regularization_strength": 0.1,
            "l2_shrinkage_regularization_strength": 0.05,
            "beta": 0.2,
            "learning_rate_power": -0.7,
        },
    ),
    ("Lion", {"beta_1": 0.8}),
    ("Lamb", {}),
    ("Adafactor", {"learning_rate": 0.5}),
    ("Muon", {"learning_rate": 0.01}),
    ("Muon", {"nesterov": False, "rms_rate": None, "exclude_layers": ["kernel"]}),
    ("ScheduleFreeAdamW", {"warmup_steps": 4}),
    # Options that all have.
    ("SGD", {"clipnorm": 0.5}),
    ("Adam", {"clipvalue": 0.2}),
    ("SGD", {"global_clipnorm": 0.5}),
    ("SGD", {"weight_decay": 0.1, "momentum": 0.5}),
    ("SGD", {"use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3}),
    ("Adam", {"use_ema": True}),
    ("SGD", {"loss_scale_factor": 8.0}),
    ("Adam", {"gradient_accumulation_steps": 3}),
    ("Nadam", {"gradient_accumulation_steps": 2, "clipnorm": 0.4, "weight_decay": 0.1}),
    (
        "SGD",
        {
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "momentum": 0.9,
            "ema_overwrite_frequency": 2,
        },
    ),
]
NAMES = [f"{name}-{number}" for number, (name, _) in enumerate(ROWS)]
rows = pytest.mark.parametrize(("name", "kwargs"), ROWS, ids=NAMES)


def make(k, name, kwargs):
    return getattr(k.optimizers, name)(name="optimizer", **kwargs)


def variables(k, dtype="float32"):
    """A matrix and a vector under the paths that a Dense layer gives them."""
    with k.name_scope("dense"):
        return [
            k.Variable(random_array((4, 3), seed=1).astype(dtype), name="kernel"),
            k.Variable(random_array((3,), seed=2).astype(dtype), name="bias"),
        ]


def gradients(step, dtype="float32"):
    return [random_array(shape, seed=step + 10).astype(dtype) for shape in ((4, 3), (3,))]


def run(k, optimizer, trained, steps=STEPS, dtype="float32"):
    """All values after each step: the trained variables', then the optimizer's."""
    values = []
    for step in range(steps):
        optimizer.apply([k.ops.convert_to_tensor(g) for g in gradients(step, dtype)], trained)
        values.append([as_array(v) for v in (*trained, *optimizer.variables)])
    return values


def test_every_optimizer_has_a_row():
    classes = {name for name in namespace.names("keras.optimizers") if name[0].isupper()}
    others = {"Optimizer", "LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
    assert classes - {name for name, _ in ROWS} == others


def test_accumulation_after_the_learning_rate_became_a_schedule():
    values = []
    for k in (keras, real_keras()):
        optimizer, trained = make(k, "Adam", {"gradient_accumulation_steps": 2}), variables(k)
        optimizer.build(trained)
        optimizer.learning_rate = k.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
        values.append(run(k, optimizer, trained, 3))
    assert_close(*values, tolerance=2e-6)


@rows
def test_trajectories(name, kwargs):
    """Eager and traced steps, both compared with one run of the real optimizer."""
    expected = run(real_keras(), make(real_keras(), name, kwargs), variables(real_keras()))
    got = run(keras, make(keras, name, kwargs), variables(keras))
    assert_close(got, expected, tolerance=2e-6)
    optimizer, trained = make(keras, name, kwargs), variables(keras)
    optimizer.build(trained)
    step = estikeras.function(lambda kernel, bias: optimizer.apply([kernel, bias], trained))
    for i in range(STEPS):
        step(*(keras.ops.convert_to_tensor(g) for g in gradients(i)))
        got = [as_array(v) for v in (*trained, *optimizer.variables)]
        assert_close(got, expected[i], tolerance=2e-6)


@rows
def test_variables(name, kwargs):
    described = []
    for k in (keras, real_keras()):
        optimizer = make(k, name, kwargs)
        optimizer.build(variables(k))
        described.append([(v.path, tuple(v.shape), str(v.dtype)[:3]) for v in optimizer.variables])
    for ours, theirs in zip(*described, strict=True):
        assert ours[1:] == theirs[1:]
        assert ours[0] == theirs[0] or theirs[0].startswith("variable")


@rows
def test_configs(name, kwargs):
    ours, real = (make(k, name, kwargs) for k in (keras, real_keras()))
    got = keras.optimizers.serialize(ours)
    assert got == real_keras().optimizers.serialize(real)
    assert keras.optimizers.deserialize(got).get_config() == ours.get_config()


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop", "Lion"])
def test_float64(name):
    values = []
    for k in (keras, real_keras()):
        values.append(run(k, make(k, name, {}), variables(k, "float64"), dtype="float64"))
    assert_close(values[0], values[1], tolerance=1e-7)


def test_saved_state_continues_the_trajectory():
    first, trained = make(keras, "Adam", {}), variables(keras)
    run(keras, first, trained, 3)
    store = {}
    first.save_own_variables(store)
    second, others = make(keras, "Adam", {}), variables(keras)
    second.build(others)
    second.load_own_variables(store)
    for a, b in zip(others, trained, strict=True):
        a.assign(b)
    assert_close(run(keras, second, others, 2), run(keras, first, trained, 2))


def test_saved_state_of_the_real_keras():
    theirs = make(real_keras(), "Adam", {})
    run(real_keras(), theirs, variables(real_keras()), 3)
    store = {}
    theirs.save_own_variables(store)
    ours = make(keras, "Adam", {})
    ours.build(variables(keras))
    ours.load_own_variables(store)
    assert_close([as_array(v) for v in ours.variables], [as_array(v) for v in theirs.variables])


def test_another_number_of_saved_variables_warns():
    optimizer = make(keras, "Adam", {})
    optimizer.build(variables(keras))
    with pytest.warns(UserWarning, match="not loaded"):
        optimizer.load_own_variables({"0": np.zeros(())})


@pytest.mark.parametrize("kwargs", [{"var_names": ["bias"]}, {"var_list": True}])
def test_exclude_from_weight_decay(kwargs):
    values = []
    for k in (keras, real_keras()):
        optimizer, trained = make(k, "AdamW", {"weight_decay": 0.5}), variables(k)
        chosen = {"var_list": trained[:1]} if "var_list" in kwargs else kwargs
        optimizer.exclude_from_weight_decay(**chosen)
        values.append(run(k, optimizer, trained, 3))
    assert_close(*values, tolerance=2e-6)


def test_constraints_hold_after_a_step():
    optimizer, trained = make(keras, "SGD", {"learning_rate": 1.0}), variables(keras)
    trained[0].constraint = keras.constraints.NonNeg()
    run(keras, optimizer, trained, 2)
    assert as_array(trained[0]).min() >= 0
    assert as_array(trained[1]).min() < 0


def test_missing_gradients():
    optimizer, trained = make(keras, "SGD", {}), variables(keras)
    before = as_array(trained[1]).copy()
    with pytest.warns(UserWarning, match="dense/bias"):
        optimizer.apply([gradients(0)[0], None], trained)
    np.testing.assert_array_equal(as_array(trained[1]), before)
    with pytest.raises(ValueError, match="No gradients"):
        optimizer.apply([None, None], trained)


def test_apply_gradients_counts_steps():
    optimizer, trained = make(keras, "SGD", {}), variables(keras)
    assert int(optimizer.apply_gradients(zip(gradients(0), trained, strict=True))) == 1
    assert int(optimizer.iterations) == 1


def test_learning_rate_can_be_set():
    optimizer = make(keras, "SGD", {"learning_rate": 0.5})
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(optimizer.learning_rate) == 0.25
    assert len(optimizer.variables) == 2
    optimizer.learning_rate = keras.optimizers.schedules.ExponentialDecay(1.0, 1, 0.5)
    assert len(optimizer.variables) == 1
    assert float(optimizer.learning_rate) == 1.0
    with pytest.raises(TypeError, match="schedule"):
        optimizer.learning_rate = 0.1


@pytest.mark.parametrize("rate", ["schedule", "function"])
def test_learning_rates_that_change(rate):
    values = []
    for k in (keras, real_keras()):
        schedule = k.optimizers.schedules.PolynomialDecay(0.5, 5, cycle=True)
        choice = schedule if rate == "schedule" else (lambda: 0.3)
        optimizer = make(k, "Adam", {"learning_rate": choice, "weight_decay": 0.1})
        values.append(run(k, optimizer, variables(k)))
    assert_close(*values, tolerance=2e-6)


def test_stateless_apply_leaves_the_state():
    optimizer, trained = make(keras, "Adam", {}), variables(keras)
    optimizer.build(trained)
    before = [as_array(v).copy() for v in (*trained, *optimizer.variables)]
    inputs = [v.numpy() for v in optimizer.variables], gradients(0), [v.numpy() for v in trained]
    new_trained, new_own = optimizer.stateless_apply(*inputs)
    assert_close([as_array(v) for v in (*trained, *optimizer.variables)], before)
    optimizer.apply(gradients(0), trained)
    assert_close(
        [as_array(v) for v in (*new_trained, *new_own)],
        [as_array(v) for v in (*trained, *optimizer.variables)],
    )


def test_built_while_traced():
    expected = run(keras, make(keras, "ScheduleFreeAdamW", {}), variables(keras), 3)[-1]
    optimizer, trained = make(keras, "ScheduleFreeAdamW", {}), variables(keras)
    step = estikeras.function(lambda kernel, bias: optimizer.apply([kernel, bias], trained))
    for i in range(3):
        step(*(keras.ops.convert_to_tensor(g) for g in gradients(i)))
    assert_close([as_array(v) for v in (*trained, *optimizer.variables)], expected)


def test_single_update_steps_see_the_iteration():
    optimizer, trained = make(keras, "Adam", {}), variables(keras)
    optimizer.build(trained)
    optimizer.update_step(gradients(0)[0], trained[0], 0.1)
    first = float(optimizer.step_scalars("float32"))
    optimizer.iterations.assign(5)
    assert float(optimizer.step_scalars("float32")) != first


def test_finalize_gives_the_averages():
    optimizer, trained = (
        make(keras, "SGD", {"use_ema": True, "learning_rate": 0.5}),
        variables(keras),
    )
    run(keras, optimizer, trained, 4)
    averages = [as_array(v).copy() for v in optimizer.variables if "average" in v.name]
    optimizer.finalize_variable_values(trained)
    assert_close([as_array(v) for v in trained], averages)


def test_own_optimizers():
    class Signed(keras.optimizers.Optimizer):
        def __init__(self, learning_rate=0.1, **kwargs):
            super().__init__(learning_rate=learning_rate, **kwargs)

        def build(self, variables):
            super().build(variables)
            self.counts = self.add_optimizer_variables(variables, "count")

        def update_step(self, gradient, variable, learning_rate):
            self.assign_add(
                self.counts[self._get_variable_index(variable)], keras.ops.ones_like(gradient)
            )
            self.assign_sub(variable, learning_rate * keras.ops.sign(gradient))

    optimizer, trained = Signed(), variables(keras)
    before = as_array(trained[1]).copy()
    optimizer.apply(gradients(0), trained)
    assert_close(trained[1], before - np.float32(0.1) * np.sign(gradients(0)[1]))
    assert optimizer.counts[0].name == "dense_kernel_count"


def test_layerwise_learning_rates():
    class Slower(keras.optimizers.Adam):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(
                gradient, variable, learning_rate * (0.0 if "bias" in variable.path else 1.0)
            )

    optimizer, trained = Slower(), variables(keras)
    before = as_array(trained[1]).copy()
    optimizer.apply(gradients(0), trained)
    np.testing.assert_array_equal(as_array(trained[1]), before)


@pytest.mark.parametrize(
    "identifier", ["adam", "Adam", "ADAMW", {"class_name": "SGD", "config": {"momentum": 0.5}}]
)
def test_get_as_the_reference(identifier):
    copies = [dict(identifier) if isinstance(identifier, dict) else identifier for _ in range(2)]
    ours = keras.optimizers.get(copies[0])
    real = real_keras().optimizers.get(copies[1])
    assert {**ours.get_config(), "name": ""} == {**real.get_config(), "name": ""}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: keras.optimizers.get("adamm"), ValueError, "adam"),
        (lambda: keras.optimizers.get(3), ValueError, "optimizer"),
        (lambda: keras.optimizers.Adam(learning_rate="fast"), ValueError, "learning_rate"),
        (lambda: keras.optimizers.Adam(lr=0.1), ValueError, "learning_rate"),
        (lambda: keras.optimizers.Adam(clipnorm=1, clipvalue=1), ValueError, "clip"),
        (lambda: keras.optimizers.SGD(momentum=2.0), ValueError, "momentum"),
        (lambda: keras.optimizers.SGD(use_ema=True, ema_momentum=2), ValueError, "ema_momentum"),
        (lambda: keras.optimizers.SGD(gradient_accumulation_steps=1), ValueError, "accumulation"),
        (lambda: keras.optimizers.AdamW(weight_decay=None), ValueError, "weight_decay"),
        (lambda: keras.optimizers.Lion(beta_1=0.0), ValueError, "beta_1"),
        (lambda: keras.optimizers.SGD().apply([np.zeros(2)]), ValueError, "build"),
    ],
)
def test_wrong_calls(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_gradients_of_another_shape():
    with pytest.raises(ValueError, match="dense/bias"):
        make(keras, "SGD", {}).apply([gradients(0)[0], np.zeros(4)], variables(keras))


def test_other_variables_than_built_for():
    optimizer = make(keras, "SGD", {})
    optimizer.build(variables(keras))
    with pytest.raises(ValueError, match="other variables"):
        optimizer.apply(gradients(0), variables(keras))


def test_decay_warns():
    with pytest.warns(UserWarning, match="schedule"):
        keras.optimizers.Adam(decay=0.1)
