"""Trains with backups, and kills one rank on the way if asked; writes what came out.

Usage: resume.py FILE FOLDER KIND DATA SAVE_FREQ [EPOCH BATCH RANK]: after that batch, unless the
training is the second attempt, that rank kills itself.
"""

import os
import pickle
import signal
import sys
import time
from pathlib import Path

import numpy as np

import strategies
from estikeras import keras
from estikeras.keras import layers

ROWS, BATCH, BATCHES, EPOCHS = 59, 8, 8, 3


class Death(keras.callbacks.Callback):
    """Kills the process after a batch."""

    def __init__(self, epoch, batch):
        self.place, self.epoch, self.first = (epoch, batch), None, None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        self.first = self.first or (self.epoch, batch)
        if (self.epoch, batch) == self.place:
            time.sleep(1.5)  # so that the supervisor hears of the steps
            os.kill(os.getpid(), signal.SIGKILL)


def model_of(kind):
    between = [layers.Dropout(0.4)] if kind == "dropout" else []
    model = keras.Sequential(
        [
            keras.Input((5, 3)),
            layers.LSTM(6),
            *between,
            layers.Dense(4, "relu"),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def forever(x, y):
    own = np.random.default_rng(3)
    while True:
        rows = own.permutation(ROWS)[: BATCH - own.integers(2)]
        yield x[rows], y[rows]


class Shuffled(keras.utils.PyDataset):
    """Shuffles its rows again and again, all ranks in one way of their own."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.own, self.order = np.random.default_rng(4), np.arange(ROWS)

    def __len__(self):
        return BATCHES

    def __getitem__(self, index):
        rows = self.order[index * BATCH : (index + 1) * BATCH]
        return self.x[rows], self.y[rows]

    def on_epoch_end(self):
        self.own.shuffle(self.order)


def data_of(name):
    x = np.random.default_rng(0).normal(size=(ROWS, 5, 3)).astype("float32")
    y = (x[:, :, 0].sum(1) > 0).astype("int32")
    if name == "generator":
        return {"x": forever(x, y), "steps_per_epoch": BATCHES}
    if name == "dataset":
        return {"x": Shuffled(x, y)}
    return {"x": x, "y": y, "batch_size": BATCH}


def main(file, folder, kind, data, save_freq, *death):
    strategy = strategies.MultiWorkerMirroredStrategy(shard_update=kind == "sharded")
    rank, first_attempt = strategy.cluster.rank, not Path(folder, "0").exists()
    # Nothing but the backup may decide how a training goes on: not the seed, nor others' files.
    keras.utils.set_random_seed(1 if first_attempt else 100 + rank)
    with strategy.scope():
        model = model_of(kind)
    dies = first_attempt and death and rank == int(death[2])
    watch = Death(*(map(int, death[:2]) if dies else (-1, -1)))
    own_folder = Path(folder, str(rank))
    backup = keras.callbacks.BackupAndRestore(
        own_folder, save_freq if save_freq == "epoch" else int(save_freq)
    )
    history = model.fit(**data_of(data), epochs=EPOCHS, verbose=0, callbacks=[backup, watch])
    state = [v.numpy() for v in (*model.variables, *model.optimizer.variables)]
    states = strategy.communicator.allgather(state)
    assert not own_folder.exists()
    if rank == 0:
        results = {"states": states, "history": history.history, "first": watch.first}
        Path(file).write_bytes(pickle.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
