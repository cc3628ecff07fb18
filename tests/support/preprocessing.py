"""Tables of preprocessing layers and inputs, which the real Keras and estikeras both run.

`ROWS`, `HASHED` and `models` are read by the recorder (`scripts/record_preprocessing`) and by
`tests/estikeras/keras/layers/preprocessing/test_against_recordings.py`.
"""

import dataclasses

import numpy as np

VOCABULARY = ["earth", "wind", "fire"]
WORDS = [["wind", "fire", "wind"], ["water", "earth", ""]]
SEEN = [["b", "a", "c", "a"], ["c", "a", "[UNK]", ""], ["d", "b", "c", "é"]]
NUMBERS = np.array([[12, 36, 12], [7, -1, 0]])
TEXTS = ["Earth, wind & FIRE!", "the\tWind  blows", "", "é É Fire-fire"]
SHAPES = [
    np.array(2),
    np.array([2, 0, 5]),
    np.array([[2], [0]]),
    np.array([[2, 0, 2], [1, 3, 1]]),
    np.arange(12).reshape(2, 3, 2) % 4,
]
# Strings of all lengths at which the hashes take another way, and one of many blocks.
HASHED = [bytes((7 * n + 31 * i) % 256 for i in range(n)) for n in (*range(130), 192, 193, 1000)]


@dataclasses.dataclass(frozen=True)
class Row:
    """A layer, what it learns from, and what it is called on.

    Attributes:
        name: of the row.
        layer: name of the class.
        config: its arguments.
        inputs: of the call, or a list of them in `Each`.
        adapt: what it learns from: an array, `Each` batch of several, or None.
    """

    name: str
    layer: str
    config: dict
    inputs: object
    adapt: object = None


class Each(list):
    """Several values, one after the other."""


def outcome(row, keras):
    """What a layer gives: a dict of outputs, what was learnt and the config."""
    layer = getattr(keras.layers, row.layer)(**row.config)
    if isinstance(row.adapt, Each):
        layer.adapt(batch for batch in row.adapt)
    elif row.adapt is not None:
        layer.adapt(row.adapt)
    inputs = row.inputs if isinstance(row.inputs, Each) else [row.inputs]
    result = {"outputs": [as_json(layer(x)) for x in inputs]}
    if hasattr(layer, "get_vocabulary"):
        result["vocabulary"] = as_plain(layer.get_vocabulary())
        result["entries"] = as_plain(layer.get_vocabulary(include_special_tokens=False))
        result["size"] = int(layer.vocabulary_size())
    config = layer.get_config()
    result["config"] = {key: as_plain(value) for key, value in config.items() if key != "name"}
    return result


def as_json(tensor):
    """A tensor as a dict of dtype and nested lists; strings as latin-1."""
    array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    if isinstance(array.flat[0] if array.size else 0, bytes):
        array = np.vectorize(lambda one: one.decode("latin-1"), otypes=[object])(array)
        return {"dtype": "string", "values": array.tolist()}
    return {"dtype": str(array.dtype), "values": array.tolist()}


def as_plain(value):
    """A value of a config without NumPy."""
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def models(keras):
    """Models with vocabularies by name, and inputs for each."""
    text = keras.layers.TextVectorization(output_sequence_length=4, name="text")
    text.adapt(TEXTS)
    weighted = keras.layers.TextVectorization(output_mode="tf_idf", ngrams=2, name="weighted")
    weighted.adapt(TEXTS)
    lookup = keras.layers.StringLookup(mask_token="", num_oov_indices=2, name="lookup")
    lookup.adapt(SEEN)
    one = keras.Input((), dtype="string", name="texts")
    numbers = keras.layers.Embedding(20, 2, name="embedding")(text(one))
    texts = keras.layers.Concatenate(name="both")(
        [keras.layers.Flatten(name="flat")(numbers), weighted(one)]
    )
    words = keras.Input((4,), dtype="string", name="words")
    return {
        "texts": (keras.Model(one, keras.layers.Dense(1, name="dense")(texts)), TEXTS),
        "words": (
            keras.Model(words, keras.layers.Embedding(12, 2, name="embedding")(lookup(words))),
            SEEN,
        ),
    }


