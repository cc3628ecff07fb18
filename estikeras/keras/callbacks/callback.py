"""The base of all callbacks: hooks that do nothing until they are overridden."""

from estikeras.public import public

BATCH_HOOKS = {
    mode: (f"on_{mode}_batch_begin", f"on_{mode}_batch_end")
    for mode in ("train", "test", "predict")
}


@public("keras.callbacks.Callback")
class Callback:
    """Base of callbacks: override the hooks that you need.

    `logs` is a dict of floats: in `on_epoch_end` the epoch's metrics with those of the validation
    as `val_...`, in `on_train_batch_end` the averages up to this batch, in `on_predict_batch_end`
    the batch's `outputs`. During training `self.model` is the model and `self.params` a dict with
    `epochs`, `steps` and `verbose`. Training ends after the batch or epoch in which a hook sets
    `self.model.stop_training = True`.

    Example:
    >>> class Doubling(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.optimizer.learning_rate *= 2
    """

    # Whether all it does is to show or write things. Under a strategy every rank runs callbacks, on
    # equal logs; of those that are `chief_only` rank 0 alone.
    chief_only = False
    params = None
    _model = None

    @property
    def model(self):
        """The model that runs, or None."""
        return self._model

    def set_params(self, params):
        """Take the dict with `epochs`, `steps` and `verbose`."""
        self.params = params

    def set_model(self, model):
        """Take the model that runs."""
        self._model = model

    def on_batch_begin(self, batch, logs=None):
        """Before a training batch; older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """After a training batch; older name of `on_train_batch_end`."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch of training; `epoch` counts from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch of training and its validation."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a training batch; `batch` counts from 0 in each epoch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """After a training batch."""
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of `evaluate` or of the validation in `fit`."""

    def on_test_batch_end(self, batch, logs=None):
        """After a batch of `evaluate` or of the validation in `fit`."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of `predict`."""

    def on_predict_batch_end(self, batch, logs=None):
        """After a batch of `predict`."""

    def on_train_begin(self, logs=None):
        """At the beginning of `fit`."""

    def on_train_end(self, logs=None):
        """At the end of `fit`; `logs` are those of the last epoch."""

    def on_test_begin(self, logs=None):
        """At the beginning of `evaluate` or of the validation in `fit`."""

    def on_test_end(self, logs=None):
        """At the end of `evaluate` or of the validation in `fit`."""

    def on_predict_begin(self, logs=None):
        """At the beginning of `predict`."""

    def on_predict_end(self, logs=None):
        """At the end of `predict`."""

    def _listens_to(self, hook):
        """Whether calling `hook` does anything; a batch hook that nobody listens to costs the
        training nothing.
        """
        if hook in ("on_train_batch_begin", "on_train_batch_end"):
            return self._overrides(hook) or self._overrides(hook.replace("train_", ""))
        return self._overrides(hook)

    def _overrides(self, hook):
        return hook in vars(self) or getattr(type(self), hook, None) is not getattr(Callback, hook)
