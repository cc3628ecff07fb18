"""The base of all models: a layer that can be trained, shown, and saved.

Training is in `trainer`, files are in `saving`. Knows functional models by name only.
"""

import functools
import json

from estikeras import errors, namespace
from estikeras.engine import operation as engine_operation
from estikeras.engine import tree
from estikeras.engine.operation import KerasTensor
from estikeras.keras.layers import call
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.shapes import as_shapes, specs_of
from estikeras.keras.models import summary as summaries
from estikeras.keras.models.state_tree import from_tree, to_tree
from estikeras.keras.saving import serialize_keras_object
from estikeras.keras.trainer.trainer import Trainer
from estikeras.public import public


def _functional():
    return namespace.load("estikeras.keras.models.functional:Functional")


def _is_functional_call(args, kwargs):
    return (
        len(args) == 2
        or (len(args) == 1 and "outputs" in kwargs)
        or ("inputs" in kwargs and "outputs" in kwargs)
    )


def _make_functional(cls):
    """Put `Functional` in the place of `Model` among the bases: a subclass called
    `super().__init__(inputs, outputs)`.
    """
    functional = _functional()
    if cls is functional or issubclass(cls, functional):
        return
    for base in cls.__bases__:
        if base is not Model and issubclass(base, Model):
            _make_functional(base)
    cls.__bases__ = tuple(functional if base is Model else base for base in cls.__bases__)


