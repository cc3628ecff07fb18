"""The state of a model to and from groups of arrays, in the layout of `model.weights.h5`.

Loading is all or nothing: if one object cannot take its arrays, every variable is as before.
"""

import warnings

import numpy as np

from estikeras.engine import tensor
from estikeras.engine.variable import Variable
from estikeras.formats import hdf5
from estikeras.keras.saving import walk

_GROUP = "vars"


def collect(model):
    """The groups of arrays of a weights file, and their attributes, both by path."""
    groups, attributes = {}, {}
    for path, obj in walk.saveables(model):
        store = {}
        obj.save_own_variables(store)
        group = _group(path)
        groups[group] = {str(key): _array(value) for key, value in store.items()}
        if isinstance(getattr(obj, "name", None), str):
            attributes[group] = {"name": obj.name}
    return groups, attributes


def to_bytes(model):
    """The content of a weights file."""
    return hdf5.write(*collect(model))


def load(model, groups, name, skip_mismatch=False):
    """Give a model the state of a weights file.

    Args:
        model: the model; it is built.
        groups: dict from paths to dicts of arrays, as in the file.
        name: str, how errors call the file.
        skip_mismatch: bool, keep the present state, with a warning, of objects that do not fit.

    Raises:
        ValueError: if objects cannot take what the file has for them; nothing is changed then.
    """
    groups = {_present_name(path): group for path, group in groups.items()}
    found = walk.saveables(model)
    before = _snapshot(found)
    failures = []
    for path, obj in found:
        try:
            obj.load_own_variables(groups.get(_group(path), {}))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            failures.append((path, obj, error))
            _restore(before, _own_variables(path, obj, found))
    if failures:
        message = _describe(name, failures)
        if not skip_mismatch:
            _restore(before)
            raise ValueError(message)
        warnings.warn(message, stacklevel=4)


def _group(path):
    return f"{path}/{_GROUP}" if path else _GROUP


def _present_name(path):
    """Files of Keras 2.12 to 2.15 call the layers of a model by another name."""
    return path.replace("_layer_checkpoint_dependencies", "layers")


def _array(value):
    if isinstance(value, (Variable, tensor.Tensor)):
        return value.numpy()
    return np.asarray(value)


def _snapshot(found):
    """The variables of all objects, by id, with copies of their arrays."""
    variables = {id(v): v for _, obj in found for v in getattr(obj, "variables", ())}
    return {key: (variable, np.array(variable.numpy())) for key, variable in variables.items()}


def _own_variables(path, obj, found):
    """The ids of the variables of an object that belong to none of its parts."""
    parts = [
        part for p, part in found if p.startswith(f"{path}/" if path else "") and part is not obj
    ]
    of_parts = {id(v) for part in parts for v in getattr(part, "variables", ())}
    return {id(v) for v in getattr(obj, "variables", ())} - of_parts


def _restore(snapshot, only=None):
    for key, (variable, array) in snapshot.items():
        if only is None or key in only:
            variable.assign(array)


def _describe(name, failures):
    lines = [f"{name} does not fit the model: {len(failures)} object(s) cannot take their weights."]
    for path, obj, error in failures[:10]:
        reason = f"there is nothing named {error}" if isinstance(error, KeyError) else str(error)
        kind = f"{type(obj).__name__} {getattr(obj, 'name', '')!r}"
        lines.append(f"- {kind} (group {path or '/'!r}): {reason}")
    if len(failures) > 10:
        lines.append(f"- and {len(failures) - 10} more.")
    return "\n".join(lines)
