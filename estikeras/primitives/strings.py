"""Operations on each string of a tensor alone."""

import base64
import binascii
import re
import zlib

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.formats import compressed
from estikeras.op_errors import DataLossError, InvalidArgumentError

_BOTH_WAYS = "utf-8", "surrogateescape"  # what is no UTF-8 comes out as it went in


def check_strings(argument, spec):
    """Raise unless a tensor has strings."""
    if spec.dtype != "string":
        raise errors.wrong_type(argument, got=spec.dtype, expected="strings")


def _shape(*specs):
    """The one shape of tensors, some of which may be scalars."""
    shapes = {spec.shape for spec in specs} - {()}
    if len(shapes) > 1:
        one, other, *_ = sorted(shapes)
        raise errors.shape_mismatch("inputs", got=one, expected=f"shape {other} or ()")
    return shapes.pop() if shapes else ()


def _array(values, shape, dtype=object):
    out = np.empty(len(values), dtype)
    out[:] = values
    return out.reshape(shape)


def _of_strings(name, function, dtype="string"):
    """A primitive of one string tensor: `function(text, **params)` of each text, which is bytes."""

    def rule(x, **params):
        check_strings("input", x)
        return Spec(x.shape, dtype)

    def reference(x, **params):
        values = [function(text, **params) for text in x.reshape(-1).tolist()]
        return _array(values, x.shape, dtypes.to_numpy(dtype))

    return primitive(name, rule=rule, reference=reference, pointwise=True)


def _lower(text, *, utf8):
    return text.decode("utf-8", "replace").lower().encode() if utf8 else text.lower()


def _upper(text, *, utf8):
    return text.decode("utf-8", "replace").upper().encode() if utf8 else text.upper()


def _length(text, *, utf8):
    """The number of bytes, or of bytes that begin a character."""
    return sum(byte & 0xC0 != 0x80 for byte in text) if utf8 else len(text)


lower = _of_strings("string_lower", _lower)
upper = _of_strings("string_upper", _upper)
strip = _of_strings("string_strip", bytes.strip)
length = _of_strings("string_length", _length, "int32")


def _regex_replace(text, *, pattern, rewrite, all_matches):
    return pattern.sub(rewrite, text.decode(*_BOTH_WAYS), count=int(not all_matches)).encode(
        *_BOTH_WAYS
    )


def _regex_matches(text, *, pattern):
    return pattern.fullmatch(text.decode(*_BOTH_WAYS)) is not None


# `pattern` is a compiled regular expression of str.
regex_replace = _of_strings("regex_replace", _regex_replace)
regex_full_match = _of_strings("regex_full_match", _regex_matches, "bool")


# A backslash with what it stands before, a class in brackets, or the end of the text.
_PARTS = re.compile(
    r"(?P<escaped>\\.)|\[(?P<members>\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*)\]|\$", re.DOTALL
)
# In such a class: what is escaped, a named class, or what Python might read as a set's operator.
_MEMBERS = re.compile(r"(?P<escaped>\\.)|\[:(?P<name>\^?\w+):\]|(?P<operator>[\[&~|])", re.DOTALL)
_NAMED = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7f",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


def compiled(pattern):
    r"""A compiled regular expression of str, from bytes, with the syntax of RE2: \d and its kin are
    ASCII, the end is not before the end of a line, and classes have names, such as [[:punct:]].
    """
    try:
        return re.compile(_PARTS.sub(_as_python, pattern.decode()), re.ASCII)
    except (re.error, UnicodeDecodeError) as error:
        raise InvalidArgumentError(message=f"Invalid pattern {pattern!r}: {error}.") from None


def _as_python(part):
    if part["escaped"]:
        return part[0]
    if part["members"] is None:
        return r"\Z"
    return f"[{_MEMBERS.sub(_member, part['members'])}]"


def _member(part):
    if part["operator"]:
        return f"\\{part[0]}"
    if part["name"] and part["name"] not in _NAMED:
        raise re.error(f"there is no class {part[0]}, only {sorted(_NAMED)}")
    return _NAMED[part["name"]] if part["name"] else part[0]


def _decode_base64(text):
    try:
        standard = text.translate(_STANDARD) + b"=" * (-len(text) % 4)
        return base64.b64decode(standard, validate=True)
    except binascii.Error as error:
        raise InvalidArgumentError(message=f"{text!r} is no web-safe base64: {error}.") from None


def _encode_base64(text, *, pad):
    encoded = base64.urlsafe_b64encode(text)
    return encoded if pad else encoded.rstrip(b"=")


# What is not of the web-safe alphabet becomes a character that decoding refuses.
_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")
decode_base64 = _of_strings("decode_base64", _decode_base64)
encode_base64 = _of_strings("encode_base64", _encode_base64)


def _decompress(text, *, kind):
    if not kind:
        return text
    try:
        return zlib.decompress(text, compressed.window(kind))
    except zlib.error as error:
        raise DataLossError(message=f"The bytes are no {kind} data: {error}.") from None


