"""First values of variables with TensorFlow 1's arguments and defaults."""

from estikeras import errors, ops
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.keras import initializers
from estikeras.public import public


class _Typed:
    """An initializer that has a dtype of its own, and is told what part of a variable to fill."""

    def __call__(self, shape, dtype=None, partition_info=None):
        """First values, a tensor.

        Args:
            shape: sequence of int.
            dtype: dtype; None takes the initializer's.
            partition_info: must be None.
        """
        if partition_info is not None:
            raise errors.unsupported("`partition_info`", "Leave it out: variables are never cut.")
        dtype = self.dtype if dtype is None else dtypes.standardize(dtype)
        return super().__call__(tuple(shape), dtype)

    def _set_dtype(self, dtype):
        self.dtype = dtypes.standardize(dtype)

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {**super().get_config(), "dtype": self.dtype}


@public("compat.v1.zeros_initializer", "compat.v1.initializers.zeros")
class Zeros(_Typed, initializers.Zeros):
    """Zeros.

    Args:
        dtype: dtype where none is asked for.
    """

    def __init__(self, dtype="float32"):
        self._set_dtype(dtype)


@public("compat.v1.ones_initializer", "compat.v1.initializers.ones")
class Ones(_Typed, initializers.Ones):
    """Ones.

    Args:
        dtype: dtype where none is asked for.
    """

    def __init__(self, dtype="float32"):
        self._set_dtype(dtype)


@public("compat.v1.constant_initializer", "compat.v1.initializers.constant")
class Constant(_Typed, initializers.Constant):
    """Given values.

    Args:
        value: number, or nested sequence with as many numbers as the variable.
        dtype: dtype where none is asked for.
        verify_shape: whether an array must have the variable's shape, not only its size.
    """

    def __init__(self, value=0, dtype="float32", verify_shape=False):
        super().__init__(value)
        self._verify_shape = verify_shape
        self._set_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        values = as_tensor(self.value)
        if not values.shape:
            return super().__call__(shape, dtype, partition_info)
        if self._verify_shape and values.shape != tuple(shape):
            raise TypeError(f"Expected Tensor's shape: {tuple(shape)}, got {values.shape}.")
        values = ops.cast(values, self.dtype if dtype is None else dtype)
        return ops.reshape(values, tuple(shape))

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {"value": self.value, "dtype": self.dtype}


@public("compat.v1.random_normal_initializer", "compat.v1.initializers.random_normal")
class RandomNormal(_Typed, initializers.RandomNormal):
    """A normal distribution.

    Args:
        mean: float.
        stddev: float, the standard deviation.
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype="float32"):
        super().__init__(mean, stddev, seed)
        self._set_dtype(dtype)


@public("compat.v1.truncated_normal_initializer", "compat.v1.initializers.truncated_normal")
class TruncatedNormal(_Typed, initializers.TruncatedNormal):
    """A normal distribution without what is more than two standard deviations from the mean.

    Args:
        mean: float.
        stddev: float, the standard deviation before the cut.
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype="float32"):
        super().__init__(mean, stddev, seed)
        self._set_dtype(dtype)


@public("compat.v1.random_uniform_initializer", "compat.v1.initializers.random_uniform")
class RandomUniform(_Typed, initializers.RandomUniform):
    """All values of an interval alike.

    Args:
        minval: float, the least value.
        maxval: float, the limit, which is not reached; None stands for 1.
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(self, minval=0.0, maxval=None, seed=None, dtype="float32"):
        super().__init__(minval, 1.0 if maxval is None else maxval, seed)
        self._set_dtype(dtype)


@public("compat.v1.variance_scaling_initializer", "compat.v1.initializers.variance_scaling")
class VarianceScaling(_Typed, initializers.VarianceScaling):
    """Random values with the variance `scale / n`, where `n` is a fan of the weight.

    Args:
        scale: positive float.
        mode: "fan_in", "fan_out" or "fan_avg".
        distribution: "truncated_normal" (or "normal"), "untruncated_normal" or "uniform".
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(
        self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype="float32"
    ):
        super().__init__(scale, mode, distribution, seed)
        self._set_dtype(dtype)


@public("compat.v1.uniform_unit_scaling_initializer", "compat.v1.initializers.uniform_unit_scaling")
class UniformUnitScaling(VarianceScaling):
    """A uniform distribution within `factor * sqrt(3 / fan_in)` of 0.

    Args:
        factor: float.
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(self, factor=1.0, seed=None, dtype="float32"):
        super().__init__(factor * factor, "fan_in", "uniform", seed, dtype)


@public("compat.v1.glorot_uniform_initializer", "compat.v1.initializers.glorot_uniform")
class GlorotUniform(VarianceScaling):
    """A uniform distribution within `sqrt(6 / (fan_in + fan_out))` of 0.

    Args:
        seed: int or None.
        dtype: dtype where none is asked for.

    Reference: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    def __init__(self, seed=None, dtype="float32"):
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)


@public("compat.v1.glorot_normal_initializer", "compat.v1.initializers.glorot_normal")
class GlorotNormal(VarianceScaling):
    """A truncated normal distribution with the variance `2 / (fan_in + fan_out)`.

    Args:
        seed: int or None.
        dtype: dtype where none is asked for.

    Reference: Glorot and Bengio, 2010, Understanding the difficulty of training deep feedforward
    neural networks.
    """

    def __init__(self, seed=None, dtype="float32"):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)


@public("compat.v1.orthogonal_initializer", "compat.v1.initializers.orthogonal")
class Orthogonal(_Typed, initializers.Orthogonal):
    """A random orthogonal matrix times a factor.

    Args:
        gain: float.
        seed: int or None.
        dtype: dtype where none is asked for.
    """

    def __init__(self, gain=1.0, seed=None, dtype="float32"):
        super().__init__(gain, seed)
        self._set_dtype(dtype)


@public("compat.v1.initializers.identity")
class Identity(_Typed, initializers.Identity):
    """The identity matrix times a factor.

    Args:
        gain: number on the diagonal.
        dtype: dtype where none is asked for.
    """

    def __init__(self, gain=1.0, dtype="float32"):
        super().__init__(gain)
        self._set_dtype(dtype)


@public("compat.v1.initializers.he_normal")
def he_normal(seed=None):
    """A truncated normal distribution with the variance `2 / fan_in`."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


@public("compat.v1.initializers.he_uniform")
def he_uniform(seed=None):
    """A uniform distribution within `sqrt(6 / fan_in)` of 0."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


@public("compat.v1.initializers.lecun_normal")
def lecun_normal(seed=None):
    """A truncated normal distribution with the variance `1 / fan_in`."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


@public("compat.v1.initializers.lecun_uniform")
def lecun_uniform(seed=None):
    """A uniform distribution within `sqrt(3 / fan_in)` of 0."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)
