"""Callbacks in a real training."""

import http.server
import json
import threading

import numpy as np
import pytest

from estikeras import keras
from estikeras.formats import events
from tests.support.arrays import random_array


def model_and_data(optimizer="adam", units=3):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dense(2)])
    model.compile(optimizer, "mse", metrics=["mae"])
    return model, random_array((16, 4)), random_array((16, 2), seed=1)


def fit(model, x, y, *callbacks, **options):
    options = {"batch_size": 4, "verbose": 0, "shuffle": False, **options}
    return model.fit(x, y, callbacks=list(callbacks), **options)


def same_weights(first, second):
    return all(np.allclose(a, b) for a, b in zip(first, second, strict=True))


def points(folder):
    """The scalars in a folder's event files: {tag: {step: value}}."""
    found = {}
    for path in folder.iterdir():
        for step, tag, plugin, value in events.read(path):
            found.setdefault(tag, {})[step] = value if plugin == "scalars" else plugin
    return found


def test_tensorboard_gets_what_the_history_has(tmp_path):
    model, x, y = model_and_data()
    board = keras.callbacks.TensorBoard(tmp_path, histogram_freq=2, write_images=True)
    history = fit(model, x, y, board, epochs=3, validation_split=0.25).history
    train, validation = points(tmp_path / "train"), points(tmp_path / "validation")
    for name in ("loss", "mae"):
        assert list(train[f"epoch_{name}"].values()) == pytest.approx(history[name])
        assert list(validation[f"epoch_{name}"].values()) == pytest.approx(history[f"val_{name}"])
        at_steps = validation[f"evaluation_{name}_vs_iterations"]
        assert list(at_steps) == [3, 6, 9]
        assert list(at_steps.values()) == pytest.approx(history[f"val_{name}"])
    assert train["epoch_learning_rate"][0] == pytest.approx(0.001)
    assert train["keras"] == {0: "graph_keras_model"}
    for weight in model.weights:
        assert train[f"{weight.path}/histogram"] == {0: "histograms", 2: "histograms"}
        assert train[f"{weight.path}/image"] == {0: "images", 2: "images"}


def test_tensorboard_writes_batches_where_asked_to(tmp_path):
    model, x, y = model_and_data()
    board = keras.callbacks.TensorBoard(
        tmp_path, update_freq=2, write_graph=False, write_steps_per_second=True
    )
    fit(model, x, y, board, epochs=2)
    train = points(tmp_path / "train")
    assert list(train["batch_loss"]) == [2, 4, 6, 8]
    assert set(train["batch_steps_per_second"]) == {2, 4, 6, 8}
    assert set(train["epoch_steps_per_second"]) == {0, 1}
    assert "keras" not in train


@pytest.mark.parametrize("options", [{"profile_batch": 1}, {"embeddings_freq": 1}])
def test_what_tensorboard_cannot_write_is_refused(options, tmp_path):
    with pytest.raises(NotImplementedError, match=next(iter(options))):
        keras.callbacks.TensorBoard(tmp_path, **options)


class Crash(keras.callbacks.Callback):
    def __init__(self, epoch):
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError("crash")


@pytest.mark.parametrize("options", [{}, {"save_freq": 4}, {"double_checkpoint": True}])
def test_a_training_that_was_cut_off_goes_on_to_the_same_weights(options, tmp_path):
    model, x, y = model_and_data()
    start = model.get_weights()
    fit(model, x, y, epochs=4)
    expected = model.get_weights()

    backup = tmp_path / "backup"
    cut, _, _ = model_and_data()
    cut.set_weights(start)
    with pytest.raises(RuntimeError, match="crash"):
        fit(cut, x, y, keras.callbacks.BackupAndRestore(backup, **options), Crash(2), epochs=4)
    assert backup.is_dir()
    again, _, _ = model_and_data()
    history = fit(again, x, y, keras.callbacks.BackupAndRestore(backup, **options), epochs=4)
    if "save_freq" not in options:
        assert history.epoch == [2, 3]
        assert same_weights(again.get_weights(), expected)
    assert not backup.exists()


def test_a_broken_backup_falls_back_to_the_one_before(tmp_path):
    model, x, y = model_and_data()
    options = {"double_checkpoint": True, "delete_checkpoint": False}
    fit(model, x, y, keras.callbacks.BackupAndRestore(tmp_path, **options), epochs=3)
    (tmp_path / "latest.weights.h5").write_bytes(b"broken")
    again, _, _ = model_and_data()
    history = fit(again, x, y, keras.callbacks.BackupAndRestore(tmp_path, **options), epochs=4)
    assert history.epoch == [2, 3]
    (tmp_path / "latest.weights.h5").write_bytes(b"broken")
    (tmp_path / "latest.weights.h5.bkp").unlink()
    with pytest.raises(OSError, match=r"latest\.weights\.h5"):
        fit(again, x, y, keras.callbacks.BackupAndRestore(tmp_path), epochs=5)


