"""TensorFlow's operations on strings, sparse tensors, records and serialized examples by ours.

What has as many results as there are strings, or entries, needs values, and does not run in traces.
"""

import itertools

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.tensor import Tensor
from estikeras.export.saved_model.interpreter import reader_of
from estikeras.ops import hashing, io_csv, io_examples, strings
from estikeras.primitives import hashing as hash_primitives
from estikeras.primitives import strings as string_primitives

TABLE = {}
reads = reader_of(TABLE)


@reads("StringLower")
def _lower(node, x):
    return strings.lower(x, node.text("encoding"))


@reads("StringUpper")
def _upper(node, x):
    return strings.upper(x, node.text("encoding"))


@reads("StringStrip")
def _strip(node, x):
    return strings.strip(x)


@reads("StringLength")
def _length(node, x):
    return strings.length(x, node.text("unit", "BYTE"))


@reads("StringJoin")
def _join(node, *xs):
    return strings.join(xs, node.attribute("separator", b""))


@reads("Substr")
def _substr(node, x, pos, length):
    return strings.substr(x, pos, length, node.text("unit", "BYTE"))


@reads("StringToNumber")
def _to_number(node, x):
    return strings.to_number(x, node.attribute("out_type", "float32"))


@reads("AsString")
def _as_string(node, x):
    return strings.as_string(
        x,
        precision=node.attribute("precision", -1),
        scientific=bool(node.attribute("scientific", False)),
        shortest=bool(node.attribute("shortest", False)),
        width=node.attribute("width", -1),
        fill=node.text("fill"),
    )


@reads("StaticRegexReplace", "RegexReplace")
def _regex_replace(node, x, pattern=None, rewrite=None):
    pattern = node.attribute("pattern") if pattern is None else pattern
    rewrite = node.attribute("rewrite") if rewrite is None else rewrite
    return strings.regex_replace(
        x, _pattern(pattern), rewrite, bool(node.attribute("replace_global", True))
    )


@reads("StaticRegexFullMatch", "RegexFullMatch")
def _regex_full_match(node, x, pattern=None):
    return strings.regex_full_match(
        x, _pattern(node.attribute("pattern") if pattern is None else pattern)
    )


def _pattern(text):
    """A pattern of RE2 as Python has it."""
    text = text if isinstance(text, bytes) else text.value.item()
    return text.replace(rb"\z", rb"\Z")


@reads("EncodeBase64")
def _encode_base64(node, x):
    return string_primitives.encode_base64(x, pad=bool(node.attribute("pad", False)))


@reads("DecodeBase64")
def _decode_base64(node, x):
    return string_primitives.decode_base64(x)


@reads("DecodeCompressed")
def _decode_compressed(node, x):
    return string_primitives.decode_compressed(x, kind=node.text("compression_type"))


@reads("DecodePaddedRaw")
def _decode_raw(node, x, size):
    dtype = node.attribute("out_type")
    return string_primitives.decode_raw(
        x,
        out_type=dtype,
        size=int(size) // dtypes.to_numpy(dtype).itemsize,
        swap=not node.attribute("little_endian", True),
    )


@reads("StringToHashBucketFast")
def _hash_bucket(node, x):
    return hashing.hash_bucket(x, node.attribute("num_buckets"))


@reads("StringToHashBucketStrong")
def _hash_bucket_by_key(node, x):
    key = [k % 2**64 for k in node.attribute("key")]
    return hashing.hash_bucket(x, node.attribute("num_buckets"), key=key)


@reads("SparseCross")
def _sparse_cross(node, *xs):
    if not node.attribute("hashed_output"):
        raise node.unsupported("Results that are no hashes")
    count = node.attribute("N", 0)
    sparse = list(zip(*(xs[i * count : (i + 1) * count] for i in range(3)), strict=True))
    dense = xs[3 * count :]
    rows = int(sparse[0][2].value[0]) if sparse else dense[0].shape[0]
    columns = [_by_row(rows, indices.value, values.value) for indices, values, _ in sparse]
    columns += [list(x.value) for x in dense]
    crosses = [[*itertools.product(*parts)] for parts in zip(*columns, strict=True)]
    places = [(row, place) for row, found in enumerate(crosses) for place in range(len(found))]
    flat = [cross for found in crosses for cross in found]
    keys = [x.dtype for x in (*(values for _, values, _ in sparse), *dense)]
    parts = [
        Tensor(_array([cross[i] for cross in flat], dtypes.to_numpy(dtype)))
        for i, dtype in enumerate(keys)
    ]
    hashes = hash_primitives.cross_hash(
        *parts,
        buckets=node.attribute("num_buckets") or 2**63 - 1,
        key=node.attribute("hash_key") % 2**64,
    )
    shape = np.array([rows, max(map(len, crosses), default=0)], np.int64)
    return Tensor(np.array(places, np.int64).reshape(-1, 2)), hashes, Tensor(shape)