decode_compressed = _of_strings("decode_compressed", _decompress)


def _join_rule(*xs, separator):
    for x in xs:
        check_strings("inputs", x)
    return Spec(_shape(*xs), "string")


def _join(*xs, separator):
    shape = np.broadcast_shapes(*[x.shape for x in xs])
    columns = [np.broadcast_to(x, shape).reshape(-1).tolist() for x in xs]
    return _array([separator.join(parts) for parts in zip(*columns, strict=True)], shape)


# Strings at the same places, joined; `separator` is bytes.
join = primitive("string_join", rule=_join_rule, reference=_join, pointwise=True)


def _substr_rule(x, pos, length, *, utf8):
    check_strings("input", x)
    for argument, spec in (("pos", pos), ("len", length)):
        if not dtypes.is_int(spec.dtype):
            raise errors.wrong_type(argument, got=spec.dtype, expected="an integer dtype")
    return Spec(_shape(x, pos, length), "string")


def _substr(x, pos, length, *, utf8):
    shape = np.broadcast_shapes(x.shape, pos.shape, length.shape)
    columns = [np.broadcast_to(a, shape).reshape(-1).tolist() for a in (x, pos, length)]
    rows = list(zip(*columns, strict=True))
    parts = [_part(*one, utf8) for one in rows]
    return _array(parts, shape)


def _part(text, pos, length, utf8):
    whole = text.decode(*_BOTH_WAYS) if utf8 else text
    if not -len(whole) <= pos <= len(whole):
        raise InvalidArgumentError(
            message=f"`pos`: {pos} is outside of {text!r}, which has the length {len(whole)}."
        )
    start = pos + len(whole) if pos < 0 else pos
    part = whole[start:] if length < 0 else whole[start : start + length]
    return part.encode(*_BOTH_WAYS) if utf8 else part


# Parts of strings, from `pos` on (counted from the end where it is negative); a negative length
# takes all.
substr = primitive("string_substr", rule=_substr_rule, reference=_substr, pointwise=True)


def numbers(texts, dtype):
    """An array of numbers from a list of bytes.

    Raises:
        InvalidArgumentError: at the first that is none of the dtype; `error.row` says where it is.
    """
    try:
        return _numbers(texts, dtype)
    except (ValueError, OverflowError):
        pass
    for row, text in enumerate(texts):
        try:
            _numbers([text], dtype)
        except (ValueError, OverflowError):
            error = InvalidArgumentError(message=f"{text!r} is no {dtype} number.")
            error.row = row
            raise error from None
    raise AssertionError("numbers that are numbers one by one are so together")


def _numbers(texts, dtype):
    if b"_" in b"".join(texts):  # which Python allows in numbers
        raise ValueError
    target = dtypes.to_numpy(dtype)
    if dtypes.is_float(dtype):
        with np.errstate(over="ignore"):
            return np.fromiter(map(float, texts), target, len(texts))
    values = list(map(int, texts))
    limits = np.iinfo(target)
    if values and not limits.min <= min(values) <= max(values) <= limits.max:
        raise OverflowError
    return np.array(values, target)


def _to_number_rule(x, *, out_type):
    check_strings("input", x)
    return Spec(x.shape, out_type)


def _to_number(x, *, out_type):
    return numbers(x.reshape(-1).tolist(), out_type).reshape(x.shape)


to_number = primitive(
    "string_to_number", rule=_to_number_rule, reference=_to_number, pointwise=True
)


def _as_string(x, *, form):
    """`form` is a format of Python's operator %."""
    flat = x.reshape(-1)
    if x.dtype == bool:
        values = [form % ("true" if one else "false") for one in flat.tolist()]
    elif x.dtype.kind == "c":
        values = [f"({form % one.real},{form % one.imag})" for one in flat.tolist()]
    else:
        values = [form % one for one in flat.tolist()]
    return _array([value.encode() for value in values], x.shape)


as_string = primitive(
    "as_string",
    rule=lambda x, *, form: Spec(x.shape, "string"),
    reference=_as_string,
    pointwise=True,
)


def _decode_raw_rule(x, *, out_type, size, swap, exact=False):
    check_strings("input_bytes", x)
    return Spec((*x.shape, size), out_type)


def _decode_raw(x, *, out_type, size, swap, exact=False):
    target = dtypes.to_numpy(out_type)
    room = size * target.itemsize
    if exact and any(len(text) != room for text in x.reshape(-1).tolist()):
        raise InvalidArgumentError(message=f"Not all strings have {room} bytes.")
    data = b"".join(text[:room].ljust(room, b"\0") for text in x.reshape(-1).tolist())
    values = np.frombuffer(data, target).reshape(*x.shape, size)
    return values.byteswap() if swap else values.copy()


# The bytes of each string as `size` numbers, zeros where it ends before, unless it must be `exact`;
# `swap` their byte order.
decode_raw = primitive("decode_raw", rule=_decode_raw_rule, reference=_decode_raw, pointwise=True)
