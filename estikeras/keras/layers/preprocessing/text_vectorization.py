"""TextVectorization."""

import math

import numpy as np

from estikeras import errors, ops, settings
from estikeras.keras.layers.preprocessing import data_layer
from estikeras.keras.layers.preprocessing.string_lookup import StringLookup
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.ops import lookup
from estikeras.public import public

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


@public("keras.layers.TextVectorization")
class TextVectorization(data_layer.DataLayer):
    """Texts to the indices of their words, or to vectors that count words.

    Args:
        max_tokens: int, the most entries of the vocabulary, special ones among them; None for any
            number.
        standardize: how texts are cleaned: "lower_and_strip_punctuation", "lower",
            "strip_punctuation" (ASCII letters and signs), a function from string tensors to string
            tensors, or None.
        split: how texts are cut: at "whitespace", into each "character", by a function from a
            string tensor (batch,) to a string tensor (batch, tokens) or lists of tokens (or, as
            `tf.strings.split`, from one text to its tokens), or None: the inputs are tokens.
        ngrams: int, up to how many neighbours are joined to one more token; or a tuple of such
            numbers; or None.
        output_mode: "int" for indices; or for a vector a text "multi_hot" (1 for each token in
            it), "count" (how often it is there) or "tf_idf" (the count times the token's weight).
        output_sequence_length: int, to which indices are cut or filled up with 0; None for the
            longest text of the batch.
        pad_to_max_tokens: whether vectors have the size `max_tokens`.
        vocabulary: list, array, tensor, or the path of a text file with a token a line; None to
            learn it by `adapt`.
        idf_weights: floats, one an entry of the vocabulary, for "tf_idf".
        sparse: must be False.
        ragged: must be False.
        encoding: how bytes become the text of `get_vocabulary`.
        name: name of the layer.
        **kwargs: `dtype`, `trainable`.

    Call arguments:
        inputs: texts (batch,) or (batch, 1), or one text.

    Returns:
        int64 indices (batch, length), where 0 is padding and 1 an unknown token; or vectors
        (batch, size): int64, and for "tf_idf" floats.

    Raises:
        ValueError: for arguments that do not go together, or texts of another shape.
    """

    def __init__(
        self,
        max_tokens=None,
        standardize="lower_and_strip_punctuation",
        split="whitespace",
        ngrams=None,
        output_mode="int",
        output_sequence_length=None,
        pad_to_max_tokens=False,
        vocabulary=None,
        idf_weights=None,
        sparse=False,
        ragged=False,
        encoding="utf-8",
        name=None,
        **kwargs,
    ):
        if ragged:
            raise errors.unsupported(
                "`ragged=True`", "Leave `ragged=False`: shorter texts are filled up with 0."
            )
        for argument, value, known in (
            ("standardize", standardize, lookup.STANDARDIZE),
            ("split", split, lookup.SPLIT),
        ):
            if value is not None and not callable(value) and value not in known:
                expected = f"one of {known}, a function, or None"
                raise errors.invalid(argument, got=value, expected=expected)
        output_mode = data_layer.check_mode(output_mode, _MODES)
        widths = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        if widths is not None and not (
            isinstance(widths, tuple) and all(isinstance(width, int) for width in widths)
        ):
            raise errors.invalid("ngrams", got=ngrams, expected="an int, a tuple of int, or None")
        length = output_sequence_length
        if length is not None and (output_mode != "int" or not isinstance(length, int)):
            expected = "an int with `output_mode='int'`, or None"
            raise errors.invalid("output_sequence_length", got=length, expected=expected)
        size, has_vocabulary = (
            kwargs.pop(key, None) for key in ("vocabulary_size", "has_input_vocabulary")
        )
        super().__init__(name=name, **kwargs)
        self._standardize, self._split = standardize, split
        self._ngrams, self._widths = ngrams, widths
        self._output_mode, self._length = output_mode, length
        self._encoding = encoding
        # How one text is cut, where that is known here.
        builtin = standardize if isinstance(standardize, str) else None
        self._text = lookup.Text(builtin, split, widths) if isinstance(split, str) else None
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            sparse=sparse,
            encoding=encoding,
            has_input_vocabulary=has_vocabulary,
            vocabulary_size=size,
        )

    # The vocabulary

    @property
    def _has_input_vocabulary(self):
        return self._lookup_layer._has_input_vocabulary

    def adapt(self, data, batch_size=None, steps=None):
        """Learn the vocabulary: tokens by how often they occur, the most frequent first.

        Args:
            data: texts as an array, list or tensor, or an iterable of batches of them.
            batch_size: of no consequence, as in the reference.
            steps: int, how many batches to take, or None for all.
        """
        self.reset_state()
        if data_layer.is_whole(data, lists=True):
            data = data_layer.as_tensor(data)
            self.update_state(ops.expand_dims(data, -1) if data.ndim == 1 else data)
        else:
            for batch in data_layer.first(data, steps):
                self.update_state(batch)
        self.finalize_state()

    def update_state(self, data):
        """Count the tokens of a batch.

        Args:
            data: texts, as in a call.
        """
        self._lookup_layer.count(self._tokens(self._standardized(data_layer.as_tensor(data)))[0])

    def finalize_state(self):
        """Make the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self):
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their indices, a list of str.

        Args:
            include_special_tokens: whether those for padding and unknown tokens are among them.
        """
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Set the tokens, in place of those that are there.

        Args:
            vocabulary: list, array or tensor, with the special tokens at its beginning or without
                them; or the path of a text file with a token a line.
            idf_weights: floats, one an entry, for "tf_idf".
        """
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    def vocabulary_size(self):
        """The number of entries, special ones among them."""
        return self._lookup_layer.vocabulary_size()

    # Calls

    def call(self, inputs):
        x = self._standardized(inputs)
        if self._text is None and self._split is None and self._widths is None:
            return self._of_tokens(x)
        if self._text is not None and self._output_mode in ("multi_hot", "count", "tf_idf"):
            return self._lookup_layer.encode_texts(self._squeezed(x), self._text)
        if self._text is not None and self._length is not None:
            return self._lookup_layer.call(
                lookup.tokenize(self._squeezed(x), self._text, self._length)
            )
        # How many tokens there are depends on the texts themselves.
        rows, shape = self._tokens(x)
        outputs = self._of_tokens(lookup.padded(rows, shape))
        one_token = self._output_mode == "one_hot" and outputs.ndim == len(shape) + 1
        return ops.expand_dims(outputs, -2) if one_token else outputs

    def _of_tokens(self, tokens):
        outputs = self._lookup_layer.call(tokens)
        if self._length is None or not outputs.ndim:
            return outputs
        missing = max(self._length - outputs.shape[-1], 0)
        padding = [(0, 0)] * (outputs.ndim - 1) + [(0, missing)]
        return ops.pad(outputs[..., : self._length], padding)

    def _standardized(self, x):
        if x.dtype != "string":
            raise errors.wrong_type("inputs", got=x.dtype, expected="strings")
        if callable(self._standardize):
            x = data_layer.as_tensor(self._standardize(x))
        elif self._text is None and self._standardize is not None:
            x = lookup.standardize(x, self._standardize)
        return x

    def _squeezed(self, x):
        if x.ndim < 2:
            return x
        if x.shape[-1] != 1:
            hint = "Texts are to be split, so each sample is one text."
            raise errors.shape_mismatch(
                "inputs", got=x.shape, expected="(batch,) or (batch, 1)", hint=hint
            )
        return ops.squeeze(x, -1)

    def _tokens(self, x):
        """The tokens of all texts, a list of lists, and the shape of the texts."""
        if self._split is not None:
            x = self._squeezed(x)
        if self._text is not None:
            return lookup.all_tokens(x, self._text), x.shape
        tokens = x if self._split is None else self._split_by_function(x)
        if hasattr(tokens, "dtype") and not hasattr(tokens, "to_list"):
            array = np.atleast_1d(data_layer.as_tensor(tokens).value)
            shape = array.shape[:-1]
            rows = array.reshape(math.prod(shape), array.shape[-1]).tolist()
        else:
            tokens = tokens.to_list() if hasattr(tokens, "to_list") else tokens
            tokens, shape = ([tokens], ()) if x.ndim == 0 else (tokens, (len(tokens),))
            rows = [data_layer.as_tensor(row).value.tolist() if len(row) else [] for row in tokens]
        if self._widths is not None:
            rows = [lookup.joined(row, self._widths) for row in rows]
        return rows, shape

    def _split_by_function(self, x):
        try:
            return self._split(x)
        except NotImplementedError:
            if x.ndim == 0:
                raise
            # Functions such as `tf.strings.split` take one text at a time.
            return [self._split(text) for text in x]

    def compute_output_shape(self, input_shape):
        shape = tuple(input_shape)
        if self._split is None and self._widths is None:
            if self._output_mode == "int":
                return (*shape[:-1], self._length or shape[-1]) if shape else shape
            return self._lookup_layer.compute_output_shape(shape)
        texts = shape[:-1] if self._split is None or len(shape) > 1 else shape
        if self._output_mode == "int":
            return (*texts, self._length)
        tokens = (None,) if self._output_mode == "one_hot" else ()
        return (*texts, *tokens, self._lookup_layer.depth)

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        return settings.floatx() if self._output_mode == "tf_idf" else "int64"

    @property
    def compute_dtype(self):
        """The dtype of texts."""
        return "string"

    @property
    def variable_dtype(self):
        """The dtype of texts."""
        return "string"

    # Files

    def get_config(self):
        layer = self._lookup_layer
        config = {
            "max_tokens": layer.max_tokens,
            "standardize": self._standardize,
            "split": self._split,
            "ngrams": self._ngrams,
            "output_mode": self._output_mode,
            "output_sequence_length": self._length,
            "pad_to_max_tokens": layer.pad_to_max_tokens,
            "sparse": False,
            "ragged": False,
            "vocabulary": layer.input_vocabulary,
            "idf_weights": layer.input_idf_weights,
            "encoding": self._encoding,
            "vocabulary_size": self.vocabulary_size(),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config):
        """A layer from what `get_config` gave."""
        config = dict(config)
        for key in ("standardize", "split"):
            if isinstance(config.get(key), dict):
                config[key] = deserialize_keras_object(config[key])
        if isinstance(config.get("ngrams"), list):
            config["ngrams"] = tuple(config["ngrams"])
        return cls(**config)

    def get_build_config(self):
        """Nothing: the layer has no weights whose shapes the inputs would decide."""
        return {}

    def save_own_variables(self, store):
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store):
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, folder):
        """Write the vocabulary, unless the config has it.

        Args:
            folder: path of a folder.
        """
        self._lookup_layer.save_assets(folder)

    def load_assets(self, folder):
        """Read what `save_assets` wrote.

        Args:
            folder: path of a folder.
        """
        self._lookup_layer.load_assets(folder)
