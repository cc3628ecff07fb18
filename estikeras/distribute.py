"""The names of `tf.distribute`: the package `strategies`, which knows nothing of Keras."""

import strategies as _strategies

from estikeras.public import public
