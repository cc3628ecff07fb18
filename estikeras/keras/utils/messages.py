"""Lines for the user: to the terminal, or to the log where interactive logging is off."""

import logging
import sys

from estikeras import settings
from strategies import get_strategy


def show(text):
    """Print a line, or log it where `keras.config.disable_interactive_logging()` was called; of
    several ranks the chief alone does.
    """
    if not get_strategy().cluster.is_chief:
        return
    if settings.is_interactive_logging_enabled():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:
        logging.getLogger("estikeras").info(text)
