"""Trainings with one hook each, whose lines and events TensorFlow 2.15 and ours must agree on.

The loss of step k (from 0) is k, so that a line tells which step it is about. Times are masked.
"""

import contextlib
import logging
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BATCHES = 40


@dataclass(frozen=True)
class Case:
    """A training.

    Attributes:
        name: of the case.
        hook: name of the hook's class.
        options: its arguments; "FOLDER" stands for the model's folder.
        steps: how many steps each call of `train` does; None for all data.
        nan_at: step from which on the loss is no number, or None.
        counts: whether the steps are counted.
    """

    name: str
    hook: str
    options: dict = field(default_factory=dict)
    steps: tuple = (10,)
    nan_at: int | None = None
    counts: bool = True


def _case(name, hook, steps=(10,), nan_at=None, counts=True, **options):
    return Case(name, hook, options, steps, nan_at, counts)


_VALUES = {"loss": "loss", "step": "before"}

CASES = [
    _case("log every third", "LoggingTensorHook", tensors=_VALUES, every_n_iter=3),
    _case("log every step", "LoggingTensorHook", tensors=_VALUES, every_n_iter=1, steps=(3,)),
    _case("log a list", "LoggingTensorHook", tensors=["loss", "before:0"], every_n_iter=5),
    _case("log at the end", "LoggingTensorHook", tensors=_VALUES, at_end=True),
    _case(
        "log sometimes and at the end",
        "LoggingTensorHook",
        tensors=_VALUES,
        every_n_iter=4,
        at_end=True,
        steps=(6, 7),
    ),
    _case("log rarely by time", "LoggingTensorHook", tensors=_VALUES, every_n_secs=600),
    _case("log always by time", "LoggingTensorHook", tensors=_VALUES, every_n_secs=0, steps=(3,)),
    _case("log a small array", "LoggingTensorHook", tensors={"x": "row"}, every_n_iter=9),
    _case("count every fourth", "StepCounterHook", every_n_steps=4, output_dir="FOLDER"),
    _case("count twice", "StepCounterHook", every_n_steps=4, output_dir="FOLDER", steps=(6, 7)),
    _case("count rarely by time", "StepCounterHook", every_n_steps=None, every_n_secs=600),
    _case("save every fourth", "CheckpointSaverHook", checkpoint_dir="FOLDER", save_steps=4),
    _case(
        "save at the last step",
        "CheckpointSaverHook",
        checkpoint_dir="FOLDER",
        save_steps=5,
        steps=(10, 3),
    ),
    _case(
        "save under another name",
        "CheckpointSaverHook",
        checkpoint_dir="FOLDER",
        save_secs=600,
        checkpoint_basename="other",
    ),
    _case(
        "save all data",
        "CheckpointSaverHook",
        checkpoint_dir="FOLDER",
        save_steps=30,
        steps=(None,),
    ),
    _case("summaries every third", "SummarySaverHook", save_steps=3, output_dir="FOLDER"),
    _case("summaries twice", "SummarySaverHook", save_steps=3, output_dir="FOLDER", steps=(5, 4)),
    _case("summaries by time", "SummarySaverHook", save_secs=600, output_dir="FOLDER"),
    _case("stop at the seventh", "StopAtStepHook", last_step=7, steps=(None,)),
    _case("stop after three, twice", "StopAtStepHook", num_steps=3, steps=(None, None)),
    _case("stop where one is already", "StopAtStepHook", last_step=4, steps=(6, None)),
    _case("no number", "NanTensorHook", loss_tensor="loss:0", nan_at=4),
    _case("begin later", "GlobalStepWaiterHook", wait_until_step=0, steps=(2,)),
    _case("feed nothing", "FeedFnHook", feed_fn=dict, steps=(2,)),
]


def outcome(case, tf):
    """The lines that a case logs, what it writes into event files, and where it ends.

    Args:
        case: a Case.
        tf: TensorFlow or ours.
    """
    with tempfile.TemporaryDirectory() as folder, _lines(case, tf, folder) as lines:
        error, ends = None, []
        for steps in case.steps:
            try:
                ends.append(_train(case, tf, folder, steps))
            except RuntimeError as failure:
                error = str(failure)
        return {"lines": lines, "ends": ends, "error": error, "events": _events(case, tf, folder)}


