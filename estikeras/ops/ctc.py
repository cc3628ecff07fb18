"""The loss of connectionist temporal classification: sums over all alignments of labels with a
sequence.
"""

from estikeras import ops
from estikeras.engine.operation import op

# The logarithm of an alignment that is impossible: finite, so that gradients stay numbers.
IMPOSSIBLE = -1e5


@op("keras.ops.ctc_loss")
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """The negative log-probability of label sequences, whatever their alignment with the output.

    Args:
        target: class indices, `(batch, max_length)` int.
        output: logits, `(batch, time, classes)`.
        target_length: how many labels count, `(batch,)` int.
        output_length: how many steps of the output count, `(batch,)` int.
        mask_index: the class that stands for no label.

    Returns:
        A tensor `(batch,)`.

    Reference: Graves et al., 2006, Connectionist Temporal Classification, section 4.1.
    """
    target, target_length, output_length = (
        ops.cast(ops.convert_to_tensor(x), "int32") for x in (target, target_length, output_length)
    )
    log_p = ops.log_softmax(ops.convert_to_tensor(output), axis=-1)
    states = _with_blanks(target, mask_index)
    may_skip = _may_skip(states, mask_index)
    index = ops.broadcast_to(ops.expand_dims(states, 1), (*log_p.shape[:2], states.shape[1]))
    # (batch, time, states): the log-probability of each state's class at each time.
    emission = ops.take_along_axis(log_p, index, axis=-1)

    place = ops.arange(states.shape[1], dtype="int32")
    alpha = ops.where(place < 2, emission[:, 0], IMPOSSIBLE)
    for time in range(1, log_p.shape[1]):
        came = ops.logaddexp(alpha, _shifted(alpha, 1))
        came = ops.where(may_skip, ops.logaddexp(came, _shifted(alpha, 2)), came)
        counts = ops.expand_dims(time < output_length, 1)
        alpha = ops.where(counts, came + emission[:, time], alpha)

    # The last label, if there is one, or the blank after it.
    ends = 2 * ops.expand_dims(target_length, 1)
    is_end = ops.logical_or(ops.equal(place, ends), ops.equal(place, ends - 1))
    return -ops.logsumexp(ops.where(is_end, alpha, 2 * IMPOSSIBLE), axis=1)


def _with_blanks(target, blank):
    """`(batch, 2 * length + 1)`: a blank before, between and after the labels."""
    blanks = ops.full_like(target, blank)
    pairs = ops.reshape(ops.stack([blanks, target], axis=-1), (target.shape[0], -1))
    return ops.concatenate([pairs, blanks[:, :1]], axis=1)


def _may_skip(states, blank):
    """Whether a state can follow the one before the last: a label after another label."""
    before = ops.concatenate([ops.full_like(states[:, :2], blank), states[:, :-2]], axis=1)
    return ops.logical_and(ops.not_equal(states, blank), ops.not_equal(states, before))


def _shifted(alpha, places):
    filler = ops.full_like(alpha[:, :places], IMPOSSIBLE)
    return ops.concatenate([filler, alpha[:, :-places]], axis=1)
