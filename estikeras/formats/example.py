"""The messages of `tf.train`: `Example` and what is in it, by protobuf's own runtime.

Their descriptors are made here, in a pool of their own, so that they live beside TensorFlow's in
one process. The bytes are the same.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from estikeras.public import public

_FIELD = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "tensorflow"
# Message -> its fields: name, kind (a message's name or a scalar type), number.
_LISTS = {
    "BytesList": _FIELD.TYPE_BYTES,
    "FloatList": _FIELD.TYPE_FLOAT,
    "Int64List": _FIELD.TYPE_INT64,
}
_MAPS = {"Features": ("feature", "Feature"), "FeatureLists": ("feature_list", "FeatureList")}
_STRUCTURES = {
    "Example": [("features", "Features")],
    "SequenceExample": [("context", "Features"), ("feature_lists", "FeatureLists")],
}


def add_field(message, name, number, kind, repeated=False):
    """A field of the description of a message; `kind` is a scalar type or a message's name."""
    field = message.field.add(name=name, number=number)
    field.label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
    if isinstance(kind, str):
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    else:
        field.type = kind
    return field


def _file():
    """The description of all messages."""
    file = descriptor_pb2.FileDescriptorProto(
        name="estikeras/example.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, kind in _LISTS.items():
        add_field(file.message_type.add(name=name), "value", 1, kind, repeated=True)
    feature = file.message_type.add(name="Feature")
    feature.oneof_decl.add(name="kind")
    for number, kind in enumerate(_LISTS, 1):
        name = kind.replace("List", "_list").lower()
        add_field(feature, name, number, kind).oneof_index = 0
    add_field(file.message_type.add(name="FeatureList"), "feature", 1, "Feature", repeated=True)
    for owner, (name, kind) in _MAPS.items():
        message = file.message_type.add(name=owner)
        entry = f"{name.title().replace('_', '')}Entry"
        add_field(message, name, 1, f"{owner}.{entry}", repeated=True)
        pair = message.nested_type.add(name=entry)
        pair.options.map_entry = True
        add_field(pair, "key", 1, _FIELD.TYPE_STRING)
        add_field(pair, "value", 2, kind)
    for owner, fields in _STRUCTURES.items():
        message = file.message_type.add(name=owner)
        for number, (name, kind) in enumerate(fields, 1):
            add_field(message, name, number, kind)
    return file


_DOCS = {
    "BytesList": "A list of bytes: `value`.",
    "FloatList": "A list of floats of four bytes: `value`.",
    "Int64List": "A list of integers of up to eight bytes: `value`.",
    "Feature": "One of `bytes_list`, `float_list` and `int64_list`.",
    "Features": "Features by their names: the map `feature`.",
    "FeatureList": "A sequence of features: `feature`.",
    "FeatureLists": "Sequences of features by their names: the map `feature_list`.",
    "Example": "What is known of one example: `features`.",
    "SequenceExample": "An example with features of its own, `context`, and sequences of them, "
    "`feature_lists`.",
}


def _classes():
    """The classes of the messages, by name."""
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(_file().SerializeToString())
    classes = {}
    for name, text in _DOCS.items():
        descriptor = pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")
        classes[name] = message_factory.GetMessageClass(descriptor)
        classes[name].__doc__ = text
    return classes


_CLASSES = _classes()
BytesList = public("train.BytesList")(_CLASSES["BytesList"])
FloatList = public("train.FloatList")(_CLASSES["FloatList"])
Int64List = public("train.Int64List")(_CLASSES["Int64List"])
Feature = public("train.Feature")(_CLASSES["Feature"])
Features = public("train.Features")(_CLASSES["Features"])
FeatureList = public("train.FeatureList")(_CLASSES["FeatureList"])
FeatureLists = public("train.FeatureLists")(_CLASSES["FeatureLists"])
Example = public("train.Example")(_CLASSES["Example"])
SequenceExample = public("train.SequenceExample")(_CLASSES["SequenceExample"])


def sequence_example(data):
    """A SequenceExample from its bytes.

    Raises:
        ValueError: if they are none.
    """
    try:
        return SequenceExample.FromString(data)
    except DecodeError:
        raise ValueError("no serialized tf.train.SequenceExample") from None
