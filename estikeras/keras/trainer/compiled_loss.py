"""The losses of `compile`, one for each output, as one loss."""

from estikeras import errors, ops
from estikeras.engine import tree
from estikeras.keras import losses
from estikeras.keras.losses.base import Loss, LossFunctionWrapper
from estikeras.keras.metrics.reduction import Mean
from estikeras.keras.trainer.outputs import align, flatten_like, names_of


class CompileLoss:
    """Sum of the outputs' losses, each times its weight.

    Args:
        loss: name, function or Loss, or a list or dict of them.
        loss_weights: list or dict of floats, or None.
        output_names: names of the model's outputs, or None.
    """

    def __init__(self, loss, loss_weights=None, output_names=None):
        self.loss, self.loss_weights, self.output_names = loss, loss_weights, output_names
        for name in tree.flatten(loss):
            losses.get(name)  # an unknown name is an error now, not in `fit`
        self._losses = None
        self.metrics = []

    def build(self, y_pred):
        """Match losses and weights with the outputs."""
        names = names_of(y_pred, self.output_names)
        self._losses = [as_loss(loss) for loss in align(self.loss, names, "loss")]
        self._weights = align(self.loss_weights, names, "loss_weights")
        if all(loss is None for loss in self._losses):
            raise errors.invalid("loss", got=self.loss, expected="a loss for at least one output")
        if len(names) > 1:
            pairs = zip(names, self._losses, strict=True)
            self.metrics = [
                Mean(name=f"{name}_loss") if loss is not None else None for name, loss in pairs
            ]
        self._names = names

    def __call__(self, y_true, y_pred, sample_weight=None):
        if self._losses is None:
            self.build(y_pred)
        names = self._names
        targets = flatten_like(y_true, y_pred, names, "y")
        weights = (
            flatten_like(sample_weight, y_pred, names, "sample_weight")
            if sample_weight is not None
            else [None] * len(names)
        )
        total = None
        for i, (loss, y, p) in enumerate(
            zip(self._losses, targets, tree.flatten(y_pred), strict=True)
        ):
            if loss is None or y is None:
                continue
            value = (
                ops.cast(loss(y, p, weights[i]), "float32")
                if loss.dtype != "float64"
                else loss(y, p, weights[i])
            )
            if self.metrics:
                self.metrics[i].update_state(value, sample_weight=ops.shape(p)[0])
            if self._weights[i] is not None:
                value = value * self._weights[i]
            total = value if total is None else total + value
        return total


def as_loss(identifier):
    """A Loss from a name, function or Loss; None for None."""
    loss = losses.get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    name = getattr(loss, "__name__", None) or type(loss).__name__
    return LossFunctionWrapper(loss, name=name)