def test_checkpoints_hold_the_weights_of_their_epoch(tmp_path):
    model, x, y = model_and_data()
    kept = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(model.get_weights())
    )
    save = keras.callbacks.ModelCheckpoint(tmp_path / "deep" / "{epoch}-{loss:.3f}.keras")
    weights = keras.callbacks.ModelCheckpoint(tmp_path / "w.weights.h5", save_weights_only=True)
    fit(model, x, y, keep, save, weights, epochs=2)
    files = sorted((tmp_path / "deep").iterdir())
    for file, expected in zip(files, kept, strict=True):
        assert same_weights(keras.saving.load_model(file).get_weights(), expected)
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(2)])
    other.load_weights(tmp_path / "w.weights.h5")
    assert same_weights(other.get_weights(), kept[1])


def test_early_stopping_restores_the_best_epoch():
    model, x, y = model_and_data(keras.optimizers.SGD(5.0))
    start = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda e, logs: kept.append(model.get_weights())
    )
    kept = []
    stop = keras.callbacks.EarlyStopping("loss", patience=1, restore_best_weights=True)
    history = fit(model, x, y, start, stop, epochs=10, batch_size=16)
    assert len(history.epoch) == 2
    assert stop.stopped_epoch == 1
    assert same_weights(model.get_weights(), kept[0])


def test_averaged_weights_are_in_the_model_while_it_is_evaluated():
    model, x, y = model_and_data(keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    seen = {}

    class Look(keras.callbacks.Callback):
        def on_test_end(self, logs=None):
            seen["test"] = self.model.get_weights()

        def on_epoch_end(self, epoch, logs=None):
            seen["epoch"] = self.model.get_weights()

    # Stands before the swap, so that it looks while the averages are in the model.
    fit(model, x, y, Look(), keras.callbacks.SwapEMAWeights(), epochs=1, validation_data=(x, y))
    averages = [np.array(v) for v in model.optimizer._model_variables_moving_average]
    assert same_weights(seen["test"], averages)
    assert not same_weights(seen["epoch"], averages)
    fit(model, x, y, keras.callbacks.SwapEMAWeights(swap_on_epoch=True), epochs=1)
    averages = [np.array(v) for v in model.optimizer._model_variables_moving_average]
    assert same_weights(model.get_weights(), averages)


def test_swapping_needs_an_optimizer_that_averages():
    model, x, y = model_and_data()
    with pytest.raises(ValueError, match="use_ema=True"):
        fit(model, x, y, keras.callbacks.SwapEMAWeights(swap_on_epoch=True))


def test_the_learning_rate_is_scheduled_lowered_and_logged():
    model, x, y = model_and_data("sgd")
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    history = fit(model, x, y, schedule, epochs=3).history
    assert history["learning_rate"] == pytest.approx([0.005, 0.0025, 0.00125])
    plateau = keras.callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=10, factor=0.5)
    history = fit(model, x, y, plateau, epochs=3).history
    assert history["learning_rate"] == pytest.approx([0.00125, 0.00125, 0.000625])


@pytest.mark.parametrize("send_as_json", [True, False])
def test_a_server_gets_the_logs(send_as_json):
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received.append((self.path, self.headers["Content-Type"], content))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("localhost", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    root = f"http://localhost:{server.server_port}"
    monitor = keras.callbacks.RemoteMonitor(root, send_as_json=send_as_json)
    monitor.on_epoch_end(3, {"loss": np.float32(0.5)})
    server.shutdown()
    thread.join()
    server.server_close()
    ((path, kind, content),) = received
    assert path == "/publish/epoch/end/"
    if send_as_json:
        assert kind == "application/json"
        assert json.loads(content) == {"epoch": 3, "loss": 0.5}
    else:
        assert content.startswith("data=%7B%22epoch")
    with pytest.warns(UserWarning, match=f"could not reach {root}"):
        monitor.on_epoch_end(4, {})


def test_nobody_listening_to_batches_gives_the_same_training():
    quiet, x, y = model_and_data()
    heard, _, _ = model_and_data()
    heard.set_weights(quiet.get_weights())
    batches = []
    listen = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: batches.append(batch)
    )
    first = fit(quiet, x, y, epochs=2).history
    second = fit(heard, x, y, listen, epochs=2).history
    assert batches == [0, 1, 2, 3] * 2
    assert first["loss"] == pytest.approx(second["loss"])


def test_a_metric_is_watched_by_the_name_that_the_logs_have():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x, y = np.ones((8, 3), "float32"), np.ones((8, 1), "float32")
    stop = keras.callbacks.EarlyStopping("val_mae")
    model.fit(x, y, validation_data=(x, y), verbose=0, callbacks=[stop])
    assert stop.best == model.history.history["val_mae"][0]
