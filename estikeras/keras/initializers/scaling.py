"""Initializers whose spread follows from the shape: variance scaling with its named settings, and
orthogonal matrices.
"""

import math

from estikeras import errors, ops
from estikeras.keras.initializers.distributions import RandomInitializer
from estikeras.ops import random
from estikeras.public import public

_MODES = ("fan_in", "fan_out", "fan_avg")
_DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal")
# The standard deviation of a standard normal distribution that is cut at two deviations.
_TRUNCATED = 0.87962566103423978


def compute_fans(shape, input_axes=None, output_axes=None):
    """How many inputs and outputs each unit of a weight of this shape has.

    Args:
        shape: tuple of int; of the last two axes the first is the input's, and axes before them
            are a window.
        input_axes: axes whose sizes are multiplied instead, with `output_axes`.
        output_axes: likewise.
    """
    if input_axes is not None and output_axes is not None:
        return tuple(math.prod(shape[a] for a in axes) for axes in (input_axes, output_axes))
    if len(shape) < 2:
        return (shape[0] if shape else 1,) * 2
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


@public("keras.initializers.VarianceScaling", "keras.initializers.variance_scaling")
class VarianceScaling(RandomInitializer):
    """Random values with the variance `scale / n`, where `n` is a fan of the weight.

    Args:
        scale: positive float.
        mode: "fan_in" (inputs of a unit), "fan_out" (its outputs) or "fan_avg" (their mean).
        distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape as of a dense or
            convolution kernel.
        output_axes: axes of the outputs, likewise.

    Raises:
        ValueError: for other arguments.
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        input_axes=None,
        output_axes=None,
    ):
        if scale <= 0:
            raise errors.invalid("scale", got=scale, expected="a positive number")
        if mode not in _MODES:
            raise errors.invalid("mode", got=mode, expected=f"one of {_MODES}")
        distribution = distribution.lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        if distribution not in _DISTRIBUTIONS:
            raise errors.invalid(
                "distribution", got=distribution, expected=f"one of {_DISTRIBUTIONS}"
            )
        self.scale, self.mode, self.distribution = scale, mode, distribution
        self.input_axes, self.output_axes = input_axes, output_axes
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        """A tensor of random values."""
        fan_in, fan_out = compute_fans(tuple(shape), self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        deviation = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "truncated_normal":
            return random.truncated_normal(shape, 0.0, deviation / _TRUNCATED, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, deviation, dtype, self.seed)
        limit = math.sqrt(3.0) * deviation
        return random.uniform(shape, -limit, limit, dtype, self.seed)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Named(VarianceScaling):
    """Variance scaling with fixed settings: only seed and axes are left to choose."""

    _settings = (1.0, "fan_in", "truncated_normal")

    def __init__(self, seed=None, input_axes=None, output_axes=None):
        super().__init__(*self._settings, seed, input_axes, output_axes)

    def get_config(self):
        """The arguments that make an equal initializer."""
        config = super().get_config()
        return {key: config[key] for key in ("seed", "input_axes", "output_axes")}


@public("keras.initializers.GlorotUniform", "keras.initializers.glorot_uniform")
class GlorotUniform(_Named):
    """A uniform distribution within `sqrt(6 / (fan_in + fan_out))` of 0.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    _settings = (1.0, "fan_avg", "uniform")


@public("keras.initializers.GlorotNormal", "keras.initializers.glorot_normal")
class GlorotNormal(_Named):
    """A truncated normal distribution with the variance `2 / (fan_in + fan_out)`.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    _settings = (1.0, "fan_avg", "truncated_normal")


@public("keras.initializers.LecunNormal", "keras.initializers.lecun_normal")
class LecunNormal(_Named):
    """A truncated normal distribution with the variance `1 / fan_in`.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: LeCun, Bottou, Orr and Müller, 1998, Efficient backprop.
    """

    _settings = (1.0, "fan_in", "truncated_normal")


@public("keras.initializers.LecunUniform", "keras.initializers.lecun_uniform")
class LecunUniform(_Named):
    """A uniform distribution within `sqrt(3 / fan_in)` of 0.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: LeCun, Bottou, Orr and Müller, 1998, Efficient backprop.
    """

    _settings = (1.0, "fan_in", "uniform")


@public("keras.initializers.HeNormal", "keras.initializers.he_normal")
class HeNormal(_Named):
    """A truncated normal distribution with the variance `2 / fan_in`.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: He, Zhang, Ren and Sun, 2015, Delving deep into rectifiers.
    """

    _settings = (2.0, "fan_in", "truncated_normal")


@public("keras.initializers.HeUniform", "keras.initializers.he_uniform")
class HeUniform(_Named):
    """A uniform distribution within `sqrt(6 / fan_in)` of 0.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
        input_axes: axes of the inputs, None to take them from the shape.
        output_axes: axes of the outputs, likewise.

    Reference: He, Zhang, Ren and Sun, 2015, Delving deep into rectifiers.
    """

    _settings = (2.0, "fan_in", "uniform")


@public(
    "keras.initializers.Orthogonal",
    "keras.initializers.orthogonal",
    "keras.initializers.OrthogonalInitializer",
)
class Orthogonal(RandomInitializer):
    """A random orthogonal matrix: columns (or rows, where there are fewer) of length `gain`, at
    right angles.

    Args:
        gain: float, what the matrix is multiplied with.
        seed: int, `keras.random.SeedGenerator` or None.

    Reference: Saxe, McClelland and Ganguli, 2014, Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks.
    """

    def __init__(self, gain=1.0, seed=None):
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape, dtype=None):
        """A tensor that is orthogonal as a matrix of its last axis by the product of the others."""
        if len(shape) < 2:
            raise errors.shape_mismatch("shape", got=shape, expected="at least two dimensions")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = (max(rows, columns), min(rows, columns))
        q, r = ops.qr(random.normal(tall, dtype=dtype, seed=self.seed))
        # With the signs of the diagonal, all orthogonal matrices are equally likely.
        q = q * ops.sign(ops.diag(r))
        return self.gain * ops.reshape(q if rows >= columns else ops.transpose(q), shape)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {**super().get_config(), "gain": self.gain}
