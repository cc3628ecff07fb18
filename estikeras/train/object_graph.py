"""The graph of objects that a checkpoint keeps: which object holds which under what name, and where
the values of each lie.

It is stored beside them as the message `TrackableObjectGraph`. Restoring goes along the names in
both graphs, the file's and the program's, so that keys are never guessed.
"""

import collections
import json

import numpy as np

from estikeras.engine.variable import Variable
from estikeras.formats import protobuf
from estikeras.op_errors import DataLossError
from estikeras.train import children

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"
POSITION = "ITERATOR_POSITION"  # ours; the reference's is understood by its own runtime alone

# An object of the program: by what names it was reached, and its parts by name, as numbers.
Node = collections.namedtuple("Node", "object path children")
# An object of a file: its parts' numbers by name, and the keys of its values by what they are.
Stored = collections.namedtuple("Stored", "children attributes")


def walk(root):
    """All objects that a root holds, itself first, breadth first: a list of Nodes.

    What is reached twice keeps its first, shortest path. Nodes hold the objects, so that their ids
    stay theirs.
    """
    nodes, numbers, at = [Node(root, (), {})], {id(root): 0}, 0
    while at < len(nodes):
        for name, part in children.children_of(nodes[at].object).items():
            if id(part) not in numbers:
                numbers[id(part)] = len(nodes)
                nodes.append(Node(part, (*nodes[at].path, name), {}))
            nodes[at].children[name] = numbers[id(part)]
        at += 1
    return nodes


def values_of(nodes):
    """The tensors of a checkpoint: the values of all nodes, then the graph.

    Yields:
        Pairs of a key and an array.
    """
    for node in nodes:
        if kind := kind_of(node.object):
            value = _value(node.object)
            # The reference reads the steps of an optimizer as int64 only.
            wide = node.path[-1:] == ("_iterations",)
            yield key_of(node.path, kind), value.astype(np.int64) if wide else value
    yield KEY, np.array(encode(nodes), object)


def kind_of(obj):
    """What value an object has of its own; None if it has none."""
    if isinstance(obj, Variable):
        return VALUE
    return POSITION if children.is_iterator(obj) else None


def key_of(path, kind):
    """The key of a value, from the names on the way to its object."""
    names = (name.replace(".", "..").replace("/", ".S") for name in path)
    return f"{'/'.join(names)}/.ATTRIBUTES/{kind}"


def position_in(text):
    """The position of an iterator, from what a checkpoint has of it."""
    return json.loads(text)


def encode(nodes):
    """The bytes of the graph.

    Reference: TensorFlow, trackable_object_graph.proto (field numbers).
    """
    return protobuf.encode([(1, protobuf.encode(_encode_node(node))) for node in nodes])


def decode(data, name):
    """The graph of a file, as a list of Stored.

    Raises:
        DataLossError: if the bytes are none; `name` is how it calls the file.
    """
    try:
        nodes = [_decode_node(part) for part in protobuf.decode(data).get(1, ())]
    except (ValueError, TypeError, AttributeError):
        raise DataLossError(message=f"{name}: its graph of objects cannot be read.") from None
    beyond = [i for node in nodes for i in node.children.values() if i >= len(nodes)]
    if beyond or not nodes:
        raise DataLossError(message=f"{name}: its graph of objects is not whole.")
    return nodes


def _value(obj):
    if isinstance(obj, Variable):
        return obj.numpy()
    return np.array(json.dumps(obj.save()).encode(), object)


def _encode_node(node):
    for name, number in node.children.items():
        yield 1, protobuf.encode([(1, number), (2, name)])
    if kind := kind_of(node.object):
        full_name = getattr(node.object, "path", None)
        key = key_of(node.path, kind)
        yield 2, protobuf.encode([(1, kind), (2, full_name), (3, key)])
    yield 5, protobuf.encode([(1, 1)])  # it has values, or leads to them


def _decode_node(data):
    fields = protobuf.decode(data)
    parts, attributes = {}, {}
    for part in fields.get(1, ()):
        reference = protobuf.decode(part)
        name = reference.get(2, [b""])[-1].decode()
        parts.setdefault(name, reference.get(1, [0])[-1])
    for part in fields.get(2, ()):
        attribute = protobuf.decode(part)
        kind = attribute.get(1, [b""])[-1].decode()
        attributes[kind] = attribute.get(3, [b""])[-1].decode()
    return Stored(parts, attributes)
