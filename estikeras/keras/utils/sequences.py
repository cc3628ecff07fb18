"""Sequences of different lengths as one array."""

import numpy as np

from estikeras import errors
from estikeras.public import public


@public("keras.utils.pad_sequences", "keras.preprocessing.sequence.pad_sequences")
def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Bring sequences to one length: shorter ones are filled up, longer ones cut.

    Args:
        sequences: list of sequences.
        maxlen: int, the length, or None for the longest one's.
        dtype: dtype of the result; `object` for strings.
        padding: `"pre"` or `"post"`, where to fill up.
        truncating: `"pre"` or `"post"`, where to cut.
        value: number or string to fill with.

    Returns:
        (len(sequences), maxlen, ...) array.

    Raises:
        ValueError: if `sequences` is no list of sequences, their items differ in shape, or an
            option is unknown.

    Example:
        >>> pad_sequences([[1], [2, 3, 4]], maxlen=2)
        array([[0, 1],
               [3, 4]], dtype=int32)
    """
    for name, option in (("padding", padding), ("truncating", truncating)):
        if option not in ("pre", "post"):
            raise errors.invalid(name, got=option, expected="'pre' or 'post'")
    if not hasattr(sequences, "__len__"):
        raise errors.invalid("sequences", got=sequences, expected="a list of sequences")
    for sequence in sequences:
        if not hasattr(sequence, "__len__"):
            raise errors.invalid("sequences", got=sequence, expected="sequences in the list")
    if maxlen is None:
        maxlen = max((len(sequence) for sequence in sequences), default=0)
    item_shape = next((np.shape(s)[1:] for s in sequences if len(s)), ())
    result = _filled((len(sequences), maxlen, *item_shape), value, dtype)
    for row, sequence in zip(result, sequences, strict=True):
        if len(sequence) == 0 or maxlen == 0:
            continue
        kept = np.asarray(sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen])
        if kept.shape[1:] != item_shape:
            raise errors.shape_mismatch(
                "sequences",
                got=kept.shape[1:],
                expected=item_shape,
                hint="All items have one shape.",
            )
        row[-len(kept) if padding == "pre" else 0 :][: len(kept)] = kept.astype(dtype)
    return result


def _filled(shape, value, dtype):
    is_text = np.issubdtype(dtype, np.str_) or np.issubdtype(dtype, np.bytes_)
    if isinstance(value, str) and dtype is not object and not is_text:
        raise errors.invalid(
            "value", got=value, expected=f"a {dtype}", hint="Use `dtype=object` for strings."
        )
    return np.full(shape, value, dtype=dtype)
