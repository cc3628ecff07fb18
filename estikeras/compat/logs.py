"""`tf.compat.v1.logging`: lines through Python's `logging`, by a logger called "estikeras".

Nothing is configured before a script asks for it by `set_verbosity`.
"""

import logging
import sys
from collections import Counter

from estikeras.public import public

logger = logging.getLogger("estikeras")
_counts = Counter()

DEBUG = public("compat.v1.logging.DEBUG")(logging.DEBUG)
INFO = public("compat.v1.logging.INFO")(logging.INFO)
WARN = public("compat.v1.logging.WARN")(logging.WARNING)
ERROR = public("compat.v1.logging.ERROR")(logging.ERROR)
FATAL = public("compat.v1.logging.FATAL")(logging.FATAL)


class _Stderr(logging.StreamHandler):
    """Writes lines such as `INFO:estikeras:loss = 0.5` to what `sys.stderr` is at the moment."""

    def __init__(self):
        logging.Handler.__init__(self)
        self.setFormatter(logging.Formatter(logging.BASIC_FORMAT))

    @property
    def stream(self):
        return sys.stderr


@public("get_logger", "compat.v1.get_logger")
def get_logger():
    """Python's logger that all lines go through."""
    return logger


@public("compat.v1.logging.set_verbosity")
def set_verbosity(v):
    """Let lines of at least a level appear: on stderr, if nothing else was configured.

    Args:
        v: the level, such as `tf.compat.v1.logging.INFO`, or its name.
    """
    logger.setLevel(v)
    if not logger.hasHandlers():
        logger.addHandler(_Stderr())


@public("compat.v1.logging.get_verbosity")
def get_verbosity():
    """The level from which on lines appear."""
    return logger.getEffectiveLevel()


@public("compat.v1.logging.log")
def log(level, msg, *args, **kwargs):
    """Log `msg % args` at a level."""
    logger.log(level, msg, *args, **kwargs)


@public("compat.v1.logging.debug")
def debug(msg, *args, **kwargs):
    """Log `msg % args` for developers."""
    logger.debug(msg, *args, **kwargs)


@public("compat.v1.logging.info")
def info(msg, *args, **kwargs):
    """Log `msg % args`."""
    logger.info(msg, *args, **kwargs)


@public("compat.v1.logging.warn", "compat.v1.logging.warning")
def warning(msg, *args, **kwargs):
    """Log `msg % args` as a warning."""
    logger.warning(msg, *args, **kwargs)


@public("compat.v1.logging.error")
def error(msg, *args, **kwargs):
    """Log `msg % args` as an error."""
    logger.error(msg, *args, **kwargs)


@public("compat.v1.logging.fatal")
def fatal(msg, *args, **kwargs):
    """Log `msg % args` as an error that ends the program; it goes on."""
    logger.fatal(msg, *args, **kwargs)


@public("compat.v1.logging.vlog")
def vlog(level, msg, *args, **kwargs):
    """Log `msg % args` at a level."""
    logger.log(level, msg, *args, **kwargs)


@public("compat.v1.logging.log_if")
def log_if(level, msg, condition, *args):
    """Log `msg % args` at a level if a condition is true."""
    if condition:
        logger.log(level, msg, *args)


@public("compat.v1.logging.log_every_n")
def log_every_n(level, msg, n, *args):
    """Log `msg % args` at a level by the first of each n calls with this `msg`."""
    log_if(level, msg, _counted(msg) % n == 0, *args)


@public("compat.v1.logging.log_first_n")
def log_first_n(level, msg, n, *args):
    """Log `msg % args` at a level by the first n calls with this `msg`."""
    log_if(level, msg, _counted(msg) < n, *args)


def _counted(msg):
    _counts[msg] += 1
    return _counts[msg] - 1


@public("compat.v1.logging.flush")
def flush():
    """Hand what was logged to the operating system."""
    for handler in logger.handlers:
        handler.flush()
