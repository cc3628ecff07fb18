"""TensorFlow's further names of `tf.nn`: weighted moments, and CTC with its argument order."""

import math

import numpy as np

from estikeras import errors
from estikeras.engine import shapes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import ctc
from estikeras.ops.core import floating, promote
from estikeras.primitives import elementwise as ew
from estikeras.primitives import reduce as red
from estikeras.primitives import shaping


@op("nn.weighted_moments")
def weighted_moments(x, axes, frequency_weights, keepdims=False, name=None):
    """Mean and variance over axes in which each element counts with its weight.

    Args:
        x: float tensor.
        axes: int or several.
        frequency_weights: tensor that broadcasts with `x`.
        keepdims: whether the axes stay with size 1.
        name: no effect.
    """
    x, weights = promote(x, frequency_weights, floating=True)
    axes = shapes.normalize_axes(axes, x.ndim)
    weights = shaping.broadcast_to(weights, shape=shapes.broadcast(x.shape, weights.shape))
    total = red.reduce_sum(weights, axes=axes, keepdims=True)
    mean = red.reduce_sum(weights * x, axes=axes, keepdims=True) / total
    variance = red.reduce_sum(weights * ew.square(x - mean), axes=axes, keepdims=True) / total
    if keepdims:
        return mean, variance
    shape = shapes.reduced(mean.shape, axes, keepdims=False)
    return tuple(shaping.reshape(v, shape=shape) for v in (mean, variance))


@op("nn.sufficient_statistics")
def sufficient_statistics(x, axes, shift=None, keepdims=False, name=None):
    """The count, the sum, the sum of squares and the shift, from which `normalize_moments`
    computes.

    Args:
        x: float tensor.
        axes: int or several.
        shift: number that is subtracted before summing, or None.
        keepdims: whether the axes stay with size 1.
        name: no effect.
    """
    x = floating(x)
    axes = shapes.normalize_axes(axes, x.ndim)
    count = np.asarray(math.prod(int(x.shape[a]) for a in axes), x.dtype)
    moved = x if shift is None else x - shift
    total = red.reduce_sum(moved, axes=axes, keepdims=bool(keepdims))
    squares = red.reduce_sum(ew.square(moved), axes=axes, keepdims=bool(keepdims))
    return as_tensor(count), total, squares, None if shift is None else as_tensor(shift)


@op("nn.normalize_moments")
def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """Mean and variance from what `sufficient_statistics` gave."""
    mean = mean_ss / counts
    variance = variance_ss / counts - ew.square(as_tensor(mean))
    return (mean if shift is None else mean + shift), variance


@op("nn.ctc_loss")
def ctc_loss(
    labels,
    logits,
    label_length,
    logit_length,
    logits_time_major=True,
    unique=None,
    blank_index=None,
    name=None,
):
    """The negative log-probability of labels without alignment; see `keras.ops.ctc_loss`.

    Args:
        labels: (batch, size) integers.
        logits: (time, batch, classes), or (batch, time, classes).
        label_length: how many labels count, (batch).
        logit_length: how many times count, (batch).
        logits_time_major: whether the logits' first axis is the time.
        unique: must be None.
        blank_index: the class that stands for no label, by default 0; negative ones count from the
            end.
        name: no effect.
    """
    if unique is not None:
        raise errors.unsupported("`unique`", "Leave it None.")
    logits = floating(logits)
    if logits_time_major:
        logits = shaping.transpose(logits, axes=(1, 0, 2))
    blank = 0 if blank_index is None else int(blank_index) % int(logits.shape[2])
    return ctc.ctc_loss(labels, logits, label_length, logit_length, mask_index=blank)
