"""The connectionist temporal classification loss, for labels without alignment to the sequence, as
function and class.
"""

from estikeras import errors, ops
from estikeras.keras.losses.base import LossFunctionWrapper
from estikeras.public import public


@public("keras.losses.ctc")
def ctc(y_true, y_pred):
    """The negative log-probability of the labels, summed over all alignments with the sequence.

    Args:
        y_true: labels, `(batch, max_length)` int, padded with 0, which is the blank's index too.
        y_pred: logits, `(batch, time, classes)`.

    Returns:
        A tensor `(batch,)`.

    Raises:
        ValueError: for other ranks.

    Reference: Graves et al., 2006, Connectionist Temporal Classification.
    """
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if len(y_true.shape) != 2:
        raise errors.shape_mismatch("y_true", got=y_true.shape, expected="(batch, max_length)")
    if len(y_pred.shape) != 3:
        raise errors.shape_mismatch("y_pred", got=y_pred.shape, expected="(batch, time, classes)")
    output_length = ops.full((y_pred.shape[0],), y_pred.shape[1], dtype="int32")
    target_length = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    return ops.ctc_loss(y_true, y_pred, target_length, output_length, mask_index=0)


@public("keras.losses.CTC")
class CTC(LossFunctionWrapper):
    """Connectionist temporal classification, `ctc` as a loss.

    Args:
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        super().__init__(ctc, reduction, name, dtype)
