"""`tf.train.CheckpointOptions`: what can be asked for when a checkpoint is written."""

import inspect

from estikeras import errors
from estikeras.public import public


@public("train.CheckpointOptions")
class CheckpointOptions:
    """How a checkpoint is written.

    Args:
        experimental_io_device: must be None.
        experimental_enable_async_checkpoint: must be False: all is written when `save` returns.
        experimental_write_callbacks: list of functions that are called after each writing, with
            the path, or without arguments.
        enable_async: must be False.

    Raises:
        NotImplementedError: for other values.
        ValueError: for a callback that takes more.
    """

    def __init__(
        self,
        experimental_io_device=None,
        experimental_enable_async_checkpoint=False,
        experimental_write_callbacks=None,
        enable_async=False,
    ):
        if experimental_io_device is not None:
            raise errors.unsupported(
                "`experimental_io_device`", "Leave it out: files are written by this process."
            )
        if experimental_enable_async_checkpoint or enable_async:
            raise errors.unsupported(
                "Writing checkpoints asynchronously", "Leave `enable_async` out."
            )
        for callback in experimental_write_callbacks or ():
            if len(inspect.signature(callback).parameters) > 1:
                raise errors.invalid(
                    "experimental_write_callbacks",
                    got=callback,
                    expected="functions of the path, or without arguments",
                )
        self.experimental_io_device = None
        self.experimental_enable_async_checkpoint = self.enable_async = False
        self.experimental_write_callbacks = experimental_write_callbacks


def check(options):
    """Raise for what are no options."""
    if options is not None and not isinstance(options, CheckpointOptions):
        raise errors.wrong_type("options", got=options, expected="a tf.train.CheckpointOptions")


def call_back(options, path):
    """Call the functions that wait for a checkpoint to be written."""
    for callback in (options and options.experimental_write_callbacks) or ():
        callback(*[path][: len(inspect.signature(callback).parameters)])
