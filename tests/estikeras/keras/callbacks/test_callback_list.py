import pytest

from estikeras.keras.callbacks import (
    BackupAndRestore,
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LambdaCallback,
    ModelCheckpoint,
    TensorBoard,
    TerminateOnNaN,
)


class Recorder(Callback):
    def __init__(self):
        self.calls = []

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(("epoch", epoch, logs))


class OldBatchHook(Recorder):
    def on_batch_end(self, batch, logs=None):
        self.calls.append(("batch", batch, logs))


class TestBatchHook(Recorder):
    __test__ = False

    def on_test_batch_begin(self, batch, logs=None):
        self.calls.append(("test", batch, logs))


def listens(*callbacks):
    found = CallbackList(list(callbacks))
    return found.has_train_batch_hooks, found.has_test_batch_hooks, found.has_predict_batch_hooks


def test_only_overridden_batch_hooks_count():
    assert listens(Recorder(), History(), EarlyStopping()) == (False, False, False)
    assert listens(OldBatchHook()) == (True, False, False)
    assert listens(TestBatchHook()) == (False, True, False)
    assert listens(LambdaCallback(on_train_batch_end=lambda batch, logs: None)) == (
        True,
        False,
        False,
    )
    assert listens(LambdaCallback(on_predict_batch_end=lambda batch, logs: None)) == (
        False,
        False,
        True,
    )
    assert listens(TerminateOnNaN()) == (True, False, False)


def test_callbacks_that_save_listen_to_batches_only_if_asked_to(tmp_path):
    for kind in (
        lambda **k: ModelCheckpoint("a.keras", **k),
        lambda **k: BackupAndRestore(tmp_path, **k),
    ):
        assert listens(kind()) == (False, False, False)
        assert listens(kind(save_freq=2)) == (True, False, False)
    assert listens(TensorBoard(tmp_path)) == (False, False, False)
    assert listens(TensorBoard(tmp_path, update_freq=2)) == (True, True, False)


def test_a_list_inside_a_list_is_heard():
    inner = OldBatchHook()
    assert listens(CallbackList([inner])) == (True, False, False)


def test_hooks_are_called_in_order_with_the_same_logs():
    first, second = OldBatchHook(), OldBatchHook()
    callbacks = CallbackList([first, [second]])
    logs = {"loss": 1.0}
    callbacks.on_train_batch_end(3, logs)
    callbacks.on_epoch_end(0, logs)
    assert first.calls == second.calls == [("batch", 3, logs), ("epoch", 0, logs)]
    assert first.calls[1][2] is second.calls[1][2]


def test_history_comes_last_so_that_it_sees_what_others_log():
    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["more"] = epoch

    class Model:
        pass

    callbacks = CallbackList([Adds()], add_history=True, model=Model(), epochs=2, steps=1)
    callbacks.on_train_begin()
    for epoch in range(2):
        callbacks.on_epoch_end(epoch, {"loss": 0.5})
    history = callbacks.model.history
    assert history.history == {"loss": [0.5, 0.5], "more": [0, 1]}
    assert history.epoch == [0, 1]
    assert history.params == {"epochs": 2, "steps": 1}


def test_a_history_that_is_there_is_used():
    class Model:
        pass

    mine = History()
    callbacks = CallbackList([mine], add_history=True, model=Model())
    assert callbacks.callbacks == [mine]
    assert callbacks.model.history is mine


@pytest.mark.parametrize("wrong", [EarlyStopping, "early", 3])
def test_what_is_no_callback_is_refused(wrong):
    with pytest.raises(TypeError, match="callbacks"):
        CallbackList([wrong])
