"""Bidirectional."""

from estikeras import errors, ops
from estikeras.keras.layers import serialization
from estikeras.keras.layers.layer import Layer
from estikeras.public import public

_MERGES = {
    "sum": ops.add,
    "mul": ops.multiply,
    "ave": lambda forward, backward: 0.5 * (forward + backward),
    "concat": lambda forward, backward: ops.concatenate([forward, backward], axis=-1),
}
_SHARED = ("stateful", "return_sequences", "return_state")


@public("keras.layers.Bidirectional")
class Bidirectional(Layer):
    """A recurrent layer that walks a sequence from both ends.

    Args:
        layer: a recurrent layer, such as LSTM; a copy of it walks forward, another one backward.
        merge_mode: how outputs are joined: `"concat"`, `"sum"`, `"mul"`, `"ave"`, or None for both.
        weights: list of arrays that the weights begin with, or None.
        backward_layer: the layer that walks backward, with `go_backwards=True`; None is a copy.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        sequences: (batch, time, features) float.
        initial_state: list of the first states, half of them for each direction.
        mask: (batch, time) bool; at a False the states stay as they are.
        training: whether dropout acts.

    Returns:
        The joined outputs, or both; with `return_state` a tuple of them and the states.

    Reference: Schuster and Paliwal, 1997, Bidirectional recurrent neural networks.
    """

    def __init__(self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs):
        _check_recurrent("layer", layer)
        if merge_mode is not None and merge_mode not in _MERGES:
            raise errors.invalid(
                "merge_mode", got=merge_mode, expected=f"one of {(*_MERGES, None)}"
            )
        super().__init__(**kwargs)
        self.forward_layer = _copy(layer, "forward_")
        if backward_layer is None:
            backward_layer = _copy(layer, "backward_", go_backwards=True)
        _check_recurrent("backward_layer", backward_layer)
        self.backward_layer = backward_layer
        self._check_layers()
        # As in the reference: where all outputs are returned, those of masked steps are zero.
        for each in (self.forward_layer, self.backward_layer):
            each.zero_output_for_mask = layer.return_sequences
        self.merge_mode = merge_mode
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self.supports_masking = True
        self._initial_weights = weights

    def _check_layers(self):
        forward, backward = self.forward_layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise errors.shape_mismatch(
                "backward_layer",
                got=f"go_backwards={backward.go_backwards}",
                expected="the other direction than `layer`",
            )
        for name in _SHARED:
            if getattr(forward, name) != getattr(backward, name):
                raise errors.shape_mismatch(
                    "backward_layer",
                    got=f"{name}={getattr(backward, name)}",
                    expected=f"{name}={getattr(forward, name)}, as `layer` has it",
                )

    def build(self, sequences_shape, initial_state_shape=None):
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        if self._initial_weights is not None:
            self.set_weights(self._initial_weights)

    def call(self, sequences, initial_state=None, mask=None, training=None):
        halves = None, None
        if initial_state is not None:
            middle = len(initial_state) // 2
            halves = initial_state[:middle], initial_state[middle:]
        forward, backward = (
            layer(sequences, initial_state=states, mask=mask, training=training)
            for layer, states in zip((self.forward_layer, self.backward_layer), halves, strict=True)
        )
        states = ()
        if self.return_state:
            states = (*forward[1:], *backward[1:])
            forward, backward = forward[0], backward[0]
        if self.return_sequences:
            backward = ops.flip(backward, axis=1)
        if self.merge_mode is None:
            return (forward, backward, *states)
        output = _MERGES[self.merge_mode](forward, backward)
        return (output, *states) if self.return_state else output

    def reset_state(self):
        """Set the states of both layers to zero, where they are stateful."""
        if self.stateful:
            self.forward_layer.reset_state()
            self.backward_layer.reset_state()

    reset_states = reset_state

    @property
    def states(self):
        """The states of both layers, or None where they are not stateful."""
        if not self.stateful or self.forward_layer.states is None:
            return None
        return (*self.forward_layer.states, *self.backward_layer.states)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shape = self.forward_layer.compute_output_shape(sequences_shape)
        states = ()
        if self.return_state:
            shape, *states = shape
            states = (*states, *self.backward_layer.compute_output_shape(sequences_shape)[1:])
        if self.merge_mode is None:
            return (shape, shape, *states)
        if self.merge_mode == "concat":
            shape = (*shape[:-1], 2 * shape[-1])
        return (shape, *states) if self.return_state else shape

    def compute_mask(self, sequences, mask=None):
        while isinstance(mask, (list, tuple)):
            mask = mask[0]
        output_mask = mask if self.return_sequences else None
        return (output_mask, output_mask) if self.merge_mode is None else output_mask

    def get_config(self):
        config = {
            "merge_mode": self.merge_mode,
            "layer": serialization.serialize(self.forward_layer),
            "backward_layer": serialization.serialize(self.backward_layer),
        }
        return {**super().get_config(), **config}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Return a layer from what `get_config` gave."""
        config = dict(config)
        for name in ("layer", "backward_layer"):
            if config.get(name) is not None:
                config[name] = serialization.deserialize(
                    config[name], custom_objects=custom_objects
                )
        return cls(**config)


def _check_recurrent(argument, layer):
    if not isinstance(layer, Layer):
        raise errors.wrong_type(argument, got=layer, expected="a recurrent layer")
    if not all(hasattr(layer, name) for name in (*_SHARED, "go_backwards")):
        raise errors.invalid(argument, got=layer, expected="a recurrent layer")


def _copy(layer, prefix, **options):
    """Return a new layer with the configuration of this one, its name with the prefix."""
    serialized = serialization.serialize(layer)
    name = layer.name.removeprefix("forward_").removeprefix("backward_")
    config = {**serialized["config"], "name": prefix + name, **options}
    return serialization.deserialize({**serialized, "config": config})
