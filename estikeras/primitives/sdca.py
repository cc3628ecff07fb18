"""Stochastic dual coordinate ascent for linear models, a batch at a time.

Each example has a dual variable. In turn, the dual of an example is set to its best value with all
others fixed, and the weights, which are sums of examples times duals, follow.

Reference: Shalev-Shwartz and Zhang, 2013, Stochastic Dual Coordinate Ascent Methods for Regularized
Loss Minimization; Ma et al., 2015, Adding vs. Averaging in Distributed Primal-Dual Optimization;
Csiba, Qu and Richtarik, 2015, Stochastic Dual Coordinate Ascent with Adaptive Probabilities.
"""

import itertools
import math

import numpy as np

from estikeras import errors
from estikeras.engine.primitive import Spec, primitive
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives.fingerprint128 import fingerprint128

_NEWTON_STEPS = 10


class LogisticLoss:
    """`log(1 + exp(-label * wx))` for labels -1 and 1, which are given as 0 and 1."""

    smoothness = 4.0

    @staticmethod
    def label(label):
        """The label as -1 or 1."""
        if label not in (0, 1):
            raise InvalidArgumentError(message=f"`labels`: expected 0 or 1, got {label:g}.")
        return 2 * label - 1

    @staticmethod
    def best_dual(label, dual, wx, norm):
        """The dual that maximizes the objective; `norm` weighs how far it moves the weights."""
        # Newton's method for x, where the dual is (1 + tanh(x)) / (2 * label).
        x = 0.0
        for _ in range(_NEWTON_STEPS):
            t = math.tanh(x)
            value = -2 * label * x - wx - norm * (0.5 * (1 + t) / label - dual)
            x -= value / (-2 * label - norm * (1 - t * t) * 0.5 / label)
        return 0.5 * (1 + math.tanh(x)) / label

    @staticmethod
    def primal(label, wx):
        """The loss."""
        margin = label * wx
        return math.log1p(math.exp(-abs(margin))) + max(-margin, 0.0)

    @staticmethod
    def dual(label, dual):
        """The conjugate's value."""
        a = dual * label
        return sum(p * math.log(p) for p in (a, 1 - a) if p > 0)

    @staticmethod
    def derivative(label, wx):
        """The derivative of the loss by `wx`."""
        return -label * 0.5 * (1 - math.tanh(0.5 * label * wx))


class SquaredLoss:
    """`(wx - label)**2 / 2`."""

    smoothness = 1.0

    @staticmethod
    def label(label):
        """The label as it is."""
        return label

    @staticmethod
    def best_dual(label, dual, wx, norm):
        """The dual that maximizes the objective; `norm` weighs how far it moves the weights."""
        return dual + (label - dual - wx) / (1 + norm)

    @staticmethod
    def primal(label, wx):
        """The loss."""
        return 0.5 * (wx - label) ** 2

    @staticmethod
    def dual(label, dual):
        """The conjugate's value."""
        return dual * (0.5 * dual - label)

    @staticmethod
    def derivative(label, wx):
        """The derivative of the loss by `wx`."""
        return wx - label


_LOSSES = {"logistic": LogisticLoss, "squared": SquaredLoss}


class _Batch:
    """The entries of a batch: for each example the places of its weights and its numbers for them,
    a place once.

    Args:
        places: int64 (batch, entries), -1 for none.
        x: float32 (batch, entries).
        w: float32 (batch, entries), the weights at these places.
    """

    def __init__(self, places, x, w):
        rows, _ = np.nonzero(places >= 0)
        kept = places >= 0
        _, first, inner = np.unique(places[kept], return_index=True, return_inverse=True)
        self.weights = w[kept][first].astype(np.float64)
        pairs = rows * max(len(first), 1) + inner.reshape(-1)
        pairs, inner = np.unique(pairs, return_inverse=True)
        numbers = np.zeros(len(pairs))
        np.add.at(numbers, inner.reshape(-1), x[kept])
        rows, columns = np.divmod(pairs, max(len(first), 1))
        limits = np.searchsorted(rows, np.arange(len(places) + 1))
        parts = [slice(*pair) for pair in itertools.pairwise(limits)]
        self.examples = [(columns[part], numbers[part]) for part in parts]


