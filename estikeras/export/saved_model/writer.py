"""Writes SavedModels: the graph with its signatures, the variables, and how both meet when it is
loaded.

The form is that of graphs with sessions, which TensorFlow's `saved_model.load`, its loaders of
version 1 and TensorFlow Serving read: variables are resources, one operation restores them from
the tensor bundle, and another one fills tables.
"""

import shutil
from dataclasses import replace

import numpy as np

from estikeras import errors
from estikeras.engine.dtypes import DType
from estikeras.engine.shapes import TensorShape
from estikeras.export.saved_model import (
    building,
    constants,
    ops_conv,
    ops_elementwise,
    ops_linalg,
    ops_nn,
    ops_rnn,
    ops_shaping,
    ops_strings,
)
from estikeras.export.saved_model.audiences import Audiences
from estikeras.export.saved_model.emission import Emission
from estikeras.export.saved_model.pairing import Pairs
from estikeras.export.saved_model.traced import STAND_INS
from estikeras.formats import atomic, tensor_bundle
from estikeras.formats import saved_model_proto as proto
from estikeras.primitives.checksums import masked_crc32c

_FAMILIES = (ops_conv, ops_elementwise, ops_linalg, ops_nn, ops_rnn, ops_shaping, ops_strings)
TABLE = {name: write for family in _FAMILIES for name, write in family.TABLE.items()}
_STRING = DType("string")
_TENSORFLOW = "2.15.0"  # whose form of SavedModels this is


def write(folder, trace, tags=(constants.SERVING,)):
    """Write a SavedModel.

    Args:
        folder: path of the folder to make; what is there is replaced when all is written.
        trace: function of a batch's size that gives a Traced. It is called with both `STAND_INS`;
            what differs between the traces holds for batches of any size.
        tags: names under which loaders find the graph.

    Raises:
        NotImplementedError: for a primitive that has no counterpart, with the layer's name if that
            is known, or a size whose dependence on the batch is not clear.
        ValueError: if the traces differ in more than sizes.
        OSError: if the files cannot be written; what was there is kept.
    """
    first, second = (_owned(trace(size)) for size in STAND_INS)
    model = _Model(first, Pairs(first, second))
    message = model.message(tags)
    with atomic.replacing_folder(folder) as beside:
        (beside / constants.SAVED_MODEL_FILENAME_PB).write_bytes(
            message.SerializeToString(deterministic=True)
        )
        (beside / constants.VARIABLES_DIRECTORY).mkdir()
        if model.variables:
            tensors = ((name, v.buffer) for name, v in sorted(model.variables.items()))
            prefix = beside / constants.VARIABLES_DIRECTORY / constants.VARIABLES_FILENAME
            tensor_bundle.write(prefix, tensors, masked_crc32c)
        (beside / constants.ASSETS_DIRECTORY).mkdir()
        for path, asset in model.emission.assets.items():
            shutil.copyfile(path, beside / constants.ASSETS_DIRECTORY / asset.name)


def _owned(traced):
    """The same with all outputs in the graph, also those that do not depend on its inputs."""
    signatures = {
        name: replace(sig, outputs={key: traced.graph.own(y) for key, y in sig.outputs.items()})
        for name, sig in traced.signatures.items()
    }
    return replace(traced, signatures=signatures)


