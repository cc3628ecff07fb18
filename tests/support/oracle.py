"""The judges of what ours computes: the real Keras on its jax backend, and TensorBoard's reader.

Tests that need one carry the marker `oracle` (`oracle("tensorboard")`); where it is not installed
they are skipped, and `conftest.py` says so in one loud line at the end.
"""

import functools
import gc
import importlib.util
import os
import sys
import warnings

_NEEDS = {"keras": ("keras", "jax"), "tensorboard": ("tensorboard",)}


def available(judge):
    """Whether the judge's packages are installed."""
    return all(importlib.util.find_spec(name) for name in _NEEDS[judge])


AVAILABLE = available("keras")


def forget():
    """Free what jax has compiled so far."""
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
        gc.collect()


@functools.cache
def real_keras():
    """The real `keras` module, on jax with 64-bit types allowed."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    # Most of the oracle's time is compiling; what it compiles runs once, on small arrays.
    os.environ.setdefault(
        "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jax
        import keras

        jax.config.update("jax_enable_x64", True)
    return keras
