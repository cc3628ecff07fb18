"""Trains and evaluates an Estimator, and kills one rank on the way if asked; writes what came out.

Usage: estimator_resume.py FILE FOLDER [RANK STEP]: after that step that rank kills itself, unless
the folder has a checkpoint from before.
"""

import os
import pickle
import signal
import sys
import time
from pathlib import Path

import numpy as np

import estikeras as tf
from estikeras import estimator, train
from estikeras.formats import events

MAX_STEPS, SAVE_EVERY = 40, 8
X = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("int64")


class Death(estimator.SessionRunHook):
    """Kills the process after some steps."""

    def __init__(self, steps):
        self.steps = steps

    def after_run(self, run_context, run_values):
        """Count, one step at a time."""
        self.steps -= 1
        if not self.steps:
            time.sleep(1.5)  # so that the supervisor hears of the steps
            os.kill(os.getpid(), signal.SIGKILL)


def dataset():
    """Batches of both ranks."""
    return tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).batch(10)


def main(file, folder, rank=-1, steps=0):
    """Train up to the end."""
    latest = train.latest_checkpoint(folder)
    done = int(latest.rpartition("-")[2]) if latest else 0
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    dies = latest is None and strategy.cluster.rank == int(rank)
    config = estimator.RunConfig(
        folder, tf_random_seed=3, save_checkpoints_steps=SAVE_EVERY, train_distribute=strategy
    )
    columns = [tf.feature_column.numeric_column("x", shape=(3,))]
    classifier = estimator.DNNClassifier([8], columns, config=config)
    metrics, _ = estimator.train_and_evaluate(
        classifier,
        estimator.TrainSpec(
            lambda: dataset().repeat().skip(done), MAX_STEPS, [Death(int(steps))] if dies else []
        ),
        estimator.EvalSpec(dataset, throttle_secs=0),
    )
    names = classifier.get_variable_names()
    state = {name: classifier.get_variable_value(name) for name in names}
    states = strategy.communicator.allgather(state)
    if strategy.cluster.is_chief:
        files = sorted(Path(folder, "eval").glob("events*"))
        evaluated = [s for f in files for s, tag, *_ in events.read(f) if tag == "loss"]
        results = {"states": states, "metrics": metrics, "evaluated": evaluated, "first": done}
        Path(file).write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
