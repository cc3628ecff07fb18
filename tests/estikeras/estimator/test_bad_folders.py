"""Folders whose checkpoints do not fit or are damaged, and trainings without data."""

import threading
from pathlib import Path

import pytest

import estikeras as tf
from estikeras.train import fallback
from tests.estikeras.estimator.faults import SPEC, X, Y, check, dataset, net, right, step_of


def widened(features, labels, mode):
    """A class more."""
    loss = tf.reduce_mean(net(features, 4))
    return SPEC(mode, loss=loss, train_op=step_of(loss))


def deepened(features, labels, mode):
    """One layer more."""
    loss = tf.reduce_mean(net(net(features), 4, name="more"))
    return SPEC(mode, loss=loss, train_op=step_of(loss))


@pytest.fixture
def trained(tmp_path):
    """Three checkpoints of `right`."""
    config = tf.estimator.RunConfig(str(tmp_path / "model"), save_checkpoints_steps=2)
    estimator = tf.estimator.Estimator(right, config=config)
    return estimator.train(lambda: dataset()().repeat(), steps=6)


@pytest.mark.parametrize(
    ("model_fn", "error", "words"),
    [
        (widened, ValueError, ("logits/kernel", "(2, 3)", "(2, 4)", "logits/bias", "model.ckpt-6")),
        (
            deepened,
            tf.errors.NotFoundError,
            ("more/kernel", "more/bias", "model.ckpt-6", "architecture"),
        ),
    ],
)
@pytest.mark.parametrize("call", ["train", "evaluate"])
def test_a_checkpoint_of_another_architecture_is_told_what_differs(
    model_fn, error, words, call, trained
):
    other = tf.estimator.Estimator(model_fn, trained.model_dir)
    check(lambda: getattr(other, call)(dataset()), error, words)


@pytest.mark.parametrize("ending", [".index", ".data-00000-of-00001"])
@pytest.mark.parametrize("half", [False, True], ids=["damaged", "half-written"])
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(ending, half, trained):
    file = Path(trained.model_dir, f"model.ckpt-6{ending}")
    content = file.read_bytes()
    middle = len(content) // 2
    file.write_bytes(
        content[:middle]
        if half
        else content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
    )
    with pytest.warns(UserWarning, match=r"model\.ckpt-6 .*is used.*model\.ckpt-4"):
        assert trained.evaluate(dataset())["global_step"] == 4
    with pytest.warns(UserWarning, match=r"model\.ckpt-4"):
        trained.train(dataset(), steps=1)
    assert trained.get_variable_value("global_step") == 5


def test_a_training_never_begins_anew_in_silence(trained):
    for file in Path(trained.model_dir).glob("model.ckpt-*.index"):
        file.write_bytes(b"no checkpoint")
    check(lambda: trained.train(dataset()), tf.errors.DataLossError, ("model.ckpt-6", "anew"))


def test_a_model_dir_that_trains_is_used_by_no_other_training(trained):
    class Trains(tf.estimator.SessionRunHook):
        def after_run(self, run_context, run_values):
            tf.estimator.Estimator(right, trained.model_dir).train(dataset(), steps=1)

    check(
        lambda: trained.train(dataset(), hooks=[Trains()]),
        RuntimeError,
        (trained.model_dir, "this process itself"),
    )


def test_input_without_batches_is_told(tmp_path, caplog):
    estimator = tf.estimator.Estimator(right, tmp_path).train(dataset(X[:0], Y[:0]))
    assert "Training with estimator made no steps. Perhaps input is empty" in caplog.text
    assert estimator.latest_checkpoint() is None
    assert list(estimator.predict(dataset(X[:0], None))) == []


@pytest.mark.parametrize("when", ["before it is chosen", "before it is read"])
@pytest.mark.parametrize("call", ["evaluate", "predict"])
def test_where_a_training_beside_removes_a_checkpoint_the_newer_one_is_taken(
    call, when, tmp_path, monkeypatch
):
    config = tf.estimator.RunConfig(str(tmp_path / "model"), keep_checkpoint_max=1)
    estimator = tf.estimator.Estimator(right, config=config).train(dataset(), steps=1)
    trainings = [threading.Thread(target=estimator.train, args=(dataset(),), kwargs={"steps": 1})]

    def train_beside():
        if trainings and threading.current_thread() is threading.main_thread():
            training = trainings.pop()
            training.start()
            training.join()

    class Trains(tf.estimator.SessionRunHook):
        def begin(self):
            train_beside()

    if when == "before it is chosen":
        check = fallback.why_unreadable
        monkeypatch.setattr(fallback, "why_unreadable", lambda path: train_beside() or check(path))
    hooks = [Trains()] if when == "before it is read" else []
    if call == "evaluate":
        assert estimator.evaluate(dataset(), hooks=hooks)["global_step"] == 2
    else:
        assert len(list(estimator.predict(dataset(), hooks=hooks))) == 6
    assert not trainings
