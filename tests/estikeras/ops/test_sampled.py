"""Losses over sampled classes: against NumPy with given candidates, and by their distribution."""

import itertools

import numpy as np
import pytest

import estikeras as tf

v1 = tf.compat.v1
RNG = np.random.default_rng(1)
CLASSES, SIZE, BATCH = 12, 4, 3
W = RNG.normal(size=(CLASSES, SIZE)).astype("float32")
B = RNG.normal(size=CLASSES).astype("float32")
X = RNG.normal(size=(BATCH, SIZE)).astype("float32")
LABELS = np.array([[0, 3], [5, 6], [11, 2]])
SAMPLED = np.array([5, 1, 0, 7])
TRUE_EXPECTED = RNG.uniform(0.1, 0.9, LABELS.shape).astype("float32")
SAMPLED_EXPECTED = RNG.uniform(0.1, 0.9, 4).astype("float32")
VALUES = (SAMPLED, TRUE_EXPECTED, SAMPLED_EXPECTED)


def logits(remove_hits):
    all_logits = X @ W.T + B
    true = np.take_along_axis(all_logits, LABELS, 1) - np.log(TRUE_EXPECTED)
    others = all_logits[:, SAMPLED] - np.log(SAMPLED_EXPECTED)
    if remove_hits:
        others[(LABELS[:, :, None] == SAMPLED).any(1)] = -np.inf
    return true, others


@pytest.mark.parametrize("remove_hits", [False, True])
def test_losses_are_those_of_the_classes_that_were_drawn(remove_hits):
    true, others = logits(remove_hits)
    # Each of two labels is the target of half of the probability.
    expected = (np.logaddexp(0, true) - 0.5 * true).sum(1) + np.logaddexp(0, others).sum(1)
    got = tf.nn.nce_loss([W], B, LABELS, X, 4, CLASSES, 2, VALUES, remove_hits)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    both = np.concatenate([true, others], 1)
    expected = np.log(np.exp(both).sum(1)) - true.mean(1)
    got = v1.nn.sampled_softmax_loss(W, B, LABELS, X, 4, CLASSES, 2, VALUES, remove_hits, "div")
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_gradients_are_those_of_the_classes_that_were_drawn():
    weights = tf.Variable(W)
    with tf.GradientTape() as tape:
        loss = tf.nn.sampled_softmax_loss(weights, B, LABELS, X, 4, CLASSES, 2, VALUES)
    gradient = tape.gradient(loss, weights).numpy()
    used = {*LABELS.ravel().tolist(), *SAMPLED.tolist()}
    assert {row for row in range(CLASSES) if gradient[row].any()} == used
    assert np.isfinite(gradient).all()


def inclusion(p, count, unique):
    """How often each class is drawn in `count` draws, one after the other."""
    if not unique:
        return p * count
    found = np.zeros(len(p))
    for drawn in itertools.permutations(range(len(p)), count):
        left, likely = 1.0, 1.0
        for c in drawn:
            likely, left = likely * p[c] / left, left - p[c]
        found[list(drawn)] += likely
    return found


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("kind", ["log_uniform", "uniform"])
def test_classes_are_drawn_with_their_probabilities(kind, unique):
    sampler = getattr(tf.random, f"{kind}_candidate_sampler")
    p = np.full(6, 1 / 6) if kind == "uniform" else np.diff(np.log(np.arange(1, 8))) / np.log(7)
    counts, times = np.zeros(6), 400
    for _ in range(times):
        drawn, true_expected, expected = sampler([[0, 1, 2, 3, 4, 5]], 6, 3, unique, 6, seed=2)
        drawn, said = drawn.numpy(), true_expected.numpy()[0]
        np.testing.assert_allclose(expected, said[drawn], rtol=1e-5)
        formulas = [3 * p, *(1 - (1 - p) ** n for n in range(4, 200 if unique else 4))]
        assert any(np.allclose(said, formula, rtol=1e-4) for formula in formulas)
        np.add.at(counts, drawn, 1)
        assert not unique or len(set(drawn.tolist())) == 3
    np.testing.assert_allclose(counts / times, inclusion(p, 3, unique), atol=0.09)


def test_a_compiled_step_draws_anew():
    step = tf.function(lambda: v1.nn.uniform_candidate_sampler([[0]], 1, 5, True, 1000, 3)[0])
    assert step().tolist() != step().tolist()


def test_wrong_numbers_are_refused():
    with pytest.raises(ValueError, match="`num_sampled`"):
        tf.random.uniform_candidate_sampler([[0]], 1, 8, True, 7)
    with pytest.raises(ValueError, match="`labels`"):
        tf.nn.nce_loss(W, B, LABELS, X, 4, CLASSES)
