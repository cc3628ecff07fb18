"""Serialized `tf.train.SequenceExample`s to tensors. They are read by protobuf's own runtime."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.formats.example import sequence_example
from estikeras.op_errors import InvalidArgumentError
from estikeras.ops import io_examples
from estikeras.ops.io_examples import FixedLenSequenceFeature, VarLenFeature
from estikeras.primitives import strings
from estikeras.public import public

_LISTS = {"string": "bytes_list", "float32": "float_list", "int64": "int64_list"}


@public("io.parse_sequence_example")
def parse_sequence_example(
    serialized, context_features=None, sequence_features=None, example_names=None, name=None
):
    """The features of serialized `tf.train.SequenceExample`s as tensors. Cannot be traced.

    Args:
        serialized: string tensor (batch,).
        context_features: dict as of `parse_example`, of the features of an example as a whole; or
            None.
        sequence_features: dict from names of feature lists to FixedLenSequenceFeature, whose shape
            is that of one step, or VarLenFeature; or None.
        example_names: string tensor (batch,), by which errors call the examples; or None.
        name: of no consequence.

    Returns:
        Three dicts: the context, as `parse_example` gives it; the sequences, (batch, longest,
        *shape) padded with zeros or empty strings, or SparseTensors (batch, longest, values); and
        how long the padded ones are, int64 (batch,).

    Raises:
        InvalidArgumentError: as `parse_example`, and if a list is missing that may not be.
    """
    serialized = as_tensor(serialized)
    if serialized.ndim != 1:
        raise errors.shape_mismatch("serialized", got=serialized.shape, expected="(batch,)")
    context, read = _read(serialized, context_features, sequence_features, example_names)
    sequences, lengths = {}, {}
    for key, (feature, rows) in read.items():
        if isinstance(feature, VarLenFeature):
            sequences[key] = _sparse(rows, dtypes.standardize(feature.dtype))
        else:
            sequences[key] = Tensor(_padded(rows, feature))
            lengths[key] = Tensor(np.array([len(steps) for steps in rows], np.int64))
    return context, sequences, lengths


@public("io.parse_single_sequence_example")
def parse_single_sequence_example(
    serialized, context_features=None, sequence_features=None, example_name=None, name=None
):
    """The features of one serialized `tf.train.SequenceExample` as tensors. Cannot be traced.

    Args:
        serialized: string tensor ().
        context_features: as of `parse_sequence_example`.
        sequence_features: as of `parse_sequence_example`.
        example_name: string tensor (), by which errors call the example; or None.
        name: of no consequence.

    Returns:
        Two dicts: the context, as `parse_single_example` gives it; and the sequences, (steps,
        *shape), or SparseTensors (steps, values).

    Raises:
        InvalidArgumentError: as `parse_sequence_example`.
    """
    serialized = as_tensor(serialized)
    if serialized.shape != ():
        raise errors.shape_mismatch("serialized", got=serialized.shape, expected=())
    context, read = _read(serialized, context_features, sequence_features, example_name)
    sequences = {}
    for key, (feature, rows) in read.items():
        if isinstance(feature, VarLenFeature):
            whole = _sparse(rows, dtypes.standardize(feature.dtype))
            sequences[key] = SparseTensor(
                whole.indices.value[:, 1:], whole.values, whole.dense_shape.value[1:]
            )
        else:
            sequences[key] = Tensor(_padded(rows, feature)[0])
    return context, sequences


def _read(serialized, context_features, sequence_features, names):
    """The context, and for each feature list its description and the values: of each example, of
    each step, an array.
    """
    strings.check_strings("serialized", serialized)
    if not context_features and not sequence_features:
        raise errors.invalid(
            "sequence_features", got=sequence_features, expected="features, or context_features"
        )
    parse = io_examples.parse_example if serialized.ndim else io_examples.parse_single_example
    context = parse(serialized, context_features, names) if context_features else {}
    messages = []
    for row, data in enumerate(serialized.value.reshape(-1).tolist()):
        try:
            messages.append(sequence_example(data))
        except ValueError as error:
            raise _error(serialized, names, row, f"is {error}.") from None
    read = {}
    for key, feature in (sequence_features or {}).items():
        dtype = _check(key, feature)
        read[key] = feature, []
        for row, message in enumerate(messages):
            try:
                read[key][1].append(_steps(message, key, feature, dtype))
            except ValueError as error:
                raise _error(serialized, names, row, str(error)) from None
    return context, read


def _error(serialized, names, row, what):
    name = f"Example {row}" if serialized.ndim else "The example"
    if names is not None:
        text = as_tensor(names).value.reshape(-1).tolist()[row].decode(errors="replace")
        name = f"{name} ({text})"
    return InvalidArgumentError(message=f"{name} {what}")


def _check(key, feature):
    """The dtype of a sequence feature."""
    if not isinstance(feature, FixedLenSequenceFeature | VarLenFeature):
        raise errors.wrong_type(
            f"sequence_features[{key!r}]",
            got=feature,
            expected="a FixedLenSequenceFeature or VarLenFeature",
        )
    if getattr(feature, "default_value", None) is not None:
        raise errors.invalid(
            f"sequence_features[{key!r}].default_value", got=feature.default_value, expected="None"
        )
    dtype = dtypes.standardize(feature.dtype)
    if dtype not in _LISTS:
        raise errors.invalid(
            f"sequence_features[{key!r}].dtype", got=dtype, expected=f"one of {', '.join(_LISTS)}"
        )
    return dtype


def _steps(message, key, feature, dtype):
    """The values of each step, a list of arrays; ValueError for what does not fit."""
    is_dense = isinstance(feature, FixedLenSequenceFeature)
    if key not in message.feature_lists.feature_list:
        if is_dense and not feature.allow_missing:
            raise ValueError(
                f"has no feature list {key!r}. Say `allow_missing=True` if that may be."
            )
        return []
    steps = []
    for number, step in enumerate(message.feature_lists.feature_list[key].feature):
        kind = step.WhichOneof("kind")
        if kind not in (None, _LISTS[dtype]):
            raise ValueError(
                f"has a {kind} in step {number} of {key!r}, which is said to be {dtype}."
            )
        values = getattr(step, _LISTS[dtype]).value
        if is_dense and len(values) != math.prod(feature.shape):
            raise ValueError(
                f"has {len(values)} values in step {number} of {key!r}; expected "
                f"{math.prod(feature.shape)}, for the shape {tuple(feature.shape)}."
            )
        array = np.empty(len(values), dtypes.to_numpy(dtype))
        array[:] = values
        steps.append(array)
    return steps


def _padded(rows, feature):
    """An array (examples, longest, *shape)."""
    longest = max(map(len, rows), default=0)
    dtype = dtypes.standardize(feature.dtype)
    filler = b"" if dtype == "string" else 0
    padded = np.full((len(rows), longest, *feature.shape), filler, dtypes.to_numpy(dtype))
    for row, steps in enumerate(rows):
        for number, step in enumerate(steps):
            padded[row, number] = step.reshape(feature.shape)
    return padded


def _sparse(rows, dtype):
    """A SparseTensor (examples, longest, values)."""
    indices = [
        (row, number, place)
        for row, steps in enumerate(rows)
        for number, step in enumerate(steps)
        for place in range(len(step))
    ]
    steps = [step for one in rows for step in one]
    values = np.concatenate([np.empty(0, dtypes.to_numpy(dtype)), *steps])
    shape = len(rows), max(map(len, rows), default=0), max(map(len, steps), default=0)
    return SparseTensor(
        np.array(indices, np.int64).reshape(-1, 3), Tensor(values), np.array(shape, np.int64)
    )
