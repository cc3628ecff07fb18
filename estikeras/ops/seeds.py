"""Seeds of random tensors, as keys for the counter-based primitives. Knows no layers.

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
from estikeras.engine import context, naming
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import Variable
from estikeras.ops import replicas
from estikeras.ops.core import tensor
from estikeras.primitives import elementwise as ew
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
