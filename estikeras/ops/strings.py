"""`tf.strings`: operations on string tensors. Strings are bytes; characters are those of UTF-8."""

import functools

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.op_errors import InvalidArgumentError
from estikeras.ops.io_bytes import single_string
from estikeras.primitives import strings


def _utf8(argument, value, plain, character):
    if value not in (plain, character):
        raise errors.invalid(argument, got=value, expected=f"{plain!r} or {character!r}")
    return value == character


@op("strings.lower")
def lower(input, encoding="", name=None):
    """Strings in small letters.

    Args:
        input: string tensor.
        encoding: `""` changes ASCII letters alone, `"utf-8"` all.
        name: of no consequence.
    """
    return strings.lower(input, utf8=_utf8("encoding", encoding, "", "utf-8"))


@op("strings.upper")
def upper(input, encoding="", name=None):
    """Strings in capital letters.

    Args:
        input: string tensor.
        encoding: `""` changes ASCII letters alone, `"utf-8"` all.
        name: of no consequence.
    """
    return strings.upper(input, utf8=_utf8("encoding", encoding, "", "utf-8"))


@op("strings.strip")
def strip(input, name=None):
    """Strings without white space at both ends."""
    return strings.strip(input)


@op("strings.length")
def length(input, unit="BYTE", name=None):
    """How long strings are, int32.

    Args:
        input: string tensor.
        unit: `"BYTE"` or `"UTF8_CHAR"`.
        name: of no consequence.
    """
    return strings.length(input, utf8=_utf8("unit", unit, "BYTE", "UTF8_CHAR"))


@op("strings.substr")
def substr(input, pos, len, unit="BYTE", name=None):
    """Parts of strings.

    Args:
        input: string tensor.
        pos: integer tensor of its shape, or (): where the part begins, counted from the end where
            it is negative.
        len: integer tensor of its shape, or (): how long the part is at most.
        unit: `"BYTE"` or `"UTF8_CHAR"`.
        name: of no consequence.

    Raises:
        InvalidArgumentError: where `pos` is outside of the string.
    """
    return strings.substr(input, pos, len, utf8=_utf8("unit", unit, "BYTE", "UTF8_CHAR"))


@op("strings.join")
def join(inputs, separator="", name=None):
    """Strings at the same places of several tensors, joined.

    Args:
        inputs: list of string tensors of one shape, or ().
        separator: str or bytes between them.
        name: of no consequence.
    """
    inputs = [as_tensor(x) for x in inputs]
    if not inputs:
        raise errors.invalid("inputs", got=inputs, expected="at least one string tensor")
    return strings.join(*inputs, separator=single_string("separator", separator))


@op("strings.reduce_join")
def reduce_join(inputs, axis=None, keepdims=False, separator="", name=None):
    """The strings along axes, joined.

    Args:
        inputs: string tensor.
        axis: int or list of ints: the first of them is joined first; None joins all from the last.
        keepdims: bool, whether joined axes stay, with the size 1.
        separator: str or bytes between them.
        name: of no consequence.
    """
    x, separator = as_tensor(inputs).value, single_string("separator", separator)
    strings.check_strings("inputs", as_tensor(inputs))
    axes = range(x.ndim)[::-1] if axis is None else np.reshape(axis, -1).tolist()
    axes = [shapes.normalize_axis(one, x.ndim) for one in axes]
    kept = [one for one in range(x.ndim) if one not in axes]
    shape = [x.shape[one] for one in kept]
    rows = x.transpose([*kept, *axes[::-1]]).reshape(int(np.prod(shape, dtype=int)), -1)
    joined = [separator.join(row) for row in rows.tolist()]
    out = np.empty(len(joined), object)
    out[:] = joined
    if keepdims:
        shape = [1 if one in axes else size for one, size in enumerate(x.shape)]
    return Tensor(out.reshape(shape))


@op("strings.regex_full_match")
def regex_full_match(input, pattern, name=None):
    r"""Whether a pattern matches the whole of each string.

    Args:
        input: string tensor.
        pattern: string tensor (), or str: a regular expression of Python, in which classes such as
            `\d` mean ASCII alone.
        name: of no consequence.

    Returns:
        bool tensor of its shape.
    """
    return strings.regex_full_match(input, pattern=_compiled(pattern))


@op("strings.regex_replace")
def regex_replace(input, pattern, rewrite, replace_global=True, name=None):
    r"""Strings in which what a pattern matches is replaced.

    Args:
        input: string tensor.
        pattern: string tensor (), or str, as of `regex_full_match`.
        rewrite: string tensor (), or str, in which `\1` stands for the first group and `\0` for
            the match.
        replace_global: bool, whether all matches are replaced, or the first alone.
        name: of no consequence.
    """
    return strings.regex_replace(
        input,
        pattern=_compiled(pattern),
        rewrite=_rewrite(single_string("rewrite", rewrite)),
        all_matches=bool(replace_global),
    )


def _compiled(pattern):
    return _cached(single_string("pattern", pattern))


_cached = functools.lru_cache(maxsize=256)(strings.compiled)