def _by_row(rows, indices, values):
    """The values of each row of a sparse tensor, a list of lists."""
    found = [[] for _ in range(rows)]
    for (row, *_), value in zip(indices.tolist(), values.tolist(), strict=True):
        found[row].append(value)
    return found


def _array(items, dtype):
    array = np.empty(len(items), dtype)
    array[:] = items
    return array


@reads("StringSplitV2")
def _split(node, x, separator):
    separator, most = separator.value.item() or None, node.attribute("maxsplit", -1)
    rows = [text.split(separator, most) for text in x.value.reshape(-1).tolist()]
    places = [(row, place) for row, parts in enumerate(rows) for place in range(len(parts))]
    tokens = _array([part for parts in rows for part in parts], object)
    shape = np.array([len(rows), max(map(len, rows), default=0)], np.int64)
    return Tensor(np.array(places, np.int64).reshape(-1, 2)), Tensor(tokens), Tensor(shape)


@reads("DecodeCSV")
def _decode_csv(node, records, *defaults):
    return tuple(
        io_csv.decode_csv(
            records,
            defaults,
            field_delim=node.text("field_delim", ","),
            use_quote_delim=bool(node.attribute("use_quote_delim", True)),
            na_value=node.text("na_value"),
            select_cols=node.attribute("select_cols") or None,
        )
    )


@reads("ParseExampleV2")
def _parse(node, serialized, names, sparse_keys, dense_keys, ragged_keys, *defaults):
    if ragged_keys.size:
        raise node.unsupported("Ragged features")
    features = {}
    keys = [*sparse_keys.value.tolist()], [*dense_keys.value.tolist()]
    for key, dtype in zip(keys[0], node.attribute("sparse_types", []), strict=True):
        features[key.decode()] = io_examples.VarLenFeature(dtype)
    described = zip(
        keys[1], node.attribute("Tdense", []), node.attribute("dense_shapes", []), defaults,
        strict=True,
    )  # fmt: skip
    for key, dtype, shape, default in described:
        value = default.value if default.size else None
        if shape and shape[0] is None:
            features[key.decode()] = io_examples.FixedLenSequenceFeature(
                shape[1:], dtype, True, None if value is None else value.item()
            )
        else:
            features[key.decode()] = io_examples.FixedLenFeature(shape, dtype, value)
    found = io_examples.parse_example(serialized, features)
    sparse = [found[key.decode()] for key in keys[0]]
    parts = zip(*[(x.indices, x.values, x.dense_shape) for x in sparse], strict=True)
    return (*[x for part in parts for x in part], *[found[key.decode()] for key in keys[1]])


@reads("SparseToDense")
def _to_dense(node, indices, shape, values, default):
    indices, shape = indices.value, shape.value.reshape(-1)
    out = np.full(tuple(shape.tolist()), default.value.item(), dtypes.to_numpy(values.dtype))
    out[tuple(indices.reshape(-1, len(shape)).T)] = values.value
    return Tensor(out)


@reads("SparseSlice")
def _sparse_slice(node, indices, values, shape, start, size):
    start, limit = start.value, np.minimum(start.value + size.value, shape.value)
    kept = ((indices.value >= start) & (indices.value < limit)).all(axis=1)
    return (
        Tensor(indices.value[kept] - start),
        Tensor(values.value[kept]),
        Tensor(np.maximum(limit - start, 0)),
    )


@reads("SparseReshape")
def _sparse_reshape(node, indices, shape, new_shape):
    old, new = shape.value.astype(np.int64), new_shape.value.astype(np.int64)
    if (new == -1).any():
        new = new.copy()
        new[new == -1] = old.prod() // max(-new.prod(), 1)
    flat = np.ravel_multi_index(tuple(indices.value.T), tuple(old)) if len(indices.value) else []
    places = np.stack(np.unravel_index(np.asarray(flat, np.int64), tuple(new)), axis=1)
    return Tensor(places.astype(np.int64)), Tensor(new)


