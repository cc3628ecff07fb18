"""The guide to Keras models as estimators, and what broke there in TensorFlow (public threads)."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from tests.estikeras.estimator.guides import tables

X, Y = tables.iris()
X = np.stack(list(X.values()), 1)


def flowers(**options):
    """The model of the guide, compiled."""
    model = keras.models.Sequential(
        [
            keras.layers.Dense(16, activation="relu", input_shape=(4,)),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(3),
        ]
    )
    options = {
        "loss": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        "optimizer": "adam",
        **options,
    }
    model.compile(**options)
    return model


def data(size=32, repeat=None):
    """An input function whose features go by the name of the input."""
    return tables.batches({"dense_input": X}, Y, size, repeat)


def answers(estimator):
    """What a model of one output predicts for all flowers."""
    return np.array([next(iter(p.values())) for p in estimator.predict(data(150, 1))])


def test_a_keras_model_trains_and_is_evaluated_as_an_estimator(tmp_path):
    converted = keras.estimator.model_to_estimator(keras_model=flowers(), model_dir=tmp_path)
    converted.train(input_fn=data(), steps=300)
    results = converted.evaluate(input_fn=data(), steps=5)
    assert results["global_step"] == 300
    assert results["loss"] < 0.7


class Entropy(keras.losses.Loss):
    """A loss of one's own."""

    def __init__(self, weight=1.0, name="entropy"):
        super().__init__(name=name)
        self.weight = weight

    def call(self, y_true, y_pred):
        """The weighted entropy."""
        return self.weight * keras.losses.sparse_categorical_crossentropy(
            y_true, y_pred, from_logits=True
        )


def entropy(y_true, y_pred):
    """A loss that is a function."""
    return Entropy(2.0).call(y_true, y_pred)


class Hits(keras.metrics.Metric):
    """A metric with state of its own."""

    def __init__(self, name="hits"):
        super().__init__(name=name)
        self.hits = self.add_weight(shape=(), initializer="zeros", name="hits")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Count what is right."""
        right = keras.ops.equal(keras.ops.cast(y_true, "int64"), keras.ops.argmax(y_pred, -1))
        self.hits.assign_add(keras.ops.sum(keras.ops.cast(right, "float32")))

    def result(self):
        """How often."""
        return self.hits


def certainty(y_true, y_pred):
    """A metric that is a function."""
    return keras.ops.max(keras.ops.softmax(y_pred), axis=-1)


@pytest.mark.parametrize("loss", [Entropy(2.0), entropy], ids=["class", "function"])
def test_losses_and_metrics_of_ones_own_come_along(loss, tmp_path):
    # tensorflow#34040 and #17950
    model = flowers(
        loss=loss, metrics=[Hits(), certainty, keras.metrics.SparseCategoricalAccuracy()]
    )
    estimator = keras.estimator.model_to_estimator(model, model_dir=tmp_path)
    estimator.train(data(), steps=30)
    results = estimator.evaluate(data(50, 1))
    logits = answers(estimator)
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    right = logits.argmax(1) == Y
    assert results["hits"] == right.sum()
    assert results["sparse_categorical_accuracy"] == pytest.approx(right.mean())
    assert results["certainty"] == pytest.approx(chances.max(1).mean(), rel=1e-5)
    expected = -2 * np.log(chances[np.arange(150), Y]).mean()
    assert results["loss"] == pytest.approx(expected, rel=1e-5)


def test_the_state_of_the_optimizer_outlives_the_process(tmp_path):
    # tensorflow#44670 and #52368: three trainings of ten steps are one of thirty.
    ways = []
    for name, trainings in (("once", [30]), ("thrice", [10, 10, 10])):
        keras.utils.set_random_seed(3)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.05, amsgrad=True), loss)
        first = model.get_weights()
        for steps in trainings:
            fresh = keras.models.clone_model(model)
            fresh.compile(keras.optimizers.Adam(0.05, amsgrad=True), loss)
            fresh.set_weights(first)
            estimator = keras.estimator.model_to_estimator(fresh, model_dir=tmp_path / name)
            estimator.train(data(150), steps=steps)
        ways.append(answers(estimator))
    np.testing.assert_allclose(*ways, rtol=1e-5, atol=1e-6)


def test_a_model_goes_on_from_its_optimizer_s_state(tmp_path):
    model = flowers()
    model.layers[1].rate = 0.0
    model.fit(X, Y, batch_size=150, epochs=10, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.layers[1].rate = 0.0
    estimator = keras.estimator.model_to_estimator(loaded, model_dir=tmp_path / "dir")
    estimator.train(tables.batches(X, Y, 150, None), steps=3)
    model.fit(X, Y, batch_size=150, epochs=3, verbose=0)
    np.testing.assert_allclose(
        answers(estimator), model.predict(X, verbose=0), rtol=1e-4, atol=1e-5
    )


def dense(**options):
    """A layer called `out`."""
    return keras.layers.Dense(3, "softmax", name="out", **options)


def nested():
    """A model in a model."""
    x = keras.Input((4,))
    return keras.Model(x, keras.Sequential([keras.layers.Dense(2), dense()], name="seq")(x))


MODELS = {  # and what the layer's variables are called in a model function
    "with an input": (lambda: keras.Sequential([keras.Input((4,)), dense()]), "out"),
    "with a shape": (lambda: keras.Sequential([dense(input_shape=(4,))]), "out"),
    "deferred": (lambda: keras.Sequential([dense()], name="seq"), "seq/out"),
    "nested": (nested, "seq/out"),
}


@pytest.mark.parametrize("name", MODELS)
def test_variables_have_the_names_of_keras_2(name, tmp_path):
    make, in_model_fn = MODELS[name]
    model = make()
    model.compile("sgd", "sparse_categorical_crossentropy")
    convert = keras.estimator.model_to_estimator
    converted = convert(model, model_dir=tmp_path / "keras", checkpoint_format="saver")
    converted.train(tables.batches(X, Y), steps=1)
    assert {"out/bias", "out/kernel"} < set(converted.get_variable_names())

    def model_fn(features, labels, mode):
        model = make()
        loss = keras.ops.mean(keras.losses.sparse_categorical_crossentropy(labels, model(features)))
        optimizer = keras.optimizers.legacy.SGD()
        optimizer.iterations = tf.compat.v1.train.get_or_create_global_step()
        train_op = optimizer.minimize(loss, model.trainable_variables)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    estimator = tf.estimator.Estimator(model_fn, tmp_path / "own")
    for size in (32, 40):  # the second training finds what the first one left
        estimator.train(tables.batches(X, Y, size), steps=1)
    assert {f"{in_model_fn}/bias", f"{in_model_fn}/kernel"} < set(estimator.get_variable_names())
