"""The base of layers that hold one other layer."""

from estikeras import errors
from estikeras.keras.layers import serialization
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Wrapper")
class Wrapper(Layer):
    """A layer around another one; subclasses define `call`.

    Args:
        layer: the layer inside.

    Raises:
        TypeError: if it is no layer.
    """

    def __init__(self, layer, **kwargs):
        if not isinstance(layer, Layer):
            raise errors.wrong_type("layer", got=layer, expected="a keras.Layer")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape=None):
        """Build the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True
        self.built = True

    def get_config(self):
        """The arguments as plain values, the layer inside among them."""
        return {"layer": serialization.serialize(self.layer), **super().get_config()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A wrapper from what `get_config` gave."""
        config = dict(config)
        layer = serialization.deserialize(config.pop("layer"), custom_objects=custom_objects)
        return cls(layer, **config)
