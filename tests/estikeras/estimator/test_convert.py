"""model_to_estimator: all kinds of models learn, evaluate and predict as they do by themselves."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras

MODEL_DIRS = Path(__file__).parents[1] / "train" / "recorded" / "model_dirs"
IRIS = np.genfromtxt(
    Path(__file__).parents[2] / "support" / "data" / "iris.csv", delimiter=",", skip_header=1
)
X, Y = IRIS[:, :4].astype("float32"), IRIS[:, 4].astype("int32")


def sequential():
    layers = [keras.layers.Dense(8, activation="tanh"), keras.layers.BatchNormalization()]
    return keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])


def functional():
    x = keras.Input((4,))
    y = keras.layers.Dense(3, activation="softmax")(keras.layers.Dense(8)(x))
    return keras.Model(x, y)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = keras.layers.Dense(8, activation="relu")
        self.out = keras.layers.Dense(3, activation="softmax")

    def call(self, x):
        return self.out(self.hidden(x))


def compiled(model, **options):
    options = {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], **options}
    model.compile(keras.optimizers.Adam(0.02), **options)
    return model


def dataset(x=X, y=Y, size=32, repeat=1):
    return tf.data.Dataset.from_tensor_slices((x, y)).repeat(repeat).batch(size)


@pytest.mark.parametrize("make", [sequential, functional, Subclassed])
def test_a_converted_model_learns_as_the_model_itself_does(make, tmp_path):
    model = compiled(make())
    model.fit(X[:32], Y[:32], verbose=0)  # what is trained so far comes along
    before = [w.copy() for w in model.get_weights()]
    estimator = keras.estimator.model_to_estimator(model, model_dir=tmp_path)
    estimator.train(lambda: dataset(X[:128], Y[:128], repeat=5))
    for after, weight in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(after, weight)
    model.fit(X[:128], Y[:128], batch_size=32, epochs=5, shuffle=False, verbose=0)
    results = estimator.evaluate(lambda: dataset())
    loss, accuracy = model.evaluate(X, Y, batch_size=150, verbose=0)
    predicted = [next(iter(p.values())) for p in estimator.predict(lambda: dataset(size=40))]
    np.testing.assert_allclose(predicted, model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)
    assert results["accuracy"] == pytest.approx(accuracy)
    assert results["global_step"] == 20
    assert estimator.evaluate(lambda: dataset(size=150))["loss"] == pytest.approx(loss, rel=1e-5)


def test_inputs_outputs_and_metrics_go_by_names(tmp_path):
    a, b = keras.Input((4,), name="a"), keras.Input((1,), name="b")
    joined = keras.layers.Concatenate()([a, b])
    kind = keras.layers.Dense(3, name="kind")(joined)
    size = keras.layers.Dense(1, name="size")(joined)
    model = keras.Model([a, b], [kind, size])
    model.compile(
        "sgd",
        loss={
            "kind": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            "size": lambda y, p: keras.ops.mean(keras.ops.square(y - p), axis=-1),
        },
        loss_weights={"size": 0.5},
        metrics={"kind": "accuracy", "size": keras.metrics.MeanSquaredError(name="mse")},
    )
    estimator = tf.keras.estimator.model_to_estimator(
        model, model_dir=tmp_path, metric_names_map={"size_mse": "squared"}
    )
    features = {"b": X[:, :1], "a": X}
    labels = {"size": X[:, 1:2], "kind": Y}
    estimator.train(lambda: dataset(features, labels))
    results = estimator.evaluate(lambda: dataset(features, labels, size=150))
    assert set(results) == {"loss", "global_step", "kind_accuracy", "squared"}
    assert set(next(estimator.predict(lambda: dataset(features, labels)))) == {"kind", "size"}
    model.fit([X, X[:, :1]], [Y, X[:, 1:2]], shuffle=False, verbose=0)
    expected = model.evaluate([X, X[:, :1]], [Y, X[:, 1:2]], verbose=0, return_dict=True)
    assert results["squared"] == pytest.approx(expected["size_mse"], rel=1e-4)
    with pytest.raises(KeyError, match=r"\['a', 'c'\] are not the inputs"):
        estimator.train(lambda: dataset({"a": X, "c": X}, labels))


def test_sample_weights_come_beside_the_features(tmp_path):
    weights = np.linspace(0, 2, 150).astype("float32")
    model = compiled(sequential())
    model.build((None, 4))
    estimator = keras.estimator.model_to_estimator(model, model_dir=tmp_path)
    data = dataset({"features": X, "sample_weights": weights}, Y, size=150)
    estimator.train(lambda: data)
    model.fit(X, Y, sample_weight=weights, batch_size=150, verbose=0)
    predicted = np.array([next(iter(p.values())) for p in estimator.predict(lambda: dataset())])
    np.testing.assert_allclose(predicted, model.predict(X, verbose=0), rtol=1e-5, atol=1e-6)


def test_a_folder_that_tensorflow_wrote_is_gone_on_from(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(MODEL_DIRS / "keras_mlp", folder)
    expected = json.loads((MODEL_DIRS / "keras_mlp" / "expected.json").read_text())
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")]
    model = compiled(keras.Sequential([keras.Input((4,)), *layers]))
    estimator = keras.estimator.model_to_estimator(model, model_dir=folder)
    results = estimator.evaluate(lambda: dataset(size=150))
    assert results == pytest.approx(expected["evaluate"], rel=1e-5)
    predicted = [next(iter(p.values())) for p in estimator.predict(lambda: dataset())][:20]
    np.testing.assert_allclose(
        predicted, [p["dense_1"] for p in expected["predict_first_20"]], rtol=1e-5, atol=1e-6
    )
    estimator.train(lambda: dataset(repeat=None), max_steps=140)
    after = estimator.evaluate(lambda: dataset(size=150))
    assert after["global_step"] == 140
    assert after["loss"] < results["loss"]
    slot = "layer_with_weights-0/kernel/.OPTIMIZER_SLOT/optimizer/v/.ATTRIBUTES/VARIABLE_VALUE"
    assert estimator.get_variable_value(slot).max() > 0


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ({}, ValueError, "needs one of"),
        ({"keras_model": keras.Sequential()}, ValueError, "has not been compiled yet"),
        (
            {"keras_model": compiled(functional()), "checkpoint_format": "h5"},
            ValueError,
            "checkpoint_format",
        ),
    ],
    ids=["no model", "not compiled", "format"],
)
def test_what_cannot_be_converted_is_refused(arguments, error, match):
    with pytest.raises(error, match=match):
        tf.keras.estimator.model_to_estimator(**arguments)


def test_a_saved_model_is_converted_from_its_path(tmp_path):
    model = compiled(functional())
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "model.keras")
    estimator = keras.estimator.model_to_estimator(
        keras_model_path=tmp_path / "model.keras", model_dir=tmp_path, checkpoint_format="saver"
    )
    estimator.train(lambda: dataset(), steps=2)
    assert "global_step" in estimator.get_variable_names()


@pytest.mark.parametrize("fitted", [False, True])
def test_checkpoints_by_names_have_the_reference_s(fitted, tmp_path):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax", name="out")])
    model.compile(keras.optimizers.legacy.Adam(0.01), "sparse_categorical_crossentropy")
    if fitted:
        model.fit(X, Y, epochs=1, verbose=0)
    estimator = keras.estimator.model_to_estimator(
        model, model_dir=tmp_path, checkpoint_format="saver"
    )
    for steps in (2, 3):
        estimator.train(lambda: dataset(), steps=steps)
    slots = [f"training/Adam/out/{name}/{slot}" for name in ("bias", "kernel") for slot in "mv"]
    scalars = [f"training/Adam/{name}" for name in ("beta_1", "beta_2", "decay", "learning_rate")]
    counts = ["training/Adam/iter"] if fitted else []  # which goes on from where it was
    names = ["global_step", "out/bias", "out/kernel", *scalars, *slots, *counts]
    assert estimator.get_variable_names() == sorted(names)