@public("keras.Model", "keras.models.Model")
class Model(Trainer, Layer):
    """Layers with training and inference.

    `Model(inputs, outputs)` makes a functional model from symbolic tensors. A subclass makes its
    layers in `__init__` and uses them in `call`.

    Args:
        inputs: structure of KerasTensors.
        outputs: structure of KerasTensors computed from them.
        name: name of the model.
        trainable: whether the weights are to be trained.
        dtype: dtype or policy, for subclasses.
    """

    def __new__(cls, *args, **kwargs):
        if cls is Model and _is_functional_call(args, kwargs):
            return Layer.__new__(_functional(), *args, **kwargs)
        return Layer.__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        Trainer.__init__(self)
        if _is_functional_call(args, kwargs):
            _make_functional(type(self))
            _functional().__init__(self, *args, **kwargs)
            return
        Layer.__init__(self, *args, **kwargs)

    def call(self, *args, **kwargs):
        """Compute the outputs; subclasses say how."""
        raise NotImplementedError(
            f"Model {type(self).__name__} has no `call` method. Define `call(self, inputs)`, "
            "or make the model with "
            "`keras.Model(inputs, outputs)`."
        )

    def build(self, input_shape):
        """Make the weights of a subclassed model by calling it on symbolic tensors.

        Args:
            input_shape: tuple of int or None, the batch first, or a structure of such shapes.
        """
        if self.built:
            return
        shapes = as_shapes(input_shape)
        with self._open_name_scope(), call.symbolic(self):
            engine_operation.compute_output_spec(self.call, specs_of(shapes, self.compute_dtype))
        self._build_shapes_dict = {"input_shape": shapes}
        self.built = True
        self._post_build()
        self._lock_state()

    build.is_default = True

    @property
    def layers(self):
        """The layers directly in the model."""
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "`layers` is made by the model itself. Choose another name for the attribute."
        )

    @functools.cached_property
    def updates(self):
        """What must be run beside the optimizer's step, as Keras 2 told it: an empty list."""
        return []

    def get_layer(self, name=None, index=None):
        """One layer.

        Args:
            name: its name.
            index: or its place in `layers`.

        Raises:
            ValueError: if there is none, or not exactly one of the arguments is given.
        """
        layers = self.layers
        if (name is None) == (index is None):
            raise errors.invalid(
                "get_layer", got={"name": name, "index": index}, expected="a name or an index"
            )
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise errors.invalid(
                    "index",
                    got=index,
                    expected=f"at most {len(layers) - 1}: so many layers there are",
                )
            return layers[index]
        found = next((layer for layer in layers if layer.name == name), None)
        if found is None:
            raise errors.unknown_name("layer", name, [layer.name for layer in layers])
        return found

    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Print a table of the layers.

        Args:
            line_length: width of the table in characters.
            positions: shares of the columns, in the width, cumulative.
            print_fn: function that gets the text in place of `print`.
            expand_nested: whether to show the layers of models in the model.
            show_trainable: whether to show which layers are trained.
            layer_range: names (or regular expressions) of the first and the last layer to show.
        """
        summaries.print_summary(
            self,
            line_length=line_length,
            positions=positions,
            print_fn=print_fn,
            expand_nested=expand_nested,
            show_trainable=show_trainable,
            layer_range=layer_range,
        )

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Save the model: `.keras` for an archive, `.h5` for the old format.

        Args:
            filepath: path of the file.
            overwrite: whether a file that is there may be replaced.
            zipped: whether to write an archive rather than a folder.
            **kwargs: of `keras.saving.save_model`.
        """
        namespace.lookup("keras.saving", "save_model")(
            self, filepath, overwrite=overwrite, zipped=zipped, **kwargs
        )

    def save_weights(self, filepath, overwrite=True, max_shard_size=None, **kwargs):
        """Save the weights to a `.weights.h5` file, or a checkpoint in TensorFlow's format.

        Args:
            filepath: path of the file.
            overwrite: whether a file that is there may be replaced.
            max_shard_size: greatest size of one file in gigabytes.
            **kwargs: of `keras.saving.save_weights`.
        """
        save = namespace.lookup("keras.saving", "save_weights")
        save(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size, **kwargs)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        """Load the weights from a `.weights.h5` or `.keras` file, or a checkpoint.

        Args:
            filepath: path of the file.
            skip_mismatch: whether layers that do not fit are left as they are.
            **kwargs: of `keras.saving.load_weights`.
        """
        namespace.lookup("keras.saving", "load_weights")(
            self, filepath, skip_mismatch=skip_mismatch, **kwargs
        )

    def to_json(self, **kwargs):
        """The architecture as a JSON text.

        Args:
            **kwargs: of `json.dumps`.
        """
        return json.dumps(serialize_keras_object(self), **kwargs)

    def get_state_tree(self, value_format="backend_tensor"):
        """All state in nested dicts, by the parts of the variables' paths.

        Args:
            value_format: "backend_tensor" or "numpy_array".
        """
        return to_tree(self, value_format)

    def set_state_tree(self, state_tree):
        """Set what `get_state_tree` gave, or a part of it.

        Args:
            state_tree: the dict.
        """
        from_tree(self, state_tree)

    def export(
        self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs
    ):
        """Write the model's inference as a SavedModel, which TensorFlow and TensorFlow Serving
        load: its endpoint is `serve`, its signature `"serving_default"`.

        Args:
            filepath: path of the folder to make; what is there is replaced.
            format: must be `"tf_saved_model"`.
            verbose: whether a line says where it is; None is yes.
            input_signature: list of structures of `keras.InputSpec` or `tf.TensorSpec`, one for
                each argument; None takes what the model was built for.
            **kwargs: nothing else is allowed.

        Raises:
            ValueError: if the model is not built.
            NotImplementedError: for what TensorFlow has no counterpart of; it names the layer.
        """
        if kwargs:
            raise TypeError(f"export() has no argument {next(iter(kwargs))!r}.")
        export = namespace.load("estikeras.keras.models.export:export")
        export(self, filepath, format, verbose, input_signature)

    def saved_model_endpoints(self):
        """What `saved_model.save` writes of the model."""
        return namespace.load("estikeras.keras.models.export:endpoints_of")(self)

    def build_from_config(self, config):
        """Build with what `get_build_config` gave."""
        if config and config.get("input_shape") is not None and not self.built:
            self.build(as_shapes(config["input_shape"]))
        elif config and config.get("shapes_dict") and not self.built:
            super().build_from_config(config)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A model from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict of further classes by name.
        """
        if {"name", "layers", "input_layers", "output_layers"} <= set(config):
            from_config = namespace.load(
                "estikeras.keras.models.functional_config:functional_from_config"
            )
            return from_config(cls, config, custom_objects=custom_objects)
        return super().from_config(config)

    def _obj_type(self):
        return "Model"


@public("keras.utils.get_source_inputs")
def get_source_inputs(tensor):
    """The input tensors from which a KerasTensor is computed.

    Args:
        tensor: a KerasTensor.

    Returns:
        List of KerasTensors.
    """
    found, open_tensors = {}, [tensor]
    while open_tensors:
        x = open_tensors.pop()
        history = getattr(x, "_keras_history", None)
        if not isinstance(x, KerasTensor) or history is None:
            continue
        node = history.operation._inbound_nodes[history.node_index]
        if node.is_input:
            found.update((id(y), y) for y in node.output_tensors)
        open_tensors += node.input_tensors
    return tree.flatten(list(found.values()))
