"""Reads SavedModels: `tf.saved_model.load`."""

import os
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.function import Function
from estikeras.engine.specs import SparseTensor, TensorSpec
from estikeras.engine.tensor import Tensor, TraceError, as_tensor
from estikeras.export.saved_model import (
    constants,
    read_arrays,
    read_math,
    read_nn,
    read_state,
    read_strings,
)
from estikeras.export.saved_model.interpreter import Graph, Library, dtype_of
from estikeras.export.saved_model.options import LoadOptions, check
from estikeras.formats import saved_model_proto as proto
from estikeras.op_errors import DataLossError, NotFoundError
from estikeras.ops import core
from estikeras.public import public

_FAMILIES = (read_arrays, read_math, read_nn, read_state, read_strings)
_TABLE = {name: read for family in _FAMILIES for name, read in family.TABLE.items()}
_INIT = "__saved_model_init_op"
_GRAPH_FILE = constants.SAVED_MODEL_FILENAME_PB
_MAIN_OPS = ("saved_model_main_op", "legacy_init_op")


@public("saved_model.contains_saved_model", "saved_model.experimental.contains_saved_model")
def contains_saved_model(export_dir):
    """Whether a folder holds a SavedModel.

    Args:
        export_dir: path of the folder.
    """
    return (Path(os.fsdecode(export_dir)) / _GRAPH_FILE).is_file()


@public("saved_model.load")
def load(export_dir, tags=None, options=None):
    """Load a SavedModel.

    Args:
        export_dir: path of its folder.
        tags: name or names of the graph that is meant, where there are several.
        options: a `tf.saved_model.LoadOptions`, or None.

    Returns:
        A LoadedModel: `loaded.signatures["serving_default"](x=...)` gives a dict of tensors.

    Raises:
        NotFoundError: if the folder holds no SavedModel, or lacks a file that it needs.
        DataLossError: if a file is damaged; it is named.
        NotImplementedError: for an operation that is not known, when it is needed.
    """
    check(options, LoadOptions)
    folder = Path(os.fsdecode(export_dir))
    meta = _chosen(folder, _read(folder / _GRAPH_FILE), tags)
    return LoadedModel(folder, meta)


def _read(path):
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(
            message=f"{path.parent} holds no SavedModel: there is no file {path.name}."
        ) from None
    try:
        return proto.saved_model(data)
    except ValueError:
        raise DataLossError(message=f"{path} is damaged: it is no serialized SavedModel.") from None


def _chosen(folder, message, tags):
    """The MetaGraphDef of the given tags."""
    graphs = list(message.meta_graphs)
    there = [sorted(graph.meta_info_def.tags) for graph in graphs]
    if tags is not None:
        wanted = sorted([tags] if isinstance(tags, str) else tags)
        graphs = [graph for graph, names in zip(graphs, there, strict=True) if names == wanted]
    if len(graphs) != 1:
        if not there:
            raise DataLossError(message=f"{folder / _GRAPH_FILE} is damaged: it has no graph.")
        raise errors.invalid("tags", got=tags, expected=f"one of {there}")
    return graphs[0]


class LoadedModel:
    """A SavedModel that was loaded.

    Args:
        folder: its Path.
        meta: a MetaGraphDef.

    Attributes:
        signatures: dict from names to LoadedSignatures, which are attributes too, such as `serve`.
    """

    def __init__(self, folder, meta):
        self._state = read_state.State()
        self._state.trainable = _trainable(meta)
        functions = meta.graph_def.library.function
        library = Library(functions, _TABLE, self._state, read_state.TABLE.keys())
        self._graph = Graph(meta.graph_def.node, library)
        self._restore(folder, meta)
        self._initialize(folder, meta)
        self.signatures = {
            name: LoadedSignature(self._graph, signature, name)
            for name, signature in sorted(meta.signature_def.items())
            if not name.startswith("__saved_model_")
        }
        for name, signature in self.signatures.items():
            if name.isidentifier() and not hasattr(self, name):
                setattr(self, name, signature)

    @property
    def variables(self):
        """All variables that have values, by their names."""
        places = self._state.variables.values()
        found = [place.variable for place in places if place.variable is not None]
        return sorted(found, key=lambda variable: variable.path)

    @property
    def trainable_variables(self):
        """Those that optimizers train."""
        return [variable for variable in self.variables if variable.trainable]

    def _restore(self, folder, meta):
        saver = meta.saver_def
        if not saver.restore_op_name:
            return
        prefix = folder / constants.VARIABLES_DIRECTORY / constants.VARIABLES_FILENAME
        prefix = np.array(str(prefix).encode(), object)
        feeds = {saver.filename_tensor_name: Tensor(prefix)}
        self._graph.run([], feeds, after=(saver.restore_op_name.split(":")[0],))

    def _initialize(self, folder, meta):
        names = []
        if _INIT in meta.signature_def:
            names = [info.name for info in meta.signature_def[_INIT].outputs.values()]
        for key in _MAIN_OPS:
            if not names and key in meta.collection_def:
                names = meta.collection_def[key].node_list.value
        feeds = {
            asset.tensor_info.name: Tensor(
                np.array(str(folder / constants.ASSETS_DIRECTORY / asset.filename).encode(), object)
            )
            for asset in meta.asset_file_def
        }
        self._graph.run([], feeds, after=tuple(name.split(":")[0] for name in names))


