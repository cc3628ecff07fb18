"""The workloads of scripts/bench, written once for every implementation of the Keras API."""

import dataclasses
from collections.abc import Callable

import numpy as np

SEQUENCE, WORDS = 100, 5000
ROWS = 100_000


@dataclasses.dataclass(frozen=True)
class Workload:
    """One training job.

    Attributes:
        what: a few words for the table.
        batch: samples a step.
        steps: steps an epoch.
        inputs: makes the inputs from a random generator and the number of samples.
        classes: how many classes the labels have.
        model: builds the model with the given `keras`.
    """

    what: str
    batch: int
    steps: int
    inputs: Callable
    classes: int
    model: Callable

    def data(self):
        """Inputs and labels of one epoch."""
        random, samples = np.random.default_rng(0), self.batch * self.steps
        return self.inputs(random, samples), random.integers(0, self.classes, samples)

    def compiled(self, keras):
        """The model, ready for `fit`."""
        model = self.model(keras, self.classes)
        loss = "sparse_categorical_crossentropy"
        model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
        return model


def floats(*shape):
    """Inputs of normally distributed float32."""
    return lambda random, samples: random.standard_normal((samples, *shape), dtype=np.float32)


def words(length):
    """Inputs of word indices."""
    return lambda random, samples: random.integers(0, WORDS, (samples, length)).astype("int32")


def numbers_and_ids(random, samples):
    """13 numbers and 8 categories a sample."""
    ids = random.integers(0, ROWS, (samples, 8)).astype("int32")
    return {"numeric": random.standard_normal((samples, 13), dtype=np.float32), "ids": ids}


def dense(inputs, *units, dropout=0.0):
    """A chain of dense layers."""

    def build(keras, classes):
        layers = [keras.Input((inputs,))]
        layers += [keras.layers.Dense(n, activation="relu") for n in units]
        if dropout:
            layers.append(keras.layers.Dropout(dropout))
        return keras.Sequential([*layers, keras.layers.Dense(classes, activation="softmax")])

    return build


def convnet(keras, classes):
    """Two convolutions, two poolings."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )


def resnet(keras, classes):
    """Three residual blocks of 64, 128 and 256 channels."""
    layers = keras.layers

    def conv(x, channels, size, stride=1):
        x = layers.Conv2D(channels, size, strides=stride, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    def block(x, channels, stride):
        y = conv(layers.ReLU()(conv(x, channels, 3, stride)), channels, 3)
        if stride != 1 or x.shape[-1] != channels:
            x = conv(x, channels, 1, stride)
        return layers.ReLU()(layers.Add()([x, y]))

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(conv(inputs, 64, 3))
    for channels, stride in ((64, 1), (128, 2), (256, 2)):
        x = block(x, channels, stride)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def recurrent(layer_of):
    """An embedding, a recurrent layer and a dense one."""

    def build(keras, classes):
        return keras.Sequential(
            [
                keras.Input((SEQUENCE,), dtype="int32"),
                keras.layers.Embedding(WORDS, 64),
                layer_of(keras.layers),
                keras.layers.Dense(classes, activation="softmax"),
            ]
        )

    return build


def transformer(keras, classes):
    """One encoder block with four heads."""
    layers = keras.layers
    inputs = keras.Input((128,), dtype="int32")
    x = layers.Embedding(WORDS, 128)(inputs)
    x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(4, 32)(x, x)]))
    hidden = layers.Dense(128)(layers.Dense(512, activation="gelu")(x))
    x = layers.LayerNormalization()(layers.Add()([x, hidden]))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def wide_deep(keras, classes):
    """Eight embeddings of 100,000 rows beside numbers."""
    layers = keras.layers
    numeric = keras.Input((13,), name="numeric")
    ids = keras.Input((8,), dtype="int32", name="ids")
    x = layers.Concatenate()([numeric, layers.Flatten()(layers.Embedding(ROWS, 16)(ids))])
    for units in (256, 128):
        x = layers.Dense(units, activation="relu")(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model({"numeric": numeric, "ids": ids}, outputs)


WORKLOADS = {
    "mlp": Workload("784-512-10", 32, 400, floats(784), 10, dense(784, 512, dropout=0.2)),
    "mlp_large_batch": Workload(
        "784-512-10", 512, 40, floats(784), 10, dense(784, 512, dropout=0.2)
    ),
    "tabular": Workload("10-64-64-2", 32, 800, floats(10), 2, dense(10, 64, 64)),
    "convnet": Workload("28x28, 32-64 channels", 128, 20, floats(28, 28, 1), 10, convnet),
    "resnet": Workload("32x32, 3 residual blocks", 32, 8, floats(32, 32, 3), 10, resnet),
    "lstm": Workload(
        "LSTM 128, length 100", 32, 40, words(SEQUENCE), 2, recurrent(lambda ls: ls.LSTM(128))
    ),
    "gru_bidirectional": Workload(
        "two GRU 64, length 100",
        32,
        20,
        words(SEQUENCE),
        2,
        recurrent(lambda ls: ls.Bidirectional(ls.GRU(64))),
    ),
    "transformer": Workload("1 block, length 128", 32, 20, words(128), 2, transformer),
    "wide_deep": Workload("8 embeddings, 256-128", 256, 100, numbers_and_ids, 2, wide_deep),
}
