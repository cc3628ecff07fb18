"""The graph of objects that a checkpoint keeps: which object holds which under what name, and where
the values of each lie.

It is stored beside them as the message `TrackableObjectGraph`. Restoring goes along the names in
both graphs, the file's and the program's, so that keys are never guessed.

Optimizers are written in one of two ways: as those of Keras 3, with a list of variables, or as
those of Keras 2, with their numbers by name, and with slots of the variables that they train.
"""

import collections
import json

import numpy as np

from estikeras.formats import protobuf
from estikeras.op_errors import DataLossError
from estikeras.train import children, values

KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"
POSITION = "ITERATOR_POSITION"  # ours; the reference's is understood by its own runtime alone

# An object of the program: by what names it was reached, its parts by name, as numbers, and for an
# optimizer of Keras 2 triples of a variable's number, a slot's name, and its number.
Node = collections.namedtuple("Node", "object path children slots")
# An object of a file: its parts' numbers by name, the keys of its values by what they are, its
# slots as a Node has them, and the name of the variable that it was.
Stored = collections.namedtuple("Stored", "children attributes slots full_name")

_SLOT = ".OPTIMIZER_SLOT"  # in a path, between that of the variable and that of the optimizer


def walk(root, legacy=False):
    """All objects that a root holds, itself first, breadth first: a list of Nodes.

    What is reached twice keeps its first, shortest path. Nodes hold the objects, so that their ids
    stay theirs.

    Args:
        root: the object.
        legacy: whether optimizers are written as those of Keras 2.
    """
    parts_of = children.legacy_children_of if legacy else children.children_of
    nodes, numbers, at = [Node(root, (), {}, [])], {id(root): 0}, 0
    while at < len(nodes):
        for name, part in parts_of(nodes[at].object).items():
            if id(part) not in numbers:
                numbers[id(part)] = len(nodes)
                nodes.append(Node(part, (*nodes[at].path, name), {}, []))
            nodes[at].children[name] = numbers[id(part)]
        at += 1
    if legacy:
        for node in [node for node in nodes if children.is_optimizer(node.object)]:
            _add_slots(nodes, numbers, node)
    return nodes


def _add_slots(nodes, numbers, node):
    """Add what an optimizer keeps for variables; variables that no name leads to are left out."""
    for slot, pairs in node.object.checkpoint_slots().items():
        for variable, kept in pairs:
            trained = numbers.get(id(variable))
            if trained is None:
                continue
            if id(kept) not in numbers:
                numbers[id(kept)] = len(nodes)
                path = (*nodes[trained].path, _SLOT, *node.path, slot)
                nodes.append(Node(kept, path, {}, []))
            node.slots.append((trained, slot, numbers[id(kept)]))


def values_of(nodes):
    """The tensors of a checkpoint: the values of all nodes, then the graph.

    Yields:
        Pairs of a key and an array.
    """
    for node in nodes:
        if kind := kind_of(node.object):
            name = node.path[-1] if node.path else ""
            yield key_of(node.path, kind), _value(name, node.object)
    yield KEY, np.array(encode(nodes), object)


def kind_of(obj):
    """What value an object has of its own; None if it has none."""
    if values.is_value(obj):
        return VALUE
    return POSITION if children.is_iterator(obj) else None


def key_of(path, kind):
    """The key of a value, from the names on the way to its object."""
    names = (n if n == _SLOT else n.replace(".", "..").replace("/", ".S") for n in path)
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
    meant = [i for node in nodes for i in node.children.values()]
    meant += [i for node in nodes for trained, _, kept in node.slots for i in (trained, kept)]
    if not nodes or max(meant, default=0) >= len(nodes):
        raise DataLossError(message=f"{name}: its graph of objects is not whole.")
    return nodes


def _value(name, obj):
    if values.is_value(obj):
        return values.array_of(name, obj)
    return np.array(json.dumps(obj.save()).encode(), object)


def _encode_node(node):
    for name, number in node.children.items():
        yield 1, protobuf.encode([(1, number), (2, name)])
    if kind := kind_of(node.object):
        full_name = getattr(node.object, "path", None)
        key = key_of(node.path, kind)
        yield 2, protobuf.encode([(1, kind), (2, full_name), (3, key)])
    for trained, slot, number in node.slots:
        yield 3, protobuf.encode([(1, trained), (2, slot), (3, number)])
    yield 5, protobuf.encode([(1, 1)])  # it has values, or leads to them


def _decode_node(data):
    fields = protobuf.decode(data)
    parts, attributes, full_name = {}, {}, ""
    for part in fields.get(1, ()):
        reference = protobuf.decode(part)
        name = reference.get(2, [b""])[-1].decode()
        parts.setdefault(name, reference.get(1, [0])[-1])
    for part in fields.get(2, ()):
        attribute = protobuf.decode(part)
        kind = attribute.get(1, [b""])[-1].decode()
        attributes[kind] = attribute.get(3, [b""])[-1].decode()
        full_name = attribute.get(2, [b""])[-1].decode()
    references = (protobuf.decode(part) for part in fields.get(3, ()))
    slots = [
        (r.get(1, [0])[-1], r.get(2, [b""])[-1].decode(), r.get(3, [0])[-1]) for r in references
    ]
    return Stored(parts, attributes, slots, full_name)
