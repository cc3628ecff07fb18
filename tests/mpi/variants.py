"""Trains with one option of optimizers, layers and `fit` after the other, and writes what came out.
Started with the name of the file to write.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import strategies
from estikeras import keras, ops
from estikeras.keras import layers

ROWS, BATCH = 45, 8
random = np.random.default_rng(0)
X = random.normal(size=(ROWS, 4)).astype("float32")
Y = (X[:, :1] * X[:, 1:2] > 0).astype("float32")
WEIGHTS = random.uniform(0.2, 3, ROWS).astype("float32")


class Penalty(layers.Layer):
    """Adds losses: one by the rows of the batch, and one of the weights alone."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        outputs = inputs * self.scale
        self.add_loss(0.01 * ops.mean(ops.square(outputs)))
        self.add_loss(0.01 * ops.sum(ops.square(self.scale)))
        return outputs


def net(*inner, activation="sigmoid"):
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(6, "tanh"), *inner, layers.Dense(1, activation)]
    )


def fitted(model, **options):
    """History, weights and optimizer after two epochs."""
    defaults = {"batch_size": BATCH, "epochs": 2, "verbose": 0}
    history = model.fit(X, Y, **{**defaults, **options})
    return {"history": history.history, **state(model)}


def state(model):
    optimizer = [variable.numpy() for variable in model.optimizer.variables]
    return {"weights": model.get_weights(), "optimizer": optimizer}


def trained(optimizer, *inner, loss="binary_crossentropy", compiled=None, **options):
    """What `fit` of a small model comes to."""
    model = net(*inner)
    model.compile(optimizer, loss, metrics=["accuracy"], **(compiled or {}))
    return fitted(model, **options)


OPTIMIZERS = {
    "gradient accumulation": lambda: keras.optimizers.Adam(0.01, gradient_accumulation_steps=3),
    "clipnorm": lambda: keras.optimizers.SGD(0.1, clipnorm=0.01),
    "global clipnorm": lambda: keras.optimizers.SGD(0.1, momentum=0.9, global_clipnorm=0.02),
    "clipvalue": lambda: keras.optimizers.SGD(0.1, clipvalue=0.01),
    "moving average": lambda: keras.optimizers.Adam(
        0.01, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=4
    ),
    "moving average at the end": lambda: keras.optimizers.Adam(0.01, use_ema=True),
    "schedule": lambda: keras.optimizers.Adam(
        keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=3, decay_rate=0.5)
    ),
    "cosine": lambda: keras.optimizers.SGD(
        keras.optimizers.schedules.CosineDecay(0.1, 10, warmup_target=0.3, warmup_steps=3)
    ),
    "weight decay": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.1),
    "loss scale": lambda: keras.optimizers.SGD(0.1, loss_scale_factor=64.0),
    "lamb": lambda: keras.optimizers.Lamb(0.01),
    "ftrl": lambda: keras.optimizers.Ftrl(0.1),
    "adafactor": lambda: keras.optimizers.Adafactor(0.01),
    "nadam": lambda: keras.optimizers.Nadam(0.01),
}


def optimizers():
    return {name: trained(make()) for name, make in OPTIMIZERS.items()}


def mixed_float16():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = net(layers.Activation("linear", dtype="float32"), activation=None)
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
        result = fitted(model)
        scale = model.optimizer
        assert type(scale).__name__ == "LossScaleOptimizer"
        # A row that overflows on one rank only: all skip the step and halve the scale.
        x, y = X[:BATCH].copy(), Y[:BATCH]
        x[0] = np.inf
        before = model.get_weights()
        model.train_on_batch(x, y)
        same = all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    finally:
        keras.config.set_dtype_policy("float32")
    halved = float(np.asarray(scale.dynamic_scale))
    return {"rounded": result, "skipped": same, "scale": halved}


def losses_of_layers():
    return {
        "add_loss": trained("sgd", Penalty()),
        "activity": trained(
            "sgd", layers.Dense(5, activity_regularizer=keras.regularizers.L1L2(0.01, 0.02))
        ),
        "activity layer": trained("sgd", layers.ActivityRegularization(l2=0.05)),
        "orthogonal": trained("sgd", layers.Dense(5, kernel_regularizer="orthogonal_regularizer")),
        "constraint": trained("sgd", layers.Dense(5, kernel_constraint="max_norm")),
    }


