"""IntegerLookup."""

from estikeras import errors
from estikeras.keras.layers.preprocessing.index_lookup import IndexLookup
from estikeras.public import public


@public("keras.layers.IntegerLookup")
class IntegerLookup(IndexLookup):
    """Integers to their indices in a vocabulary, or indices to those integers.

    Args:
        max_tokens: int, the most entries, special ones among them; None for any number.
        num_oov_indices: int, how many indices there are for integers that are not in the
            vocabulary; with none such integers are an error.
        mask_token: the integer that stands for nothing: index 0 for "int", else left out; or None.
        oov_token: what `invert` gives for an index that has no integer.
        vocabulary: list, array, tensor, or the path of a text file with an integer a line; None to
            learn it by `adapt`.
        vocabulary_dtype: must be "int64".
        idf_weights: floats, one an entry of the vocabulary, for "tf_idf".
        invert: whether indices are turned into the vocabulary's integers.
        output_mode: "int" for indices, "one_hot" for a vector an integer, or for a vector a sample
            "multi_hot" (1 for each integer in it), "count" (how often it is there) or "tf_idf"
            (the count times the weight of the integer).
        sparse: must be False.
        pad_to_max_tokens: whether vectors have the size `max_tokens`.
        oov_method: how an integer finds one of several indices for unknown ones: "floormod" by its
            remainder, "farmhash" by its hash.
        salt: int or two ints, with which SipHash is used in place of FarmHash; or None.
        name: name of the layer.
        **kwargs: none that users need.

    Call arguments:
        inputs: integers of any shape.

    Returns:
        int64 indices (or integers) of the shape of the inputs, or vectors `(..., size)`: int64,
        and for "tf_idf" floats.

    Raises:
        ValueError: for arguments that do not go together, or a vocabulary with an entry twice.
        InvalidArgumentError: in a call, for an unknown integer and `num_oov_indices=0`.

    Example:
        >>> layer = IntegerLookup(vocabulary=[12, 36])
        >>> layer([36, 7]).numpy()
        array([2, 0])
    """

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        if vocabulary_dtype != "int64":
            raise errors.invalid("vocabulary_dtype", got=vocabulary_dtype, expected="'int64'")
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype=vocabulary_dtype,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            name=name,
            salt=salt,
            **kwargs,
        )

    def _key(self, entry):
        return int(entry)

    def _shown(self, key):
        return key
