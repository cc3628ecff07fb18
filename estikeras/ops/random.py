"""Seeds and random tensors: `keras.random.*` over the counter-based primitives. Knows no layers.

A key is a uint32 tensor of two words. An int seed is the key (seed, 0), so it gives the same
values at every call. A `SeedGenerator` gives a new key at every call, also inside of traced
functions. No seed means the one generator of the process, whose seed comes from Python's `random`,
as all seeds that nobody chose.
"""

import contextlib
import functools
import random as python_random

import numpy as np

from estikeras import errors
from estikeras.engine import context, dtypes, naming, shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.engine.variable import Variable
from estikeras.ops import replicas
from estikeras.ops.core import floating, static_shape, tensor
from estikeras.primitives import elementwise as ew
from estikeras.primitives import indexing, shaping
from estikeras.primitives import random as draws
from estikeras.primitives import reduce as red
from estikeras.public import public

_STEP = np.array([0, 1], "uint32")


def _of_replica(rank):
    """What the keys of a replica differ by: replicas draw values of their own for their rows."""
    return np.array([rank * 0x9E3779B9 % 2**32, 0], "uint32")


def _key_of(seed):
    return np.array([int(seed) % 2**32, 0], "uint32")


_STATE = "seed_generator_state"


def is_state(variable):
    """Whether a variable is the state of a SeedGenerator."""
    last = variable.path.rpartition("/")[2]
    return last.startswith(_STATE) and variable.dtype == "uint32"


@public("keras.random.SeedGenerator")
class SeedGenerator:
    """A source of keys for random tensors, each different, all following from one seed.

    Args:
        seed: int; None takes one from Python's `random`, which `keras.utils.set_random_seed` sets.
        name: made up when None.

    Raises:
        ValueError: for a seed that is not an int.
    """

    def __init__(self, seed=None, name=None, **kwargs):
        kwargs.pop("backend", None)
        if kwargs:
            raise ValueError(f"Unknown arguments of SeedGenerator: {sorted(kwargs)}.")
        self.name = name or naming.auto_name(type(self).__name__)
        self._initial_seed = seed
        seed = make_default_seed() if seed is None else seed
        if not isinstance(seed, int):
            raise errors.invalid("seed", got=seed, expected="an int or None")
        with context.name_scope(self.name, caller=self):
            self.state = Variable(_key_of(seed), dtype="uint32", trainable=False, name=_STATE)

    def next(self, ordered=True):
        """The next key: a uint32 tensor of two words.

        Args:
            ordered: kept for the reference's sake; keys always come in the same order.
        """
        key = self.state.value
        self.state.assign(ew.add(key, _STEP))
        rank = replicas.rank_of_replica()
        return ew.add(key, _of_replica(rank)) if rank else key

    def get_config(self):
        """The arguments that make a generator with the same first seed."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """A generator from what `get_config` gave."""
        return cls(**config)


def global_seed_generator():
    """The generator of calls without a seed: the process's, or that of a model function."""
    store = context.current.variables
    if store is None:
        return _of_process()
    if store.seed_generator is None:
        with store.making_local(), context.init_scope():
            store.seed_generator = SeedGenerator(name="global_seed_generator")
    return store.seed_generator


@functools.cache
def _of_process():
    with context.init_scope():
        return SeedGenerator(name="global_seed_generator")


def has_global_seed():
    """Whether the process's generator was made."""
    return _of_process.cache_info().currsize > 0


def forget_global_seed():
    """Let the process's generator begin anew, by Python's `random`."""
    _of_process.cache_clear()


def make_default_seed():
    """A seed for whoever was given none, from Python's `random`."""
    return python_random.randint(1, int(1e9))


@public("keras.utils.set_random_seed")
def set_random_seed(seed):
    """Set the seeds of Python's `random`, of NumPy, and of all random tensors without a seed of
    their own.

    Args:
        seed: int from 0 to 2**32 - 1.

    Raises:
        ValueError: for anything but an int.
    """
    if not isinstance(seed, int):
        raise errors.invalid("seed", got=seed, expected="an int")
    python_random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 (users' own code draws from here)
    forget_global_seed()


@contextlib.contextmanager
def seeded(seed):
    """A `with` block in which seeds are drawn as after `set_random_seed`; what is drawn afterwards
    is what would have been drawn without it.

    Args:
        seed: int, or None for a block like any other.
    """
    if seed is None:
        yield
        return
    before = python_random.getstate(), np.random.get_state()  # noqa: NPY002  as above
    python_random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    try:
        yield
    finally:
        python_random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002


def draw_seed(seed):
    """The key for one random tensor.

    Args:
        seed: None, an int, a SeedGenerator, or a key itself.

    Returns:
        A uint32 tensor of two words.

    Raises:
        ValueError: for anything else.
    """
    if seed is None:
        return global_seed_generator().next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if isinstance(seed, (int, np.integer)) and not isinstance(seed, bool):
        return Tensor(_key_of(seed))
    if isinstance(seed, (Tensor, np.ndarray)) and seed.shape == (2,):
        return tensor(seed, "uint32")
    raise errors.invalid("seed", got=seed, expected="an int, a SeedGenerator or None")


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
    x = draws.random_normal(draw_seed(seed), shape=static_shape(shape), dtype=dtype)
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
    x = draws.random_truncated_normal(draw_seed(seed), shape=static_shape(shape), dtype=dtype)
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
    x = draws.random_uniform(draw_seed(seed), shape=static_shape(shape), dtype=dtype)
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
    key = draw_seed(seed)
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
        draw_seed(seed), shape=(batch, num_samples, classes), dtype=logits.dtype
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
    kept = draws.random_bernoulli(draw_seed(seed), shape=shape, rate=1.0 - float(rate))
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
    order = draws.random_permutation(draw_seed(seed), size=int(x.shape[axis]))
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
    return draws.random_gamma(draw_seed(seed), alpha, shape=static_shape(shape))


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
    return draws.random_beta(draw_seed(seed), alpha, beta, shape=static_shape(shape))


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
    return draws.random_binomial(draw_seed(seed), counts, probabilities, shape=static_shape(shape))
