"""Layers one after the other as one layer."""

from estikeras import errors
from estikeras.engine import tree
from estikeras.keras.layers import call as calls
from estikeras.keras.layers import serialization
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.Pipeline")
class Pipeline(Layer):
    """Layers one after the other, such as those that vary images. It is no model.

    Args:
        layers: list of layers.
        name: name of the layer.

    Call arguments:
        inputs: what the first layer takes.
        training: handed to the layers that have it.
        mask: handed to the first layer, if it has it; later ones get the mask of their input.
    """

    def __init__(self, layers, name=None):
        super().__init__(name=name, autocast=False)
        self._pipeline_layers = list(layers)
        for layer in self._pipeline_layers:
            if not isinstance(layer, Layer):
                raise errors.wrong_type("layers", got=layer, expected="a list of layers")

    @property
    def layers(self):
        """The layers in their order."""
        return self._pipeline_layers

    def call(self, inputs, training=True, mask=None):
        """What the last layer gives."""
        for layer in self._pipeline_layers:
            handed = {"mask": mask} if layer._call_has_mask else {}
            if layer._call_has_training and training is not None:
                handed["training"] = training
            inputs = layer(inputs, **handed)
            mask = tree.map_structure(calls.get_mask, inputs)
        return inputs

    def get_config(self):
        """The arguments as plain values."""
        layers = [serialization.serialize(layer) for layer in self._pipeline_layers]
        return {"layers": layers, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """A pipeline from what `get_config` gave."""
        layers = [serialization.deserialize(layer) for layer in config["layers"]]
        return cls(layers, name=config.get("name"))
