"""Models that are a row of layers."""

import contextlib
import inspect

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers import call as calls
from estikeras.keras.layers import serialization
from estikeras.keras.layers.core.input_layer import InputLayer
from estikeras.keras.layers.layer import Layer
from estikeras.keras.models.functional import Functional
from estikeras.keras.models.model import Model
from estikeras.public import public


@public("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """A row of layers, each with one input and one output.

    Args:
        layers: list of layers; the first may be `keras.Input(...)`.
        trainable: whether the weights are to be trained.
        name: name of the model.
    """

    _casts_inputs = False
    # Whether variables are called by their layers alone, without the model's name before them.
    _names_layers_alone = False

    def __new__(cls, *args, **kwargs):
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, layers=None, trainable=True, name=None):
        super().__init__(trainable=trainable, name=name)
        self._functional = None
        self._build_input_shape = None
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._maybe_rebuild()

    def __setattr__(self, name, value):
        if name == "_functional":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def add(self, layer, rebuild=True):
        """Put a layer at the end, also once more.

        Args:
            layer: a layer, or `keras.Input(...)` at the beginning.
            rebuild: whether to build at once if the shape is known.

        Raises:
            ValueError: if it is no layer, its name is taken, or the input is given twice.
        """
        if isinstance(layer, KerasTensor):
            layer = layer._keras_history.operation
            if not isinstance(layer, InputLayer):
                raise errors.invalid("layer", got=layer, expected="a layer, or `keras.Input(...)`")
        if not isinstance(layer, Layer):
            raise errors.invalid("layer", got=layer, expected="a keras.Layer")
        if not self._layers and getattr(layer, "_input_shape_arg", None) is not None:
            self.add(InputLayer(batch_shape=layer._input_shape_arg), rebuild=False)
        if any(layer.name == known.name and layer is not known for known in self._layers):
            raise errors.invalid(
                "layer",
                got=layer.name,
                expected="a name that no other layer of this Sequential model has",
            )
        if (
            isinstance(layer, InputLayer)
            and self._layers
            and isinstance(self._layers[0], InputLayer)
        ):
            raise errors.invalid(
                "layer",
                got=layer.name,
                expected=f"no second input: the model begins with {self._layers[0].name!r}",
            )
        self._layers.append(layer)
        if rebuild:
            self._maybe_rebuild()
        else:
            self._forget_graph()

    def pop(self, rebuild=True):
        """Take the last layer out and return it.

        Args:
            rebuild: whether to build at once if the shape is known.
        """
        layer = self._layers.pop()
        self._forget_graph()
        if rebuild:
            self._maybe_rebuild()
        return layer

    def _forget_graph(self):
        self.built = False
        self._functional = None

    def _open_name_scope(self):
        scope = super()._open_name_scope()
        return contextlib.nullcontext() if self._names_layers_alone else scope

    def _maybe_rebuild(self):
        self._forget_graph()
        if len(self._layers) < 2:
            return
        first = self._layers[0]
        if isinstance(first, InputLayer):
            shape = first.batch_shape
        elif isinstance(first, Functional) or getattr(first, "_functional", None) is not None:
            shape = first.input_shape
        else:
            return
        # In a model function, as Keras 2 has it where the input is known.
        self._names_layers_alone = context.current.variables is not None
        self.build(shape)

    def build(self, input_shape=None):
        """Call the layers on symbolic tensors.

        Args:
            input_shape: tuple of int or None, the batch first; or a dict of them, with which the
                layers are built when the model is called.

        Raises:
            ValueError: if there are no layers, or the first is an input of another shape.
        """
        if not self._layers:
            raise ValueError(
                f"Sequential model {self.name!r} has no layers, so it cannot be built. Use "
                "`add(layer)`."
            )
        if isinstance(input_shape, dict):  # named features: layers are built when they are called
            return
        if isinstance(self._layers[0], InputLayer):
            input_shape = self._check_shape(input_shape)
        elif input_shape is None:
            raise errors.invalid(
                "input_shape", got=None, expected="a shape with the batch, such as (None, 28, 28)"
            )
        else:
            self._layers.insert(
                0, InputLayer(batch_shape=tuple(input_shape), dtype=self._layers[0].compute_dtype)
            )
        inputs = x = self._layers[0].output
        for layer in self._layers[1:]:
            try:
                x = layer(x)
            except NotImplementedError:
                return
            except TypeError as error:
                self._check_one_argument(layer, error)
                raise
        self._build_input_shape = tuple(input_shape)
        self._functional = Functional(inputs, x, name=self.name)

    def _check_shape(self, input_shape):
        own = self._layers[0].batch_shape
        if input_shape is None or tuple(input_shape) == own:
            return own
        fits = len(input_shape) == len(own) and all(
            None in (a, b) or a == b for a, b in zip(input_shape, own, strict=True)
        )
        if not fits:
            raise errors.shape_mismatch(
                "input_shape", got=input_shape, expected=own, hint="The model begins with it."
            )
        return own

    @staticmethod
    def _check_one_argument(layer, error):
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        needed = [
            p.name
            for p in layer._call_signature.parameters.values()
            if p.kind in kinds and p.default is inspect.Parameter.empty
        ]
        if len(needed) != 1:
            raise ValueError(
                f"Layers of a Sequential model take one tensor; {layer.name!r} takes {needed}. "
                "Use `keras.Model(inputs, outputs)`."
            ) from error

    def call(self, inputs, training=None, mask=None, **kwargs):
        """The outputs of the last layer."""
        if self._functional is not None:
            return self._functional.call(inputs, training=training, mask=mask, **kwargs)
        x = inputs
        for layer in self.layers:
            given = {"training": training, "mask": mask, **kwargs}
            accepted = layer._call_signature.parameters
            x = layer(
                x, **{name: v for name, v in given.items() if name in accepted and v is not None}
            )
            mask = calls.get_mask(x) if calls.is_tensor(x) else None
        return x

    @property
    def layers(self):
        """The layers, without the input."""
        layers = list(self._layers)
        return layers[1:] if layers and isinstance(layers[0], InputLayer) else layers

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "`layers` is made by `add` and `pop`. Choose another name for the attribute."
        )

    def compute_output_spec(self, inputs, training=None, mask=None, **kwargs):
        """KerasTensors like the outputs for these inputs."""
        if self._functional is not None:
            return self._functional.compute_output_spec(inputs, training=training, mask=mask)
        return super().compute_output_spec(inputs, training=training, mask=mask, **kwargs)

    def compute_output_shape(self, input_shape):
        """The shape of the outputs for inputs of this shape."""
        if self._functional is not None:
            return self._functional.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_mask(self, inputs, previous_mask):
        """None: masks come with the outputs of the layers inside."""

    def _graph(self, what):
        if self._functional is None:
            raise AttributeError(
                f"Sequential model {self.name!r} has no `{what}` yet: call it, or build it "
                "with a shape."
            )
        return self._functional

    @property
    def input_shape(self):
        """The shape of the input."""
        return self._graph("input_shape").input_shape

    @property
    def output_shape(self):
        """The shape of the output."""
        return self._graph("output_shape").output_shape

    @property
    def inputs(self):
        """The symbolic inputs, in a list."""
        return self._graph("inputs").inputs

    @property
    def outputs(self):
        """The symbolic outputs, in a list."""
        return self._graph("outputs").outputs

    @property
    def input(self):
        """The symbolic input."""
        return self._graph("input").input

    @property
    def output(self):
        """The symbolic output."""
        return self._graph("output").output

    @property
    def input_dtype(self):
        """The dtype of the inputs."""
        if self._layers and isinstance(self._layers[0], InputLayer):
            return self._layers[0].dtype
        return super().input_dtype

    @property
    def input_spec(self):
        """None: each layer checks its own input, so that other lengths and sizes may follow."""
        return None

    @input_spec.setter
    def input_spec(self, value):
        raise AttributeError("A Sequential model has no `input_spec`: its layers have theirs.")

    def get_config(self):
        """The layers as plain values."""
        layers = [serialization.serialize(layer) for layer in self._layers]
        config = {**Layer.get_config(self), "layers": layers}
        if self._functional is not None:
            config["build_input_shape"] = self._build_input_shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model from what `get_config` gave.

        Args:
            config: the dict; Keras 2 wrote a bare list of layers, which works too.
            custom_objects: dict of further classes by name.
        """
        config = {"layers": config} if isinstance(config, list) else config
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        if config.get("dtype") is not None:
            model.dtype_policy = config["dtype"]
        made = []  # pairs: a layer that comes once more is the same
        for layer_config in config["layers"]:
            layer = next((known for known, its in made if its == layer_config), None)
            if layer is None:
                layer = serialization.deserialize(layer_config, custom_objects=custom_objects)
                made.append((layer, layer_config))
            model.add(layer, rebuild=False)
        shape = config.get("build_input_shape")
        if shape and not model._functional and model._layers:
            model.build(tuple(shape))
        elif model._layers:
            model._maybe_rebuild()
        return model

    def _obj_type(self):
        return "Sequential"
