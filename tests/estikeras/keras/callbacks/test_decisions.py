"""Callbacks decide on recorded logs what the real ones decide."""

import itertools
import types

import numpy as np
import pytest

from estikeras import keras
from tests.support.oracle import real_keras

LOSSES = [1.0, 0.8, 0.81, 0.805, 0.7, 0.71, 0.72, 0.73, 0.69, 0.9, 0.9, 0.9, 0.9, 0.2]


class Model:
    """What callbacks use of a model, with a learning rate that is a number."""

    def __init__(self, metrics=()):
        self.optimizer = types.SimpleNamespace(learning_rate=0.1, name="sgd")
        self.metrics = metrics
        self.stop_training = False
        self.weights = 0
        self.saved = []
        self.built = True

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = ("restored", weights)

    def save(self, path, overwrite):
        self.saved.append(str(path))

    save_weights = save


def decisions(callback, losses, name="val_loss", batches=0):
    """What happens to a model over the epochs: learning rates, stops, saves, weights."""
    model = Model()
    callback.set_model(model)
    callback.set_params({"epochs": len(losses), "verbose": 0, "steps": batches})
    callback.on_train_begin({})
    trace = []
    for epoch, loss in enumerate(losses):
        callback.on_epoch_begin(epoch, {})
        for batch in range(batches):
            callback.on_train_batch_begin(batch, {})
            callback.on_train_batch_end(batch, {"loss": loss})
        model.weights = epoch
        logs = {"loss": 0.5, name: loss}
        callback.on_epoch_end(epoch, logs)
        saved = [path.rsplit("/", 1)[-1] for path in model.saved]
        trace.append((np.float32(model.optimizer.learning_rate), model.stop_training, saved, logs))
        if model.stop_training:
            break
    callback.on_train_end({})
    return trace, model.weights


def grid(**options):
    return [
        dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())
    ]


EARLY = grid(
    patience=[0, 2], min_delta=[0, 0.05], restore_best_weights=[True], start_from_epoch=[0, 4]
)
EARLY += [
    {"patience": 2, "baseline": 0.5},
    {"mode": "max"},
    {"patience": 20, "restore_best_weights": True},
]
PLATEAU = grid(patience=[1, 2], cooldown=[0, 2], min_delta=[1e-4, 0.05], factor=[0.1, 0.5])
PLATEAU += [{"patience": 1, "min_lr": 0.05}, {"patience": 1, "mode": "max"}]
CHECKPOINT = grid(save_best_only=[True, False], mode=["auto", "min", "max"])
CHECKPOINT += [
    {"save_freq": 3},
    {"save_freq": 7},
    {"save_best_only": True, "initial_value_threshold": 0.75},
]
SCHEDULES = {
    "two arguments": lambda epoch, rate: rate * 0.9,
    "one argument": lambda epoch: 0.1 / (epoch + 1),
}


@pytest.mark.oracle
@pytest.mark.parametrize("options", EARLY, ids=str)
def test_early_stopping_stops_and_restores_like_the_real_one(options):
    ours = decisions(keras.callbacks.EarlyStopping(**options), LOSSES)
    assert ours == decisions(real_keras().callbacks.EarlyStopping(**options), LOSSES)


@pytest.mark.oracle
@pytest.mark.parametrize("options", PLATEAU, ids=str)
def test_plateaus_lower_the_learning_rate_like_the_real_ones(options):
    ours = decisions(keras.callbacks.ReduceLROnPlateau(**options), LOSSES)
    assert ours == decisions(real_keras().callbacks.ReduceLROnPlateau(**options), LOSSES)


@pytest.mark.oracle
@pytest.mark.parametrize("options", CHECKPOINT, ids=str)
def test_checkpoints_are_saved_when_the_real_ones_are(options, tmp_path):
    path = str(tmp_path / "m-{epoch:02d}.keras")
    batches = 4 if "save_freq" in options else 0
    ours = decisions(keras.callbacks.ModelCheckpoint(path, **options), LOSSES, batches=batches)
    real = real_keras().callbacks.ModelCheckpoint(path, **options)
    assert ours == decisions(real, LOSSES, batches=batches)