def _sdca(
    keys, places, x, w, labels, weights, seed, *, tables, loss, l1, l2, partitions=1, adaptive=False
):
    loss, shrinkage = _LOSSES[loss], l1 / l2
    states, batch = tables.get(keys), _Batch(places, x, w)
    labels = [loss.label(float(label)) for label in labels]
    random = np.random.Generator(np.random.Philox(key=int(seed)))
    changes, steps = np.zeros(len(batch.weights)), np.zeros(len(keys), np.float32)

    def shrunk(v):
        return np.sign(v) * np.maximum(np.abs(v) - shrinkage, 0)

    order = random.permutation(len(keys))
    if adaptive:
        order = _adaptive_order(batch, states, labels, weights, loss, l2, shrunk, random)
    for i in order:
        columns, numbers = batch.examples[i]
        before = batch.weights[columns]
        wx = float(numbers @ shrunk(before + partitions * changes[columns]))
        weight, dual = float(weights[i]), states[i, 0]
        norm = partitions * float(numbers @ numbers) / l2 * weight
        new = loss.best_dual(labels[i], dual, wx, norm)
        step = (new - dual) * weight / l2
        changes[columns] += numbers * step
        steps[i] += step
        primal = loss.primal(labels[i], float(numbers @ shrunk(before))) * weight
        states[i] = new, primal, loss.dual(labels[i], dual) * weight, weight
    return steps, states.astype(np.float32)


def _adaptive_order(batch, states, labels, weights, loss, l2, shrunk, random):
    """Examples by how much they may gain, those that were picked before less often."""
    count = len(labels)
    gains = np.empty(count)
    for i, (columns, numbers) in enumerate(batch.examples):
        wx = float(numbers @ shrunk(batch.weights[columns]))
        kappa = states[i, 0] + loss.derivative(labels[i], wx)
        norm = float(numbers @ numbers) + l2 * loss.smoothness
        gains[i] = weights[i] * math.sqrt(norm) * abs(kappa)
    picked, order, tries = np.zeros(count, int), [], 0
    total = gains.sum()
    if total > 0:
        for i in random.choice(count, size=2 * count, p=gains / total):
            if len(order) == count or tries == count:
                break
            # Each time an example was picked, it becomes ten times less likely.
            if random.random() > 0.1 ** picked[i]:
                tries += 1
                continue
            picked[i] += 1
            order.append(i)
    unseen = [i for i in np.argsort(-gains, kind="stable") if not picked[i]]
    return [*order, *unseen[: count - len(order)]]


def _sdca_rule(keys, places, x, w, labels, weights, seed, *, loss, l2, **options):
    if loss not in _LOSSES:
        raise errors.invalid("loss", got=loss, expected=f"one of {sorted(_LOSSES)}")
    if l2 <= 0:
        raise errors.invalid("l2", got=l2, expected="a number above 0")
    batch = keys.shape[0]
    if not (places.shape == x.shape == w.shape and places.shape[0] == batch):
        raise errors.shape_mismatch("places", got=places.shape, expected=x.shape)
    return Spec((batch,), "float32"), Spec((batch, 4), "float32")


# One pass over a batch: how far each example moves the weights, a factor of its numbers, and the
# examples' new states (dual, primal loss, dual loss, weight), which somebody must keep in `tables`.
# Inputs are the keys of the examples (batch, 2), places, numbers and weights of their entries
# (batch, entries), labels and weights (batch,), and what decides the order of the examples.
sdca = primitive("sdca", rule=_sdca_rule, reference=_sdca)


def _example_key(x):
    pairs = [fingerprint128(string) for string in x.reshape(-1).tolist()]
    return np.array(pairs, np.uint64).reshape(*x.shape, 2).view(np.int64)


def _example_key_rule(x):
    if x.dtype != "string":
        raise errors.wrong_type("example ids", got=x.dtype, expected="strings")
    return Spec((*x.shape, 2), "int64")


# The key of each string in the tables.
example_key = primitive(
    "example_key", rule=_example_key_rule, reference=_example_key, pointwise=True
)
