"""Connectionist temporal classification: the loss over all alignments with its gradient, and two
decoders.

logits (batch, time, classes), labels (batch, size) int32 of which the first `label_length` count,
and lengths (batch) int32. Between and around the labels stand blanks: the states of an alignment
are blank, label, blank, ..., blank.

Reference: Graves, Fernández, Gomez and Schmidhuber, 2006, Connectionist temporal classification;
the prefix search: Hannun, Maas, Jurafsky and Ng, 2014, First-pass large vocabulary continuous
speech recognition.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.primitives.indexing import check_range


def _log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def _states(labels, blank):
    """The labels with blanks between, (batch, states), and where a state may be reached from two
    states before.
    """
    states = np.full((labels.shape[0], 2 * labels.shape[1] + 1), blank, labels.dtype)
    states[:, 1::2] = labels
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    return states, skips


def _shifted(x, by):
    """Move along the states, filling with minus infinity."""
    y = np.full_like(x, -np.inf)
    if by > 0:
        y[:, by:] = x[:, :-by]
    else:
        y[:, :by] = x[:, -by:]
    return y


def _emissions(logits, states):
    """The log-probability of every state's symbol at every time: float64 (batch, time, states)."""
    logs = _log_softmax(logits.astype(np.float64))
    return np.take_along_axis(
        logs, np.broadcast_to(states[:, None], (*logs.shape[:2], states.shape[1])), axis=2
    )


def _forward(emissions, skips, logit_length):
    """The log-probability of all beginnings that end in a state: (time, batch, states). Time stops
    at the lengths.
    """
    batch, time, count = emissions.shape
    start = np.full((batch, count), -np.inf)
    start[:, :2] = emissions[:, 0, :2]
    start[logit_length == 0] = -np.inf
    alphas = [start]
    for t in range(1, time):
        before = alphas[-1]
        reached = np.logaddexp(before, _shifted(before, 1))
        reached = np.logaddexp(reached, np.where(skips, _shifted(before, 2), -np.inf))
        alphas.append(np.where((t < logit_length)[:, None], reached + emissions[:, t], before))
    return np.stack(alphas)


def _finals(count, label_length):
    """Where the last label and the blank after it are: bool (batch, states)."""
    state = np.arange(count)
    last = 2 * label_length[:, None]
    return (state == last) | ((state == last - 1) & (label_length[:, None] > 0))


def _total(alphas, finals):
    return np.logaddexp.reduce(np.where(finals, alphas[-1], -np.inf), axis=1)


def _check(logits, labels, label_length, blank):
    inside = np.arange(labels.shape[1]) < label_length[:, None]
    check_range(labels[inside], logits.shape[2], "target")


def _ctc_loss(logits, labels, label_length, logit_length, *, blank):
    _check(logits, labels, label_length, blank)
    labels = np.where(np.arange(labels.shape[1]) < label_length[:, None], labels, blank)
    states, skips = _states(labels, blank)
    alphas = _forward(_emissions(logits, states), skips, logit_length)
    return -_total(alphas, _finals(states.shape[1], label_length)).astype(logits.dtype)


def _backward(emissions, skips, finals, logit_length):
    """The log-probability of all ends that follow a state: (time, batch, states), without the
    state's own symbol.
    """
    time = emissions.shape[1]
    last = np.where(finals, 0.0, -np.inf)
    betas = [last]
    for t in range(time - 1, 0, -1):
        after = betas[-1] + emissions[:, t]
        follow = np.logaddexp(after, _shifted(after, -1))
        follow = np.logaddexp(follow, _shifted(np.where(skips, after, -np.inf), -2))
        betas.append(np.where((t < logit_length)[:, None], follow, betas[-1]))
    return np.stack(betas[::-1])


def _ctc_loss_gradient(g, logits, labels, label_length, logit_length, *, blank):
    labels = np.where(np.arange(labels.shape[1]) < label_length[:, None], labels, blank)
    states, skips = _states(labels, blank)
    emissions = _emissions(logits, states)
    alphas = _forward(emissions, skips, logit_length)
    finals = _finals(states.shape[1], label_length)
    total = _total(alphas, finals)
    betas = _backward(emissions, skips, finals, logit_length)
    posterior = np.exp(alphas + betas - np.where(np.isfinite(total), total, 0)[:, None])
    expected = np.zeros(logits.shape)
    rows = np.arange(logits.shape[0])
    for state in range(states.shape[1]):
        expected[rows, :, states[:, state]] += posterior[:, :, state].T
    difference = np.exp(_log_softmax(logits.astype(np.float64))) - expected
    counts = (np.arange(logits.shape[1]) < logit_length[:, None]) & np.isfinite(total)[:, None]
    return (np.where(counts[..., None], difference, 0) * g[:, None, None]).astype(logits.dtype)


