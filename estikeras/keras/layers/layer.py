"""The contract of all layers: state, build, call, masks, losses, configs.

The way of a call is in `call.py`, weights are in `state.py`, how they are found in `tracking.py`.
Knows no model and no concrete layer.
"""

import functools
import inspect

from estikeras import errors
from estikeras.engine import context, tree
from estikeras.engine import operation as engine_operation
from estikeras.engine.operation import Operation
from estikeras.keras import regularizers
from estikeras.keras.dtype_policies import serialization as dtype_policies
from estikeras.keras.layers import automatic_config, call, tracking
from estikeras.keras.layers.by_inputs import ByInputs
from estikeras.keras.layers.precision import Precision
from estikeras.keras.layers.shapes import as_shapes, specs_of
from estikeras.keras.layers.state import LayerState
from estikeras.public import public
from estikeras.train import deferred


def _is_layer(x):
    return isinstance(x, Layer)


def _recording(build):
    """`build` that opens the layer's name scope, remembers the shapes and closes the layer to new
    state.
    """

    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        if self._building:
            return build(self, *args, **kwargs)
        self._building = True
        try:
            with self._open_name_scope():
                shapes = inspect.signature(build).bind(self, *args, **kwargs).arguments
                result = build(self, *args, **kwargs)
        finally:
            self._building = False
        self._build_shapes_dict = {
            name: shape for name, shape in list(shapes.items())[1:] if name != "kwargs"
        }
        self._build_shapes_dict.update(shapes.get("kwargs", {}))
        self.built = True
        self._post_build()
        self._lock_state()
        return result

    return wrapper


