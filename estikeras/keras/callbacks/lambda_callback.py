"""Functions as hooks."""

from estikeras import errors
from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public


@public("keras.callbacks.LambdaCallback")
class LambdaCallback(Callback):
    """A callback made of functions.

    Args:
        on_epoch_begin: function of `epoch` and `logs`, or None.
        on_epoch_end: function of `epoch` and `logs`, or None.
        on_train_begin: function of `logs`, or None.
        on_train_end: function of `logs`, or None.
        on_train_batch_begin: function of `batch` and `logs`, or None.
        on_train_batch_end: function of `batch` and `logs`, or None.
        **kwargs: functions for further hooks, such as `on_test_end`.

    Raises:
        TypeError: if something given is no function.

    Example:
        >>> show = LambdaCallback(on_epoch_end=lambda epoch, logs: log.write(f"{epoch} {logs}"))
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        super().__init__()
        hooks = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for name, hook in hooks.items():
            if hook is not None and not callable(hook):
                raise errors.wrong_type(name, got=hook, expected="a function")
        self.__dict__.update({name: hook for name, hook in hooks.items() if hook is not None})
        self.__dict__.update(kwargs)
