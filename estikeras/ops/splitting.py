"""Parts of strings. How many there are depends on values, so that nothing here can be traced."""

import re

import numpy as np

from estikeras import errors
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.io_bytes import single_string
from estikeras.primitives import strings


def between_characters(source, separators, skip_empty):
    """The parts of strings between single bytes.

    Args:
        source: string tensor (rows,).
        separators: str; each of its bytes separates, and "" parts all bytes.
        skip_empty: bool, whether empty parts are left out.

    Returns:
        SparseTensor (rows, most parts) of strings.
    """
    texts = as_tensor(source)
    if texts.ndim != 1:
        raise errors.shape_mismatch("source", got=texts.shape, expected="(rows,)")
    separators = single_string("sep", separators)
    any_separator = b"[" + re.escape(separators) + b"]"

    def parts(text):
        if not separators or not text:
            return [text[i : i + 1] for i in range(len(text))]
        one = len(separators) == 1
        found = text.split(separators) if one else re.split(any_separator, text)
        return [part for part in found if part or not skip_empty]

    return _parts("source", texts, parts)


def between_texts(input, separator, most):
    """The parts of strings between a text.

    Args:
        input: string tensor of any shape; one string is a row of one.
        separator: str; "" splits at white space and leaves no empty parts.
        most: int, how many splits are made at most; -1 is no limit.

    Returns:
        SparseTensor (*shape of `input`, most parts) of strings.
    """
    separator = single_string("sep", separator) or None
    texts = as_tensor(input)
    texts = texts if texts.ndim else Tensor(texts.value.reshape(1))
    return _parts("input", texts, lambda text: text.split(separator, most))


def _parts(argument, texts, parts):
    strings.check_strings(argument, texts)
    rows = [parts(text) for text in texts.value.reshape(-1).tolist()]
    counts = np.array([len(row) for row in rows], np.int64)
    row = np.arange(len(rows)).repeat(counts)
    place = np.arange(counts.sum()) - (counts.cumsum() - counts).repeat(counts)
    indices = np.stack([*np.unravel_index(row, texts.shape), place], axis=1).astype(np.int64)
    values = np.empty(len(row), object)
    values[:] = [part for found in rows for part in found]
    sizes = np.array([*texts.shape, counts.max(initial=0)], np.int64)
    return SparseTensor(indices, Tensor(values), sizes)
