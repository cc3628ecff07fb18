"""What writes and reads the checkpoints of an Estimator: by names, as TensorFlow's graphs have
them, or by the objects of a converted Keras model. What a checkpoint is called, and how many are
kept, is `keeper`'s.
"""

import difflib
import os
from pathlib import Path

import numpy as np

from estikeras.formats import tensor_bundle
from estikeras.op_errors import InvalidArgumentError, NotFoundError
from estikeras.primitives.checksums import masked_crc32c
from estikeras.train import object_graph, values
from estikeras.train.checkpoint import Checkpoint
from estikeras.train.reader import CheckpointReader
from estikeras.train.restoration import Restoration
from estikeras.train.values import Constant
from strategies.context import get_strategy

_SHOWN = 5  # of the names that do not fit


class NameSaver:
    """Saves and restores variables by names.

    Args:
        named: dict from names to Variables, or to numbers that are part of the program: these are
            written, and one that a checkpoint has otherwise is named in a warning.
        optional: names that a checkpoint may lack, whose variables stay as they are then.
    """

    def __init__(self, named, optional=()):
        self._named = {
            name: thing if values.is_value(thing) else Constant(name, thing)
            for name, thing in dict(named).items()
        }
        self._optional = frozenset(optional)

    @property
    def names(self):
        """The names, as a list."""
        return list(self._named)

    def save(self, prefix):
        """Write a checkpoint. On several ranks all call it, and the first writes.

        Args:
            prefix: path without the files' endings. Its folder is made if need be.

        Returns:
            str, the path.

        Raises:
            OSError: if the files cannot be written; what was there is kept.
        """
        arrays = (
            (name, values.array_of(name.rpartition("/")[2], thing))
            for name, thing in sorted(self._named.items())
        )
        return _write(prefix, arrays)

    def restore(self, prefix):
        """Give all variables the values of a checkpoint. If one does not fit, none is changed.

        Of a checkpoint of objects, the names are those that its variables had.

        Args:
            prefix: path without the files' endings.

        Raises:
            NotFoundError: if there is no such checkpoint, or it lacks names.
            InvalidArgumentError: for values of other shapes or dtypes.
            DataLossError: if it is truncated or damaged.
        """
        reader = CheckpointReader(prefix)
        shapes, keys = reader.get_variable_to_shape_map(), _keys(reader, prefix)
        found = {name: thing for name, thing in self._named.items() if name in keys}
        self._check_names(prefix, found, keys)
        misfits, arrays = [], []
        for name, thing in found.items():
            entry = reader.entry(keys[name])
            misfit = values.misfit(thing, tuple(shapes[keys[name]]), entry.dtype)
            if misfit:
                misfits.append(f"{name!r} {misfit}")
            elif not misfits:
                value = np.asarray(reader.get_tensor(keys[name]))
                arrays.append((thing, values.fitted(thing, value)))
        if misfits:
            raise InvalidArgumentError(
                message=f"{prefix}: {_some(misfits, '; ')}. Is it the same architecture?"
            )
        for thing, value in arrays:
            thing.assign(value)

    def _check_names(self, prefix, found, keys):
        missing = [
            name
            for name, thing in self._named.items()
            if name not in found and name not in self._optional and not isinstance(thing, Constant)
        ]
        if not missing:
            return
        unused = sorted(set(keys) - set(found) - {object_graph.KEY})
        there = f"It has {_some(unused)}, which are not in the program. " if unused else ""
        near = {name: difflib.get_close_matches(name, unused, n=1) for name in missing[:_SHOWN]}
        like = [f"{match[0]!r} for {name!r}" for name, match in near.items() if match]
        meant = f"Did you mean {', '.join(like)}? " if like else ""
        raise NotFoundError(
            message=f"{prefix} has no values for {len(missing)} of {len(self._named)} variables: "
            f"{_some(missing)}. {there}{meant}Is it the same architecture?"
        )


def _some(things, separator=", "):
    """The first of many texts, and how many there are more."""
    more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    return separator.join(things[:_SHOWN]) + more


class ObjectSaver:
    """Saves and restores a model and its optimizer by the names on the way to their variables, with
    the optimizer as Keras 2's, as TensorFlow's `model_to_estimator` does it.

    Args:
        root: the model.
        extra: dict from further names to Variables, such as `estimator_global_step`.

    Raises:
        ValueError: for what no checkpoint can keep.
    """

    def __init__(self, root, extra=()):
        self._root, self._extra = root, dict(extra)
        self._all = Checkpoint(root, **self._extra)

    def save(self, prefix):
        """Write a checkpoint. On several ranks all call it, and the first writes.

        Args:
            prefix: path without the files' endings. Its folder is made if need be.

        Returns:
            str, the path.

        Raises:
            OSError: if the files cannot be written; what was there is kept.
        """
        return _write(prefix, object_graph.values_of(object_graph.walk(self._all, legacy=True)))

    def restore(self, prefix):
        """Give the model, its optimizer and the others the values of a checkpoint. If one does not
        fit, none is changed.

        Args:
            prefix: path without the files' endings.

        Raises:
            NotFoundError: if there is no such checkpoint.
            ValueError: if weights are not in it, or are of other shapes or dtypes.
            DataLossError: if it is truncated or damaged.
        """
        reader = CheckpointReader(prefix)
        needed = [*self._root.weights, *self._extra.values()]
        for node in object_graph.walk(self._all, legacy=True):
            needed += [kept for pairs in _slots_of(node.object) for _, kept in pairs]
        Restoration(reader, os.fspath(prefix)).restore(self._all, needed)


def _write(prefix, arrays):
    prefix = os.fspath(prefix)
    if get_strategy().cluster.is_chief:
        Path(prefix).parent.mkdir(parents=True, exist_ok=True)
        tensor_bundle.write(prefix, arrays, masked_crc32c)
    return prefix


def _slots_of(obj):
    return obj.checkpoint_slots().values() if hasattr(obj, "checkpoint_slots") else ()


def _keys(reader, prefix):
    """The keys of a checkpoint's tensors by the names that its variables had."""
    keys = {name: name for name in reader.get_variable_to_shape_map()}
    if not reader.has_tensor(object_graph.KEY):
        return keys
    stored = object_graph.decode(reader.get_tensor(object_graph.KEY), os.fspath(prefix))
    named = {node.full_name: node.attributes.get(object_graph.VALUE) for node in stored}
    return {name: key for name, key in named.items() if name and key} | keys