@public("keras.Layer", "keras.layers.Layer")
class Layer(LayerState, ByInputs, Precision, Operation):
    """A callable with state: weights that are made in `build` and used in `call`.

    Subclasses define `__init__` (arguments and sublayers), `build(input_shape)` (weights, by
    `add_weight`), `call(inputs)` (the computation, with ops), and `get_config` (the arguments, for
    files).

    Args:
        activity_regularizer: regularizer of the outputs, or its name.
        trainable: whether the weights are to be trained.
        dtype: name of a dtype or of a dtype policy, or a `DTypePolicy`; None is the global policy.
        autocast: whether floating inputs are cast to the policy's compute dtype.
        name: without slashes; None makes one from the class's name.

    Call arguments:
        inputs: a tensor or a structure of tensors.
        training: whether the layer is being trained, where `call` has that argument.
        mask: bool tensor (batch, time), where `call` has that argument.

    Raises:
        ValueError: for an unknown keyword argument or a wrong name.
    """

    # Whether arguments are cast here; models leave it to their inputs and layers.
    _casts_inputs = True
    # Whether all but tensors, or None, is passed by keyword.
    _names_numbers = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        build = cls.__dict__.get("build")
        if inspect.isfunction(build) and not hasattr(build, "is_default"):
            cls.build = _recording(build)

    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        setting = functools.partial(object.__setattr__, self)
        setting("_tracker", tracking.Tracker(_is_layer))
        setting("_captured_arguments", automatic_config.capture(cls, args, kwargs))
        setting("_building", False)
        return self

    def __init__(
        self,
        *,
        activity_regularizer=None,
        trainable=True,
        dtype=None,
        autocast=True,
        name=None,
        **kwargs,
    ):
        input_shape = _input_shape_of(kwargs)
        if kwargs:
            raise errors.invalid(
                f"{type(self).__name__}({next(iter(kwargs))}=...)",
                got=kwargs,
                expected="no such keyword argument",
            )
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise errors.invalid("name", got=name, expected="a string without `/`")
        Operation.__init__(self, name=name)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype
        self.autocast = autocast
        self.built = False
        self._trainable = bool(trainable)
        self._input_spec = None
        self._supports_masking = False
        self._losses = []
        self._path = self._parent_path = self._build_shapes_dict = None
        if input_shape is not None:
            self._input_shape_arg = input_shape
        self._read_call_signature()

    def _read_call_signature(self):
        self._call_signature = call.signature_of(self.call)
        parameters = self._call_signature.parameters
        self._call_has_training = "training" in parameters
        self._call_has_mask = "mask" in parameters
        self._call_has_kwargs = any(
            p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()
        )

    def __setattr__(self, name, value):
        if name not in _UNTRACKED:
            value = self._tracker.track(value)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        value = getattr(self, name, None)
        for leaf in (*tree.flatten(value), *([value] if not tree.is_nested(value) else [])):
            self._tracker.untrack(leaf)
        object.__delattr__(self, name)

    # Building

    def build(self, input_shape):
        """Make the weights for inputs of this shape; without a `build` of its own, a layer has
        none here.

        Args:
            input_shape: tuple of int or None, the batch first, or a structure of them; or several
                arguments, named after those of `call` with `_shape` at the end.
        """
        self.built = True

    build.is_default = True

    def _open_name_scope(self):
        if self._parent_path is None:
            self._parent_path = context.current_path()
            self._path = f"{self._parent_path}/{self.name}" if self._parent_path else self.name
        return context.name_scope(self.name, caller=self, override_parent=self._parent_path)

    def _post_build(self):
        """For subclasses: what is to be done when the weights are there."""

    def _lock_state(self):
        self._tracker.locked = True
        deferred.take_up(self)

    @property
    def path(self):
        """The names of the layers around this one and its own, joined by slashes; None before it
        is built.
        """
        return self._path

    def get_build_config(self):
        """The shapes with which the layer was built, for files; None if it was not."""
        shapes = self._build_shapes_dict
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config):
        """Build with what `get_build_config` gave."""
        if not config:
            return
        if "input_shape" in config:
            self.build(as_shapes(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{name: as_shapes(shape) for name, shape in config["shapes_dict"].items()})

    # Calls

    def __call__(self, *args, **kwargs):
        self._check_super_called()
        return call.run(self, args, kwargs)

    def call(self, *args, **kwargs):
        """Compute the outputs; subclasses say how, with ops.

        Args:
            *args: tensors.
            **kwargs: further arguments.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no `call` method. Define `call(self, inputs)` in it."
        )

    def _check_super_called(self):
        if "_call_signature" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}.__init__() does not call `super().__init__()`. Write "
                "it as the first statement."
            )

    @property
    def input_spec(self):
        """The InputSpec, or a structure of them, that the first argument of a call must fit."""
        return self._input_spec

    @input_spec.setter
    def input_spec(self, value):
        self._input_spec = value

    @property
    def supports_masking(self):
        """Whether the layer passes masks on."""
        return self._supports_masking

    @supports_masking.setter
    def supports_masking(self, value):
        self._supports_masking = value

    def compute_mask(self, inputs, previous_mask):
        """The masks of the outputs; unchanged ones unless a layer says otherwise.

        Args:
            inputs: the first argument of the call.
            previous_mask: its masks.
        """
        return previous_mask

    def compute_output_spec(self, *args, **kwargs):
        """KerasTensors like the outputs, found from `compute_output_shape` or else by tracing
        `call`.

        Args:
            *args: as in a call, with KerasTensors.
            **kwargs: likewise.
        """
        if type(self).compute_output_shape is Layer.compute_output_shape:
            with call.symbolic(self), call.autocast_scope(self):
                return engine_operation.compute_output_spec(self.call, *args, **kwargs)
        shapes = call.CallSpec(self._call_signature, args, kwargs).shapes()
        shapes = call.shapes_for(self.compute_output_shape, shapes, type(self).__name__)
        return specs_of(self.compute_output_shape(**shapes), self.compute_dtype)

    def compute_output_shape(self, *args, **kwargs):
        """The shape of the outputs for inputs of the given shape.

        Args:
            *args: shapes, as in `build`.
            **kwargs: shapes by name, as in `build`.

        Returns:
            tuple of int or None, or a structure of them.
        """
        names = [
            name for name in self._call_signature.parameters if name not in ("training", "mask")
        ]
        shapes = {
            **dict(zip(names, args, strict=False)),
            **{k.removesuffix("_shape"): v for k, v in kwargs.items()},
        }
        single = len(shapes) == 1 and next(iter(shapes.values()))
        inputs = {names[0]: single} if single and names else shapes
        inputs = {
            name: specs_of(as_shapes(shape), self.compute_dtype) for name, shape in inputs.items()
        }
        return tree.map_structure(lambda y: y.shape, self.compute_output_spec(**inputs))

    def stateless_call(
        self, trainable_variables, non_trainable_variables, *args, return_losses=False, **kwargs
    ):
        """Call the layer with other values of its variables; its own stay as they are.

        Args:
            trainable_variables: values for `trainable_variables`, in order.
            non_trainable_variables: values for `non_trainable_variables`, in order.
            *args: the call's.
            return_losses: whether to return `losses` too.
            **kwargs: the call's.

        Returns:
            The outputs and the new values of the non-trainable variables, and the losses if asked
            for.
        """
        self._check_super_called()
        if not self.built:
            raise ValueError(f"Layer {self.name!r} must be built before `stateless_call`.")
        fixed = self.non_trainable_variables
        pairs = [("trainable_variables", self.trainable_variables, trainable_variables),
                 ("non_trainable_variables", fixed, non_trainable_variables)]  # fmt: skip
        for name, variables, values in pairs:
            if len(variables) != len(values):
                raise errors.invalid(
                    name, got=f"{len(values)} values", expected=f"{len(variables)} values"
                )
        before = [(v, v.value) for _, variables, _ in pairs for v in variables]
        for _, variables, values in pairs:
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)
        outputs = self(*args, **kwargs)
        after, losses = [v.value for v in fixed], self.losses if return_losses else None
        for variable, value in before:
            variable.assign(value)
        return (outputs, after, losses) if return_losses else (outputs, after)

    # Configs

    def get_config(self):
        """The arguments as plain values, for files.

        Raises:
            NotImplementedError: if the class has no `get_config` and an argument is no plain value.
        """
        policy = dtype_policies.serialize(self._dtype_policy)
        config = {"name": self.name, "trainable": self.trainable, "dtype": policy}
        if type(self).get_config is Layer.get_config:
            config = automatic_config.config_of(self, config)
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        return config

    @classmethod
    def from_config(cls, config):
        """A layer from what `get_config` gave.

        Args:
            config: the dict.

        Raises:
            TypeError: if an argument does not fit `__init__`.
        """
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} cannot be made from its config {config}: {error}"
            ) from error

    def _obj_type(self):
        return "Layer"

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __str__(self):
        return repr(self)


# Attributes that are never state.
_UNTRACKED = {
    "_tracker",
    "_losses",
    "_call_signature",
    "_build_shapes_dict",
    "_inbound_nodes",
    "_outbound_nodes",
    "_input_shape_arg",
    "built",
    "_path",
    "_parent_path",
}


def _input_shape_of(kwargs):
    batch_size = kwargs.pop("batch_size", None)
    if "batch_input_shape" in kwargs:
        return tuple(kwargs.pop("batch_input_shape"))
    shape = kwargs.pop("input_shape", None)
    if shape is None:
        dim = kwargs.pop("input_dim", None)
        shape = None if dim is None else (dim,)
    return None if shape is None else (batch_size, *shape)
