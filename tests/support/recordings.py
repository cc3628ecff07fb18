"""What a pipeline gives, as text that TensorFlow and estikeras have in common.

A tensor is its dtype, shape and entries, `int64[2] 0 1`; a structure is written around its leaves;
a dataset inside of an element is `dataset(...)` of its elements; a spec is a tensor without
entries, `int64[None]`. Text is compared as text, so a difference can be read where it is.
"""

import itertools
import re

import numpy as np


def outcome(row, tf):
    """What a pipeline of the table gives.

    Args:
        row: a `pipelines.row.Row`.
        tf: TensorFlow or estikeras.

    Returns:
        a dict: `elements`, and `spec` and `cardinality` where the row makes a dataset.
    """
    made = row.make(tf)
    if not isinstance(made, tf.data.Dataset):
        return {"elements": [value_text(one) for one in made]}
    cardinality = int(made.cardinality())
    elements = [value_text(one) for one in itertools.islice(made, row.limit)]
    return {"spec": spec_text(made.element_spec), "cardinality": cardinality, "elements": elements}


def failure(row, tf):
    """How a wrong call fails.

    Args:
        row: a `pipelines.row.Row`.
        tf: TensorFlow or estikeras.

    Returns:
        the exception, and the moment: `"at once"`, or `"after 2 elements"` of the made dataset;
        None and the count if it does not fail.
    """
    count = None
    try:
        made = row.make(tf)
        if isinstance(made, tf.data.Dataset):
            count = 0
            for _ in itertools.islice(made, row.limit):
                count += 1
    except Exception as error:  # noqa: BLE001 (which one it is, is the result)
        return error, "at once" if count is None else f"after {count} elements"
    return None, f"after {count} elements"


def value_text(value):
    """A value as text."""
    structure = _structure_text(value, value_text)
    if structure is not None:
        return structure
    if value is None:
        return "None"
    if hasattr(value, "element_spec"):
        return f"dataset({'; '.join(value_text(one) for one in value)})"
    if hasattr(value, "dense_shape"):
        parts = (value.indices, value.values, value.dense_shape)
        return f"sparse({', '.join(value_text(part) for part in parts)})"
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind in "OSU":
        entries = [one.encode() if isinstance(one, str) else one for one in array.ravel().tolist()]
        return " ".join([f"string{_shape_text(array.shape)}", *map(repr, entries)])
    return " ".join([f"{array.dtype.name}{_shape_text(array.shape)}", *map(str, array.ravel())])


def spec_text(spec):
    """A spec as text."""
    structure = _structure_text(spec, spec_text)
    if structure is not None:
        return structure
    kind = type(spec).__name__
    if kind in ("NoneType", "NoneTensorSpec"):
        return "None"
    if kind == "DatasetSpec":
        return f"dataset({spec_text(spec.element_spec)})"
    rank = getattr(spec.shape, "rank", 0) if spec.shape is not None else None
    shape = "[?]" if rank is None else _shape_text(tuple(spec.shape))
    prefix = "sparse " if kind == "SparseTensorSpec" else ""
    return f"{prefix}{getattr(spec.dtype, 'name', spec.dtype)}{shape}"


def spec_allows(general, particular):
    """Whether a spec's text is another's with some sizes unknown."""
    pattern = re.escape(general).replace(r"\[\?\]", r"\[[^\]]*\]").replace("None", r"(\d+|None)")
    return re.fullmatch(pattern, particular) is not None


def _structure_text(value, text):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = ", ".join(f"{name}={text(getattr(value, name))}" for name in value._fields)
        return f"{type(value).__name__}({fields})"
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(map(text, value)) + ")"
    return None


def _shape_text(shape):
    return "" if shape == () else "[" + ",".join(map(str, shape)) + "]"
