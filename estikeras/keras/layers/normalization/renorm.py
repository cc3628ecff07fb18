"""Batch renormalization: what it adds to BatchNormalization. Knows that layer's weights only.

Reference: Ioffe, 2017, Batch Renormalization: Towards Reducing Minibatch Dependence, algorithm 1.
"""

import math

from estikeras import errors, ops

_LIMITS = ("rmax", "rmin", "dmax")


def check_clipping(clipping):
    """Return the dict of limits; raise ValueError for a key that is none of rmax, rmin, dmax."""
    clipping = dict(clipping or {})
    if set(clipping) - set(_LIMITS):
        raise errors.invalid("renorm_clipping", got=clipping, expected=f"keys among {_LIMITS}")
    return clipping


def add_weights(layer, size):
    """Add the averages of mean and deviation, which begin at the moving averages' first values."""

    def deviation(shape, dtype=None):
        return ops.sqrt(layer.moving_variance_initializer(shape, dtype=dtype))

    for name, initializer in (
        ("moving_stddev", deviation),
        ("renorm_mean", layer.moving_mean_initializer),
        ("renorm_stddev", deviation),
    ):
        weight = layer.add_weight(
            name=name,
            shape=(size,),
            initializer=initializer,
            trainable=False,
            autocast=False,
            aggregation="mean",
        )
        setattr(layer, name, weight)


def correction(layer, mean, variance):
    """Return (r, d), which bring the batch's statistics near the averages; no gradient passes."""
    deviation = ops.sqrt(variance + layer.epsilon)
    average = ops.maximum(ops.cast(layer.renorm_stddev, mean.dtype), math.sqrt(layer.epsilon))
    ratio = deviation / average
    shift = (mean - ops.cast(layer.renorm_mean, mean.dtype)) / average
    limits = layer.renorm_clipping
    if "rmin" in limits:
        ratio = ops.maximum(ratio, limits["rmin"])
    if "rmax" in limits:
        ratio = ops.minimum(ratio, limits["rmax"])
    if "dmax" in limits:
        shift = ops.clip(shift, -limits["dmax"], limits["dmax"])
    return ops.stop_gradient(ratio), ops.stop_gradient(shift)


def update(layer, mean, variance):
    """Move the averages of mean and deviation, and the moving variance that follows from them."""
    deviation = ops.sqrt(variance + layer.epsilon)
    _move(layer.renorm_mean, mean, layer.renorm_momentum)
    _move(layer.renorm_stddev, deviation, layer.renorm_momentum)
    _move(layer.moving_stddev, deviation, layer.momentum)
    variance = ops.square(layer.moving_stddev) - layer.epsilon
    layer.moving_variance.assign(ops.relu(variance))


def _move(average, value, momentum):
    average.assign(average * momentum + ops.cast(value, average.dtype) * (1.0 - momentum))
