"""Models made of symbolic tensors: `keras.Model(inputs, outputs)`.

The graph is `function.py`, the config is `functional_config.py`; this file fits data to the inputs
and runs the graph.
"""

import warnings

from estikeras import errors, ops
from estikeras.engine import tree
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers import call as calls
from estikeras.keras.layers import tracking
from estikeras.keras.layers.core.input_layer import InputLayer
from estikeras.keras.layers.input_spec import InputSpec
from estikeras.keras.layers.layer import Layer
from estikeras.keras.models.function import Function
from estikeras.keras.models.functional_config import functional_config
from estikeras.keras.models.model import Model
from estikeras.keras.trainer.trainer import Trainer


class Functional(Function, Model):
    """A model that is a graph of layers and ops.

    Args:
        inputs: structure of KerasTensors.
        outputs: structure of KerasTensors computed from them.
        name: name of the model.
        **kwargs: `trainable`.
    """

    _casts_inputs = False

    def __init__(self, inputs, outputs, name=None, **kwargs):
        trainable = kwargs.pop("trainable", None)
        Trainer.__init__(self)
        Layer.__init__(self, name=name, **kwargs)
        self._begin(inputs, outputs)
        if trainable is not None:
            self.trainable = trainable

    @tracking.untracked
    def _begin(self, inputs, outputs):
        inputs, outputs = _as_plain(inputs), _as_plain(outputs)
        for x in tree.flatten(inputs):
            if not isinstance(x, KerasTensor):
                raise errors.invalid(
                    "inputs", got=x, expected="KerasTensors, as `keras.Input` gives them"
                )
        if not all(_is_input(x) for x in tree.flatten(inputs)):
            inputs, outputs = _with_new_inputs(inputs, outputs)
        self._set_graph(inputs, outputs)
        self._tracker.layers[:] = self.layers
        self._read_call_signature()
        self._supports_masking = True
        self.built = True
        self._input_names = [x._keras_history.operation.name for x in self._inputs]
        self.output_names = [y._keras_history.operation.name for y in self._outputs]

    def build(self, input_shape):
        """Nothing: the layers were built when they were called."""
        self.built = True

    build.is_default = True

    @property
    def layers(self):
        """The layers, in the order in which they run."""
        return [operation for operation in self._operations if isinstance(operation, Layer)]

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "`layers` is made by the model itself. Choose another name for the attribute."
        )

    @property
    def input(self):
        """The KerasTensors of the inputs, in the structure in which they were given."""
        return self._inputs_struct

    @property
    def output(self):
        """The KerasTensors of the outputs, in the structure in which they were given."""
        return self._outputs_struct

    @property
    def input_shape(self):
        """The shapes of the inputs: one, or a list."""
        return _one_or_list([tuple(x.shape) for x in self._inputs])

    @property
    def output_shape(self):
        """The shapes of the outputs: one, or a list."""
        return _one_or_list([tuple(y.shape) for y in self._outputs])

    @property
    def input_spec(self):
        """What the inputs must be, one spec an input."""
        if self._input_spec is not None:
            return self._input_spec
        names = self._names_of_inputs()
        return [
            InputSpec(
                shape=(None, *x.shape[1:]),
                allow_last_axis_squeeze=True,
                name=name,
                optional=getattr(x, "optional", False),
            )
            for name, x in zip(names, self._inputs, strict=True)
        ]

    @input_spec.setter
    def input_spec(self, value):
        self._input_spec = value

    def _names_of_inputs(self):
        if isinstance(self._inputs_struct, dict):
            flat = tree.flatten({key: key for key in self._inputs_struct})
            if len(flat) == len(self._inputs):
                return flat
        return self._input_names

    def call(self, inputs, training=None, mask=None, **kwargs):
        """The outputs for data.

        Args:
            inputs: tensors in the structure of the model's inputs, or in a dict by their names.
            training: whether layers are being trained.
            mask: structure of masks of the inputs.
            **kwargs: further arguments for layers that take them.
        """
        flat = self._fit(inputs)
        if mask is not None:
            for x, m in zip(flat, tree.flatten(mask), strict=False):
                if m is not None:
                    x._keras_mask = m

        def arguments_for(operation):
            given = {"training": training, **kwargs} if isinstance(operation, Layer) else {}
            return {
                name: value
                for name, value in given.items()
                if value is not None and name in operation._call_signature.parameters
            }

        return self._run(flat, arguments_for)

    def __call__(self, *args, **kwargs):
        return Layer.__call__(self, *args, **kwargs)

    def _fit(self, inputs):
        """The inputs in a flat list, of the ranks and dtypes of the model's."""
        flat = self._flatten_inputs(inputs)
        return [
            None if x is None else _fit_one(x, own, name)
            for x, own, name in zip(flat, self._inputs, self._input_names, strict=True)
        ]

    def _flatten_inputs(self, inputs):
        names = self._names_of_inputs()
        if isinstance(inputs, dict):
            surplus = [key for key in inputs if key not in names]
            missing = [
                name
                for name, x in zip(names, self._inputs, strict=True)
                if name not in inputs and not getattr(x, "optional", False)
            ]
            nested = isinstance(self._inputs_struct, dict) and len(self._inputs_struct) != len(
                self._inputs
            )
            if nested:
                tree.assert_same_structure(self._inputs_struct, inputs)
                return tree.flatten(inputs)
            if missing:
                raise errors.invalid(
                    "inputs", got=list(inputs), expected=f"a dict with the keys {names}"
                )
            if surplus:
                warnings.warn(
                    f"Model {self.name!r} has no inputs {surplus} and leaves them out: it has "
                    f"{names}.",
                    stacklevel=6,
                )
            return [inputs.get(name) for name in names]
        flat = tree.flatten(inputs)
        if len(flat) != len(self._inputs):
            raise errors.invalid(
                "inputs",
                got=f"{len(flat)} tensors",
                expected=f"{len(self._inputs)}, as the model has inputs: {names}",
            )
        return flat

    def compute_output_spec(self, inputs, training=None, mask=None, **kwargs):
        """KerasTensors like the outputs for these inputs."""
        return Function.compute_output_spec(self, inputs)

    def compute_output_shape(self, input_shape):
        """The shapes of the outputs for inputs of these shapes."""
        return Function.compute_output_shape(self, input_shape)

    def compute_mask(self, inputs, previous_mask):
        """None: masks come with the outputs of the layers inside."""

    def get_build_config(self):
        """As the reference has it: nothing to say."""
        return {"input_shape": None}

    def build_from_config(self, config):
        """Nothing: the layers were built when they were called."""

    def get_config(self):
        """The graph as plain values, or what a subclass with arguments of its own says."""
        if not functional_like(type(self)):
            return Model.get_config(self)
        return functional_config(self)

    def _obj_type(self):
        return "Functional"


