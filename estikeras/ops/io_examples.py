"""Serialized `tf.train.Example`s to tensors: `parse_example`, and how features are described."""

import math
from collections import namedtuple

import numpy as np

from estikeras import errors
from estikeras.engine import context, dtypes
from estikeras.engine.operation import is_traced
from estikeras.engine.row_function import RowGraph, RowSparse
from estikeras.engine.session_graph import session_graph
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops.padding import missing_value, note_padded
from estikeras.primitives import records
from estikeras.public import public


@public("io.FixedLenFeature")
class FixedLenFeature(
    namedtuple("FixedLenFeature", ["shape", "dtype", "default_value"], defaults=[None])
):
    """A feature with the same number of values in all examples.

    Args:
        shape: sequence of ints, the shape of one example's values.
        dtype: "float32", "int64" or "string".
        default_value: what stands in where the feature is missing, of that shape; None if it may
            not be missing.
    """

    __slots__ = ()


@public("io.FixedLenSequenceFeature")
class FixedLenSequenceFeature(
    namedtuple(
        "FixedLenSequenceFeature",
        ["shape", "dtype", "allow_missing", "default_value"],
        defaults=[False, None],
    )
):
    """A feature with any number of rows of the same shape; batches are padded at the end.

    Args:
        shape: sequence of ints, the shape of a row.
        dtype: "float32", "int64" or "string".
        allow_missing: must be True: where the feature is missing it has no rows.
        default_value: number or string to pad with; None is 0 or an empty string.
    """

    __slots__ = ()


@public("io.VarLenFeature")
class VarLenFeature(namedtuple("VarLenFeature", ["dtype"])):
    """A feature with any number of values, which comes as a SparseTensor (batch, values).

    Args:
        dtype: "float32", "int64" or "string".
    """

    __slots__ = ()


@public("io.SparseFeature")
class SparseFeature(
    namedtuple(
        "SparseFeature",
        ["index_key", "value_key", "dtype", "size", "already_sorted"],
        defaults=[False],
    )
):
    """Two or more features that together describe a sparse tensor in each example.

    Args:
        index_key: name of the int64 feature that says where the values are, or a list of names, one
            per dimension.
        value_key: name of the feature with the values.
        dtype: of the values: "float32", "int64" or "string".
        size: int, or a list of ints, the shape of the sparse tensor of an example.
        already_sorted: bool, whether indices ascend in each example, so that they need no sorting.
    """

    __slots__ = ()


@public("io.RaggedFeature")
def RaggedFeature(dtype, value_key=None, partitions=(), row_splits_dtype="int32", validate=False):
    """Not supported: there are no ragged tensors.

    Raises:
        NotImplementedError: always; it names the alternatives.
    """
    raise errors.unsupported(
        "RaggedFeature",
        "Use `FixedLenSequenceFeature(shape, dtype, allow_missing=True)`, which pads, or "
        "`VarLenFeature`, which gives a SparseTensor.",
    )


@public("io.parse_example")
def parse_example(serialized, features, example_names=None, name=None):
    """The features of serialized `tf.train.Example`s as tensors.

    Args:
        serialized: string tensor (batch,), or ().
        features: dict from a feature's name to its description: FixedLenFeature,
            FixedLenSequenceFeature, VarLenFeature or SparseFeature (whose name is free).
        example_names: string tensor of the shape of `serialized`, by which errors call the
            examples; or None.
        name: of no consequence.

    Returns:
        dict from the same names to tensors (batch, *shape), for FixedLenSequenceFeature (batch,
        longest, *shape), and SparseTensors (batch, longest) or (batch, *size). Only dense features
        of fixed length can be traced; a function with others runs eagerly. In what a served model
        is exported from, VarLenFeatures are dense and padded, which feature columns know.

    Raises:
        InvalidArgumentError: if bytes are no Example, or a feature is missing, of another dtype or
            number of values; it names feature and example.
    """
    return _parse_example(as_tensor(serialized), features, example_names)


def _parse_example(serialized, features, example_names, is_single=False):
    if not isinstance(features, dict) or not features:
        raise errors.invalid("features", got=features, expected="a dict that is not empty")
    if serialized.dtype != "string":
        raise errors.wrong_type("serialized", got=serialized, expected="a string tensor")
    columns, varying = [], {}
    for key, feature in features.items():
        if isinstance(feature, FixedLenFeature):
            columns.append(_column(key, feature))
        else:
            varying[key] = _check(key, feature)
    found = {}
    if columns and example_names is None:
        dense = records.parse_example(serialized, columns=tuple(columns), is_single=is_single)
        found = {c.name.decode(): tensor for c, tensor in zip(columns, dense, strict=True)}
    length = _length_of_padded(serialized)
    is_free = varying and all(isinstance(f, VarLenFeature) for f in varying.values())
    if is_free and length:
        found |= _parse_padded(serialized, varying, length)
    elif is_free and is_single and example_names is None and _is_row(serialized):
        found |= _parse_rows(serialized, varying)
    elif varying or example_names is not None:
        found |= _parse_eagerly(serialized, columns, varying, example_names)
    return {key: found[key] for key in features}


