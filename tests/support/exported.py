"""Models that are saved as SavedModels: for the round trip through ours, and for
`scripts/check_saved_models`, which lets the real TensorFlow load them.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np

import estikeras as tf
from estikeras.engine import context
from estikeras.engine.tensor import Spec
from estikeras.export.saved_model import traced, writer
from estikeras.formats.example import Example
from estikeras.ops import hashing, lookup
from estikeras.primitives import records

keras, ops = tf.keras, tf.keras.ops
layers = keras.layers


@dataclasses.dataclass(frozen=True)
class Saved:
    """A way to save something.

    Attributes:
        save: function of a folder, which writes the SavedModel.
        inputs: dict of arrays for the signature "serving_default".
        outputs: function of these that gives the dict that is to come back.
    """

    save: Callable
    inputs: dict
    outputs: Callable


def _floats(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def _texts(*texts, shape=None):
    array = np.empty(len(texts), object)
    array[:] = [text.encode() for text in texts]
    return array if shape is None else array.reshape(shape)


def _of_model(model, *arrays):
    """A Keras model by `export`, whose inputs have names."""
    rng = np.random.default_rng(1)
    for weight in model.weights:  # also averages of normalization
        weight.assign(np.abs(rng.normal(size=weight.shape)) * 0.5 + 0.1)
    names = [x.name for x in model.inputs]

    def outputs(inputs):
        xs = [tf.constant(inputs[name]) for name in names]
        y = model(xs if len(xs) > 1 else xs[0])
        return {"output_0": np.asarray(y)}

    return Saved(
        lambda folder: model.export(folder, verbose=False),
        dict(zip(names, arrays, strict=True)),
        outputs,
    )


def dense():
    x = keras.Input((5,), name="x")
    y = layers.Dense(3, activation="softmax")(layers.Dense(4, activation="relu")(x))
    return _of_model(keras.Model(x, y), _floats(4, 5))


def convolutions():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2), name="image"),
            layers.Conv2D(3, 3, padding="same", strides=2, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
            layers.DepthwiseConv2D(2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    return _of_model(model, _floats(3, 8, 8, 2))


def images_of_any_size():
    """Padding that depends on sizes that are not known."""
    model = keras.Sequential(
        [
            keras.Input((None, None, 2), name="image"),
            layers.Conv2D(3, 3, padding="same", strides=2),
            layers.AveragePooling2D(2, padding="same"),
            layers.Conv2DTranspose(2, 3, strides=2, padding="same"),
            layers.UpSampling2D(2),
            layers.GlobalMaxPooling2D(),
        ]
    )
    return _of_model(model, _floats(2, 7, 10, 2))


def embedding_lstm():
    """Sequences of a known length: one step after the other."""
    model = keras.Sequential(
        [
            keras.Input((5,), dtype="int32", name="ids"),
            layers.Embedding(7, 3, mask_zero=True),
            layers.LSTM(4),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    return _of_model(model, np.array([[1, 2, 3, 0, 0], [6, 5, 4, 3, 2]], "int32"))


def sequences_of_any_length():
    """Loops, masks and causal attention over a time that is not known."""
    ids = keras.Input((None,), dtype="int32", name="ids")
    x = layers.Embedding(7, 4, mask_zero=True)(ids)
    x = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    x = layers.MultiHeadAttention(2, 2)(x, x, use_causal_mask=True)
    x = layers.LayerNormalization()(x)
    parts = [layers.GRU(3)(x), layers.SimpleRNN(2)(x), layers.GlobalAveragePooling1D()(x)]
    model = keras.Model(ids, layers.Concatenate()(parts))
    return _of_model(model, np.array([[1, 2, 3, 0], [6, 5, 4, 3]], "int32"))


def two_lengths():
    """An encoder and a decoder, whose sequences have lengths of their own."""
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    embedding = layers.Embedding(7, 3, mask_zero=True)
    x, *state = layers.GRU(3, return_sequences=True, return_state=True)(embedding(source))
    y = layers.GRU(3, return_sequences=True)(embedding(target), initial_state=state)
    model = keras.Model([source, target], layers.Attention()([y, x]) + y)
    arrays = np.array([[1, 2, 3, 0], [6, 5, 4, 3]], "int32"), np.array([[1, 2], [3, 0]], "int32")
    return _of_model(model, *arrays)


def words():
    """Strings through a vocabulary, hashes and tokens."""
    word = keras.Input((1,), dtype="string", name="word")
    text = keras.Input((), dtype="string", name="text")
    found = layers.StringLookup(vocabulary=["a", "b"])(word)
    parts = [
        layers.Flatten()(layers.Embedding(4, 3)(found)),
        layers.Hashing(11)(word),
        layers.Hashing(13, salt=[3, 4])(word),
        layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=3)(text),
        layers.TextVectorization(vocabulary=["a", "b"], output_mode="count")(text),
    ]
    model = keras.Model(
        [word, text], layers.Concatenate()([ops.cast(part, "float32") for part in parts])
    )
    arrays = _texts("b", "other", "a", shape=(3, 1)), _texts("A, b! c d", "", "b b a")
    return _of_model(model, *arrays)


class Methods:
    """An object with a function of tensors."""

    def __init__(self):
        self.weights = tf.Variable(_floats(3, 2), name="weights")
        pairs = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1.5, 2.5])
        self.table = tf.lookup.StaticHashTable(pairs, -1.0)

    @tf.function(
        input_signature=[tf.TensorSpec([None, 3]), tf.TensorSpec([None], tf.string, name="word")]
    )
    def run(self, x, word):
        rows = x.shape[0]
        return {
            "product": tf.matmul(x, self.weights),
            "centred": x - ops.mean(x, axis=0),
            "beside": ops.concatenate([x, ops.zeros((rows, 2))], axis=1),
            "rows": ops.cast(ops.arange(rows), "float32") / rows,
            "order": ops.argsort(x, axis=1),
            "flat": ops.reshape(x, (-1,)),
            "found": self.table.lookup(word),
            "large": tf.strings.upper(word),
            "replaced": tf.strings.regex_replace(word, "[aeiou]", "<\\0>"),
        }


def methods():
    model = Methods()

    def outputs(inputs):
        found = model.run(*[tf.constant(inputs[name]) for name in ("x", "word")])
        return {name: np.asarray(y) for name, y in found.items()}

    inputs = {"x": _floats(3, 3), "word": _texts("a", "zebra", "b")}
    return Saved(lambda folder: tf.saved_model.save(model, folder), inputs, outputs)


class Parsed:
    """Serialized examples with features of any number of values, a table from a file, crosses."""

    def __init__(self):
        self.table = lookup.Table(-1, "string", "int64", {b"x": 0, b"y": 1})
        self.rows = tf.Variable(_floats(9, 3), name="rows")

    def compute(self, serialized, length):
        features = {
            "a": tf.io.FixedLenFeature([2], "float32"),
            "i": tf.io.FixedLenFeature([1], "int64", default_value=[7]),
        }
        columns = (
            records.Padded(b"s", "string", length, b""),
            records.Padded(b"w", "float32", length, 0.0),
        )
        found = tf.io.parse_example(serialized, features)
        words, weights = records.parse_padded_example(serialized, columns=columns)
        there = ops.expand_dims(ops.cast(words != tf.constant(""), "float32"), -1)
        rows = ops.sum(ops.take(self.rows, hashing.hash_bucket(words, 9), axis=0) * there, axis=1)
        hot = ops.sum(ops.one_hot(lookup.lookup(words, self.table), 2) * there, axis=1)
        cross = hashing.cross_hash([words[:, :1], tf.strings.as_string(found["i"])], 11)
        weight = ops.sum(weights, axis=1)
        return {"a": found["a"], "weight": weight, "rows": rows, "hot": hot, "cross": cross}

    def save(self, folder):
        path = Path(folder).parent / "letters.txt"
        path.write_text("x\ny\n")

        def trace(batch):
            graph = traced.ScopedGraph()
            serialized = graph.add_input(Spec((batch,), "string"))
            with context.scope(trace=graph, tapes=(), autocast=None):
                found = self.compute(serialized, traced.stand_in_length(batch))
            signature = traced.Signature({"examples": serialized}, found)
            names = {self.rows: "dnn/input_layer/rows"}
            return traced.Traced(graph, {"serving_default": signature}, names, {self.table: path})

        writer.write(folder, trace)


def examples():
    model, rows = Parsed(), []
    for number, texts in (([3], [b"x"]), ([], [b"q", b"y", b"zz"]), ([1], [])):
        example = Example()
        feature = example.features.feature
        feature["a"].float_list.value.extend([1.5, 2.0])
        feature["i"].int64_list.value.extend(number)
        if not number:
            del feature["i"]
        feature["s"].bytes_list.value.extend(texts)
        feature["w"].float_list.value.extend([0.5] * len(number))
        rows.append(example.SerializeToString())
    serialized = np.array(rows, object)

    def outputs(inputs):
        found = model.compute(tf.constant(inputs["examples"]), 3)
        return {name: np.asarray(y) for name, y in found.items()}

    return Saved(model.save, {"examples": serialized}, outputs)


CASES = (
    dense,
    convolutions,
    images_of_any_size,
    embedding_lstm,
    sequences_of_any_length,
    two_lengths,
    words,
    methods,
    examples,
)
