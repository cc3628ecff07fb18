"""Ends a training whose loss is no number any more."""

import math

from estikeras.keras.callbacks.callback import Callback
from estikeras.keras.utils import messages
from estikeras.public import public

_HINT = (
    "Frequent causes: a learning rate that is too high, inputs that are not scaled or hold NaN, "
    "a logarithm or division without a guard. `clipnorm=1.0` in the optimizer helps against "
    "gradients that explode."
)


@public("keras.callbacks.TerminateOnNaN")
class TerminateOnNaN(Callback):
    """Stop training when the loss is NaN or infinite.

    Args:
        raise_error: bool, raise an error in place of ending the training quietly.

    Raises:
        RuntimeError: in training, on such a loss, if `raise_error`.
    """

    def __init__(self, raise_error=False):
        super().__init__()
        self.raise_error = raise_error

    def on_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        text = f"Batch {batch}: the loss is {float(loss)}, training ends. {_HINT}"
        if self.raise_error:
            raise RuntimeError(text)
        messages.show(text)
        self.model.stop_training = True