def _trainable(meta):
    """The names of the variables that the graph says are trained, None if it says nothing."""
    if "variables" not in meta.collection_def:
        return None
    found = meta.collection_def["trainable_variables"].bytes_list.value
    return {proto.VariableDef.FromString(data).variable_name.split(":")[0] for data in found}


class LoadedSignature:
    """A function of a SavedModel. It takes tensors by name, or one by its place if there is only
    one, and gives a dict of tensors.

    Args:
        graph: a Graph.
        message: a SignatureDef.
        name: its name.

    Attributes:
        structured_input_signature: a pair of an empty tuple and a dict of TensorSpecs.
        structured_outputs: dict of TensorSpecs.
        method_name: what kind of question it answers.
    """

    def __init__(self, graph, message, name):
        self._graph, self.name, self.method_name = graph, name, message.method_name
        self._inputs = {key: info.name for key, info in sorted(message.inputs.items())}
        self._outputs, self._sparse = {}, {}
        for key, info in sorted(message.outputs.items()):
            if info.HasField("coo_sparse"):
                sparse = info.coo_sparse
                self._sparse[key] = tuple(
                    getattr(sparse, f"{part}_tensor_name")
                    for part in ("indices", "values", "dense_shape")
                )
            else:
                self._outputs[key] = info.name
        specs = {key: _spec(key, info) for key, info in sorted(message.inputs.items())}
        self.structured_input_signature = (), specs
        self.structured_outputs = {
            key: _spec(key, info) for key, info in sorted(message.outputs.items())
        }
        self._function, self._is_eager = Function(self.evaluate), False

    def __call__(self, *args, **kwargs):
        inputs, now = self._given(args, kwargs), context.current
        if not self._is_eager and now.trace is None and not now.tapes:
            try:
                concrete, arrays = self._function.concrete((inputs,), {})
                return concrete(arrays)
            except TraceError:  # it computes with strings, or sizes depend on values
                self._is_eager = True
        return self.evaluate(inputs)

    def _given(self, args, kwargs):
        specs = self.structured_input_signature[1]
        if args:
            if len(args) > 1 or len(specs) != 1 or kwargs:
                raise TypeError(
                    f"The signature {self.name!r} takes its inputs by name: "
                    f"{', '.join(specs)}; got {len(args)} by their places."
                )
            kwargs = {next(iter(specs)): args[0]}
        if set(kwargs) != set(specs):
            raise TypeError(
                f"The signature {self.name!r} takes {', '.join(sorted(specs)) or 'nothing'}; got "
                f"{', '.join(sorted(kwargs)) or 'nothing'}."
            )
        inputs = {}
        for name, spec in specs.items():
            x = core.tensor(as_tensor(kwargs[name]), str(spec.dtype))
            if not spec.allows(x.shape):
                raise errors.shape_mismatch(name, got=x.shape, expected=str(spec.shape))
            inputs[name] = x
        return inputs

    def evaluate(self, inputs):
        """Compute operation by operation.

        Args:
            inputs: dict of tensors, which may be traced.

        Returns:
            dict of tensors.
        """
        feeds = {self._inputs[name]: x for name, x in inputs.items()}
        parts = [part for names in self._sparse.values() for part in names]
        found = self._graph.run([*self._outputs.values(), *parts], feeds)
        count = len(self._outputs)
        out = dict(zip(self._outputs, found[:count], strict=True))
        for i, key in enumerate(self._sparse):
            out[key] = SparseTensor(*found[count + 3 * i : count + 3 * i + 3])
        return out

    def __repr__(self):
        specs = ", ".join(f"{k}={v}" for k, v in self.structured_input_signature[1].items())
        return f"<Signature {self.name}({specs}) -> {self.structured_outputs}>"


def _spec(name, info):
    shape = info.tensor_shape
    sizes = None if shape.unknown_rank else [d.size if d.size >= 0 else None for d in shape.dim]
    return TensorSpec(sizes, dtype_of(info.dtype), name)
