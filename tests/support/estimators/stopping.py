"""Questions to early stopping hooks about evaluations, which TensorFlow 2.15 answered."""

import logging
import tempfile
from pathlib import Path

# Step -> metrics, in the order in which they were written.
EVALUATIONS = {
    "falling": [(k * 10, {"loss": 1.0 - k / 10, "auc": k / 10}) for k in range(6)],
    "a valley": [(k * 10, {"loss": abs(k - 3) + 1.0, "auc": 0.5}) for k in range(8)],
    "written twice": [(0, {"loss": 3.0}), (10, {"loss": 1.0}), (0, {"loss": 2.0})],
    "none": [],
}

# Hook, name of the evaluations, arguments.
QUESTIONS = [
    ("stop_if_lower_hook", "falling", ("loss", 0.65)),
    ("stop_if_lower_hook", "falling", ("loss", 0.5)),
    ("stop_if_lower_hook", "falling", ("loss", 0.95), {"min_steps": 20}),
    ("stop_if_lower_hook", "falling", ("loss", 0.95), {"min_steps": 60}),
    ("stop_if_lower_hook", "written twice", ("loss", 2.5)),
    ("stop_if_higher_hook", "falling", ("auc", 0.25)),
    ("stop_if_higher_hook", "falling", ("auc", 0.5)),
    ("stop_if_higher_hook", "none", ("auc", 0.5)),
    ("stop_if_no_decrease_hook", "falling", ("loss", 10)),
    ("stop_if_no_decrease_hook", "falling", ("loss", 11)),
    ("stop_if_no_decrease_hook", "a valley", ("loss", 30)),
    ("stop_if_no_decrease_hook", "a valley", ("loss", 40)),
    ("stop_if_no_decrease_hook", "a valley", ("loss", 50)),
    ("stop_if_no_decrease_hook", "a valley", ("loss", 20), {"min_steps": 60}),
    ("stop_if_no_increase_hook", "falling", ("auc", 20)),
    ("stop_if_no_increase_hook", "a valley", ("auc", 70)),
    ("stop_if_no_increase_hook", "a valley", ("auc", 71)),
    ("stop_if_no_increase_hook", "a valley", ("loss", 60)),
]


def answers(tf, write):
    """Whether each hook would stop, and the line that it logs.

    Args:
        tf: TensorFlow or ours.
        write: function of the name of evaluations and a folder that writes their event files.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in EVALUATIONS:
            Path(folder, name).mkdir()
            write(name, Path(folder, name))
        for kind, name, arguments, *options in QUESTIONS:
            made = tf.estimator.Estimator(lambda features: None, model_dir=folder)
            hook = getattr(tf.estimator.experimental, kind)(
                made, *arguments, str(Path(folder, name)), **(options[0] if options else {})
            )
            with _Lines(tf) as lines:
                stops = getattr(hook, "_should_stop_fn", None) or hook._should_stop
                found.append([bool(stops()), lines])
    return found


class _Lines:
    """A list of the lines that are logged in a `with` block."""

    def __init__(self, tf):
        self._logger, self._lines = tf.get_logger(), []
        self._handler = logging.Handler()
        self._handler.emit = self._take

    def _take(self, record):
        if "deprecated" not in record.getMessage():
            self._lines.append(record.getMessage())

    def __enter__(self):
        self._before = self._logger.level
        self._logger.addHandler(self._handler)
        self._logger.setLevel("INFO")
        return self._lines

    def __exit__(self, *exception):
        self._logger.removeHandler(self._handler)
        self._logger.level = self._before
