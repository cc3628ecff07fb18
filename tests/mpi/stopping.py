"""What one rank decides or meets alone concerns all. Run by pytest on every rank."""

import io
import warnings
from contextlib import redirect_stdout

import numpy as np
import pytest

import estikeras as tf

keras = tf.keras
strategy = tf.distribute.MultiWorkerMirroredStrategy()
RANK, SIZE = strategy.cluster.rank, strategy.num_replicas_in_sync
LAST = SIZE - 1
X = np.random.default_rng(0).normal(size=(41, 3)).astype("float32")
Y = X[:, :1] * 2


def compiled(**options):
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse", **options)
    return model


def assert_same_on_all(value):
    assert strategy.communicator.allgather(value) == [value] * SIZE


class Batches:
    """Batches that can be read again; nobody knows how many."""

    def __init__(self, size=6):
        self.size = size

    def __iter__(self):
        for start in range(0, len(X), self.size):
            yield X[start : start + self.size], Y[start : start + self.size]


class Stopper(keras.callbacks.Callback):
    """Stops the training on one rank alone, at a batch or at an epoch."""

    def __init__(self, rank, batch=None, epoch=None):
        super().__init__()
        self.rank, self.batch, self.epoch = rank, batch, epoch
        self.batches, self.epochs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append(batch)
        if self.rank == RANK and batch == self.batch:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)
        if self.rank == RANK and epoch == self.epoch:
            self.model.stop_training = True


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("rank", [0, LAST])
def test_a_batch_hook_of_one_rank_stops_all_at_the_same_step(rank, stream):
    model, stopper = compiled(), Stopper(rank, batch=2)
    data = {"x": Batches()} if stream else {"x": X, "y": Y, "batch_size": 6}
    model.fit(**data, epochs=4, verbose=0, callbacks=[stopper])
    assert stopper.batches == [0, 1, 2] and stopper.epochs == [0]
    assert model.stop_training
    # Nobody is left waiting, and the next training begins anew.
    history = model.fit(**data, epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2
    assert_same_on_all(history.history)


def test_a_rank_without_rows_in_the_last_batch_can_stop_all():
    model, stopper = compiled(), Stopper(LAST, batch=4)
    rows = 4 * SIZE + 1  # the last batch has one row, the first rank's
    x = np.resize(X, (rows, 3)).astype("float32")
    model.fit(x, x[:, :1], batch_size=SIZE, epochs=3, verbose=0, callbacks=[stopper])
    assert stopper.batches == [0, 1, 2, 3, 4] and stopper.epochs == [0]


@pytest.mark.parametrize("rank", [0, LAST])
def test_an_epoch_hook_of_one_rank_stops_all_after_the_same_epoch(rank):
    class Quiet(Stopper):
        on_train_batch_end = keras.callbacks.Callback.on_train_batch_end

    model, stopper = compiled(), Quiet(rank, epoch=1)
    history = model.fit(X, Y, batch_size=6, epochs=9, verbose=0, callbacks=[stopper])
    assert stopper.epochs == [0, 1] == history.epoch


def test_several_steps_in_one_call_stop_together():
    model, stopper = compiled(steps_per_execution=3), Stopper(LAST, batch=5)
    model.fit(X, Y, batch_size=4, epochs=5, verbose=0, callbacks=[stopper])
    assert stopper.batches == [2, 5]


def test_batches_of_which_a_rank_has_none_stop_together():
    model = compiled(steps_per_execution=2)
    stopper = Stopper(LAST, batch=3)
    model.fit(X[:7], Y[:7], batch_size=1, epochs=5, verbose=0, callbacks=[stopper])
    assert stopper.batches == [1, 3]


def test_evaluation_and_prediction_stop_together():
    class Stop(keras.callbacks.Callback):
        batches = 0

        def on_test_batch_end(self, batch, logs=None):
            self.batches += 1
            self.model.stop_evaluating = RANK == LAST and batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            self.batches += 1
            self.model.stop_predicting = RANK == LAST and batch == 1

    model, stop = compiled(), Stop()
    model.evaluate(X, Y, batch_size=5, verbose=0, callbacks=[stop])
    assert stop.batches == 2
    stop = Stop()
    assert model.predict(X, batch_size=5, verbose=0, callbacks=[stop]).shape == (10, 1)
    assert stop.batches == 2


def test_early_stopping_sees_the_same_logs_on_all_ranks():
    keras.utils.set_random_seed(RANK)
    model = compiled(metrics=["mae"])
    stopping = keras.callbacks.EarlyStopping(
        "val_mae", min_delta=0.05, patience=1, mode="min", restore_best_weights=True
    )
    history = model.fit(
        X, Y, batch_size=7, epochs=60, verbose=0, validation_split=0.4, callbacks=[stopping]
    )
    assert 1 < len(history.epoch) < 60
    assert_same_on_all((history.epoch, history.history, stopping.best_epoch))
    assert_same_on_all([weights.tolist() for weights in model.get_weights()])


def test_terminate_on_nan_stops_all_when_one_ranks_rows_are_bad():
    x = X[:24].copy()
    x[14 + 5] = np.nan  # of the third batch of eight, the last rank's share or the middle one's
    x[23] = np.nan
    model = compiled()
    seen = Stopper(rank=-1)
    history = model.fit(
        x,
        Y[:24],
        batch_size=8,
        epochs=5,
        shuffle=False,
        verbose=0,
        callbacks=[keras.callbacks.TerminateOnNaN(), seen],
    )
    assert seen.batches == [0, 1, 2]
    assert history.epoch == [0]


def test_learning_rates_that_callbacks_change_stay_equal():
    model = compiled()
    model.fit(
        X,
        Y,
        batch_size=8,
        epochs=3,
        verbose=0,
        callbacks=[
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5),
            keras.callbacks.ReduceLROnPlateau(monitor="loss", min_delta=10, patience=1),
        ],
    )
    assert_same_on_all(float(model.optimizer.learning_rate.numpy()))