def losses():
    sample_weight, class_weight = WEIGHTS, {0: 0.3, 1: 2.0}
    found = {}
    for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight", "mean"):
        loss = keras.losses.MeanSquaredError(reduction=reduction)
        found[reduction] = trained("sgd", loss=loss, sample_weight=sample_weight)
    found["class weights"] = trained("sgd", class_weight=class_weight)
    found["function"] = trained("sgd", loss=lambda y, p: ops.square(y - p))
    found["scalar function"] = trained("sgd", loss=lambda y, p: ops.mean(ops.abs(y - p)))
    return found


def metrics():
    model = net()
    model.compile(
        "sgd",
        "mse",
        metrics=[
            "mae",
            keras.metrics.AUC(name="auc"),
            keras.metrics.Recall(name="recall"),
            keras.metrics.F1Score(threshold=0.5, name="f1"),
            keras.metrics.R2Score(name="r2"),
            keras.metrics.RootMeanSquaredError(name="rmse"),
            keras.metrics.MeanIoU(num_classes=2, name="iou"),
            lambda y, p: ops.mean(ops.abs(y - p)),
        ],
        weighted_metrics=["mse", keras.metrics.Precision(name="precision")],
    )
    fit = fitted(model, sample_weight=WEIGHTS, validation_split=0.3)
    return {**fit, "scores": model.evaluate(X, Y, batch_size=7, verbose=0, sample_weight=WEIGHTS)}


def ways_to_run():
    model = net(layers.BatchNormalization(synchronized=True))
    model.compile("adam", "mse", metrics=["mae"], run_eagerly=True)
    eager = fitted(model)
    several = trained("adam", compiled={"steps_per_execution": 4})

    class Listener(keras.callbacks.Callback):
        batches = ()

        def on_train_batch_end(self, batch, logs=None):
            self.batches = (*self.batches, batch)

    listener = Listener()
    heard = trained("adam", compiled={"steps_per_execution": 4}, callbacks=[listener])
    model = net()
    model.compile("adam", "mse", metrics=["mae"])
    by_hand = [model.train_on_batch(X[:9], Y[:9], sample_weight=WEIGHTS[:9]) for _ in range(2)]
    by_hand += [model.train_on_batch(X[:1], Y[:1])]  # less than a row for each rank
    by_hand += [model.test_on_batch(X[:7], Y[:7]), model.test_on_batch(X[:1], Y[:1])]
    return {
        "eager": eager,
        "several steps": several,
        "several steps heard": [heard, listener.batches],
        "by hand": [by_hand, state(model), model.predict_on_batch(X[:5]), model(X[:3]).numpy()],
        "predictions": [model.predict(X[:n], batch_size=4, verbose=0) for n in (1, 2, 9)],
    }


def normalization():
    inner = {
        "layer": layers.LayerNormalization(),
        "group": layers.GroupNormalization(2),
        "unit": layers.UnitNormalization(),
        "spectral": layers.SpectralNormalization(layers.Dense(6)),
    }
    return {name: trained("sgd", layer) for name, layer in inner.items()}


def batch_normalization_by_replica():
    """Every replica normalizes with its own rows; their moving averages are one."""
    model = net(layers.BatchNormalization())
    model.compile("sgd", "mse")
    model.fit(X, Y, batch_size=BATCH, epochs=1, verbose=0)
    weights = model.get_weights()
    of_ranks = strategies.get_strategy().communicator.allgather(weights) if is_several() else []
    return all(
        np.array_equal(a, b) for other in of_ranks for a, b in zip(weights, other, strict=True)
    )


def is_several():
    return strategies.get_strategy().num_replicas_in_sync > 1


def frozen_and_shared():
    shared = layers.Dense(4, "tanh")
    inputs = keras.Input((4,))
    frozen = layers.Dense(4)
    frozen.trainable = False
    outputs = layers.Dense(1)(shared(shared(frozen(inputs))))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "mse")
    first = fitted(model)
    frozen.trainable = True
    model.compile(model.optimizer.__class__(0.01), "mse")
    return [first, fitted(model)]


PARTS = [
    optimizers,
    mixed_float16,
    losses_of_layers,
    losses,
    metrics,
    ways_to_run,
    normalization,
    batch_normalization_by_replica,
    frozen_and_shared,
]


if __name__ == "__main__":
    results = {}
    for part in PARTS:
        keras.utils.set_random_seed(5)
        with strategies.MultiWorkerMirroredStrategy().scope():
            results[part.__name__] = part()
    if strategies.get_strategy().cluster.is_chief:
        Path(sys.argv[1]).write_bytes(pickle.dumps(results))
