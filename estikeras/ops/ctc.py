"""Connectionist temporal classification of `keras.ops`: loss and decoding."""

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops.core import tensor
from estikeras.primitives import ctc


def _wide(x):
    x = as_tensor(x)
    return tensor(x, dtypes.result_type(x.dtype, "float32"))


@op("keras.ops.ctc_loss", "keras.ops.nn.ctc_loss")
def ctc_loss(target, output, target_length, output_length, mask_index=0):
    """The negative log-probability that outputs without alignment spell the labels.

    Args:
        target: labels (batch, size), integers.
        output: logits (batch, time, classes).
        target_length: how many labels count, (batch).
        output_length: how many times count, (batch).
        mask_index: int, the class that stands for no label.

    Returns:
        A float tensor (batch).

    Reference: Graves, Fernández, Gomez and Schmidhuber, 2006, Connectionist temporal
    classification.
    """
    integers = (tensor(x, "int32") for x in (target, target_length, output_length))
    return ctc.ctc_loss(_wide(output), *integers, blank=int(mask_index))


@op("keras.ops.ctc_decode", "keras.ops.nn.ctc_decode")
def ctc_decode(
    inputs,
    sequence_lengths,
    strategy="greedy",
    beam_width=100,
    top_paths=1,
    merge_repeated=True,
    mask_index=0,
):
    """The labels that outputs without alignment most likely spell.

    Args:
        inputs: logits (batch, time, classes).
        sequence_lengths: how many times count, (batch).
        strategy: "greedy" takes the best class at each time, "beam_search" sums over alignments.
        beam_width: int, how many prefixes the search keeps.
        top_paths: int, how many label sequences the search gives.
        merge_repeated: whether the greedy decoder drops repeated classes.
        mask_index: int, the class that stands for no label; None means the last.

    Returns:
        Labels (paths, batch, time) int32 with -1 after their end, and scores (batch, paths): the
        negated sum of the best logits, or log-probabilities of the search.

    Raises:
        ValueError: for another strategy.
    """
    inputs, lengths = _wide(inputs), tensor(sequence_lengths, "int32")
    blank = inputs.shape[2] - 1 if mask_index is None else int(mask_index)
    if strategy == "greedy":
        return ctc.ctc_greedy_decode(
            inputs, lengths, blank=blank, merge_repeated=bool(merge_repeated)
        )
    if strategy == "beam_search":
        return ctc.ctc_beam_search(
            inputs, lengths, blank=blank, beam_width=int(beam_width), top_paths=int(top_paths)
        )
    raise errors.invalid("strategy", got=strategy, expected="'greedy' or 'beam_search'")