def functional_like(cls):
    """Whether a class is made by `cls(inputs, outputs)`, so that its graph is its config."""
    if cls is Functional or cls.__init__ is Functional.__init__:
        return True
    names = list(calls.signature_of(cls.__init__).parameters)
    return names[1:3] == ["inputs", "outputs"]


def _as_plain(structure):
    """Containers that watch their elements as plain ones."""
    if isinstance(structure, dict):
        return {key: _as_plain(value) for key, value in structure.items()}
    if isinstance(structure, list):
        return [_as_plain(value) for value in structure]
    return structure


def _is_input(x):
    return hasattr(x, "_keras_history") and isinstance(x._keras_history.operation, InputLayer)


def _with_new_inputs(inputs, outputs):
    """The same graph with an InputLayer in the place of each input that some layer computed."""
    inner = Function(inputs, outputs, name="clone")
    fresh = [x if _is_input(x) else _new_input(x) for x in inner.inputs]
    values = {id(x): new for x, new in zip(inner.inputs, fresh, strict=True)}
    for node in inner._nodes:
        if all(id(y) in values for y in node.output_tensors):
            continue
        args, kwargs = node.with_inputs(values)
        made = tree.flatten(node.operation(*args, **kwargs))
        values.update((id(y), new) for y, new in zip(node.output_tensors, made, strict=True))
    return (
        tree.pack_sequence_as(inputs, fresh),
        tree.pack_sequence_as(outputs, [values[id(y)] for y in tree.flatten(outputs)]),
    )


def _new_input(x):
    return InputLayer(batch_shape=x.shape, dtype=x.dtype, name=f"{x.name}CLONE").output


def _fit_one(x, own, name):
    rank, wanted = len(x.shape), len(own.shape)
    mask = calls.get_mask(x)
    if rank == wanted + 1 and x.shape[-1] == 1:
        x = ops.squeeze(x, axis=-1)
    elif rank == wanted - 1 and own.shape[-1] == 1:
        x = ops.expand_dims(x, axis=-1)
    elif rank != wanted:
        raise errors.shape_mismatch(f"input {name!r}", got=x.shape, expected=own.shape)
    if x.dtype != own.dtype:
        x = ops.cast(x, own.dtype)
    if mask is not None:
        x._keras_mask = mask
    return x


def _one_or_list(shapes):
    return shapes[0] if len(shapes) == 1 else shapes
