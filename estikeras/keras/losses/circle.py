"""The circle loss on embeddings: pulls samples of one class together and pushes others away, as
function and class.
"""

from estikeras import ops
from estikeras.keras.losses.base import LossFunctionWrapper
from estikeras.public import public


@public("keras.losses.circle")
def circle(
    y_true, y_pred, ref_labels=None, ref_embeddings=None, remove_diagonal=True, gamma=80, margin=0.4
):
    """For each sample, how far its class is from being a circle of its own around it.

    Args:
        y_true: class indices, `(batch,)` int.
        y_pred: embeddings of unit length, `(batch, n)`.
        ref_labels: class indices to compare with; by default `y_true`.
        ref_embeddings: embeddings to compare with; by default `y_pred`.
        remove_diagonal: whether a sample is not compared with itself.
        gamma: scale of the weights, a number.
        margin: relaxation, a number.

    Returns:
        A tensor `(batch,)`; its mask leaves out samples without loss.

    Reference: Sun et al., 2020, Circle Loss: A Unified Perspective of Pair Similarity Optimization.
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(ops.convert_to_tensor(y_true), "int32")
    ref_embeddings = y_pred if ref_embeddings is None else ops.convert_to_tensor(ref_embeddings)
    ref_labels = (
        y_true if ref_labels is None else ops.cast(ops.convert_to_tensor(ref_labels), "int32")
    )

    distance = ops.maximum(1.0 - ops.matmul(y_pred, ops.transpose(ref_embeddings)), 0.0)
    same = ops.equal(ops.reshape(y_true, (-1, 1)), ops.reshape(ref_labels, (1, -1)))
    other = ops.logical_not(same)
    if remove_diagonal:
        same = ops.logical_and(same, ops.logical_not(ops.eye(*same.shape, dtype="bool")))

    pull = gamma * ops.maximum(distance + margin, 0.0) * (distance - margin)
    push = gamma * ops.maximum(1.0 + margin - distance, 0.0) * (1.0 - margin - distance)
    pull = ops.logsumexp(ops.where(same, pull, float("-inf")), axis=1)
    push = ops.logsumexp(ops.where(other, push, float("-inf")), axis=1)
    loss = ops.softplus(pull + push)
    loss._keras_mask = loss > 0
    return loss


@public("keras.losses.Circle")
class Circle(LossFunctionWrapper):
    """Circle loss on embeddings of unit length, `circle` as a loss.

    Args:
        gamma: scale of the weights, a number.
        margin: relaxation, a number.
        remove_diagonal: whether a sample is not compared with itself.
        reduction: as in `keras.losses.Loss`.
        name: name of the loss.
        dtype: dtype or policy of the computation.
    """

    def __init__(
        self,
        gamma=80.0,
        margin=0.4,
        remove_diagonal=True,
        reduction="sum_over_batch_size",
        name="circle",
        dtype=None,
    ):
        options = {"gamma": gamma, "margin": margin, "remove_diagonal": remove_diagonal}
        super().__init__(circle, reduction, name, dtype, **options)