def _is_row(x):
    return is_traced(x) and isinstance(context.current.trace, RowGraph)


def _parse_rows(serialized, features):
    """VarLenFeatures of an element, which are made when there are all rows of elements."""
    dtypes_of = {key: _dtype(key, feature.dtype) for key, feature in features.items()}
    pairs = tuple((key.encode(), dtype) for key, dtype in dtypes_of.items())

    def read(column):
        batch = records.Batch(column, is_single=True)
        found = {}
        for key, (values, counts) in zip(dtypes_of, batch.ragged(pairs), strict=True):
            counts = np.maximum(counts, 0)
            places = np.arange(counts.max(initial=0))[:, None]
            ends = np.cumsum(counts)
            rows = zip((ends - counts).tolist(), ends.tolist(), strict=True)
            found[key] = np.empty(batch.rows, object)
            found[key][:] = [SparseTensor.of_row(places[: b - a], values[a:b]) for a, b in rows]
        return found

    return {key: RowSparse(serialized, read, key, dtype) for key, dtype in dtypes_of.items()}


def _length_of_padded(serialized):
    """How many values stand for any number of them, in a graph to be exported; else None."""
    graph = session_graph()
    is_exported = graph is not None and graph.unknown_size is not None
    return graph.unknown_size(1) if is_exported and is_traced(serialized) else None


def _parse_padded(serialized, features, length):
    """VarLenFeatures as dense tensors (batch, length)."""
    columns = []
    for name, feature in features.items():
        dtype = dtypes.standardize(feature.dtype)
        filler = missing_value(dtype)
        filler = filler.encode() if isinstance(filler, str) else filler
        columns.append(records.Padded(name.encode(), dtype, length, filler))
    tensors = records.parse_padded_example(serialized, columns=tuple(columns))
    return {name: note_padded(x) for name, x in zip(features, tensors, strict=True)}


@public("io.parse_single_example")
def parse_single_example(serialized, features, example_names=None, name=None):
    """The features of one serialized `tf.train.Example` as tensors.

    Args:
        serialized: string tensor ().
        features: dict as of `parse_example`.
        example_names: string tensor (), by which errors call the example; or None.
        name: of no consequence.

    Returns:
        dict from the same names to tensors of the described shapes, for FixedLenSequenceFeature
        (rows, *shape), and SparseTensors (values,) or of the described size.

    Raises:
        InvalidArgumentError: as `parse_example`.
    """
    serialized = as_tensor(serialized)
    if serialized.shape != ():
        raise errors.shape_mismatch(
            "serialized", got=serialized.shape, expected=(), hint="`parse_example` takes batches."
        )
    return _parse_example(serialized, features, example_names, is_single=True)


def _dtype(key, dtype):
    dtype = dtypes.standardize(dtype)
    if dtype not in records.KINDS:
        raise errors.invalid(
            f"features[{key!r}].dtype", got=dtype, expected="'float32', 'int64' or 'string'"
        )
    return dtype


def _shape(key, shape):
    sizes = (shape,) if isinstance(shape, int) else shape
    if sizes is None or any(size is None or size < 0 for size in sizes):
        raise errors.invalid(
            f"features[{key!r}].shape",
            got=shape,
            expected="known sizes",
            hint="A feature with any number of values is a FixedLenSequenceFeature or a "
            "VarLenFeature.",
        )
    return tuple(int(size) for size in sizes)


def _default(key, dtype, value, shape):
    """A default as a flat tuple."""
    value = as_tensor(value).value
    if (value.dtype == object) != (dtype == "string") or value.size != math.prod(shape):
        raise errors.invalid(
            f"features[{key!r}].default_value",
            got=value,
            expected=f"{math.prod(shape)} of dtype {dtype}, for the shape {shape}",
        )
    return tuple(value.reshape(-1).tolist())


def _column(key, feature):
    dtype, shape = _dtype(key, feature.dtype), _shape(key, feature.shape)
    default = feature.default_value
    if default is not None:
        default = _default(key, dtype, default, shape)
    return records.Column(key.encode(), dtype, shape, default)


def _check(key, feature):
    kinds = FixedLenSequenceFeature, VarLenFeature, SparseFeature
    if not isinstance(feature, kinds):
        raise errors.wrong_type(
            f"features[{key!r}]",
            got=feature,
            expected="a FixedLenFeature, FixedLenSequenceFeature, VarLenFeature or SparseFeature",
        )
    if isinstance(feature, FixedLenSequenceFeature) and not feature.allow_missing:
        raise errors.invalid(
            f"features[{key!r}].allow_missing", got=feature.allow_missing, expected="True"
        )
    return feature


