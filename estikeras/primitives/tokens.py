"""Text to tokens: how a string is cleaned and cut, and what of it has a size that is known before.

How many tokens a text has depends on the text; primitives therefore give a fixed number of tokens,
or counts by a table.
"""

import string
from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.engine.primitive import Spec, primitive

_PUNCTUATION = string.punctuation.encode()
STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")


@dataclass(frozen=True)
class Text:
    """How text becomes tokens.

    Args:
        standardize: one of `STANDARDIZE`, or None. Only ASCII letters are made small.
        split: one of `SPLIT`; "character" takes the text for UTF-8.
        widths: tuple of int, how many tokens are joined to one, or None.
    """

    standardize: str | None
    split: str
    widths: tuple | None = None

    def tokens(self, text):
        """The tokens of one text, a list of bytes."""
        text = standardized(text, self.standardize)
        if self.split == "whitespace":
            tokens = text.split()
        else:
            tokens = [c.encode() for c in text.decode("utf-8", "replace")]
        return tokens if self.widths is None else joined(tokens, self.widths)


def standardized(text, how):
    """A text, bytes, cleaned in one of the ways of `STANDARDIZE`, or None."""
    if how in ("lower", "lower_and_strip_punctuation"):
        text = text.lower()
    if how in ("strip_punctuation", "lower_and_strip_punctuation"):
        text = text.translate(None, _PUNCTUATION)
    return text


def joined(tokens, widths):
    """All sequences of neighbours of these widths, joined by spaces, one width after the other."""
    return [
        b" ".join(tokens[i : i + width]) for width in widths for i in range(len(tokens) - width + 1)
    ]


def _check_strings(x):
    if x.dtype != "string":
        raise errors.wrong_type("x", got=x.dtype, expected="strings")


def _standardize_rule(x, *, how):
    _check_strings(x)
    return x


def _standardize(x, *, how):
    out = np.empty(x.size, object)
    out[:] = [standardized(one, how) for one in x.reshape(-1).tolist()]
    return out.reshape(x.shape)


# Each text cleaned in a way of `STANDARDIZE`.
standardize = primitive(
    "standardize", rule=_standardize_rule, reference=_standardize, pointwise=True
)


def _tokenize_rule(x, *, text, length):
    _check_strings(x)
    return Spec((*x.shape, length), "string")


def _tokenize(x, *, text, length):
    out = np.full((x.size, length), b"", object)
    for row, one in zip(out, x.reshape(-1).tolist(), strict=True):
        tokens = text.tokens(one)[:length]
        row[: len(tokens)] = tokens
    return out.reshape(*x.shape, length)


# The first `length` tokens of each text, filled up with empty ones.
tokenize = primitive("tokenize", rule=_tokenize_rule, reference=_tokenize, pointwise=True)


def _count_rule(x, *, text, table, depth):
    _check_strings(x)
    return Spec((*x.shape, depth), "int64")


def _count(x, *, text, table, depth):
    places = []
    for row, one in enumerate(x.reshape(-1).tolist()):
        start = row * depth
        places += [start + place for place in table.list(text.tokens(one))]
    places = np.array(places, np.int64)
    return np.bincount(places, minlength=x.size * depth).reshape(*x.shape, depth)


# How often each value of a table, which are below `depth`, occurs among the tokens of each text.
count_tokens = primitive("count_tokens", rule=_count_rule, reference=_count, pointwise=True)
