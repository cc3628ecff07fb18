"""StackedRNNCells."""

from estikeras.keras.layers import serialization
from estikeras.keras.layers.layer import Layer
from estikeras.keras.layers.rnn import cells as protocol
from estikeras.public import public


@public("keras.layers.StackedRNNCells")
class StackedRNNCells(Layer):
    """Several cells as one: each takes the output of the one before.

    Args:
        cells: list of cells, from input to output.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, features), the input of one step.
        states: list with the states of each cell.
        training: whether dropout acts.

    Returns:
        The last cell's output, and the list of the next states of each cell.
    """

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        for cell in cells:
            protocol.check("cells", cell)
        self.cells = list(cells)

    @property
    def state_size(self):
        """The sizes of the states, cell by cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self):
        """The size of the last cell's output."""
        shape = protocol.output_shape(self.cells[-1])
        return shape[0] if len(shape) == 1 else shape

    def get_initial_state(self, batch_size=None):
        """Return the first states of each cell."""
        return [protocol.initial_state(cell, batch_size) for cell in self.cells]

    def build(self, input_shape):
        for cell in self.cells:
            protocol.build(cell, input_shape)
            input_shape = (input_shape[0], *protocol.output_shape(cell))

    def call(self, inputs, states, training=False):
        following = []
        for cell, state in zip(self.cells, states, strict=True):
            inputs, state = protocol.step(cell, inputs, state, training)
            following.append(state)
        return inputs, following

    def get_config(self):
        cells = [serialization.serialize(cell) for cell in self.cells]
        return {**super().get_config(), "cells": cells}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        cells = [
            serialization.deserialize(cell, custom_objects=custom_objects)
            for cell in config.pop("cells")
        ]
        return cls(cells, **config)
