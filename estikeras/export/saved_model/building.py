"""GraphDefs, a node at a time: names, attributes and constants. Knows no primitives.

Attributes that have a default value in TensorFlow may be left out.
"""

from dataclasses import dataclass

import numpy as np

from estikeras.engine.dtypes import DType, to_numpy
from estikeras.engine.shapes import TensorShape
from estikeras.formats import saved_model_proto as proto
from estikeras.formats import tensor_proto

PRODUCER = 1645  # the version of graphs that TensorFlow 2.15 writes


VARIANT = "variant"  # the dtype of lists of tensors
RESOURCE = "resource"  # the dtype of handles
_HANDLES = {RESOURCE: 20, VARIANT: 21}


class Handle(str):
    """A dtype of `_HANDLES`, as an attribute."""


def number(dtype):
    """The number of a dtype in the format, by its name."""
    return _HANDLES[dtype] if dtype in _HANDLES else tensor_proto.NUMBERS[to_numpy(dtype)]


def kind_of(value):
    """The dtype of a Value, as an attribute."""
    return (Handle if value.dtype in _HANDLES else DType)(value.dtype)


@dataclass(frozen=True)
class Function:
    """The name of a function of the library, as an attribute."""

    name: str


@dataclass(frozen=True)
class Value:
    """An output of a node.

    Attributes:
        ref: its name, as inputs of nodes name it.
        dtype: name of its dtype.
        shape: tuple of ints and Sizes, None where nobody needs it.
    """

    ref: str
    dtype: str
    shape: tuple | None = None

    @property
    def tensor_name(self):
        """Its name as signatures have it, with the number of the output."""
        return self.ref if ":" in self.ref else f"{self.ref}:0"

    @property
    def ndim(self):
        return len(self.shape)


def shape_proto(shape):
    """A TensorShapeProto from a shape; what is no int is not known."""
    message = proto.TensorShapeProto()
    for size in shape:
        message.dim.add(size=size if isinstance(size, int) else -1)
    return message


def tensor_info(value):
    """The TensorInfo of a Value."""
    return proto.TensorInfo(
        name=value.tensor_name, dtype=number(value.dtype), tensor_shape=shape_proto(value.shape)
    )


def set_attribute(attribute, value):
    """Fill an AttrValue: dtypes are `DType`, shapes `TensorShape`, texts str or bytes."""
    if isinstance(value, list | tuple) and not isinstance(value, TensorShape):
        attribute.list.SetInParent()
        for item in value:
            _append(attribute.list, item)
    elif isinstance(value, Handle | DType):
        attribute.type = number(value)
    elif isinstance(value, TensorShape):
        attribute.shape.CopyFrom(shape_proto(value))
    elif isinstance(value, bool):
        attribute.b = value
    elif isinstance(value, int):
        attribute.i = value
    elif isinstance(value, float):
        attribute.f = value
    elif isinstance(value, np.ndarray):
        attribute.tensor = tensor_proto.encode(value)
    elif isinstance(value, Function):
        attribute.func.name = value.name
    else:
        attribute.s = value.encode() if isinstance(value, str) else value


def _append(items, value):
    if isinstance(value, Handle | DType):
        items.type.append(number(value))
    elif isinstance(value, TensorShape):
        items.shape.append(shape_proto(value))
    elif isinstance(value, int):
        items.i.append(value)
    elif isinstance(value, float):
        items.f.append(value)
    else:
        items.s.append(value.encode() if isinstance(value, str) else value)


class Nodes:
    """A list of NodeDefs that grows.

    Args:
        target: the repeated field of NodeDefs.
    """

    def __init__(self, target):
        self.target, self._names = target, {}

    def unique(self, name):
        """A name that no node has yet, `name` with a number if it is taken; marked as taken."""
        name = "".join(c if c.isascii() and (c.isalnum() or c in "_./-") else "_" for c in name)
        name = name.lstrip("_/-.") or "node"
        count = self._names.get(name)
        if count is None:
            self._names[name] = 0
            return name
        while f"{name}_{count + 1}" in self._names:
            count += 1
        self._names[name] = count + 1
        return self.unique(f"{name}_{count + 1}")

    def add(self, op, name, inputs=(), attributes=None, after=()):
        """Add a node.

        Args:
            op: name of the operation.
            name: name of the node, made unique.
            inputs: refs of its inputs.
            attributes: dict of its attributes, see `set_attribute`.
            after: names of nodes that must have run before.

        Returns:
            The node's name.
        """
        node = self.target.add(name=self.unique(name), op=op)
        node.input.extend([*inputs, *[f"^{other}" for other in after]])
        for key, value in (attributes or {}).items():
            set_attribute(node.attr[key], value)
        return node.name