def _train(case, tf, folder, steps):
    """Train once; gives the global step in the end."""
    tf1, last = tf.compat.v1, []

    def input_fn():
        x = np.arange(BATCHES, dtype="float32")
        x[BATCHES if case.nan_at is None else case.nan_at :] = np.nan
        return tf.data.Dataset.from_tensor_slices(x).batch(1)

    class Last(tf.estimator.SessionRunHook):
        def begin(self):
            self.step = tf1.train.get_global_step()

        def end(self, session):
            last.append(int(session.run(self.step)))

    def model_fn(features, mode):
        step = tf1.train.get_or_create_global_step()
        loss = tf.identity(tf.reduce_mean(features), name="loss")
        row = tf.identity(tf.stack([loss, 0.00001 * loss]), name="row")
        tf1.summary.scalar("the_loss", loss)
        tf1.summary.scalar("twice", 2 * loss)
        before = tf.identity(_as_hooks_read_it(tf, step), name="before")
        with tf.control_dependencies([before, row]):
            train_op = tf1.assign_add(step, 1) if case.counts else tf.no_op()
        options = {k: folder if v == "FOLDER" else v for k, v in case.options.items()}
        if case.hook == "SummarySaverHook":
            options["summary_op"] = tf1.summary.merge_all()
        if case.hook == "CheckpointSaverHook":
            options["saver"] = tf1.train.Saver([step])
        hooks = [getattr(tf.estimator, case.hook)(**options), Last()]
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)

    config = tf.estimator.RunConfig(
        folder, save_checkpoints_steps=10**6, save_summary_steps=None, log_step_count_steps=None
    )
    tf.estimator.Estimator(model_fn, config=config).train(input_fn, steps=steps)
    return last[0] if last else None


def _as_hooks_read_it(tf, step):
    """The global step before the update. TensorFlow's hooks share one read of it, which comes
    before or after by chance unless the update waits for it.
    """
    if tf.__name__ != "tensorflow":
        return step
    from tensorflow.python.training import training_util

    return training_util._get_or_create_global_step_read()


_OF_ESTIMATOR = (
    "Calling model_fn|Done calling|Graph was finalized|Running local_init|Done running local_init|"
    "Restoring parameters|Loss for final step|Using config|Using default|.*deprecated"
)
_OF_SAVER = "Create CheckpointSaverHook|Saving checkpoints|Calling checkpoint listeners"


@contextlib.contextmanager
def _lines(case, tf, folder):
    """A list that takes what is logged, but for what Estimators say themselves."""
    lines, logger = [], tf.get_logger()
    ignored = (
        _OF_ESTIMATOR if case.hook == "CheckpointSaverHook" else f"{_OF_ESTIMATOR}|{_OF_SAVER}"
    )

    class Kept(logging.Handler):
        def emit(self, record):
            text = record.getMessage()
            if not re.match(ignored, text):
                text = re.sub(r"\d+\.\d+ sec", "T sec", text.replace(folder, "FOLDER"))
                text = re.sub(r"/sec: [-+.e\d]+", "/sec: RATE", text)
                lines.append(f"{record.levelname} {text}")

    handler, before = Kept(), (logger.level, logger.propagate)
    logger.addHandler(handler)
    logger.setLevel("INFO")
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


def _events(case, tf, folder):
    """What is in the event files: lists of step, what it is, and the value where it is known."""
    read = _read_by_tensorflow if tf.__name__ == "tensorflow" else _read_by_us
    found = []
    for path in sorted(Path(folder).glob("events*")):
        found += read(str(path))
    return [
        [step, what, "RATE" if what.endswith("/sec") else value]
        for step, what, value in found
        if what != "checkpoint" or case.hook == "CheckpointSaverHook"
    ]


_LOGS = {1: "start", 3: "checkpoint"}


def _read_by_tensorflow(path):
    from tensorflow.compat.v1.summary import FileWriterCache
    from tensorflow.compat.v1.train import summary_iterator

    FileWriterCache.clear()
    for event in summary_iterator(path):
        if event.HasField("session_log"):
            yield event.step, _LOGS[event.session_log.status], None
        for value in event.summary.value:
            yield event.step, value.tag, value.simple_value


def _read_by_us(path):
    from estikeras.formats import protobuf, summary_values, tfrecord

    with Path(path).open("rb") as file:
        for record in tfrecord.read(file, path):
            event = protobuf.decode(record)
            step = event.get(2, [0])[0]
            for log in event.get(7, ()):
                yield step, _LOGS[protobuf.decode(log)[1][0]], None
            for summary in event.get(5, ()):
                yield from ((step, tag, value) for tag, value in summary_values.decode(summary))
