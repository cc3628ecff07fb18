"""TimeDistributed."""

from estikeras import errors, ops
from estikeras.engine import tree
from estikeras.keras.layers.core.wrapper import Wrapper
from estikeras.public import public


@public("keras.layers.TimeDistributed")
class TimeDistributed(Wrapper):
    """Apply a layer to each time step of a sequence by itself.

    All steps are one large batch for the layer, unless it keeps statistics of its batches: then it
    is called step by step in training.

    Args:
        layer: the layer.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (batch, time, ...).
        training: whether the layer is being trained.
        mask: (batch, time) bool, given to the layer where it takes a mask.

    Returns:
        (batch, time, ...) with the layer's output at each step.
    """

    def __init__(self, layer, **kwargs):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def build(self, input_shape):
        super().build(_step_shape(input_shape))

    def call(self, inputs, training=None, mask=None):
        batch, time = inputs.shape[:2]
        if training and self.layer.non_trainable_weights:
            steps = [
                self._apply(inputs[:, t], training, None if mask is None else mask[:, t])
                for t in range(time)
            ]
            return tree.map_structure(lambda *parts: ops.stack(parts, axis=1), *steps)

        def merged(x):
            return ops.reshape(x, (batch * time, *x.shape[2:]))

        outputs = self._apply(merged(inputs), training, None if mask is None else merged(mask))
        return tree.map_structure(lambda y: ops.reshape(y, (batch, time, *y.shape[1:])), outputs)

    def _apply(self, inputs, training, mask):
        options = {"training": training} if self.layer._call_has_training else {}
        if self.layer._call_has_mask and mask is not None:
            options["mask"] = mask
        return self.layer(inputs, **options)

    def compute_output_shape(self, input_shape):
        shape = self.layer.compute_output_shape(_step_shape(input_shape))
        return (shape[0], input_shape[1], *shape[1:])


def _step_shape(input_shape):
    if len(input_shape) < 3:
        raise errors.shape_mismatch(
            "inputs", got=input_shape, expected="at least 3 dimensions, (batch, time, ...)"
        )
    return (input_shape[0], *input_shape[2:])
