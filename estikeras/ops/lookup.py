"""Tables and tokens: what layers look up in vocabularies, and how they cut text."""

import numpy as np

from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import core
from estikeras.primitives import lookup as primitives
from estikeras.primitives import tokens

Table, Limits = primitives.Table, primitives.Limits
Text, STANDARDIZE, SPLIT = tokens.Text, tokens.STANDARDIZE, tokens.SPLIT
joined = tokens.joined


def lookup(x, table):
    """The table's value for each entry.

    Args:
        x: tensor of the dtype of the table's keys.
        table: a Table.

    Raises:
        InvalidArgumentError: for an entry that is no key, if the table has no default.
    """
    return primitives.lookup(core.tensor(x, table.key_dtype), table=table)


def bucketize(x, limits):
    """The number of limits that are not above each entry, int32.

    Args:
        x: float tensor.
        limits: a Limits.
    """
    return primitives.bucketize(as_tensor(x), limits=limits)


def standardize(x, how):
    """Strings cleaned in one of the ways of `STANDARDIZE`."""
    return tokens.standardize(as_tensor(x), how=how)


def tokenize(x, text, length):
    """The first `length` tokens of each string: `(..., length)`, filled up with empty ones.

    Args:
        x: string tensor.
        text: a Text.
        length: int.
    """
    return tokens.tokenize(as_tensor(x), text=text, length=length)


def count_tokens(x, text, table, depth):
    """How often each of the table's values from 0 to `depth - 1` occurs in each string:
    `(..., depth)` int64.
    """
    return tokens.count_tokens(as_tensor(x), text=text, table=table, depth=depth)


def all_tokens(x, text):
    """The tokens of each string of a tensor with a value, a list of lists of bytes."""
    return [text.tokens(one) for one in as_tensor(x).value.reshape(-1).tolist()]


def padded(rows, shape):
    """Lists of tokens as a string tensor `(*shape, longest)`, filled up with empty ones."""
    longest = max(map(len, rows), default=0)
    out = np.full((len(rows), longest), b"", object)
    for row, some in zip(out, rows, strict=True):
        row[: len(some)] = some
    return Tensor(out.reshape(*shape, longest))
