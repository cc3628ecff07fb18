"""What the reference's Estimators wrote is gone on from, and what ours write is alike."""

import json
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.train.savers import ObjectSaver

RECORDED = Path(__file__).parent / "recorded"
TRAINED = json.loads((RECORDED / "estimators" / "estimators.json").read_text())
SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
# As recorded; what is in the checkpoints counts, not these rates.
OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {}),
    "rmsprop": ("RMSprop", {}),
    "centered": ("RMSprop", {"momentum": 0.5, "centered": True}),
    "adam": ("Adam", {}),
    "amsgrad": ("Adam", {"amsgrad": True}),
    "adamax": ("Adamax", {}),
    "nadam": ("Nadam", {}),
    "ftrl": ("Ftrl", {}),
}
X = np.array([[1, 2], [3, 4], [-1, 0.5], [0, 1]], "float32")
Y = np.array([[1, 0, 2], [0, 1, 1], [3, 1, 0], [0.5, 0, -1]], "float32")


def model_with(name, optimizers=tf.keras.optimizers):
    kind, options = OPTIMIZERS[name]
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input((2,)), layers.BatchNormalization(), layers.Dense(3)]
    )
    model.compile(getattr(optimizers, kind)(**options), "mse")
    step = tf.Variable(0, dtype="int64", name="global_step")
    model.optimizer.iterations = step
    return model, step, ObjectSaver(model, {"estimator_global_step": step})


@pytest.mark.parametrize("generation", ["keras 2", "keras 3"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_converted_model_of_the_reference_is_trained_on(name, generation, tmp_path):
    optimizers = tf.keras.optimizers if generation == "keras 3" else tf.keras.optimizers.legacy
    model, step, saver = model_with(name, optimizers)
    prefix = RECORDED / "estimators" / name / "model.ckpt-5"
    saver.restore(prefix)
    assert int(step) == 5
    recorded = TRAINED[name]
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), recorded["loss"], rtol=1e-5)

    again = saver.save(tmp_path / "model.ckpt-5")
    ours, theirs = tf.train.load_checkpoint(again), tf.train.load_checkpoint(prefix)
    types = ours.get_variable_to_dtype_map()
    assert types == theirs.get_variable_to_dtype_map()
    for key in sorted(set(types) - {"_CHECKPOINTABLE_OBJECT_GRAPH"}):
        np.testing.assert_array_equal(ours.get_tensor(key), theirs.get_tensor(key))

    if name == "nadam" and generation == "keras 3":
        return  # its schedule of momentum is another one there
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0)
    assert int(step) == 8
    after = model.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(after, recorded["loss after 3 more"], rtol=2e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_state_of_optimizers_has_the_names_of_the_reference(name):
    model, step, _ = model_with(name)
    model.optimizer.build(model.trainable_variables)
    kind = OPTIMIZERS[name][0]
    found = model.optimizer.checkpoint_names(f"training/{kind}", without=[step])
    plain = {
        key.replace("sequential/", ""): list(getattr(value, "shape", ()))
        for key, value in found.items()
    }
    theirs = {k: v for k, v in TRAINED[name]["names"].items() if k.startswith("training/")}
    assert {_without_counts(key): shape for key, shape in plain.items()} == theirs


def _without_counts(name):
    """Names of layers without the numbers that they have in a session."""
    parts = name.split("/")
    layers = ("sequential", "batch_normalization", "dense")
    parts = [next((n for n in layers if part.startswith(f"{n}_")), part) for part in parts]
    return "/".join(part for part in parts if part != "sequential")


def test_the_slots_of_the_reference_reach_a_model_by_load_weights():
    model, step, _ = model_with("adam")
    model.load_weights(RECORDED / "estimators" / "adam" / "model.ckpt-5")
    assert int(step) == 5
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0)
    after = model.evaluate(X, Y, verbose=0)
    np.testing.assert_allclose(after, TRAINED["adam"]["loss after 3 more"], rtol=2e-5)


