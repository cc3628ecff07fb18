"""The messages of SavedModels, by protobuf's own runtime: graphs, functions, signatures, and what
lies around them.

Their descriptors are made here, from the fields' public numbers, in a pool of their own, so that
they live beside TensorFlow's in one process. The bytes are the same. Fields that are not named here
are kept as they were read. A tensor is bytes, see `tensor_proto`.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from estikeras.formats import example

_PACKAGE = "tensorflow"
_SCALARS = {
    "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
    "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
    "float": descriptor_pb2.FieldDescriptorProto.TYPE_FLOAT,
    "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
    "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
    "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    "uint32": descriptor_pb2.FieldDescriptorProto.TYPE_UINT32,
}
# Message, then its fields: number, name, kind. `*` is repeated, `map` a map from strings or from
# another kind, `|` one of several of which a message has one.
_MESSAGES = """
SavedModel: 1 saved_model_schema_version int64, 2 meta_graphs *MetaGraphDef
MetaGraphDef: 1 meta_info_def MetaInfoDef, 2 graph_def GraphDef, 3 saver_def SaverDef,
  4 collection_def map:CollectionDef, 5 signature_def map:SignatureDef,
  6 asset_file_def *AssetFileDef, 7 object_graph_def SavedObjectGraph
MetaInfoDef: 1 meta_graph_version string, 4 tags *string, 5 tensorflow_version string,
  6 tensorflow_git_version string, 7 stripped_default_attrs bool
GraphDef: 1 node *NodeDef, 2 library FunctionDefLibrary, 4 versions VersionDef
VersionDef: 1 producer int32, 2 min_consumer int32
NodeDef: 1 name string, 2 op string, 3 input *string, 4 device string, 5 attr map:AttrValue
AttrValue: 1 list |ListValue, 2 s |bytes, 3 i |int64, 4 f |float, 5 b |bool, 6 type |int32,
  7 shape |TensorShapeProto, 8 tensor |bytes, 10 func |NameAttrList
ListValue: 2 s *bytes, 3 i *int64, 4 f *float, 5 b *bool, 6 type *int32, 7 shape *TensorShapeProto,
  8 tensor *bytes, 9 func *NameAttrList
NameAttrList: 1 name string, 2 attr map:AttrValue
TensorShapeProto: 2 dim *Dim, 3 unknown_rank bool
Dim: 1 size int64, 2 name string
FunctionDefLibrary: 1 function *FunctionDef
FunctionDef: 1 signature OpDef, 3 node_def *NodeDef, 4 ret map:string, 5 attr map:AttrValue,
  6 control_ret map:string
OpDef: 1 name string, 2 input_arg *ArgDef, 3 output_arg *ArgDef, 17 is_stateful bool,
  20 control_output *string
ArgDef: 1 name string, 3 type int32, 4 type_attr string, 5 number_attr string,
  6 type_list_attr string
SaverDef: 1 filename_tensor_name string, 2 save_tensor_name string, 3 restore_op_name string,
  4 max_to_keep int32, 5 sharded bool, 6 keep_checkpoint_every_n_hours float, 7 version int32
CollectionDef: 1 node_list |NodeList, 2 bytes_list |BytesList
NodeList: 1 value *string
BytesList: 1 value *bytes
SignatureDef: 1 inputs map:TensorInfo, 2 outputs map:TensorInfo, 3 method_name string,
  4 defaults map:bytes
TensorInfo: 1 name |string, 2 dtype int32, 3 tensor_shape TensorShapeProto, 4 coo_sparse |CooSparse
CooSparse: 1 values_tensor_name string, 2 indices_tensor_name string,
  3 dense_shape_tensor_name string
AssetFileDef: 1 tensor_info TensorInfo, 2 filename string
VariableDef: 1 variable_name string, 2 initializer_name string, 3 snapshot_name string,
  5 is_resource bool, 6 initial_value_name string, 7 trainable bool
SavedObjectGraph: 1 nodes *SavedObject
SavedObject: 1 children *ObjectReference
ObjectReference: 1 node_id int32, 2 local_name string
"""


def _described():
    """Pairs of a message's name and the text of its fields."""
    text = ""
    for line in _MESSAGES.strip().splitlines():
        text += line if line.startswith(" ") else f"\n{line}"
    return [line.split(":", 1) for line in text.strip().splitlines()]


def _add(message, number, name, kind):
    """A field of a message."""
    if kind.startswith("map:"):
        entry = f"{name.title().replace('_', '')}Entry"
        pair = message.nested_type.add(name=entry)
        pair.options.map_entry = True
        example.add_field(pair, "key", 1, _SCALARS["string"])
        value = kind.removeprefix("map:")
        example.add_field(pair, "value", 2, _SCALARS.get(value, value))
        example.add_field(message, name, number, f"{message.name}.{entry}", repeated=True)
        return
    plain = kind.lstrip("*|")
    field = example.add_field(
        message, name, number, _SCALARS.get(plain, plain), repeated=kind.startswith("*")
    )
    if kind.startswith("|"):
        if not message.oneof_decl:
            message.oneof_decl.add(name="kind")
        field.oneof_index = 0


def _classes():
    """The classes of the messages, by name."""
    file = descriptor_pb2.FileDescriptorProto(
        name="estikeras/saved_model.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _described():
        message = file.message_type.add(name=name)
        for field in fields.split(","):
            number, field_name, kind = field.split()
            _add(message, int(number), field_name, kind)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return {
        message.name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{_PACKAGE}.{message.name}")
        )
        for message in file.message_type
    }


_CLASSES = _classes()
AttrValue = _CLASSES["AttrValue"]
FunctionDef = _CLASSES["FunctionDef"]
GraphDef = _CLASSES["GraphDef"]
NodeDef = _CLASSES["NodeDef"]
SavedModel = _CLASSES["SavedModel"]
TensorInfo = _CLASSES["TensorInfo"]
TensorShapeProto = _CLASSES["TensorShapeProto"]
VariableDef = _CLASSES["VariableDef"]


def saved_model(data):
    """A SavedModel from its bytes.

    Raises:
        ValueError: if they are none.
    """
    try:
        return SavedModel.FromString(data)
    except DecodeError:
        raise ValueError("no serialized SavedModel") from None