def test_a_generator_that_ends_early_on_one_rank_ends_for_all():
    def batches():
        for start in range(0, 12 if RANK == LAST else 36, 6):
            yield X[start : start + 6], Y[start : start + 6]

    model = compiled()
    seen = Stopper(rank=-1)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        model.fit(batches(), verbose=0, callbacks=[seen])
    assert_same_on_all(seen.batches)
    assert_same_on_all([weights.tolist() for weights in model.get_weights()])


def test_data_that_run_out_before_steps_per_epoch_stop_all():
    model = compiled()
    with pytest.warns(UserWarning, match="ran out after 7 of 9 steps"):
        history = model.fit(iter(Batches()), epochs=3, steps_per_epoch=9, verbose=0)
    assert_same_on_all(history.epoch)


def test_epochs_cut_one_stream_and_go_on_where_the_last_one_ended():
    seen = []

    class Model(keras.Model):
        def train_step(self, data):
            seen.append(float(tf.reduce_sum(data[0])))
            return {"loss": tf.reduce_mean(data[0])}

    with strategy.scope():
        inputs = keras.Input((1,))
        model = Model(inputs, keras.layers.Dense(1)(inputs))
        model.compile("sgd", run_eagerly=True)
    batches = [(np.full((SIZE, 1), float(k), "float32"), np.zeros((SIZE, 1))) for k in range(6)]
    model.fit(iter(batches), epochs=3, steps_per_epoch=2, verbose=0)
    assert seen == [0, 1, 2, 3, 4, 5]


def test_only_the_chief_prints():
    model = compiled()
    said = io.StringIO()
    stopping = keras.callbacks.EarlyStopping(monitor="loss", min_delta=9, patience=1, verbose=1)
    with redirect_stdout(said):
        model.summary()
        for verbose in (1, 2):
            model.fit(
                X,
                Y,
                batch_size=9,
                epochs=3,
                verbose=verbose,
                validation_split=0.2,
                callbacks=[stopping],
            )
            model.evaluate(X, Y, verbose=verbose)
            model.predict(X, verbose=verbose)
        bar = keras.utils.Progbar(3)
        bar.update(3, [("loss", 1.0)])
    assert bool(said.getvalue()) == (RANK == 0)
    if RANK == 0:
        assert "early stopping" in said.getvalue() and "Epoch 2/3" in said.getvalue()
