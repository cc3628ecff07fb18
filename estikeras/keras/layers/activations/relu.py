"""The rectifier as a layer."""

from estikeras import errors, ops
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.ReLU")
class ReLU(Layer):
    """`max(x, 0)`, with a slope below the threshold and a limit above.

    Args:
        max_value: greatest output, not negative; None is no limit.
        negative_slope: slope below the threshold, not negative.
        threshold: where the line begins, not negative.

    Call arguments:
        inputs: tensor of any shape.

    Raises:
        ValueError: if an argument is negative.
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        for name, value in (
            ("max_value", max_value or 0),
            ("negative_slope", negative_slope),
            ("threshold", threshold),
        ):
            if value is None or value < 0:
                raise errors.invalid(name, got=value, expected="a number that is not negative")
        self.max_value, self.negative_slope, self.threshold = max_value, negative_slope, threshold
        self.supports_masking = True
        self.built = True

    def call(self, inputs):
        """The rectified inputs."""
        if not (self.max_value or self.negative_slope or self.threshold) and self.max_value is None:
            return ops.relu(inputs)
        return rectified(inputs, self.negative_slope, self.max_value, self.threshold)

    def compute_output_shape(self, input_shape):
        """Unchanged."""
        return input_shape

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }


def rectified(x, negative_slope, max_value, threshold):
    """`x` above the threshold, at most `max_value`, and a line of `negative_slope` below."""
    y = ops.where(x > threshold, x, ops.zeros_like(x)) if threshold else ops.relu(x)
    if max_value is not None:
        y = ops.minimum(y, max_value)
    return y - negative_slope * ops.relu(threshold - x) if negative_slope else y
