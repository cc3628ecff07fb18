"""What holds for the whole process: number formats, threads, folders, switches.

The only reader of environment variables but for those of `strategies`. Knows the standard library
and how errors read.

| variable | what it sets |
|---|---|
| `ESTIKERAS_NUM_THREADS` (else `OMP_NUM_THREADS`) | threads of the native program |
| `ESTIKERAS_CACHE_DIR` | folder of compiled kernels |
| `KERAS_HOME` | folder of data sets and of `keras.json` (default `~/.keras`) |
| `KERAS_MAX_EPOCHS`, `KERAS_MAX_STEPS_PER_EPOCH` | limits for a quick look at a script |
"""

import functools
import json
import numbers
import os
import tempfile
import warnings
from pathlib import Path

from estikeras import errors
from estikeras.public import public
from strategies import cores as usable_cores
from strategies.launched import launched_rank

KERAS_VERSION = "3.15.1"
_FLOATS = ("bfloat16", "float16", "float32", "float64")
_DATA_FORMATS = ("channels_last", "channels_first")


class _State:
    """What is set, and its defaults."""

    def __init__(self):
        self.floatx = "float32"
        self.epsilon = 1e-7
        self.image_data_format = "channels_last"
        self.max_epochs = _whole_number("KERAS_MAX_EPOCHS")
        self.max_steps_per_epoch = _whole_number("KERAS_MAX_STEPS_PER_EPOCH")
        self.interactive_logging = True
        self.functions_run_eagerly = False
        self.threads = None


@functools.cache
def _state():
    """The one state of the process, first filled from `keras.json` and the environment."""
    state = _State()
    file = keras_home() / "keras.json"
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        state.floatx = _one_of("floatx", given.get("floatx", state.floatx), _FLOATS)
        state.epsilon = _number("epsilon", given.get("epsilon", state.epsilon))
        data_format = given.get("image_data_format", state.image_data_format)
        state.image_data_format = _one_of("image_data_format", data_format, _DATA_FORMATS)
    except FileNotFoundError:
        return state
    except (OSError, ValueError, TypeError, AttributeError) as error:
        warnings.warn(f"{file} is not used from here on: {error}", stacklevel=2)
    return state


@public("keras.config.floatx", "keras.backend.floatx")
def floatx():
    """The dtype that layers and variables have by default, such as `"float32"`."""
    return _state().floatx


@public("keras.config.set_floatx", "keras.backend.set_floatx")
def set_floatx(value):
    """Set the default float dtype.

    Args:
        value: `"bfloat16"`, `"float16"`, `"float32"` or `"float64"`.

    Raises:
        ValueError: for any other value.
    """
    _state().floatx = _one_of("value", value, _FLOATS)


@public("keras.config.epsilon", "keras.backend.epsilon")
def epsilon():
    """The small number that keeps divisions and logarithms finite, 1e-7 unless set."""
    return _state().epsilon


@public("keras.config.set_epsilon", "keras.backend.set_epsilon")
def set_epsilon(value):
    """Set the small number that keeps divisions and logarithms finite.

    Args:
        value: a float.

    Raises:
        TypeError: if it is no number.
    """
    _state().epsilon = _number("value", value)


@public("keras.config.image_data_format", "keras.backend.image_data_format")
def image_data_format():
    """Where images have their channels by default: `"channels_last"` or `"channels_first"`."""
    return _state().image_data_format


@public("keras.config.set_image_data_format", "keras.backend.set_image_data_format")
def set_image_data_format(data_format):
    """Set where images have their channels by default.

    Args:
        data_format: `"channels_last"` or `"channels_first"`.

    Raises:
        ValueError: for any other value.
    """
    value = _one_of("data_format", str(data_format).lower(), _DATA_FORMATS)
    _state().image_data_format = value


def standardize_data_format(data_format):
    """A layer's `data_format` argument: checked, and the default where it is None."""
    if data_format is None:
        return image_data_format()
    return _one_of("data_format", str(data_format).lower(), _DATA_FORMATS)


@public("keras.config.max_epochs")
def max_epochs():
    """The most epochs that any `fit` runs, or None for no limit."""
    return _state().max_epochs


@public("keras.config.set_max_epochs")
def set_max_epochs(max_epochs):
    """Limit the epochs of every `fit`; None lifts the limit."""
    _state().max_epochs = _limit("max_epochs", max_epochs)


@public("keras.config.max_steps_per_epoch")
def max_steps_per_epoch():
    """The most steps of any epoch of `fit`, `evaluate` and `predict`, or None for no limit."""
    return _state().max_steps_per_epoch


@public("keras.config.set_max_steps_per_epoch")
def set_max_steps_per_epoch(max_steps_per_epoch):
    """Limit the steps of every `fit`, `evaluate` and `predict`; None lifts the limit."""
    _state().max_steps_per_epoch = _limit("max_steps_per_epoch", max_steps_per_epoch)


@public("keras.config.is_interactive_logging_enabled", "keras.utils.is_interactive_logging_enabled")
def is_interactive_logging_enabled():
    """Whether progress is drawn as a bar (True) or left to one line an epoch (False)."""
    return _state().interactive_logging


