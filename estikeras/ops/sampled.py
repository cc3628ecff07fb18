"""Losses over many classes that look at a few of them: those of the labels, and sampled others."""

import math

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.ops import embedding, tf_nn
from estikeras.ops.comparison import equal, where
from estikeras.ops.core import cast, stop_gradient, tensor
from estikeras.ops.creation import ones_like, zeros_like
from estikeras.ops.joining import concatenate
from estikeras.ops.linalg import matmul
from estikeras.ops.math import expm1, log, log1p
from estikeras.ops.reduction import any, sum
from estikeras.ops.seeds import draw_seed
from estikeras.ops.shaping import expand_dims, reshape, transpose
from estikeras.ops.tf_random import sequence_of
from estikeras.primitives import random as draws

_LEAST = -3.4e38  # the logit of what does not count


def _sampled(log_uniform, true_classes, num_true, num_sampled, unique, range_max, seed):
    true_classes = _labels("true_classes", true_classes, num_true)
    key = draw_seed(sequence_of(seed))
    candidates, tries = draws.random_candidates(
        key, count=num_sampled, range_max=range_max, log_uniform=log_uniform, unique=bool(unique)
    )
    tries = tensor(tries, "float32")

    def expected(classes):
        classes = cast(classes, "float32")
        if log_uniform:
            p = log((classes + 2.0) / (classes + 1.0)) / math.log(range_max + 1)
        else:
            p = ones_like(classes) / range_max
        return where(equal(tries, num_sampled), p * num_sampled, -expm1(tries * log1p(-p)))

    return candidates, expected(true_classes), expected(candidates)


@op("random.log_uniform_candidate_sampler", "compat.v1.nn.log_uniform_candidate_sampler")
def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Classes that are drawn with a probability of about one by their number, which suits classes
    that are sorted by how frequent they are.

    Args:
        true_classes: integers (batch, num_true), the classes of the labels.
        num_true: int, labels of an example.
        num_sampled: int, how many classes are drawn.
        unique: bool, whether all of them differ.
        range_max: int, how many classes there are.
        seed: int or None.
        name: no effect.

    Returns:
        int64 (num_sampled,), the classes; and how often each true class, (batch, num_true), and
        each of the drawn ones, (num_sampled,), is expected among them.
    """
    return _sampled(True, true_classes, num_true, num_sampled, unique, range_max, seed)


@op("random.uniform_candidate_sampler", "compat.v1.nn.uniform_candidate_sampler")
def uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Classes that are drawn with one probability; see `log_uniform_candidate_sampler`."""
    return _sampled(False, true_classes, num_true, num_sampled, unique, range_max, seed)


@op("nn.nce_loss")
def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    name="nce_loss",
):
    """The noise-contrastive loss of every example: sigmoids tell its labels from sampled classes.

    Args:
        weights: (num_classes, size), or a list with one such table.
        biases: (num_classes,).
        labels: integers (batch, num_true).
        inputs: (batch, size).
        num_sampled: int, how many classes are drawn for a batch.
        num_classes: int.
        num_true: int, labels of an example.
        sampled_values: what a candidate sampler gives; None is `log_uniform_candidate_sampler`.
        remove_accidental_hits: whether classes that are drawn and an example has for a label do
            not count for it.
        name: no effect.

    Returns:
        float32 (batch,).

    Reference: Gutmann and Hyvaerinen, 2010, Noise-contrastive estimation.
    """
    logits, targets = _logits_and_targets(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, None,
    )  # fmt: skip
    return sum(tf_nn.sigmoid_cross_entropy_with_logits(targets, logits), axis=1)


@op("nn.sampled_softmax_loss")
def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    seed=None,
    name="sampled_softmax_loss",
):
    """The cross-entropy of a softmax over the labels of every example and sampled classes.

    Args:
        weights: (num_classes, size), or a list with one such table.
        biases: (num_classes,).
        labels: integers (batch, num_true).
        inputs: (batch, size).
        num_sampled: int, how many classes are drawn for a batch.
        num_classes: int.
        num_true: int, labels of an example.
        sampled_values: what a candidate sampler gives; None is `log_uniform_candidate_sampler`.
        remove_accidental_hits: whether classes that are drawn and an example has for a label do
            not count for it.
        seed: int or None.
        name: no effect.

    Returns:
        float32 (batch,).

    Reference: Jean, Cho, Memisevic and Bengio, 2015, On using very large target vocabulary for
    neural machine translation.
    """
    logits, targets = _logits_and_targets(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        remove_accidental_hits, seed,
    )  # fmt: skip
    return tf_nn.softmax_cross_entropy_with_logits(stop_gradient(targets), logits)


def _logits_and_targets(
    weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
    remove_accidental_hits, seed,
):  # fmt: skip
    """The logits of labels and sampled classes, each less the logarithm of how often its class is
    expected, and what they should be: (batch, num_true + num_sampled).
    """
    table, inputs = embedding.whole_table(weights), tensor(inputs, "float32")
    labels = _labels("labels", labels, num_true)
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(
            labels, num_true, num_sampled, True, num_classes, seed
        )
    sampled, true_expected, sampled_expected = map(stop_gradient, sampled_values)
    classes = concatenate([reshape(labels, (-1,)), cast(sampled, labels.dtype)], axis=0)
    rows = embedding.embedding_lookup(table, classes)
    shifts = embedding.embedding_lookup(expand_dims(embedding.whole_table(biases), 1), classes)
    count = labels.shape[0] * num_true
    true_rows = reshape(rows[:count], (-1, num_true, table.shape[1]))
    true = sum(true_rows * expand_dims(inputs, 1), axis=2) + reshape(shifts[:count], labels.shape)
    others = matmul(inputs, transpose(rows[count:])) + transpose(shifts[count:])
    true = true - log(tensor(true_expected, "float32"))
    others = others - log(tensor(sampled_expected, "float32"))
    if remove_accidental_hits:
        hits = any(equal(expand_dims(labels, 2), cast(sampled, labels.dtype)), axis=1)
        others = where(hits, _LEAST, others)
    targets = concatenate([ones_like(true) / num_true, zeros_like(others)], axis=1)
    return concatenate([true, others], axis=1), targets


def _labels(argument, labels, num_true):
    """Labels as integers (batch, num_true)."""
    labels = tensor(labels, "int64")
    if labels.ndim == 1:
        labels = expand_dims(labels, 1)
    if labels.ndim != 2 or labels.shape[1] != num_true:
        raise errors.shape_mismatch(
            argument, got=labels.shape, expected=("batch", num_true), hint="See `num_true`."
        )
    return labels