def _parse_eagerly(serialized, columns, varying, names):
    if names is not None:
        names = as_tensor(names).value.reshape(-1).tolist()
    batch = records.Batch(serialized.value, names, is_single=serialized.ndim == 0)
    found = {}
    if names is not None and columns:
        for column, array in zip(columns, batch.dense(tuple(columns)), strict=True):
            shape = (*serialized.shape, *column.shape)
            found[column.name.decode()] = Tensor(array.reshape(shape))
    if serialized.ndim > 1 and varying:
        raise errors.shape_mismatch("serialized", got=serialized.shape, expected="() or (batch,)")
    needed = {}
    for key, feature in varying.items():
        dtype = _dtype(key, feature.dtype)
        if isinstance(feature, SparseFeature):
            needed |= {_value_key(feature): dtype, **dict.fromkeys(_index_keys(feature), "int64")}
        else:
            needed[key] = dtype
    pairs = tuple((key.encode(), dtype) for key, dtype in needed.items())
    read = dict(zip(needed, batch.ragged(pairs), strict=True)) if pairs else {}
    for key, feature in varying.items():
        if isinstance(feature, VarLenFeature):
            found[key] = _sparse(batch, *read[key])
        elif isinstance(feature, SparseFeature):
            found[key] = _merged(batch, key, feature, read)
        else:
            found[key] = _padded(batch, key, feature, *read[key])
    return found


def _value_key(feature):
    return feature.value_key


def _index_keys(feature):
    keys = feature.index_key
    return [keys] if isinstance(keys, str) else list(keys)


def _positions(counts):
    """Row, and place in the row, of each value."""
    counts = np.maximum(counts, 0)
    rows = np.arange(len(counts)).repeat(counts)
    return rows, np.arange(len(rows)) - (np.cumsum(counts) - counts).repeat(counts)


def _sparse(batch, values, counts):
    rows, places = _positions(counts)
    longest = max(0, counts.max(initial=0))
    if batch.is_single:
        return SparseTensor(places[:, None], Tensor(values), np.array([longest], np.int64))
    shape = np.array([batch.rows, longest], np.int64)
    return SparseTensor(np.stack([rows, places], axis=1), Tensor(values), shape)


def _merged(batch, key, feature, read):
    values, counts = read[_value_key(feature)]
    sizes = np.reshape(np.asarray(feature.size, np.int64), -1)
    keys = _index_keys(feature)
    if len(sizes) != len(keys):
        raise errors.invalid(
            f"features[{key!r}].size", got=feature.size, expected=f"{len(keys)} sizes, as index_key"
        )
    columns = []
    for index_key, size in zip(keys, sizes, strict=True):
        indices, found = read[index_key]
        wrong = np.maximum(found, 0) != np.maximum(counts, 0)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise batch.error(
                row,
                f"has {max(found[row], 0)} indices in {index_key!r} and {max(counts[row], 0)} "
                f"values in {feature.value_key!r}; they must be as many.",
            )
        outside = (indices < 0) | (indices >= size)
        if outside.any():
            which = int(np.argmax(outside))
            row = _positions(counts)[0][which]
            raise batch.error(
                row,
                f"has the index {indices[which]} in {index_key!r}, which is outside of the size "
                f"{size}.",
            )
        columns.append(indices)
    if not batch.is_single:
        columns.insert(0, _positions(counts)[0])
        sizes = np.array([batch.rows, *sizes], np.int64)
    indices = np.stack(columns, axis=1)
    if not feature.already_sorted:
        order = np.lexsort(indices.T[::-1])
        indices, values = indices[order], values[order]
    return SparseTensor(indices, Tensor(values), sizes)


def _padded(batch, key, feature, values, counts):
    dtype, shape = _dtype(key, feature.dtype), _shape(key, feature.shape)
    size, counts = math.prod(shape), np.maximum(counts, 0)
    uneven = counts % size != 0 if size else counts != 0
    if uneven.any():
        row = int(np.argmax(uneven))
        raise batch.error(
            row,
            f"has {counts[row]} values for the feature {key!r}; expected a multiple of {size}, for "
            f"rows of the shape {shape}.",
        )
    filler = b"" if dtype == "string" else 0
    if feature.default_value is not None:
        (filler,) = _default(key, dtype, feature.default_value, ())
    longest = counts.max(initial=0)
    padded = np.full((batch.rows, longest), filler, dtypes.to_numpy(dtype))
    padded[_positions(counts)] = values
    outer = () if batch.is_single else (batch.rows,)
    return Tensor(padded.reshape(*outer, longest // max(size, 1), *shape))
