"""StringLookup."""

from estikeras.keras.layers.preprocessing.index_lookup import IndexLookup
from estikeras.public import public


@public("keras.layers.StringLookup")
class StringLookup(IndexLookup):
    """Strings to their indices in a vocabulary, or indices to strings.

    Args:
        max_tokens: int, the most entries, special ones among them; None for any number.
        num_oov_indices: int, how many indices there are for strings that are not in the
            vocabulary; several are chosen from by hash, and with none such strings are an error.
        mask_token: the string that stands for nothing: index 0 for "int", else left out; or None.
        oov_token: what `invert` gives for an index that has no string.
        vocabulary: list, array, tensor, or the path of a text file with a string a line; None to
            learn it by `adapt`.
        idf_weights: floats, one an entry of the vocabulary, for "tf_idf".
        invert: whether indices are turned into strings.
        output_mode: "int" for indices, "one_hot" for a vector a string, or for a vector a sample
            "multi_hot" (1 for each string in it), "count" (how often it is there) or "tf_idf"
            (the count times the weight of the string).
        pad_to_max_tokens: whether vectors have the size `max_tokens`.
        sparse: must be False.
        encoding: how bytes become the text of `get_vocabulary`.
        name: name of the layer.
        salt: int or two ints, with which SipHash is used in place of FarmHash; or None.
        **kwargs: none that users need.

    Call arguments:
        inputs: strings of any shape; integers if `invert`.

    Returns:
        int64 indices of the shape of the inputs, strings, or vectors `(..., size)`: int64, and
        for "tf_idf" floats.

    Raises:
        ValueError: for arguments that do not go together, or a vocabulary with an entry twice.
        InvalidArgumentError: in a call, for an unknown string and `num_oov_indices=0`.

    Example:
        >>> layer = StringLookup(vocabulary=["a", "b"])
        >>> layer(["b", "x"]).numpy()
        array([2, 0])
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        self.encoding = encoding
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype="string",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            name=name,
            salt=salt,
            **kwargs,
        )

    def _key(self, entry):
        return entry if isinstance(entry, bytes) else entry.encode(self.encoding, "surrogateescape")

    def _shown(self, key):
        return key.decode(self.encoding, "surrogateescape")

    def get_config(self):
        config = {**super().get_config(), "encoding": self.encoding}
        del config["vocabulary_dtype"]
        return config