@reads("SparseFillEmptyRows")
def _fill_empty_rows(node, indices, values, shape, default):
    where, rows = indices.value, int(shape.value[0])
    empty = np.ones(rows, bool)
    empty[where[:, 0]] = False
    missing = np.flatnonzero(empty)
    added = np.zeros((len(missing), where.shape[1]), np.int64)
    added[:, 0] = missing
    all_places = np.concatenate([where, added])
    order = np.argsort(all_places[:, 0], kind="stable")
    filler = np.full(len(missing), default.value.item(), values.value.dtype)
    whole = np.concatenate([values.value, filler])[order]
    reverse = np.argsort(order, kind="stable")[: len(where)].astype(np.int64)
    return Tensor(all_places[order]), Tensor(whole), Tensor(empty), Tensor(reverse)


@reads("Unique", "UniqueWithCounts")
def _unique(node, x):
    dtype = dtypes.to_numpy(node.attribute("out_idx", "int32"))
    _, first, inverse, counts = np.unique(
        x.value, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first, kind="stable")
    places = np.argsort(order, kind="stable")[inverse.reshape(-1)]
    out = Tensor(x.value[first[order]]), Tensor(places.astype(dtype))
    return out if node.op == "Unique" else (*out, Tensor(counts[order].astype(dtype)))


@reads("Where")
def _where(node, condition):
    return Tensor(np.argwhere(condition.value).astype(np.int64))


@reads("SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN", "SegmentSum", "SegmentMean")
def _segments(node, x, *rest):
    *indices, segments = rest
    rows = x.value[indices[0].value] if indices else x.value
    count = int(segments.value[-1]) + 1 if segments.size else 0
    out = np.zeros((count, *rows.shape[1:]), rows.dtype)
    np.add.at(out, segments.value, rows)
    sizes = np.maximum(np.bincount(segments.value, minlength=count), 1).astype(rows.dtype)
    sizes = sizes.reshape(-1, *(1,) * (rows.ndim - 1))
    if node.op.endswith("Mean"):
        out = out / sizes
    elif node.op.endswith("SqrtN"):
        out = out / np.sqrt(sizes)
    return Tensor(out.astype(rows.dtype))


@reads("DenseBincount")
def _bincount(node, x, size, weights):
    if weights.size:
        raise node.unsupported("Weights")
    rows = x.value if x.ndim == 2 else x.value[None]
    out = np.zeros((len(rows), int(size)), dtypes.to_numpy(weights.dtype))
    for counts, row in zip(out, rows, strict=True):
        np.add.at(counts, row[row < int(size)], 1)
    if node.attribute("binary_output", False):
        out = np.minimum(out, 1)
    return Tensor(out if x.ndim == 2 else out[0])


@reads("RaggedTensorToTensor")
def _ragged_to_dense(node, shape, values, default, *partitions):
    kinds = [kind.decode() for kind in node.attribute("row_partition_types")]
    if kinds == ["ROW_SPLITS"]:
        lengths = np.diff(partitions[0].value)
    elif kinds == ["FIRST_DIM_SIZE", "VALUE_ROWIDS"]:
        lengths = np.bincount(partitions[1].value, minlength=int(partitions[0]))
    else:
        raise node.unsupported(f"Rows given by {kinds}")
    inner = values.shape[1:]
    wanted = shape.value.reshape(-1).tolist() or [-1, -1]
    rows, columns = (
        n if n >= 0 else known
        for n, known in zip(wanted, (len(lengths), lengths.max(initial=0)), strict=False)
    )
    out = np.full((rows, columns, *inner), default.value, dtypes.to_numpy(values.dtype))
    starts = np.cumsum(lengths) - lengths
    for row, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        count = min(length, columns)
        if row < rows:
            out[row, :count] = values.value[start : start + count]
    return Tensor(out)


@reads("RaggedBincount")
def _ragged_bincount(node, splits, values, size, weights):
    lengths = np.diff(splits.value)
    out = np.zeros((len(lengths), int(size)), dtypes.to_numpy(weights.dtype))
    rows = np.arange(len(lengths)).repeat(lengths)
    kept = values.value < int(size)
    given = weights.value.reshape(-1) if weights.size else np.ones(values.size, out.dtype)
    np.add.at(out, (rows[kept], values.value[kept]), given[kept])
    return Tensor(np.minimum(out, 1) if node.attribute("binary_output", False) else out)
