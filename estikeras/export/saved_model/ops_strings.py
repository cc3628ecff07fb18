"""Operations on strings, hashes, tables, records and examples as TensorFlow's operations."""

import math
import re

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.dtypes import DType
from estikeras.engine.shapes import TensorShape
from estikeras.export.saved_model.emission import entering, table_default
from estikeras.primitives import hashing

TABLE = {}
emits = entering(TABLE)
_STRING = DType("string")
_PUNCTUATION = r"[!-/:-@\[-`{-~]"


def _utf8(utf8, name="encoding"):
    value = {"encoding": "utf-8", "unit": "UTF8_CHAR"}[name]
    return {name: value if utf8 else None}


@emits("string_lower")
def _lower(e, x, *, utf8):
    return e.op("StringLower", x, T=None, **_utf8(utf8))


@emits("string_upper")
def _upper(e, x, *, utf8):
    return e.op("StringUpper", x, T=None, **_utf8(utf8))


@emits("string_strip")
def _strip(e, x):
    return e.op("StringStrip", x, T=None)


@emits("string_length")
def _length(e, x, *, utf8):
    return e.op("StringLength", x, gives="int32", T=None, **_utf8(utf8, "unit"))


def _pattern(pattern):
    """A regular expression as RE2 writes it."""
    return pattern.pattern.replace(r"\Z", r"\z")


@emits("regex_replace")
def _regex_replace(e, x, *, pattern, rewrite, all_matches):
    rewrite = re.sub(r"\\g<(\d)>", r"\\\1", rewrite)
    return e.op(
        "StaticRegexReplace", x, T=None, pattern=_pattern(pattern), rewrite=rewrite,
        replace_global=all_matches,
    )  # fmt: skip


@emits("regex_full_match")
def _regex_full_match(e, x, *, pattern):
    return e.op("StaticRegexFullMatch", x, gives="bool", T=None, pattern=_pattern(pattern))


@emits("decode_base64")
def _decode_base64(e, x):
    return e.op("DecodeBase64", x, T=None)


@emits("encode_base64")
def _encode_base64(e, x, *, pad):
    return e.op("EncodeBase64", x, T=None, pad=pad)


@emits("decode_compressed")
def _decode_compressed(e, x, *, kind):
    return e.op("DecodeCompressed", x, T=None, compression_type=kind)


@emits("string_join")
def _join(e, *xs, separator):
    return e.op("StringJoin", *xs, T=None, N=len(xs), separator=separator)


@emits("string_substr")
def _substr(e, x, pos, length, *, utf8):
    shape = e.step.outputs[0].shape
    dtype = "int64" if "int64" in (pos.dtype, length.dtype) else "int32"
    pos, length = (
        e.op("BroadcastTo", e.cast(part, dtype), e.vector(shape)) for part in (pos, length)
    )
    if x.shape != shape:
        x = e.op("BroadcastTo", x, e.vector(shape))
    return e.op("Substr", x, pos, length, T=DType(dtype), **_utf8(utf8, "unit"))


@emits("string_to_number")
def _to_number(e, x, *, out_type):
    return e.op("StringToNumber", x, gives=out_type, T=None, out_type=DType(out_type))


_FORM = re.compile(r"%([-0 +]?)(\d*)(?:\.(\d+))?([defgs])")


@emits("as_string")
def _as_string(e, x, *, form):
    fill, width, places, letter = _FORM.fullmatch(form).groups()
    attributes = {
        "fill": fill or None,
        "width": int(width) if width else None,
        "precision": int(places) if places else None,
        "scientific": True if letter == "e" else None,
        "shortest": True if letter == "g" else None,
    }
    return e.op("AsString", x, gives="string", **attributes)


@emits("decode_raw")
def _decode_raw(e, x, *, out_type, size, swap):
    size_bytes = size * dtypes.to_numpy(out_type).itemsize
    return e.op(
        "DecodePaddedRaw", x, e.constant(size_bytes, "int32"), gives=out_type, T=None,
        out_type=DType(out_type), little_endian=not swap,
    )  # fmt: skip