COLUMNS = {
    "plain": np.array([1.0, 2.0, 3.0, 4.5], "float32"),
    "normal": np.array([1.0, 2.0, 3.0, 4.5], "float32"),
    "bins": np.array([0.0, 9.0, 4.0, 5.0], "float32"),
    "kind": np.array([5, 7, 5, 9]),
    "color": np.array(["red", "blue", "red", "?"]),
    "word": np.array(["a", "b", "c", "d"]),
}


def space(keras):
    """A FeatureSpace of columns of all kinds, that has learnt `COLUMNS`."""
    kinds = keras.utils.FeatureSpace
    made = kinds(
        {
            "plain": "float",
            "normal": "float_normalized",
            "bins": kinds.float_discretized(num_bins=3, name="bins"),
            "kind": "integer_categorical",
            "color": kinds.string_categorical(max_tokens=3, name="color"),
            "word": "string_hashed",
        },
        crosses=[("color", "kind"), kinds.cross(("word", "kind"), crossing_dim=3)],
        crossing_dim=5,
        hashing_dim=4,
        name="space",
    )
    made.adapt(COLUMNS)
    return made


def _rows():
    rows = []

    def row(name, layer, inputs, adapt=None, **config):
        rows.append(Row(f"{layer} {name}", layer, config, inputs, adapt))

    for mode in ("one_hot", "multi_hot", "count"):
        shapes = Each(SHAPES)
        row(mode, "CategoryEncoding", shapes, num_tokens=4, output_mode=mode)
        row(mode, "Discretization", shapes, bin_boundaries=[1.0, 2.0], output_mode=mode)
        row(mode, "Hashing", Each(SHAPES[1:]), num_bins=4, output_mode=mode)
        row(mode, "IntegerLookup", shapes, vocabulary=[2, 5, 1], output_mode=mode, mask_token=0)
        row(mode, "StringLookup", WORDS, vocabulary=VOCABULARY, output_mode=mode, mask_token="")
        row(f"padded {mode}", "StringLookup", WORDS, vocabulary=VOCABULARY, output_mode=mode,
            max_tokens=6, pad_to_max_tokens=mode != "one_hot")  # fmt: skip

    values = np.array([[-1.5, 1.0, 3.4], [0.5, np.nan, np.inf]], "float32")
    many = (np.arange(1000) * 7919 % 1000).astype("float32") ** 2
    row("of numbers", "Discretization", Each([values, NUMBERS]), bin_boundaries=[0.0, 1.0, 2.0])
    row("learnt", "Discretization", values, many, num_bins=7)
    row("learnt of few", "Discretization", values, np.array([3.0, 1.0, 1.0, 2.0]), num_bins=3)
    row("learnt roughly", "Discretization", values, many, num_bins=4, epsilon=0.1)
    row("learnt of batches", "Discretization", values,
        Each([many[:300], many[300:500], many[500:]]), num_bins=5, epsilon=0.02)  # fmt: skip

    row("of strings", "Hashing", WORDS, num_bins=5)
    row("with a mask", "Hashing", WORDS, num_bins=5, mask_value="")
    row("with a salt", "Hashing", WORDS, num_bins=1000, salt=137)
    row("with two salts", "Hashing", WORDS, num_bins=1000, salt=[133, 137], mask_value="wind")
    row("of integers", "Hashing", NUMBERS, num_bins=1000, mask_value=12)
    row("of floats and booleans", "Hashing", Each([values[0], NUMBERS > 5]), num_bins=1000)
    row("as int32", "Hashing", NUMBERS, num_bins=3, dtype="int32")
    pair = (np.array(["a", "b", "a"]), np.array([1, 1, -2]))
    row("of a pair", "HashedCrossing", Each([pair, [x[:, None] for x in pair]]), num_bins=1000)
    row("of three", "HashedCrossing", (*pair, pair[0]), num_bins=1000)
    row("as vectors", "HashedCrossing", pair, num_bins=4, output_mode="one_hot")

    row("given", "StringLookup", Each([WORDS, "fire"]), vocabulary=VOCABULARY)
    row("with special entries given", "StringLookup", WORDS,
        vocabulary=["", "[UNK]", *VOCABULARY], mask_token="")  # fmt: skip
    row("with a mask", "StringLookup", WORDS, vocabulary=VOCABULARY, mask_token="")
    row("with three places", "StringLookup", WORDS, vocabulary=["wind"], num_oov_indices=3)
    row("with three salted places", "StringLookup", WORDS, vocabulary=["wind"],
        num_oov_indices=3, mask_token="", salt=[5, 6])  # fmt: skip
    row("inverted", "StringLookup", [[0, 1], [4, 9]], vocabulary=VOCABULARY, invert=True)
    row("inverted with a mask", "StringLookup", [[0, 1], [4, 9]], vocabulary=VOCABULARY,
        invert=True, mask_token="", oov_token="?")  # fmt: skip
    row("weighted", "StringLookup", WORDS, vocabulary=VOCABULARY, output_mode="tf_idf",
        idf_weights=[0.5, 0.25, 0.6])  # fmt: skip
    row("learnt", "StringLookup", SEEN, SEEN)
    row("learnt of a vector", "StringLookup", SEEN, np.array(SEEN)[:, 0])
    row("learnt of batches", "StringLookup", SEEN, Each(SEEN), mask_token="")
    row("learnt up to five", "StringLookup", SEEN, SEEN, max_tokens=5, mask_token="")
    row("learnt weights", "StringLookup", SEEN, SEEN, output_mode="tf_idf")
    row("learnt padded weights", "StringLookup", SEEN, Each([SEEN, SEEN[:1]]),
        output_mode="tf_idf", max_tokens=9, pad_to_max_tokens=True)  # fmt: skip

    row("given", "IntegerLookup", NUMBERS, vocabulary=[12, 36])
    row("with a mask and three places", "IntegerLookup", NUMBERS, vocabulary=[12, 36],
        mask_token=0, num_oov_indices=3)  # fmt: skip
    row("with hashed places", "IntegerLookup", NUMBERS, vocabulary=[12], num_oov_indices=3,
        oov_method="farmhash")  # fmt: skip
    row("with salted places", "IntegerLookup", NUMBERS, vocabulary=[12], num_oov_indices=3,
        oov_method="farmhash", salt=4)  # fmt: skip
    row("inverted", "IntegerLookup", [[0, 1], [2, 9]], vocabulary=[12, 36], invert=True)
    row("learnt", "IntegerLookup", NUMBERS, NUMBERS)
    row("learnt counts", "IntegerLookup", NUMBERS, NUMBERS, output_mode="count", mask_token=0)
    row("weighted", "IntegerLookup", NUMBERS, NUMBERS, output_mode="tf_idf")

    for how in ("lower", "strip_punctuation", None):
        row(f"standardize={how}", "TextVectorization", TEXTS, TEXTS, standardize=how)
    for mode in ("multi_hot", "count", "tf_idf"):
        row(mode, "TextVectorization", Each([TEXTS, [[t] for t in TEXTS], TEXTS[0]]), TEXTS,
            output_mode=mode)  # fmt: skip
    row("learnt", "TextVectorization", Each([TEXTS, [[t] for t in TEXTS], TEXTS[0]]), TEXTS)
    row("characters", "TextVectorization", TEXTS, TEXTS, split="character")
    row("two neighbours", "TextVectorization", TEXTS, TEXTS, ngrams=2)
    row("two or three neighbours", "TextVectorization", TEXTS, TEXTS, ngrams=(2, 3))
    row("of length 2", "TextVectorization", Each([TEXTS, TEXTS[0]]), TEXTS,
        output_sequence_length=2)  # fmt: skip
    row("of length 9", "TextVectorization", TEXTS, TEXTS, output_sequence_length=9)
    row("up to five tokens", "TextVectorization", TEXTS, TEXTS, max_tokens=5)
    row("padded", "TextVectorization", TEXTS, Each([TEXTS[:2], TEXTS[2:]]), max_tokens=20,
        output_mode="tf_idf", pad_to_max_tokens=True, ngrams=2)  # fmt: skip
    row("given", "TextVectorization", TEXTS, vocabulary=VOCABULARY)
    row("of tokens", "TextVectorization", WORDS, vocabulary=VOCABULARY, split=None,
        output_sequence_length=5)  # fmt: skip
    row("of neighbouring tokens", "TextVectorization", WORDS, WORDS, split=None, ngrams=2,
        output_mode="count")  # fmt: skip
    return rows


ROWS = _rows()
