"""Any function as a layer."""

import inspect

from estikeras import errors
from estikeras.engine import operation as engine_operation
from estikeras.keras.layers.layer import Layer
from estikeras.keras.saving import deserialize_keras_object, serialize_keras_object
from estikeras.public import public


@public("keras.layers.Lambda")
class Lambda(Layer):
    """Applies a function.

    Args:
        function: from a tensor (and `mask`, `training`, if it takes them) to a tensor.
        output_shape: shape of a sample of the outputs, or a function from the inputs' shape to that
            of the outputs; found out when it is None.
        mask: mask of the outputs, or a function `(inputs, mask)` that gives it.
        arguments: dict of further arguments of the function.

    Call arguments:
        inputs: what the function takes.
    """

    def __init__(self, function, output_shape=None, mask=None, arguments=None, **kwargs):
        super().__init__(**kwargs)
        if not callable(function):
            raise errors.wrong_type("function", got=function, expected="a function")
        self.arguments = dict(arguments or {})
        self.function = function
        self.supports_masking = mask is not None
        self.mask = mask
        self._output_shape = output_shape
        parameters = inspect.signature(function).parameters
        self._takes = [name for name in ("mask", "training") if name in parameters]

    def call(self, inputs, mask=None, training=None):
        """What the function gives."""
        given = {"mask": mask, "training": training}
        return self.function(
            inputs, **self.arguments, **{name: given[name] for name in self._takes}
        )

    def compute_output_shape(self, input_shape):
        """What `output_shape` says."""
        if self._output_shape is None:
            spec = engine_operation.compute_output_spec(
                self.call, _spec(input_shape, self.compute_dtype)
            )
            return spec.shape
        if callable(self._output_shape):
            return tuple(self._output_shape(input_shape))
        batch = input_shape[0][0] if isinstance(input_shape[0], list | tuple) else input_shape[0]
        return (batch, *self._output_shape)

    def compute_output_spec(self, inputs, mask=None, training=None):
        """KerasTensors like what the function gives."""
        if self._output_shape is None:
            return engine_operation.compute_output_spec(
                self.call, inputs, mask=mask, training=training
            )
        shapes = [x.shape for x in inputs] if isinstance(inputs, list | tuple) else inputs.shape
        return engine_operation.KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        """What `mask` says."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def get_config(self):
        """The arguments as plain values; a lambda as its code."""
        config = {**super().get_config(), "function": serialize_keras_object(self.function)}
        for name, value in (("output_shape", self._output_shape), ("mask", self.mask)):
            if value is not None:
                config[name] = serialize_keras_object(value)
        config["arguments"] = serialize_keras_object(self.arguments)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None, safe_mode=None):
        """A layer from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict of functions by name.
            safe_mode: whether code of lambdas is refused; None is what holds where the config is
                loaded.

        Raises:
            ValueError: if it holds code and may not.
        """
        config = dict(config)
        options = {} if safe_mode is None else {"safe_mode": safe_mode}
        for name in ("function", "output_shape", "mask"):
            if isinstance(config.get(name), dict):
                config[name] = deserialize_keras_object(
                    config[name], custom_objects=custom_objects, **options
                )
        if isinstance(config.get("output_shape"), list):
            config["output_shape"] = tuple(config["output_shape"])
        if config.get("arguments"):
            config["arguments"] = deserialize_keras_object(
                config["arguments"], custom_objects=custom_objects
            )
        return cls(**config)


def _spec(shape, dtype):
    if isinstance(shape[0], list | tuple):
        return [engine_operation.KerasTensor(one, dtype) for one in shape]
    return engine_operation.KerasTensor(shape, dtype)