@functools.lru_cache(maxsize=256)
def _rewrite(text):
    r"""A replacement for Python, which writes `\0` as `\g<0>` and has no others but `\\`."""
    parts, at, text = [], 0, text.decode()
    while at < len(text):
        if text[at] != "\\":
            parts.append(text[at])
            at += 1
            continue
        following = text[at + 1 : at + 2]
        if following.isdigit() and following.isascii():
            parts.append(f"\\g<{following}>")
        elif following == "\\":
            parts.append("\\\\")
        else:
            raise InvalidArgumentError(
                message=f"`rewrite`: a backslash stands before a digit or itself, got {text!r}."
            )
        at += 2
    return "".join(parts)


_NUMBERS = "float32", "float64", "int32", "int64", "uint32", "uint64"


@op("strings.to_number")
def to_number(input, out_type="float32", name=None):
    """The numbers that strings write.

    Args:
        input: string tensor.
        out_type: "float32", "float64", "int32", "int64", "uint32" or "uint64".
        name: of no consequence.

    Raises:
        InvalidArgumentError: for a string that is no number of the dtype.
    """
    dtype = dtypes.standardize(out_type)
    if dtype not in _NUMBERS:
        raise errors.invalid("out_type", got=dtype, expected=f"one of {', '.join(_NUMBERS)}")
    return strings.to_number(input, out_type=dtype)


@op("strings.as_string", "as_string")
def as_string(input, precision=-1, scientific=False, shortest=False, width=-1, fill="", name=None):
    """Numbers as strings.

    Args:
        input: tensor of numbers or booleans.
        precision: int, digits behind the point; -1 is 6.
        scientific: bool, write floats with an exponent.
        shortest: bool, write floats with or without an exponent, whichever is shorter.
        width: int, the least number of characters of a number; -1 is any.
        fill: `"0"` fills up to the width with zeros, `" "` keeps room for a sign, `"-"` fills at
            the end, `"+"` writes all signs.
        name: of no consequence.
    """
    x = as_tensor(input)
    if x.dtype == "string":
        return x
    is_float = dtypes.is_float(x.dtype) or x.dtype in dtypes.COMPLEX
    if scientific and shortest:
        raise errors.invalid("shortest", got=shortest, expected="False, with `scientific`")
    if not is_float and (precision > -1 or scientific or shortest):
        raise errors.invalid(
            "precision, scientific, shortest",
            got=(precision, scientific, shortest),
            expected=f"their defaults for the dtype {x.dtype}",
        )
    if fill not in ("", "0", " ", "+", "-"):
        raise errors.invalid("fill", got=fill, expected="'', '0', ' ', '+' or '-'")
    letter = "e" if scientific else "g" if shortest else "f" if is_float else "d"
    places = f".{precision}" if precision > -1 else ""
    form = f"%{fill}{width if width > -1 else ''}{places}{letter}"
    return strings.as_string(x, form="%s" if x.dtype == "bool" else form)


@op("strings.split")
def split(input, sep=None, maxsplit=-1, name=None):
    """The parts of a string between separators.

    Args:
        input: string tensor (), or str. Parts of several strings would be ragged: split them one by
            one, as `Dataset.map` before `batch` does.
        sep: str; None splits at white space and leaves no empty parts.
        maxsplit: int, how many splits are made at most; -1 is no limit.
        name: of no consequence.

    Returns:
        string tensor (parts,). Cannot be traced.
    """
    x = as_tensor(input)
    strings.check_strings("input", x)
    if x.shape != ():
        raise errors.unsupported(
            "tf.strings.split of several strings, which is ragged",
            "Split them one by one, in `Dataset.map` before `batch`, or use "
            "`keras.layers.TextVectorization`.",
        )
    separator = None if sep is None else single_string("sep", sep) or None
    parts = x.value.item().split(separator, maxsplit)
    out = np.empty(len(parts), object)
    out[:] = parts
    return Tensor(out)


@op("strings.format")
def format(template, inputs, placeholder="{}", summarize=3, name=None):
    """A text with tensors written into it.

    Args:
        template: str.
        inputs: tensor, or list of tensors, one for each placeholder.
        placeholder: str, what is replaced.
        summarize: int, how many entries are written at both ends of an axis; -1 writes all.
        name: of no consequence.

    Returns:
        string tensor (). Cannot be traced.
    """
    if not isinstance(inputs, list | tuple):
        inputs = [inputs]
    parts = template.split(placeholder)
    if len(parts) != len(inputs) + 1:
        raise errors.invalid(
            "template",
            got=template,
            expected=f"the placeholder {placeholder!r} {len(inputs)} times, as there are inputs",
        )
    written = [_summary(as_tensor(x).value, summarize, 0) for x in inputs]
    return as_tensor("".join(a + b for a, b in zip(parts, [*written, ""], strict=True)))


def _summary(array, count, depth):
    """The entries of an array in brackets, rows of matrices in lines."""
    if array.ndim == 0:
        item = array.item()
        if isinstance(item, bytes):
            text = item.decode("utf-8", "replace")
            return f'"{text}"'
        if isinstance(item, bool):
            return str(int(item))
        return str(item) if isinstance(item, int) else f"{item:.6g}"
    whole = count < 0 or len(array) <= 2 * count
    ends = list(array) if whole else [*array[:count], None, *array[len(array) - count :]]
    parts = ["..." if one is None else _summary(np.asarray(one), count, depth + 1) for one in ends]
    gap = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return "[" + gap.join(parts) + "]"