@emits("hash_bucket")
def _hash_bucket(e, x, *, buckets, method="fast", key=None):
    if x.dtype != "string":
        x = e.op("AsString", x, gives="string")
    attributes = {"gives": "int64", "T": None, "num_buckets": buckets}
    if key is not None:
        signed = [k - 2**64 if k >= 2**63 else k for k in key]
        return e.op("StringToHashBucketStrong", x, key=signed, **attributes)
    if method != "fast":
        raise e.unsupported(f"method={method!r}")
    return e.op("StringToHashBucketFast", x, **attributes)


@emits("cross_hash")
def _cross_hash(e, *xs, buckets, key=hashing.CROSS_KEY):
    columns = []
    for x in xs:
        x = x if x.dtype in ("string", "int64") else e.cast(x, "int64")
        columns.append(e.op("Reshape", x, e.constant(np.array([-1, 1], np.int32))))
    _, values, _ = e.op(
        "SparseCross", *columns, outputs=["int64"] * 3, T=None, N=0, sparse_types=[],
        dense_types=[DType(x.dtype) for x in columns], hashed_output=True, num_buckets=buckets,
        hash_key=key - 2**64 if key >= 2**63 else key, out_type=DType("int64"),
        internal_type=DType("int64"),
    )  # fmt: skip
    return e.reshape(values, xs[0].shape)


def _find(e, keys, table):
    default = e.constant(table_default(table))
    if not table.size:  # TensorFlow fills no table with nothing
        return e.op("BroadcastTo", default, e.op("Shape", keys, gives="int32"))
    return e.op(
        "LookupTableFindV2", e.table(table), keys, default,
        gives=table.dtype, T=None, Tin=DType(table.key_dtype), Tout=DType(table.dtype),
    )  # fmt: skip


@emits("lookup")
def _lookup(e, x, *, table):
    return _find(e, x, table)


@emits("standardize")
def _standardize(e, x, *, how):
    if how in ("lower", "lower_and_strip_punctuation"):
        x = e.op("StringLower", x, T=None)
    if how in ("strip_punctuation", "lower_and_strip_punctuation"):
        x = e.op("StaticRegexReplace", x, T=None, pattern=_PUNCTUATION, rewrite="")
    return e.op("Identity", x)


def _tokens(e, x, text):
    """Row and place, value and shape of the tokens of a flat string tensor."""
    if text.widths is not None or text.split != "whitespace":
        raise e.unsupported(f"text cut by {text.split} and ngrams={text.widths}")
    flat = e.op("Reshape", x, e.constant(np.array([-1], np.int32)))
    flat = _standardize(e, flat, how=text.standardize)
    empty = e.constant(np.array(b"", object))
    return e.op("StringSplitV2", flat, empty, outputs=["int64", "string", "int64"], T=None)


def _rows(e, x):
    """How many strings there are, an int64 scalar."""
    return e.cast(e.scalar(math.prod(x.shape)), "int64")


@emits("tokenize")
def _tokenize(e, x, *, text, length):
    places, tokens, shape = _tokens(e, x, text)
    size = e.op("Pack", _rows(e, x), e.constant(length, "int64"), N=2)
    start = e.constant(np.zeros(2, np.int64))
    places, tokens, _ = e.op(
        "SparseSlice", places, tokens, shape, start, size,
        outputs=["int64", "string", "int64"], T=_STRING,
    )  # fmt: skip
    dense = e.op(
        "SparseToDense", places, size, tokens, e.constant(np.array(b"", object)),
        gives="string", T=_STRING, Tindices=DType("int64"),
    )  # fmt: skip
    return e.reshape(dense, (*x.shape, length))


