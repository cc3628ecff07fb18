"""TensorFlow's names for random tensors, with its seeds: `tf.random.*`.

An int `seed` of an op stands for a sequence: each call goes on in it, and `tf.random.set_seed`
begins all sequences again. The stateless functions take a key of two ints and give the same values
at every call. `name` and `alg` arguments change nothing.
"""

import functools
import random as python_random

import numpy as np

from estikeras import errors
from estikeras.engine import context, dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.ops import random, seeds
from estikeras.ops.core import static_shape, tensor
from estikeras.primitives import random as draws
from estikeras.primitives import shaping
from estikeras.public import public


@functools.cache
def _sequence(seed):
    """The generator behind an op's int seed; it follows from the global seed too."""
    with context.init_scope():
        first = int(seeds.global_seed_generator().state.numpy()[0])
        return seeds.SeedGenerator((first * 1_000_003 + int(seed)) % 2**31)


def sequence_of(seed):
    """The generator of an op's seed; None stays."""
    return seed if seed is None or isinstance(seed, seeds.SeedGenerator) else _sequence(int(seed))


@public("random.set_seed")
def set_seed(seed):
    """Set the global seed: random tensors without a seed of their own follow from it, and all
    sequences restart.
    """
    python_random.seed(int(seed))
    seeds.forget_global_seed()
    _sequence.cache_clear()


def _key(seed):
    """A stateless function's seed, two ints, as a key."""
    seed = as_tensor(seed)
    if seed.shape != (2,):
        raise errors.shape_mismatch("seed", got=seed.shape, expected=(2,))
    return tensor(seed, "uint32")


def _uniform(shape, minval, maxval, dtype, seed):
    dtype = dtypes.standardize(dtype)
    if dtypes.is_int(dtype):
        if maxval is None:
            raise errors.invalid("maxval", got=None, expected="a limit for an integer dtype")
        return random.randint(shape, minval, maxval, dtype, seed)
    return random.uniform(shape, minval, 1.0 if maxval is None else maxval, dtype, seed)


@op("random.uniform")
def uniform(shape, minval=0, maxval=None, dtype="float32", seed=None, name=None):
    """Values spread evenly over `[minval, maxval)`, floats or integers.

    Args:
        shape: tuple of int.
        minval: number.
        maxval: number; None means 1 for floats.
        dtype: a float or integer dtype.
        seed: int or None.
        name: no effect.
    """
    return _uniform(shape, minval, maxval, dtype, sequence_of(seed))


