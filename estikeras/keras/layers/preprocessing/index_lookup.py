"""From entries of a vocabulary to their indices, and back: what StringLookup and IntegerLookup have
in common.
"""

from estikeras import errors, op_errors, ops, settings
from estikeras.keras.layers.preprocessing import data_layer, encoding
from estikeras.keras.layers.preprocessing.vocabulary import UNKNOWN, VocabularyLayer, plain
from estikeras.ops import hashing, lookup

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class IndexLookup(VocabularyLayer):
    """The base of the two layers; its arguments are theirs.

    Args:
        max_tokens: int, the most entries, special ones among them; None for any number.
        num_oov_indices: int, how many indices there are for what is not in the vocabulary.
        mask_token: the entry that stands for nothing, or None.
        oov_token: what stands for entries that are not in the vocabulary.
        vocabulary_dtype: "string" or "int64".
        vocabulary: list, array, tensor, or the path of a text file; None to learn it.
        idf_weights: floats, one an entry of the vocabulary, for "tf_idf".
        invert: whether indices are turned into entries.
        output_mode: one of "int", "one_hot", "multi_hot", "count", "tf_idf".
        sparse: must be False.
        pad_to_max_tokens: whether vectors have the size `max_tokens`.
        oov_method: "floormod" or "farmhash", how integers find one of several such indices.
        name: name of the layer.
        salt: int or two ints, with which SipHash is used there; or None.
        **kwargs: `vocabulary_size` and `has_input_vocabulary`, from files.
    """

    def __init__(
        self,
        max_tokens,
        num_oov_indices,
        mask_token,
        oov_token,
        vocabulary_dtype,
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        name=None,
        salt=None,
        **kwargs,
    ):
        data_layer.refuse_sparse(sparse)
        size, has_vocabulary = (
            kwargs.pop(key, None) for key in ("vocabulary_size", "has_input_vocabulary")
        )
        for key in ("trainable", "dtype"):  # they are in configs and say nothing
            kwargs.pop(key, None)
        super().__init__(name=name, **kwargs)
        output_mode = data_layer.check_mode(output_mode, _MODES)
        if max_tokens is not None and max_tokens <= 1:
            raise errors.invalid("max_tokens", got=max_tokens, expected="an int above 1, or None")
        if pad_to_max_tokens and max_tokens is None:
            raise errors.invalid(
                "max_tokens", got=None, expected="an int, as `pad_to_max_tokens` is True"
            )
        if num_oov_indices < 0:
            raise errors.invalid("num_oov_indices", got=num_oov_indices, expected="an int from 0")
        if oov_method not in ("floormod", "farmhash"):
            raise errors.invalid("oov_method", got=oov_method, expected="'floormod' or 'farmhash'")
        if salt is not None and vocabulary_dtype != "string" and oov_method != "farmhash":
            raise errors.invalid("salt", got=salt, expected="None without `oov_method='farmhash'`")
        if invert and output_mode != "int":
            raise errors.invalid(
                "output_mode", got=output_mode, expected="'int', as `invert` is True"
            )
        if invert and oov_token is None:
            raise errors.invalid("oov_token", got=None, expected="an entry, as `invert` is True")
        if idf_weights is not None and output_mode != "tf_idf":
            raise errors.invalid(
                "idf_weights", got=idf_weights, expected="None without `output_mode='tf_idf'`"
            )
        self.invert = invert
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.output_mode = output_mode
        self.sparse = False
        self.pad_to_max_tokens = pad_to_max_tokens
        self.vocabulary_dtype = vocabulary_dtype
        self.oov_method = oov_method
        self.salt = data_layer.check_salt(salt)
        is_file = isinstance(vocabulary, str)
        self.input_vocabulary = None if is_file else plain(vocabulary)
        self.input_idf_weights = plain(idf_weights)
        self.idf_weights = None
        self._has_input_vocabulary = has_vocabulary or vocabulary is not None
        # Files say how many entries there were even where none was learnt yet.
        self._frozen_size = size if size and size > self._token_start else None
        self._tokens, self._has_vocabulary = [], False
        self._table = self._new_table()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        self.reset_state()

    def call(self, inputs):
        self._check_vocabulary()
        indices = self._indices(inputs)
        if self.output_mode == "int":
            return indices
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return self._weighted(encoding.encode(indices, mode, self.depth, "int64"))

    def encode_texts(self, texts, text):
        """What a call gives for the tokens of texts in "multi_hot", "count" and "tf_idf".

        Args:
            texts: string tensor.
            text: a `lookup.Text`, how they are cut; none of the tokens is the mask.
        """
        self._check_vocabulary()
        counts = lookup.count_tokens(texts, text, self._table, self.depth)
        return ops.minimum(counts, 1) if self.output_mode == "multi_hot" else self._weighted(counts)

    def _check_vocabulary(self):
        if not self._has_vocabulary:
            raise op_errors.FailedPreconditionError(
                message=f"Layer {self.name!r} has no vocabulary. Give it one, or call "
                "`adapt(data)` first."
            )

    def _weighted(self, counts):
        if self.output_mode != "tf_idf":
            return counts
        if self.idf_weights is None:
            raise errors.invalid(
                "idf_weights", got=None, expected="weights, given or learnt by `adapt(data)`"
            )
        return ops.cast(counts, settings.floatx()) * self.idf_weights

    def _indices(self, x):
        if self.invert:
            return lookup.lookup(ops.cast(x, "int64"), self._table)
        x = self._as_keys(x)
        found = lookup.lookup(x, self._table)
        if self.num_oov_indices < 2:
            return found
        if self.vocabulary_dtype == "string" or self.oov_method == "farmhash":
            others = hashing.hash_bucket(x, self.num_oov_indices, self.salt)
        else:
            others = ops.mod(x, self.num_oov_indices)
        return ops.where(ops.equal(found, UNKNOWN), others + self._oov_start, found)

    def _as_keys(self, x):
        if (x.dtype == "string") != (self.vocabulary_dtype == "string"):
            raise errors.wrong_type("inputs", got=x.dtype, expected=self.vocabulary_dtype)
        return x if x.dtype == "string" else ops.cast(x, self.vocabulary_dtype)

    @property
    def output_dtype(self):
        """The dtype of the outputs."""
        if self.invert:
            return self.vocabulary_dtype
        return settings.floatx() if self.output_mode == "tf_idf" else "int64"

    def compute_output_shape(self, input_shape):
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        return encoding.encoded_shape(input_shape, mode, self.depth)

    @property
    def compute_dtype(self):
        """The dtype of the vocabulary."""
        return self.vocabulary_dtype

    @property
    def variable_dtype(self):
        """The dtype of the vocabulary."""
        return self.vocabulary_dtype

    def get_config(self):
        config = {
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": False,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "vocabulary_dtype": self.vocabulary_dtype,
            "idf_weights": self.input_idf_weights,
            "vocabulary": self.input_vocabulary,
            "vocabulary_size": self._frozen_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }
        return {**super().get_config(), **config}

    def get_build_config(self):
        """Nothing: the layer has no weights whose shapes the inputs would decide."""
        return {}