@emits("count_tokens")
def _count_tokens(e, x, *, text, table, depth):
    places, tokens, _ = _tokens(e, x, text)
    found = _find(e, tokens, table)
    zero = e.constant(0, "int32")
    rows = e.op(
        "GatherV2", places, zero, e.constant(1, "int32"), T=None, Tparams=DType("int64"),
        Tindices=DType("int32"), Taxis=DType("int32"),
    )  # fmt: skip
    where = e.op("Pack", rows, found, N=2, axis=1)
    ones = e.op("OnesLike", found)
    size = e.op("Pack", _rows(e, x), e.constant(depth, "int64"), N=2)
    counts = e.op("ScatterNd", where, ones, size, Tindices=DType("int64"))
    return e.reshape(counts, (*x.shape, depth))


@emits("decode_csv")
def _decode_csv(e, records, *, form):
    defaults = []
    for dtype, default in form.columns:
        values = () if default is None else (default,)
        defaults.append(e.constant(np.array(values, dtypes.to_numpy(dtype))))
    kinds = [dtype for dtype, _ in form.columns]
    return e.op(
        "DecodeCSV", records, *defaults, outputs=kinds, T=None,
        OUT_TYPE=[DType(kind) for kind in kinds], field_delim=form.delimiter,
        use_quote_delim=form.quotes, na_value=form.missing, select_cols=form.selected,
    )  # fmt: skip


@emits("parse_example")
def _parse_example(e, serialized, *, columns, is_single=False):
    del is_single
    defaults = []
    for column in columns:
        empty = np.zeros(0, dtypes.to_numpy(column.dtype))
        default = empty if column.default is None else _array(column.default, column)
        defaults.append(e.constant(default))
    shapes = [column.shape for column in columns]
    if serialized.ndim < 2:
        return _parsed(e, serialized, columns, shapes, defaults)
    flat = e.op("Reshape", serialized, e.constant(np.array([-1], np.int32)))
    found = _parsed(e, flat, columns, shapes, defaults)
    outputs = e.step.outputs
    return tuple(e.reshape(x, place.shape) for x, place in zip(found, outputs, strict=True))


def _array(values, column):
    array = np.empty(len(values), dtypes.to_numpy(column.dtype))
    array[:] = values
    return array.reshape(column.shape)


def _parsed(e, serialized, columns, shapes, defaults):
    names = np.empty(len(columns), object)
    names[:] = [column.name for column in columns]
    none = e.constant(np.zeros(0, object))
    kinds = [column.dtype for column in columns]
    return e.op(
        "ParseExampleV2", serialized, none, none, e.constant(names), none, *defaults,
        outputs=kinds, T=None, Tdense=[DType(kind) for kind in kinds], num_sparse=0,
        sparse_types=[], ragged_value_types=[], ragged_split_types=[],
        dense_shapes=[TensorShape(shape) for shape in shapes],
    )  # fmt: skip


@emits("parse_padded_example")
def _parse_padded(e, serialized, *, columns):
    if serialized.ndim != 1:
        raise e.unsupported(f"serialized examples of the shape {serialized.shape}")
    fillers = [
        e.constant(np.array(column.filler, dtypes.to_numpy(column.dtype))) for column in columns
    ]
    found = _parsed(e, serialized, columns, [(None,) for _ in columns], fillers)
    sizes = [_columns(e, x) for x in found]
    longest = {}  # of those that are of one length in the trace; at least 1
    for column, size in zip(columns, sizes, strict=True):
        most = longest.get(column.length, e.constant(1, "int32"))
        longest[column.length] = e.op("Maximum", most, size)
    out = []
    for column, x, size, filler in zip(columns, found, sizes, fillers, strict=True):
        missing = e.op("Sub", longest[column.length], size)
        widths = [e.constant(0, "int32")] * 3
        widths = e.op("Pack", *widths, missing, N=4)
        widths = e.op("Reshape", widths, e.constant(np.array([2, 2], np.int32)))
        out.append(e.op("PadV2", x, widths, filler))
    return tuple(out)


def _columns(e, x):
    """The size of the second axis."""
    limits = (e.constant(np.array([n], np.int32)) for n in (1, 2, 1))
    shape = e.op("Shape", x, gives="int32")
    return e.op("StridedSlice", shape, *limits, Index=DType("int32"), shrink_axis_mask=1)