def _loss_rule(logits, labels, label_length, logit_length, *, blank):
    if logits.ndim != 3 or not dtypes.is_float(logits.dtype):
        raise errors.shape_mismatch("output", got=logits.shape, expected="(batch, time, classes)")
    if labels.ndim != 2 or labels.shape[0] != logits.shape[0]:
        raise errors.shape_mismatch("target", got=labels.shape, expected=(logits.shape[0], "size"))
    for name, length in (("target_length", label_length), ("output_length", logit_length)):
        if length.shape != logits.shape[:1]:
            raise errors.shape_mismatch(name, got=length.shape, expected=logits.shape[:1])
    if not 0 <= blank < logits.shape[2]:
        raise errors.invalid(
            "mask_index", got=blank, expected=f"a class from 0 to {logits.shape[2] - 1}"
        )
    return Spec(logits.shape[:1], logits.dtype)


def _once(*_, **__):
    raise errors.unsupported("The gradient of the gradient of the CTC loss", "Use first gradients.")


ctc_loss = primitive(
    "ctc_loss",
    _loss_rule,
    _ctc_loss,
    gradient=lambda g, y, logits, *rest, blank: (
        ctc_loss_gradient(g, logits, *rest, blank=blank),
        *(None for _ in rest),
    ),
)
# Inputs g (batch), logits, labels and lengths; the gradient by the logits.
ctc_loss_gradient = primitive(
    "ctc_loss_gradient",
    rule=lambda g, logits, *rest, blank: Spec(logits.shape, logits.dtype),
    reference=_ctc_loss_gradient,
    gradient=_once,
)


def _greedy(logits, lengths, *, blank, merge_repeated):
    best = logits.argmax(axis=2)
    inside = np.arange(logits.shape[1]) < lengths[:, None]
    keep = inside & (best != blank)
    if merge_repeated:
        keep[:, 1:] &= best[:, 1:] != best[:, :-1]
    paths = np.full(best.shape, -1, np.int32)
    for row, (symbols, kept) in enumerate(zip(best, keep, strict=True)):
        paths[row, : kept.sum()] = symbols[kept]
    scores = -np.where(inside, logits.max(axis=2), 0).sum(axis=1, keepdims=True)
    return paths[None], scores.astype(logits.dtype)


def _grown(beam, logs, blank):
    """All prefixes after one more time: prefix -> [log-probability ending in a blank, ending in
    its last symbol].
    """
    grown = {}
    for prefix, (in_blank, in_symbol) in beam.items():
        either = np.logaddexp(in_blank, in_symbol)
        for symbol, log in enumerate(logs):
            if symbol == blank:
                _add(grown, prefix, 0, either + log)
            elif prefix and prefix[-1] == symbol:
                _add(grown, prefix, 1, in_symbol + log)
                _add(grown, (*prefix, symbol), 1, in_blank + log)
            else:
                _add(grown, (*prefix, symbol), 1, either + log)
    return grown


def _add(beam, prefix, place, log):
    beam.setdefault(prefix, [-np.inf, -np.inf])
    beam[prefix][place] = np.logaddexp(beam[prefix][place], log)


def _best(beam, count):
    ranked = sorted(beam.items(), key=lambda item: -np.logaddexp(*item[1]))
    return dict(ranked[:count])


def _beam_search(logits, lengths, *, blank, beam_width, top_paths):
    logs = _log_softmax(logits.astype(np.float64))
    batch, time, _ = logits.shape
    paths = np.full((top_paths, batch, time), -1, np.int32)
    scores = np.full((batch, top_paths), -np.inf, logits.dtype)
    for row in range(batch):
        beam = {(): [0.0, -np.inf]}
        for t in range(int(lengths[row])):
            beam = _best(_grown(beam, logs[row, t], blank), beam_width)
        for rank, (prefix, ends) in enumerate(_best(beam, top_paths).items()):
            paths[rank, row, : len(prefix)] = prefix
            scores[row, rank] = np.logaddexp(*ends)
    return paths, scores


# Inputs logits and lengths. Gives the labels (paths, batch, time), -1 after their end, and scores
# (batch, paths): the negated sum of the largest logits for the greedy decoder, log-probabilities
# for the search.
ctc_greedy_decode = primitive(
    "ctc_greedy_decode",
    rule=lambda logits, lengths, *, blank, merge_repeated: (
        Spec((1, *logits.shape[:2]), "int32"),
        Spec((logits.shape[0], 1), logits.dtype),
    ),
    reference=_greedy,
)
ctc_beam_search = primitive(
    "ctc_beam_search",
    rule=lambda logits, lengths, *, blank, beam_width, top_paths: (
        Spec((top_paths, *logits.shape[:2]), "int32"),
        Spec((logits.shape[0], top_paths), logits.dtype),
    ),
    reference=_beam_search,
)
