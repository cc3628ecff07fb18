"""Random tensors: `keras.random.*` over the counter-based primitives.

`seeds` says what a seed may be.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import seeds
from estikeras.ops.core import floating, static_shape, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping
from estikeras.primitives import random as draws
from estikeras.primitives import reduce as red


def _float_dtype(dtype, function):
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_float(dtype):
        raise errors.invalid("dtype", got=dtype, expected=f"a floating-point dtype in {function}")
    return dtype


def _scaled(x, scale, shift):
    """`x * scale + shift` in the dtype of `x`, without the steps that change nothing."""
    if not (isinstance(scale, (int, float)) and scale == 1):
        x = x * tensor(scale, x.dtype)
    if not (isinstance(shift, (int, float)) and shift == 0):
        x = x + tensor(shift, x.dtype)
    return x


@op("keras.random.normal")
def normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Values of a normal distribution.

    Args:
        shape: tuple of int.
        mean: number or tensor that broadcasts to `shape`.
        stddev: number or tensor that broadcasts to `shape`.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    dtype = _float_dtype(dtype, "normal")
    x = draws.random_normal(seeds.draw_seed(seed), shape=static_shape(shape), dtype=dtype)
    return _scaled(x, stddev, mean)


@op("keras.random.truncated_normal")
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Values of a normal distribution, of which those more than two deviations away are drawn
    again.

    Args:
        shape: tuple of int.
        mean: number or tensor that broadcasts to `shape`.
        stddev: number or tensor that broadcasts to `shape`, of the distribution before the cut.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    dtype = _float_dtype(dtype, "truncated_normal")
    x = draws.random_truncated_normal(seeds.draw_seed(seed), shape=static_shape(shape), dtype=dtype)
    return _scaled(x, stddev, mean)


@op("keras.random.uniform")
def uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Values spread evenly over `[minval, maxval)`.

    Args:
        shape: tuple of int.
        minval: number or tensor that broadcasts to `shape`.
        maxval: number or tensor that broadcasts to `shape`.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    dtype = _float_dtype(dtype, "uniform")
    x = draws.random_uniform(seeds.draw_seed(seed), shape=static_shape(shape), dtype=dtype)
    return _scaled(x, maxval - minval, minval)


@op("keras.random.randint")
def randint(shape, minval, maxval, dtype="int32", seed=None):
    """Whole numbers spread evenly over `[minval, maxval)`.

    Args:
        shape: tuple of int.
        minval: int or integer tensor that broadcasts to `shape`.
        maxval: int or integer tensor that broadcasts to `shape`.
        dtype: an integer dtype.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.

    Raises:
        ValueError: when `dtype` is no integer dtype or the range is empty.
    """
    dtype, shape = dtypes.standardize(dtype), static_shape(shape)
    if not dtypes.is_int(dtype):
        raise errors.invalid("dtype", got=dtype, expected="an integer dtype in randint")
    key = seeds.draw_seed(seed)
    if all(isinstance(limit, (int, float, np.number)) for limit in (minval, maxval)):
        return draws.random_randint(
            key, shape=shape, minval=int(minval), maxval=int(maxval), dtype=dtype
        )
    low, high = (tensor(limit, "float64") for limit in (minval, maxval))
    x = draws.random_uniform(key, shape=shape, dtype="float64")
    return tensor(low + ew.floor(x * (high - low)), dtype)


@op("keras.random.categorical")
def categorical(logits, num_samples, dtype="int32", seed=None):
    """Class numbers drawn with the probabilities `softmax(logits)`.

    Args:
        logits: float tensor (batch, classes).
        num_samples: int, draws for each row.
        dtype: an integer dtype.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor (batch, num_samples).
    """
    logits = floating(logits)
    if logits.ndim != 2:
        raise errors.shape_mismatch("logits", got=logits.shape, expected="(batch, classes)")
    batch, classes = logits.shape
    u = draws.random_uniform(
        seeds.draw_seed(seed), shape=(batch, num_samples, classes), dtype=logits.dtype
    )
    gumbel = -ew.log(-ew.log(u))
    scores = shaping.reshape(logits, shape=(batch, 1, classes)) + gumbel
    return tensor(red.argmax(scores, axis=2, keepdims=False), dtypes.standardize(dtype))


@op("keras.random.dropout")
def dropout(inputs, rate, noise_shape=None, seed=None):
    """The inputs with a random part set to 0, and the rest scaled up so that the expected sum
    stays.

    Args:
        inputs: float tensor of any shape.
        rate: float from 0 to 1, the part that is set to 0.
        noise_shape: shape that broadcasts to the inputs' one, in which the choice is made; None
            entries are the inputs' sizes.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor like the inputs.
    """
    inputs = floating(inputs)
    if not 0 <= rate <= 1:
        raise errors.invalid("rate", got=rate, expected="a number from 0 to 1")
    if rate == 0:
        return inputs
    zero = ew.constant(0, inputs)
    if rate == 1:
        return inputs * zero
    shape = inputs.shape
    if noise_shape is not None:
        sizes = zip(noise_shape, inputs.shape, strict=True)
        shape = tuple(own if given is None else int(given) for given, own in sizes)
    kept = draws.random_bernoulli(seeds.draw_seed(seed), shape=shape, rate=1.0 - float(rate))
    return ew.select(kept, inputs * ew.constant(1 / (1 - rate), inputs), zero)


@op("keras.random.shuffle")
def shuffle(x, axis=0, seed=None):
    """The slices along an axis in random order.

    Args:
        x: tensor.
        axis: int.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor like `x`.
    """
    x = as_tensor(x)
    axis = shapes.normalize_axis(axis, x.ndim)
    order = draws.random_permutation(seeds.draw_seed(seed), size=int(x.shape[axis]))
    return indexing.take(x, order, axis=axis)


@op("keras.random.gamma")
def gamma(shape, alpha, dtype=None, seed=None):
    """Values of a gamma distribution with scale 1.

    Args:
        shape: tuple of int.
        alpha: positive number or tensor that broadcasts to `shape`.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    alpha = tensor(alpha, _float_dtype(dtype, "gamma"))
    return draws.random_gamma(seeds.draw_seed(seed), alpha, shape=static_shape(shape))


@op("keras.random.beta")
def beta(shape, alpha, beta, dtype=None, seed=None):
    """Values of a beta distribution.

    Args:
        shape: tuple of int.
        alpha: positive number or tensor that broadcasts to `shape`.
        beta: positive number or tensor that broadcasts to `shape`.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    dtype = _float_dtype(dtype, "beta")
    alpha, beta = tensor(alpha, dtype), tensor(beta, dtype)
    return draws.random_beta(seeds.draw_seed(seed), alpha, beta, shape=static_shape(shape))


@op("keras.random.binomial")
def binomial(shape, counts, probabilities, dtype=None, seed=None):
    """How many of `counts` trials succeed.

    Args:
        shape: tuple of int.
        counts: number or tensor that broadcasts to `shape`, not negative.
        probabilities: number or tensor from 0 to 1 that broadcasts to `shape`.
        dtype: a floating-point dtype, by default `keras.config.floatx()`.
        seed: int, SeedGenerator or None.

    Returns:
        A tensor of the shape and dtype.
    """
    dtype = _float_dtype(dtype, "binomial")
    counts, probabilities = tensor(counts, "float64"), tensor(probabilities, dtype)
    return draws.random_binomial(
        seeds.draw_seed(seed), counts, probabilities, shape=static_shape(shape)
    )
