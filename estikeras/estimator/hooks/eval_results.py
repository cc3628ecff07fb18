"""What evaluations found, from their event files."""

import logging
from pathlib import Path

from estikeras.formats import events

_log = logging.getLogger("estikeras")


def read_eval_metrics(eval_dir):
    """The numbers in the event files of a folder.

    A file that is truncated or damaged counts up to there, with a warning.

    Args:
        eval_dir: path; it may be missing.

    Returns:
        Dict from global step, in order, to a dict from name to value; of two values for one step
        the later counts.
    """
    found = {}
    for path in sorted(Path(eval_dir).glob("events.out.tfevents.*")):
        try:
            for step, tag, _, value in events.read(path):
                if isinstance(value, float):
                    found.setdefault(step, {})[tag] = value
        except ValueError as error:
            _log.warning("The rest of %s is left out, it is damaged: %s", path, error)
    return dict(sorted(found.items()))
