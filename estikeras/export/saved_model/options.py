"""`tf.saved_model.SaveOptions` and `LoadOptions`: what happens anyhow can be asked for, and what is
not supported is refused.
"""

from estikeras import errors
from estikeras.public import public


@public("saved_model.SaveOptions")
class SaveOptions:
    """How a SavedModel is written.

    Args:
        namespace_whitelist: must be None or empty: there are no operations of other namespaces.
        save_debug_info: must be False.
        function_aliases: must be None or empty.
        experimental_io_device: must be None, or "/job:localhost".
        experimental_variable_policy: must be None.
        experimental_custom_gradients: of no consequence: gradients are not saved.
        experimental_image_format: must be False.
        experimental_skip_saver: must be False.

    Raises:
        NotImplementedError: for other values.
    """

    def __init__(
        self,
        namespace_whitelist=None,
        save_debug_info=False,
        function_aliases=None,
        experimental_io_device=None,
        experimental_variable_policy=None,
        experimental_custom_gradients=True,
        experimental_image_format=False,
        experimental_skip_saver=False,
    ):
        _refuse(
            namespace_whitelist=namespace_whitelist,
            save_debug_info=save_debug_info,
            function_aliases=function_aliases,
            experimental_variable_policy=experimental_variable_policy,
            experimental_image_format=experimental_image_format,
            experimental_skip_saver=experimental_skip_saver,
        )
        _check_device(experimental_io_device)
        self.namespace_whitelist = list(namespace_whitelist or ())
        self.save_debug_info, self.function_aliases = False, {}
        self.experimental_io_device = experimental_io_device
        self.experimental_variable_policy = None
        self.experimental_custom_gradients = experimental_custom_gradients
        self.experimental_image_format = self.experimental_skip_saver = False


@public("saved_model.LoadOptions")
class LoadOptions:
    """How a SavedModel is loaded.

    Args:
        allow_partial_checkpoint: must be False.
        experimental_io_device: must be None, or "/job:localhost".
        experimental_skip_checkpoint: must be False.
        experimental_variable_policy: must be None.
        experimental_load_function_aliases: must be False.

    Raises:
        NotImplementedError: for other values.
    """

    def __init__(
        self,
        allow_partial_checkpoint=False,
        experimental_io_device=None,
        experimental_skip_checkpoint=False,
        experimental_variable_policy=None,
        experimental_load_function_aliases=False,
    ):
        _refuse(
            allow_partial_checkpoint=allow_partial_checkpoint,
            experimental_skip_checkpoint=experimental_skip_checkpoint,
            experimental_variable_policy=experimental_variable_policy,
            experimental_load_function_aliases=experimental_load_function_aliases,
        )
        _check_device(experimental_io_device)
        self.allow_partial_checkpoint = self.experimental_skip_checkpoint = False
        self.experimental_io_device = experimental_io_device
        self.experimental_variable_policy = None
        self.experimental_load_function_aliases = False


def check(options, kind):
    """Raise for what are no options of a kind, nor None."""
    if options is not None and not isinstance(options, kind):
        raise errors.wrong_type(
            "options", got=options, expected=f"a tf.saved_model.{kind.__name__}, or None"
        )


def _refuse(**options):
    for name, value in options.items():
        if value:
            raise errors.unsupported(f"`{name}={value!r}` for SavedModels", "Leave it out.")


def _check_device(device):
    if device not in (None, "/job:localhost"):
        raise errors.unsupported(
            f"`experimental_io_device={device!r}`", "Leave it out: files are this machine's."
        )
