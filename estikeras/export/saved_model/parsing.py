"""Serialized examples to tensors inside of a graph, also features of any number of values."""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.ops.io_examples import FixedLenFeature, VarLenFeature, parse_example
from estikeras.primitives import records


def parse(serialized, features, missing, length_of):
    """The features of serialized examples, those of any number of values padded.

    Args:
        serialized: string tensor (batch,), also a traced one.
        features: dict from names to FixedLenFeature or VarLenFeature.
        missing: function that gives what stands for a missing value of a dtype.
        length_of: function of the number of a feature among those of any length, that gives how
            many values its rows are padded or cut to. In a SavedModel it is the longest row's,
            where this is a stand-in, see `stand_in_length`.

    Returns:
        dict from the same names to tensors (batch, *shape) and (batch, length).

    Raises:
        NotImplementedError: for features of other kinds.
    """
    serialized = as_tensor(serialized)
    fixed, padded = {}, []
    for name, feature in features.items():
        if isinstance(feature, FixedLenFeature):
            fixed[name] = feature
        elif isinstance(feature, VarLenFeature):
            dtype = dtypes.standardize(feature.dtype)
            filler = missing(dtype)
            filler = filler.encode() if isinstance(filler, str) else filler
            padded.append(records.Padded(name.encode(), dtype, length_of(len(padded)), filler))
        else:
            raise errors.unsupported(
                f"features[{name!r}] = {feature!r} in a graph", "Use FixedLenFeature or "
                "VarLenFeature.",
            )  # fmt: skip
    found = parse_example(serialized, fixed) if fixed else {}
    if padded:
        columns = records.parse_padded_example(serialized, columns=tuple(padded))
        found |= {column.name.decode(): x for column, x in zip(padded, columns, strict=True)}
    return {name: found[name] for name in features}