@pytest.mark.oracle
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_set_the_learning_rate_like_the_real_ones(name):
    ours = decisions(keras.callbacks.LearningRateScheduler(SCHEDULES[name]), LOSSES)
    assert ours == decisions(real_keras().callbacks.LearningRateScheduler(SCHEDULES[name]), LOSSES)


@pytest.mark.oracle
@pytest.mark.parametrize("append", [False, True])
def test_csv_files_are_those_of_the_real_logger(append, tmp_path):
    texts = []
    for package in (keras, real_keras()):
        path = tmp_path / f"{package.__name__}.csv"
        for _ in range(2):
            decisions(package.callbacks.CSVLogger(str(path), append=append), LOSSES[:3])
        texts.append(path.read_text())
    assert texts[0].splitlines() == texts[1].splitlines()


@pytest.mark.parametrize(
    ("name", "mode", "better"),
    [
        ("val_loss", "auto", "less"),
        ("val_acc", "max", "more"),
        ("val_acc", "auto", "more"),
        ("err", "auto", "less"),
    ],
)
def test_the_direction_is_asked_from_the_metric(name, mode, better):
    metrics = [types.SimpleNamespace(name="acc", _direction="up")]
    nested = types.SimpleNamespace(
        name="all", metrics=[types.SimpleNamespace(name="err", _direction="down")]
    )
    callback = keras.callbacks.EarlyStopping(monitor=name, mode=mode, patience=0)
    callback.set_model(Model([*metrics, nested]))
    callback.on_train_begin()
    callback.on_epoch_end(0, {name: 1.0})
    callback.on_epoch_end(1, {name: 2.0})
    assert callback.model.stop_training == (better == "less")


def test_an_unknown_direction_asks_for_the_mode():
    callback = keras.callbacks.EarlyStopping(monitor="val_odd")
    callback.set_model(Model())
    with pytest.raises(ValueError, match=r"EarlyStopping.*monitor='val_odd'.*mode='max'"):
        callback.on_epoch_end(0, {"val_odd": 1.0})


@pytest.mark.parametrize("kind", ["EarlyStopping", "ReduceLROnPlateau"])
def test_a_metric_that_is_not_logged_is_named(kind):
    callback = getattr(keras.callbacks, kind)()
    callback.set_model(Model())
    with pytest.warns(UserWarning, match=r"monitor='val_loss'.*not in the logs, which have.*loss"):
        callback.on_epoch_end(0, {"loss": 1.0})


def test_wrong_options_are_named():
    with pytest.raises(ValueError, match="factor"):
        keras.callbacks.ReduceLROnPlateau(factor=1.0)
    with pytest.raises(ValueError, match="save_freq"):
        keras.callbacks.ModelCheckpoint("a.keras", save_freq="batch")
    with pytest.raises(ValueError, match=r"filepath.*\.keras"):
        keras.callbacks.ModelCheckpoint("a.txt")
    with pytest.raises(ValueError, match=r"filepath.*\.weights\.h5"):
        keras.callbacks.ModelCheckpoint("a.keras", save_weights_only=True)
    with pytest.raises(KeyError, match=r"nope.*known are epoch"):
        decisions(keras.callbacks.ModelCheckpoint("{nope}.keras"), LOSSES)
    with pytest.raises(ValueError, match="schedule"):
        decisions(keras.callbacks.LearningRateScheduler(lambda epoch: "a"), LOSSES)
    with pytest.raises(TypeError, match="on_epoch_end"):
        keras.callbacks.LambdaCallback(on_epoch_end=3)
    with pytest.warns(UserWarning, match="mode"):
        keras.callbacks.EarlyStopping(mode="up")


@pytest.mark.parametrize("loss", [np.nan, np.inf, np.float32("nan")])
def test_a_loss_that_is_no_number_ends_training_with_a_hint(loss, capsys):
    callback = keras.callbacks.TerminateOnNaN()
    callback.set_model(Model())
    callback.on_train_batch_end(3, {"loss": 1.0})
    assert not callback.model.stop_training
    callback.on_train_batch_end(4, {"loss": loss})
    assert callback.model.stop_training
    assert "Batch 4" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match=r"Batch 0.*learning rate"):
        keras.callbacks.TerminateOnNaN(raise_error=True).on_train_batch_end(0, {"loss": loss})
