"""Calls the hooks of several callbacks in turn, and knows which hooks anybody listens to."""

from estikeras import errors, namespace
from estikeras.keras.callbacks.callback import BATCH_HOOKS, Callback
from estikeras.keras.callbacks.history import History
from estikeras.keras.callbacks.silent import for_this_rank
from estikeras.public import public


@public("keras.callbacks.CallbackList")
class CallbackList(Callback):
    """Several callbacks as one.

    Args:
        callbacks: list of callbacks, a single one, or None.
        add_history: bool, add a `History` if there is none.
        add_progbar: bool, add a `ProgbarLogger` if there is none.
        model: the model, handed to every callback.
        **params: `epochs`, `steps`, `verbose`, handed to every callback.

    Raises:
        TypeError: if something in `callbacks` is no callback.
    """

    def __init__(self, callbacks=None, add_history=False, add_progbar=False, model=None, **params):
        self.callbacks = [for_this_rank(callback) for callback in _flat(callbacks)]
        self._history = self._find_or_add(History, add_history)
        if add_progbar:
            self._find_or_add(namespace.lookup("keras.callbacks", "ProgbarLogger"), add_progbar)
        self.set_model(model)
        self.set_params(params)

    def append(self, callback):
        """Add a callback at the end."""
        self.callbacks.append(callback)
        self._find_listeners()

    def set_params(self, params):
        """Hand `params` to every callback."""
        self.params = params
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model):
        """Hand the model to every callback."""
        super().set_model(model)
        if self._history is not None and model is not None:
            model.history = self._history
        for callback in self.callbacks:
            callback.set_model(model)
        self._find_listeners()

    @property
    def has_train_batch_hooks(self):
        """Whether any callback listens to batches of training; if not, none need be announced."""
        return self._listens("train")

    @property
    def has_test_batch_hooks(self):
        """Whether any callback listens to batches of evaluation."""
        return self._listens("test")

    @property
    def has_predict_batch_hooks(self):
        """Whether any callback listens to batches of prediction."""
        return self._listens("predict")

    def _listens(self, mode):
        return any(self._listeners[hook] for hook in BATCH_HOOKS[mode])

    def _listens_to(self, hook):
        return any(callback._listens_to(hook) for callback in self.callbacks)

    def _find_listeners(self):
        hooks = [hook for pair in BATCH_HOOKS.values() for hook in pair]
        self._listeners = {
            hook: [getattr(c, hook) for c in self.callbacks if c._listens_to(hook)]
            for hook in hooks
        }

    def _find_or_add(self, kind, add):
        found = [callback for callback in self.callbacks if isinstance(callback, kind)]
        if not found and add:
            found = [kind()]
            self.callbacks.append(found[0])
        return found[0] if found else None

    def on_batch_begin(self, batch, logs=None):
        self.on_train_batch_begin(batch, logs=logs)

    def on_batch_end(self, batch, logs=None):
        self.on_train_batch_end(batch, logs=logs)

    def on_train_batch_begin(self, batch, logs=None):
        for hook in self._listeners["on_train_batch_begin"]:
            hook(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        for hook in self._listeners["on_train_batch_end"]:
            hook(batch, logs=logs)

    def on_test_batch_begin(self, batch, logs=None):
        for hook in self._listeners["on_test_batch_begin"]:
            hook(batch, logs=logs)

    def on_test_batch_end(self, batch, logs=None):
        for hook in self._listeners["on_test_batch_end"]:
            hook(batch, logs=logs)

    def on_predict_batch_begin(self, batch, logs=None):
        for hook in self._listeners["on_predict_batch_begin"]:
            hook(batch, logs=logs)

    def on_predict_batch_end(self, batch, logs=None):
        for hook in self._listeners["on_predict_batch_end"]:
            hook(batch, logs=logs)

    def on_epoch_begin(self, epoch, logs=None):
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_epoch_begin(epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_epoch_end(epoch, logs)

    def on_train_begin(self, logs=None):
        logs = logs or {}
        self._find_listeners()
        for callback in self.callbacks:
            callback.on_train_begin(logs)

    def on_train_end(self, logs=None):
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_train_end(logs)

    def on_test_begin(self, logs=None):
        logs = logs or {}
        self._find_listeners()
        for callback in self.callbacks:
            callback.on_test_begin(logs)

    def on_test_end(self, logs=None):
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_test_end(logs)

    def on_predict_begin(self, logs=None):
        logs = logs or {}
        self._find_listeners()
        for callback in self.callbacks:
            callback.on_predict_begin(logs)

    def on_predict_end(self, logs=None):
        logs = logs or {}
        for callback in self.callbacks:
            callback.on_predict_end(logs)


def _flat(callbacks):
    if callbacks is None:
        return []
    if not isinstance(callbacks, (list, tuple)):
        callbacks = [callbacks]
    flat = []
    for item in callbacks:
        if isinstance(item, (list, tuple)):
            flat += _flat(item)
        elif isinstance(item, Callback):
            flat.append(item)
        else:
            hint = "Write `callbacks=[TheCallback()]`." if isinstance(item, type) else None
            raise errors.wrong_type("callbacks", got=item, expected="a `Callback`", hint=hint)
    return flat