@op("random.normal")
def normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Values of a normal distribution; see `keras.random.normal`."""
    return random.normal(shape, mean, stddev, dtype, sequence_of(seed))


@op("random.truncated_normal")
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype="float32", seed=None, name=None):
    """Values of a normal distribution cut at two deviations; see
    `keras.random.truncated_normal`.
    """
    return random.truncated_normal(shape, mean, stddev, dtype, sequence_of(seed))


@op("random.categorical")
def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """Class numbers drawn with the probabilities `softmax(logits)`: (batch, num_samples), int64 by
    default.
    """
    return random.categorical(logits, num_samples, dtype or "int64", sequence_of(seed))


@op("random.shuffle")
def shuffle(value, seed=None, name=None):
    """The slices along the first axis in random order."""
    return random.shuffle(value, axis=0, seed=sequence_of(seed))


def _gamma(shape, alpha, beta, dtype, key, outer):
    dtype = dtypes.standardize(dtype)
    alpha = tensor(alpha, dtype)
    rate = None if beta is None else tensor(beta, dtype)
    inner = alpha.shape if rate is None else np.broadcast_shapes(alpha.shape, rate.shape)
    shape = (*static_shape(shape), *inner) if outer else static_shape(shape)
    y = draws.random_gamma(key, alpha, shape=shape)
    return y if rate is None else y / rate


@op("random.gamma")
def gamma(shape, alpha, beta=None, dtype="float32", seed=None, name=None):
    """Values of gamma distributions: shape `shape` of each of them.

    Args:
        shape: tuple of int, draws of each distribution.
        alpha: positive tensor.
        beta: positive tensor, the rate, or None for 1.
        dtype: a float dtype.
        seed: int or None.
        name: no effect.

    Returns:
        A tensor (*shape, *shape of alpha and beta).
    """
    return _gamma(shape, alpha, beta, dtype, seeds.draw_seed(sequence_of(seed)), outer=True)


@op("random.poisson")
def poisson(shape, lam, dtype="float32", seed=None, name=None):
    """Values of Poisson distributions with the means `lam`: a tensor (*shape, *shape of lam)."""
    lam = tensor(lam, "float64")
    shape = (*static_shape(shape), *lam.shape)
    drawn = draws.random_poisson(seeds.draw_seed(sequence_of(seed)), lam, shape=shape)
    return tensor(drawn, dtypes.standardize(dtype))


@op("random.stateless_uniform")
def stateless_uniform(
    shape, seed, minval=0, maxval=None, dtype="float32", name=None, alg="auto_select"
):
    """`uniform` as a function of a key of two ints."""
    return _uniform(shape, minval, maxval, dtype, _key(seed))


@op("random.stateless_normal")
def stateless_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """`normal` as a function of a key of two ints."""
    return random.normal(shape, mean, stddev, dtype, _key(seed))


@op("random.stateless_truncated_normal")
def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype="float32", name=None, alg="auto_select"
):
    """`truncated_normal` as a function of a key of two ints."""
    return random.truncated_normal(shape, mean, stddev, dtype, _key(seed))


@op("random.stateless_categorical")
def stateless_categorical(logits, num_samples, seed, dtype="int64", name=None):
    """`categorical` as a function of a key of two ints."""
    return random.categorical(logits, num_samples, dtype, _key(seed))


@op("random.stateless_gamma")
def stateless_gamma(shape, seed, alpha, beta=None, dtype="float32", name=None):
    """Gamma draws as a function of a key of two ints; `alpha` and `beta` broadcast to `shape`."""
    return _gamma(shape, alpha, beta, dtype, _key(seed), outer=False)


@op("random.stateless_poisson")
def stateless_poisson(shape, seed, lam, dtype="int32", name=None):
    """Poisson draws as a function of a key of two ints; `lam` broadcasts to `shape`."""
    drawn = draws.random_poisson(_key(seed), tensor(lam, "float64"), shape=static_shape(shape))
    return tensor(drawn, dtypes.standardize(dtype))


@op("random.stateless_binomial")
def stateless_binomial(shape, seed, counts, probs, output_dtype="int32", name=None):
    """Binomial draws as a function of a key of two ints; `counts` and `probs` broadcast to
    `shape`.
    """
    drawn = random.binomial(shape, counts, probs, "float64", _key(seed))
    return tensor(drawn, dtypes.standardize(output_dtype))


@op("random.split", "random.experimental.stateless_split")
def split(seed, num=2, alg="auto_select"):
    """Several keys from one: an int32 tensor (num, 2)."""
    bits = draws.random_bits(_key(seed), shape=(int(num), 2))
    return shaping.bitcast(bits, dtype="int32")


@op("random.fold_in", "random.experimental.stateless_fold_in")
def fold_in(seed, data, alg="auto_select"):
    """A key from a key and a number: an int32 tensor (2)."""
    key = _key(seed)
    mixed = key + tensor(data, "uint32") * np.array([0x9E3779B9, 0x85EBCA6B], "uint32")
    return shaping.bitcast(draws.random_bits(mixed, shape=(2,)), dtype="int32")


@public("random.Generator", "random.experimental.Generator")
class Generator:
    """A source of random tensors with a state of its own.

    Args:
        copy_from: another Generator, whose state is taken, or None.
        state: key of two ints, or None.
        alg: must be None or "philox".
    """

    def __init__(self, copy_from=None, state=None, alg=None):
        if alg not in (None, "philox", "auto_select", 1, 3):
            raise errors.unsupported(f"The algorithm {alg!r}", "Use 'philox'.")
        self._source = seeds.SeedGenerator()
        if copy_from is not None:
            state = copy_from.state
        if state is not None:
            self._source.state.assign(_key(state))

    @classmethod
    def from_seed(cls, seed, alg=None):
        """A generator that follows from an int."""
        return cls(state=np.array([int(seed) % 2**32, 0], "uint32"), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg=None):
        """A generator that nobody can foresee."""
        return cls(
            state=np.frombuffer(np.random.SeedSequence().generate_state(2), "uint32"), alg=alg
        )

    @property
    def state(self):
        """The key variable, two uint32."""
        return self._source.state

    @property
    def algorithm(self):
        """The algorithm's number in TensorFlow: 1, Philox."""
        return 1

    @property
    def key(self):
        """The first word of the state."""
        return self._source.state.value[0]

    def reset(self, state):
        """Set the state to a key of two ints."""
        self._source.state.assign(_key(state))

    def reset_from_seed(self, seed):
        """Set the state from an int."""
        self.reset(np.array([int(seed) % 2**32, 0], "uint32"))

    def split(self, count=1):
        """A list of `count` new generators."""
        keys = split(Tensor(self._source.next().numpy()), count).numpy()
        return [Generator(state=key.view("uint32")) for key in keys]

    def make_seeds(self, count=1):
        """Keys for stateless functions: an int32 tensor (2, count)."""
        bits = draws.random_bits(self._source.next(), shape=(2, int(count)))
        return shaping.bitcast(bits, dtype="int32")

    def uniform(self, shape, minval=0, maxval=None, dtype="float32", name=None):
        """Values spread evenly over `[minval, maxval)`."""
        return _uniform(shape, minval, maxval, dtype, self._source)

    def uniform_full_int(self, shape, dtype="uint64", name=None):
        """Whole numbers spread evenly over all that the dtype holds."""
        info = np.iinfo(dtypes.to_numpy(dtypes.standardize(dtype)))
        return random.randint(shape, int(info.min), int(info.max) + 1, dtype, self._source)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Values of a normal distribution."""
        return random.normal(shape, mean, stddev, dtype, self._source)

    def truncated_normal(self, shape, mean=0.0, stddev=1.0, dtype="float32", name=None):
        """Values of a normal distribution cut at two deviations."""
        return random.truncated_normal(shape, mean, stddev, dtype, self._source)

    def binomial(self, shape, counts, probs, dtype="int32", name=None):
        """How many of `counts` trials succeed."""
        drawn = random.binomial(shape, counts, probs, "float64", self._source)
        return tensor(drawn, dtypes.standardize(dtype))


@functools.cache
def _global():
    return [Generator()]


@public("random.get_global_generator", "random.experimental.get_global_generator")
def get_global_generator():
    """The generator that all of a process may share."""
    return _global()[0]


@public("random.set_global_generator", "random.experimental.set_global_generator")
def set_global_generator(generator):
    """Replace the generator that all of a process may share."""
    _global()[0] = generator
