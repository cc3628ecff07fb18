"""`tf.string_split` and `tf.strings.split` of TensorFlow 1, which give SparseTensors."""

from estikeras import errors
from estikeras.ops import splitting
from estikeras.public import public


@public("compat.v1.string_split")
def string_split(
    source, sep=None, skip_empty=True, delimiter=None, result_type="SparseTensor", name=None
):
    """The parts of strings between single bytes, for input functions and `Dataset.map`.

    Args:
        source: string tensor (rows,).
        sep: str; each of its bytes separates, and "" parts all bytes. None is a space.
        skip_empty: bool, whether empty parts are left out.
        delimiter: another name of `sep`.
        result_type: "SparseTensor".
        name: of no consequence.

    Returns:
        SparseTensor (rows, most parts) of strings. Cannot be traced.
    """
    _check(result_type)
    if sep is not None and delimiter is not None:
        raise ValueError("`sep` and `delimiter` are the same: give one of them.")
    separators = delimiter if sep is None else sep
    return splitting.between_characters(
        source, " " if separators is None else separators, skip_empty
    )


@public("compat.v1.strings.split")
def split(input=None, sep=None, maxsplit=-1, result_type="SparseTensor", source=None, name=None):
    """The parts of strings between a text, for input functions and `Dataset.map`.

    Args:
        input: string tensor of any shape; one string is a row of one.
        sep: str; None and "" split at white space and leave no empty parts.
        maxsplit: int, how many splits are made at most; -1 is no limit.
        result_type: "SparseTensor".
        source: another name of `input`.
        name: of no consequence.

    Returns:
        SparseTensor (*shape of `input`, most parts) of strings. Cannot be traced.
    """
    _check(result_type)
    if (input is None) == (source is None):
        raise ValueError("`input` and `source` are the same: give one of them.")
    return splitting.between_texts(source if input is None else input, sep or "", maxsplit)


def _check(result_type):
    if result_type != "SparseTensor":
        raise errors.unsupported(
            f"result_type={result_type!r}", 'Say "SparseTensor", and `tf.sparse.to_dense` of it.'
        )