def test_an_optimizer_takes_its_slots_when_it_is_built():
    model, _, _ = model_with("adam")
    optimizer = tf.keras.optimizers.Adam()
    dense = model.layers[1]
    checkpoint = tf.train.Checkpoint(**{"layer_with_weights-1": dense})
    checkpoint.optimizer = optimizer
    prefix = RECORDED / "estimators" / "adam" / "model.ckpt-5"
    status = checkpoint.read(prefix).expect_partial()
    optimizer.build(dense.trainable_variables)
    status.assert_existing_objects_matched()
    key = f"layer_with_weights-1/kernel/.OPTIMIZER_SLOT/optimizer/v{SUFFIX}"
    slot = {v.path: kept for v, kept in optimizer.checkpoint_slots()["v"]}[dense.kernel.path]
    np.testing.assert_array_equal(slot, tf.train.load_variable(prefix, key))
    assert int(optimizer.iterations) == 5


def test_both_ways_to_write_an_optimizer_are_read(tmp_path):
    model, _, saver = model_with("centered")
    model.fit(X, Y, verbose=0)
    old = saver.save(tmp_path / "old")
    new = tf.train.Checkpoint(model).write(tmp_path / "new")
    for path in (old, new):
        other, step, restorer = model_with("centered")
        restorer.restore(path)
        for a, b in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
            np.testing.assert_array_equal(a, b)
        assert int(step) == 1


def test_what_keras_2_does_not_know_is_kept_too(tmp_path):
    def make():
        model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(3)])
        optimizer = tf.keras.optimizers.Adam(use_ema=True, gradient_accumulation_steps=2)
        model.compile(optimizer, "mse")
        return model, ObjectSaver(model)

    model, saver = make()
    model.fit(X, Y, epochs=3, verbose=0)
    path = saver.save(tmp_path / "c")
    other, restorer = make()
    restorer.restore(path)
    assert len(model.optimizer.variables) == len(other.optimizer.variables) == 10
    for a, b in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_number_that_differs_is_named_and_the_programs_stays():
    model, _, saver = model_with("adam")
    model.optimizer.beta_1 = 0.5
    with pytest.warns(UserWarning, match=r"'beta_1' is 0.89\d* in the checkpoint, and 0.5 in the"):
        saver.restore(RECORDED / "estimators" / "adam" / "model.ckpt-5")
    assert model.optimizer.beta_1 == 0.5


def test_a_model_of_another_architecture_or_optimizer_is_refused(tmp_path):
    model, step, saver = model_with("momentum")
    before = model.get_weights()
    model.optimizer.build(model.trainable_variables)
    missing = r"model.ckpt-5 has no values for .*kernel_momentum.*It has .*/optimizer/v/"
    with pytest.raises(ValueError, match=missing):
        saver.restore(RECORDED / "estimators" / "adam" / "model.ckpt-5")
    layers = tf.keras.layers
    wide = tf.keras.Sequential([tf.keras.Input((2,)), layers.BatchNormalization(), layers.Dense(4)])
    shapes = r"kernel' has shape \(2, 3\) there.*\(2, 4\); .*bias' has shape \(3,\) there.*\(4,\)"
    with pytest.raises(tf.errors.InvalidArgumentError, match=shapes):
        ObjectSaver(wide).restore(RECORDED / "estimators" / "adam" / "model.ckpt-5")
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert int(step) == 0


@pytest.mark.parametrize("what", ["dnn_classifier", "keras_mlp"])
def test_the_reference_s_model_dirs_are_listed(what):
    folder = RECORDED / "model_dirs" / what
    expected = json.loads((folder / "expected.json").read_text())
    assert dict(tf.train.list_variables(folder)) == expected["variables"]
    steps = "global_step" if what == "dnn_classifier" else f"estimator_global_step{SUFFIX}"
    assert tf.train.load_variable(folder, steps) == expected["steps"]


def test_the_reference_s_converted_model_predicts_as_there():
    folder = RECORDED / "model_dirs" / "keras_mlp"
    expected = json.loads((folder / "expected.json").read_text())["predict_first_20"]
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, "softmax")]
    )
    model.compile(tf.keras.optimizers.Adam(0.5), "sparse_categorical_crossentropy")
    step = tf.Variable(0, dtype="int64")
    model.optimizer.iterations = step
    ObjectSaver(model, {"estimator_global_step": step}).restore(tf.train.latest_checkpoint(folder))
    first, second = [5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2]  # samples of iris
    outputs = model.predict(np.array([first, second], "float32"), verbose=0)
    np.testing.assert_allclose(outputs, [row["dense_1"] for row in expected[:2]], rtol=1e-5)
    assert int(step) == 120
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)
