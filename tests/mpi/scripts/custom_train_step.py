"""Models with a `train_step` of their own, in the shapes that the Keras guides show."""

import pickle
import sys
from pathlib import Path

import numpy as np

import estikeras as tf

keras = tf.keras
ops = keras.ops


class CustomModel(keras.Model):
    """The trainer's own step, written out: `compute_loss`, `optimizer.apply`, all metrics."""

    def train_step(self, data):
        x, y, sample_weight = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred, sample_weight=sample_weight)
        return {metric.name: metric.result() for metric in self.metrics}


class OwnMetrics(keras.Model):
    """A loss and metrics that `compile` knows nothing of."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.largest = keras.metrics.Mean(name="norm")
        self.loss_fn = keras.losses.MeanSquaredError()

    def train_step(self, data):
        x, y, _ = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.loss_fn(y, y_pred)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        self.largest.update_state(ops.sum(ops.square(self.trainable_variables[0])))
        return {m.name: m.result() for m in (self.loss_tracker, self.mae_metric, self.largest)}

    def test_step(self, data):
        x, y, _ = data
        y_pred = self(x, training=False)
        self.loss_tracker.update_state(self.loss_fn(y, y_pred))
        self.mae_metric.update_state(y, y_pred)
        return {m.name: m.result() for m in (self.loss_tracker, self.mae_metric)}

    @property
    def metrics(self):
        return [self.loss_tracker, self.mae_metric, self.largest]


class Adversaries(keras.Model):
    """Two networks and two optimizers, as a GAN has them; the noise is part of the data."""

    def __init__(self):
        super().__init__()
        self.generator = keras.Sequential(
            [keras.Input((2,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(3)]
        )
        self.discriminator = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(1)]
        )
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")
        self.built = True

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile(optimizer=d_optimizer)
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

    def train_step(self, data):
        real, noise = data
        batch = ops.shape(real)[0]
        combined = ops.concatenate([self.generator(noise), real], axis=0)
        labels = ops.concatenate([ops.ones((batch, 1)), ops.zeros((batch, 1))], axis=0)
        with tf.GradientTape() as tape:
            d_loss = self.loss_fn(labels, self.discriminator(combined))
        variables = self.discriminator.trainable_variables
        gradients = tape.gradient(d_loss, variables)
        self.d_optimizer.apply_gradients(zip(gradients, variables, strict=True))
        with tf.GradientTape() as tape:
            predictions = self.discriminator(self.generator(noise))
            g_loss = self.loss_fn(ops.zeros((batch, 1)), predictions)
        variables = self.generator.trainable_variables
        gradients = tape.gradient(g_loss, variables)
        self.g_optimizer.apply_gradients(zip(gradients, variables, strict=True))
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {
            "d_loss": self.d_loss_tracker.result(),
            "g_loss": self.g_loss_tracker.result(),
        }

    @property
    def metrics(self):
        return [self.d_loss_tracker, self.g_loss_tracker]


random = np.random.default_rng(0)
x = random.normal(size=(53, 3)).astype("float32")
y = (x[:, :1] * x[:, 1:2]).astype("float32")
weights = random.uniform(0.5, 2, 53).astype("float32")
strategy = tf.distribute.MultiWorkerMirroredStrategy()


def made(cls):
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(8, "tanh")(inputs)
    return cls(inputs, keras.layers.Dense(1)(hidden))


keras.utils.set_random_seed(1)
results = {}
with strategy.scope():
    model = made(CustomModel)
    model.compile("adam", "mse", weighted_metrics=[keras.metrics.MeanAbsoluteError(name="mae")])
history = model.fit(x, y, sample_weight=weights, batch_size=8, epochs=3, verbose=0)
results["custom model"] = {"history": history.history, "weights": model.get_weights()}

with strategy.scope():
    model = made(OwnMetrics)
    model.compile(optimizer="adam")
history = model.fit(x, y, sample_weight=weights, batch_size=8, epochs=3, verbose=0)
results["own metrics"] = {
    "history": history.history,
    "scores": model.evaluate(x, y, sample_weight=weights, batch_size=9, verbose=0),
    "weights": model.get_weights(),
}

with strategy.scope():
    model = Adversaries()
    model.compile(
        keras.optimizers.Adam(0.01),
        keras.optimizers.Adam(0.01),
        keras.losses.BinaryCrossentropy(from_logits=True),
    )
noise = random.normal(size=(53, 2)).astype("float32")
history = model.fit(x, noise, batch_size=8, epochs=2, verbose=0)
results["adversaries"] = {"history": history.history, "weights": model.get_weights()}

if strategy.cluster.is_chief:
    Path(sys.argv[1]).write_bytes(pickle.dumps(results))
