"""Values by the tokens of vocabularies: what a checkpoint has for a token goes where the new
vocabulary has it.
"""

from collections import namedtuple
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.engine.tensor import as_tensor
from estikeras.public import public

_FIELDS = (
    "new_vocab",
    "new_vocab_size",
    "num_oov_buckets",
    "old_vocab",
    "old_vocab_size",
    "backup_initializer",
    "axis",
)


@public("estimator.VocabInfo", "compat.v1.train.VocabInfo")
class VocabInfo(namedtuple("VocabInfo", _FIELDS)):
    """Two vocabularies of one variable, for a warm start.

    Args:
        new_vocab: path of the new vocabulary, a token in each line.
        new_vocab_size: how many of its tokens are used.
        num_oov_buckets: number of the variable's places, behind the tokens', for other tokens.
        old_vocab: path of the vocabulary that the checkpoint was trained with.
        old_vocab_size: how many of its tokens were used, -1 for all.
        backup_initializer: callable `(shape, dtype=...)` that gives the values of tokens that the
            checkpoint has not; None for zeros.
        axis: 0 if the variable has a row for each token, such as an embedding; 1 for a column, such
            as weights before the logits of classes.

    Raises:
        ValueError: for another axis.
    """

    def __new__(
        cls,
        new_vocab,
        new_vocab_size,
        num_oov_buckets,
        old_vocab,
        old_vocab_size=-1,
        backup_initializer=None,
        axis=0,
    ):
        if axis not in (0, 1):
            raise ValueError(
                "The only supported values for the axis argument are 0 and 1. Provided axis: "
                f"{axis}"
            )
        return super().__new__(
            cls,
            new_vocab,
            new_vocab_size,
            num_oov_buckets,
            old_vocab,
            old_vocab_size,
            backup_initializer,
            axis,
        )


def remapped(name, shape, old, info):
    """The new value of a variable, from that of the checkpoint.

    Args:
        name: str, how errors call the variable.
        shape: tuple, the variable's: (tokens,), (tokens, n) or, by axis, (n, tokens).
        old: array, what the checkpoint has.
        info: VocabInfo.

    Raises:
        ValueError: for vocabularies and shapes that do not fit.
    """
    axis, tokens = info.axis, info.new_vocab_size
    if not axis < len(shape) <= 2 or old.ndim != len(shape):
        raise errors.shape_mismatch(
            name,
            got=f"shape {tuple(shape)}, and {old.shape} in the checkpoint",
            expected=f"matrices, or vectors along axis 0, since it has a vocabulary along {axis}",
        )
    if shape[axis] != tokens + info.num_oov_buckets:
        raise errors.shape_mismatch(
            name,
            got=shape,
            expected=f"{tokens} tokens and {info.num_oov_buckets} buckets along axis {axis}",
            hint="See `new_vocab_size` and `num_oov_buckets` of its VocabInfo.",
        )
    old = np.moveaxis(np.atleast_2d(old.T).T, axis, 0)
    across = old.shape[1]
    if len(shape) == 2 and shape[1 - axis] != across:
        raise errors.shape_mismatch(name, got=shape, expected=f"{across} along axis {1 - axis}")
    known = {}
    for place, token in enumerate(_tokens(info.old_vocab, info.old_vocab_size, "old_vocab")):
        known.setdefault(token, place)
    places = np.array(
        [known.get(token, -1) for token in _tokens(info.new_vocab, tokens, "new_vocab")], int
    )
    if places.max(initial=-1) >= len(old):
        raise errors.shape_mismatch(
            name,
            got=f"a checkpoint with {len(old)} along axis {axis}",
            expected=f"one for each of the {len(known)} tokens of {info.old_vocab}",
            hint="Give `old_vocab_size` if fewer were used.",
        )
    new = np.empty((shape[axis], across), old.dtype)
    new[:tokens][places >= 0] = old[places[places >= 0]]
    missing = int((places < 0).sum())

    def initial(*shape):
        if info.backup_initializer is None:
            return np.zeros(shape, old.dtype)
        return np.asarray(as_tensor(info.backup_initializer(shape, dtype=old.dtype.name)).value)

    if missing:
        values = initial(missing * across, 1)
        values = values.reshape((missing, across) if axis == 0 else (across, missing))
        new[:tokens][places < 0] = np.moveaxis(values, axis, 0)
    if info.num_oov_buckets:
        ends = (info.num_oov_buckets, across)
        new[tokens:] = np.moveaxis(initial(*(ends if axis == 0 else ends[::-1])), axis, 0)
    return np.moveaxis(new, 0, axis).reshape(shape)


def _tokens(path, count, name):
    """The first tokens of a vocabulary, all for a count below 0.

    Raises:
        ValueError: if there are fewer.
    """
    lines = Path(path).read_bytes().split(b"\n")
    tokens = [line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1])]
    if count > len(tokens):
        raise errors.invalid(
            f"{name}_size", got=count, expected=f"at most {len(tokens)}, the tokens of {path}"
        )
    return tokens if count < 0 else tokens[:count]