@public("keras.config.enable_interactive_logging", "keras.utils.enable_interactive_logging")
def enable_interactive_logging():
    """Draw progress as a bar."""
    _state().interactive_logging = True


@public("keras.config.disable_interactive_logging", "keras.utils.disable_interactive_logging")
def disable_interactive_logging():
    """Write progress as one line an epoch."""
    _state().interactive_logging = False


@public("keras.version")
def version():
    """The version of the Keras API that is followed here."""
    return KERAS_VERSION


@public("keras.config.backend", "keras.backend.backend")
def backend():
    """The name of what computes: always `"estikeras"`."""
    return "estikeras"


@public("keras.config.set_backend")
def set_backend(backend):
    """Accepts `"estikeras"`, the only backend there is.

    Raises:
        NotImplementedError: for another backend.
    """
    if backend != "estikeras":
        raise errors.unsupported(f"The backend {backend!r}", "estikeras computes by itself.")


@public("keras.config.is_traceback_filtering_enabled")
def is_traceback_filtering_enabled():
    """False: tracebacks are shown whole."""
    return False


@public("keras.config.disable_traceback_filtering")
def disable_traceback_filtering():
    """Show tracebacks whole, as they always are."""


@public("keras.config.enable_traceback_filtering")
def enable_traceback_filtering():
    """Not available: tracebacks are always shown whole.

    Raises:
        NotImplementedError: always.
    """
    raise errors.unsupported("Filtering tracebacks", "They are shown whole.")


@public("keras.config.is_flash_attention_enabled")
def is_flash_attention_enabled():
    """False: attention has one implementation."""
    return False


@public("keras.config.disable_flash_attention")
def disable_flash_attention():
    """Compute attention without the flash algorithm, as it always is."""


@public("keras.config.enable_flash_attention")
def enable_flash_attention():
    """Not available: attention has one implementation, which is always used.

    Raises:
        NotImplementedError: always.
    """
    raise errors.unsupported("Flash attention", "Attention has one implementation, used always.")


@public("keras.config.is_nnx_enabled")
def is_nnx_enabled():
    """False: NNX belongs to another backend."""
    return False


@public("config.run_functions_eagerly", "config.experimental_run_functions_eagerly")
def run_functions_eagerly(run_eagerly):
    """Let `tf.function`s, and the steps of models that are made afterwards, run eagerly, to debug.

    Args:
        run_eagerly: bool; False lets them be compiled.
    """
    _state().functions_run_eagerly = bool(run_eagerly)


@public("config.functions_run_eagerly", "config.experimental_functions_run_eagerly")
def functions_run_eagerly():
    """Whether `tf.function`s run eagerly."""
    return _state().functions_run_eagerly


def set_threads(count):
    """Let programs run on so many threads; None stands for what `threads` finds by itself."""
    _state().threads = count


def threads():
    """How many threads this process should use: what was asked for, else its share of the cores,
    which it has for itself unless a launcher started more ranks on this machine.
    """
    asked = _state().threads
    asked = asked or _whole_number("ESTIKERAS_NUM_THREADS") or _whole_number("OMP_NUM_THREADS")
    return asked or usable_cores.threads_per_rank()


def is_first_rank():
    """Whether this process is the first of those that a launcher started, or the only one."""
    return launched_rank() == 0


def cores():
    """How many cores this process may use, after its affinity and its control group's quota."""
    return usable_cores.usable()


def keras_home():
    """The folder of Keras's data sets and configuration, as a Path; it need not exist."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")


def cache_folder():
    """The folder for compiled kernels, as a Path: made if absent, writable by this user alone."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get("ESTIKERAS_CACHE_DIR") or Path(home) / "estikeras")
    if _usable(folder):
        return folder
    folder = Path(tempfile.gettempdir()) / f"estikeras-{_user()}"
    return folder if _usable(folder) else _folder_for_this_process()


@functools.cache
def _folder_for_this_process():
    return Path(tempfile.mkdtemp(prefix="estikeras-"))


def _usable(folder):
    """Whether the folder is there or can be made, is ours and writable: it holds code that runs."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat().st_uid
    except OSError:
        return False
    return owner == _user() and os.access(folder, os.W_OK | os.X_OK)


def _user():
    return os.getuid() if hasattr(os, "getuid") else 0


def _whole_number(variable):
    text = os.environ.get(variable, "")
    if not text:
        return None
    try:
        return _limit(variable, int(text.split(",")[0]))  # OMP_NUM_THREADS may hold a list
    except ValueError:
        raise errors.invalid(variable, got=text, expected="a positive whole number") from None


def _limit(argument, value):
    if value is None:
        return None
    if not isinstance(value, numbers.Integral) or value <= 0:
        raise errors.invalid(argument, got=value, expected="a positive whole number or None")
    return int(value)


def _number(argument, value):
    if not isinstance(value, numbers.Real):
        raise errors.wrong_type(argument, got=value, expected="a number")
    return float(value)


def _one_of(argument, value, allowed):
    if value not in allowed:
        raise errors.invalid(argument, got=value, expected=f"one of {allowed}")
    return value
