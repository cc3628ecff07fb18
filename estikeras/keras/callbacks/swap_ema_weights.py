"""Puts the optimizer's averaged weights into the model while it is evaluated."""

from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public


@public("keras.callbacks.SwapEMAWeights")
class SwapEMAWeights(Callback):
    """Evaluate and predict with the averages of the weights that the optimizer keeps.

    The optimizer needs `use_ema=True`. After the swap the optimizer holds the weights of training.

    Args:
        swap_on_epoch: bool, swap at the end of every epoch and back at the beginning of the next,
            so that other callbacks save the averages; after the last epoch the averages stay.

    Raises:
        ValueError: in training, if the optimizer keeps no averages.
    """

    def __init__(self, swap_on_epoch=False):
        super().__init__()
        self.swap_on_epoch = swap_on_epoch
        self._ema_weights_in_model = False

    def on_epoch_begin(self, epoch, logs=None):
        if self.swap_on_epoch:
            self._swap(into_model=False)

    def on_epoch_end(self, epoch, logs=None):
        if self.swap_on_epoch and not self._ema_weights_in_model:
            self._swap(into_model=True)
            if epoch == self.params["epochs"] - 1:
                for variable, average in self._pairs():
                    average.assign(variable.value)

    def on_test_begin(self, logs=None):
        self._swap(into_model=True)

    def on_test_end(self, logs=None):
        self._swap(into_model=False)

    def on_predict_begin(self, logs=None):
        self._swap(into_model=True)

    def on_predict_end(self, logs=None):
        self._swap(into_model=False)

    def _swap(self, into_model):
        if into_model == self._ema_weights_in_model:
            return
        for variable, average in self._pairs():
            kept = variable.numpy()
            variable.assign(average.value)
            average.assign(kept)
        self._ema_weights_in_model = into_model

    def _pairs(self):
        """Pairs of a weight and its average."""
        optimizer = getattr(self.model.optimizer, "inner_optimizer", self.model.optimizer)
        several = [o for o in getattr(optimizer, "optimizers", [optimizer])]
        several = [o for o in several if getattr(o, "use_ema", False)]
        if not several:
            raise ValueError("SwapEMAWeights needs an optimizer with `use_ema=True`.")
        for one in several:
            yield from zip(
                one._trainable_variables, one._model_variables_moving_average, strict=True
            )