class _Model:
    """The message of a SavedModel in the making.

    Args:
        traced: a Traced.
        pairs: it and its twin.

    Attributes:
        variables: dict from names in the file to Variables.
        emission: the Emission that writes the nodes.
    """

    def __init__(self, traced, pairs):
        self._traced, self._pairs = traced, pairs
        self._saved = proto.SavedModel(
            saved_model_schema_version=constants.SAVED_MODEL_SCHEMA_VERSION
        )
        self._meta = self._saved.meta_graphs.add()
        self._graph = self._meta.graph_def
        self._graph.versions.producer = building.PRODUCER
        self._nodes = building.Nodes(self._graph.node)
        self.variables = {}
        named = {
            name: tuple([*map(pairs.place, d.values())] for d in (sig.inputs, sig.outputs))
            for name, sig in traced.signatures.items()
        }
        library, audiences = self._graph.library.function, Audiences(pairs.steps, named)
        self.emission = Emission(TABLE, self._nodes, library, traced.assets, audiences)
        self._read_variables()
        self._place_inputs()
        for step in pairs.steps:
            if step.kind == "apply":
                self.emission.write(step)

    def message(self, tags):
        """The whole message."""
        info = self._meta.meta_info_def
        info.tags.extend(tags)
        info.tensorflow_version, info.stripped_default_attrs = _TENSORFLOW, True
        for name, signature in self._traced.signatures.items():
            self._sign(self._meta.signature_def[name], signature)
        if self.variables:
            self._restore()
        self._initialize()
        for asset in self.emission.assets.values():
            entry = self._meta.asset_file_def.add(filename=asset.name)
            entry.tensor_info.name = asset.value.tensor_name
        return self._saved

    def _read_variables(self):
        """The variables that are read, and nodes that read them."""
        for step in self._pairs.steps:
            if step.kind == "variable":
                self._read_variable(step)

    def _read_variable(self, step):
        variable, (place,) = step.payload, step.outputs
        names = self._traced.variable_names
        add, kind = self._nodes.add, {"dtype": DType(place.dtype)}
        attributes = {**kind, "shape": TensorShape(place.shape)}
        name = add("VarHandleOp", names.get(variable, variable.path), (), attributes)
        building.set_attribute(self._graph.node[-1].attr["shared_name"], name)
        self.variables[name] = variable
        dims = self.emission.constant(np.array(place.shape, np.int32))
        zero = self.emission.constant(np.array(0), place.dtype)
        first = add("Fill", f"{name}/Initializer/zeros", (dims.ref, zero.ref), {"T": kind["dtype"]})
        assign = add("AssignVariableOp", f"{name}/Assign", (name, first), kind)
        add("VarIsInitializedOp", f"{name}/IsInitialized/VarIsInitializedOp", (name,))
        read = add("ReadVariableOp", f"{name}/Read/ReadVariableOp", (name,), kind)
        self.emission.set(place, building.Value(read, place.dtype, place.shape))
        described = proto.VariableDef(
            variable_name=f"{name}:0",
            initializer_name=assign,
            snapshot_name=f"{read}:0",
            initial_value_name=f"{first}:0",
            is_resource=True,
            trainable=variable.trainable,
        )
        collections = ["variables", *(["trainable_variables"] if variable.trainable else [])]
        for collection in collections:
            values = self._meta.collection_def[collection].bytes_list.value
            values.append(described.SerializeToString())

    def _place_inputs(self):
        """Placeholders, called as the first signature that has them calls them."""
        placed = set()
        for signature in self._traced.signatures.values():
            for name, tensor in signature.inputs.items():
                place = self._pairs.place(tensor)
                if place.step.kind == "input" and id(place) not in placed:
                    placed.add(id(place))
                    self._place_input(name, place)
        for step in self._pairs.steps:
            if step.kind == "input" and id(step.outputs[0]) not in placed:
                raise errors.invalid(
                    "signatures", got=sorted(self._traced.signatures), expected="all inputs of the "
                    f"graph among theirs; one of dtype {step.outputs[0].dtype} and shape "
                    f"{step.outputs[0].shape} is in none",
                )  # fmt: skip

    def _place_input(self, name, place):
        shape = TensorShape(size if isinstance(size, int) else None for size in place.shape)
        attributes = {"dtype": DType(place.dtype), "shape": shape}
        node = self._nodes.add("Placeholder", name, (), attributes)
        self.emission.set(place, building.Value(node, place.dtype, place.shape))

    def _sign(self, message, signature):
        message.method_name = signature.method_name
        for name, tensor in signature.inputs.items():
            value = self.emission.value(self._pairs.place(tensor))
            message.inputs[name].CopyFrom(building.tensor_info(value))
        for name, tensor in signature.outputs.items():
            place = self._pairs.place(tensor)
            value = self.emission.value(place)
            if place.step.kind != "apply":  # what is fed cannot be fetched as it is
                node = self._nodes.add("Identity", name, (value.ref,), {"T": DType(value.dtype)})
                value = building.Value(node, value.dtype, value.shape)
            message.outputs[name].CopyFrom(building.tensor_info(value))

    def _restore(self):
        """Operations that save and restore all variables, and what says so."""
        add, names = self._nodes.add, list(self.variables)
        kinds = [DType(v._dtype) for v in self.variables.values()]
        prefix = add("Const", "save/Const", (), {"value": _texts("model"), "dtype": _STRING})
        keys = add("Const", "save/tensor_names", (), {"value": _texts(names), "dtype": _STRING})
        slices = add(
            "Const", "save/shape_and_slices", (),
            {"value": _texts([""] * len(names)), "dtype": _STRING},
        )  # fmt: skip
        reads = [f"{name}/Read/ReadVariableOp" for name in names]
        saved = add("SaveV2", "save/SaveV2", (prefix, keys, slices, *reads), {"dtypes": kinds})
        done = add("Identity", "save/control_dependency", (prefix,), {"T": _STRING}, after=(saved,))
        restored = add("RestoreV2", "save/RestoreV2", (prefix, keys, slices), {"dtypes": kinds})
        assigned = []
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True)):
            value = f"{restored}:{i}" if i else restored
            value = add("Identity", "save/Identity", (value,), {"T": kind})
            assigned.append(
                add("AssignVariableOp", "save/AssignVariableOp", (name, value), {"dtype": kind})
            )
        all_restored = add("NoOp", "save/restore_all", after=assigned)
        saver = self._meta.saver_def
        saver.filename_tensor_name, saver.save_tensor_name = f"{prefix}:0", f"{done}:0"
        saver.restore_op_name, saver.max_to_keep, saver.version = all_restored, 5, 2

    def _initialize(self):
        """The operation that loaders run first; it fills tables."""
        tables = self.emission.tables
        init = self._nodes.add("NoOp", "init_tables", after=tables)
        self._meta.collection_def["saved_model_main_op"].node_list.value.append(init)
        if tables:
            self._meta.collection_def["table_initializer"].node_list.value.extend(tables)


def _texts(texts):
    if isinstance(texts, str):
        return np.array(texts.encode(), object)
    array = np.empty(len(texts), object)
    array[:] = [text.encode() for text in texts]
    return array
