"""The real Keras on its jax backend, as the judge of what ours computes; absent is reported once.

`keras` is None where it is not installed. Tests that need it carry the marker `oracle`; they are
skipped then, and `conftest.py` says so in one loud line at the end.
"""

import functools
import importlib.util
import os
import warnings

AVAILABLE = all(importlib.util.find_spec(name) for name in ("keras", "jax"))


@functools.cache
def real_keras():
    """The real `keras` module, on jax with 64-bit types allowed."""
    os.environ["KERAS_BACKEND"] = "jax"
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jax
        import keras

        jax.config.update("jax_enable_x64", True)
    return keras
