"""Datasets that give batches by index, made by workers, as the real Keras runs them."""

import os
import threading

import numpy as np
import pytest

from estikeras import keras

WORKERS = [
    {},
    {"workers": 3, "max_queue_size": 2},
    {"workers": 2, "use_multiprocessing": True},
]
each_kind_of_worker = pytest.mark.parametrize("options", WORKERS, ids=str)


class Numbers(keras.utils.PyDataset):
    def __init__(self, count=5, **options):
        super().__init__(**options)
        self.count, self.told = count, []
        self.lock = threading.Lock()  # cannot be sent to a process

    @property
    def num_batches(self):
        return self.count

    def __getitem__(self, index):
        self.told.append(index)
        return np.full((2, 1), index, "float32"), np.full((2, 1), os.getpid(), "float32")

    def on_epoch_begin(self):
        self.told.append("begin")

    def on_epoch_end(self):
        self.told.append("end")


@pytest.fixture
def model():
    made = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda x: x)])
    made.compile(loss="mse")
    return made


@each_kind_of_worker
def test_batches_come_in_order_whoever_makes_them(model, options):
    outputs = model.predict(Numbers(7, **options), verbose=0)
    assert outputs.ravel().tolist() == np.repeat(np.arange(7), 2).tolist()


def test_processes_make_the_batches_where_that_is_asked_for():
    from estikeras.keras.trainer.adapters.prefetch import prefetched

    batches = list(prefetched(Numbers(workers=2, use_multiprocessing=True), range(4)))
    assert [int(x[0, 0]) for x, _ in batches] == [0, 1, 2, 3]
    assert os.getpid() not in {int(y[0, 0]) for _, y in batches}


def test_epochs_begin_and_end_for_training_evaluation_and_prediction(model):
    dataset, validation = Numbers(2), Numbers(1)
    model.fit(dataset, epochs=2, shuffle=False, validation_data=validation, verbose=0)
    assert dataset.told == ["begin", 0, 1, "end"] * 2
    assert validation.told == ["begin", 0, "end"] * 2
    for run in (model.evaluate, model.predict):
        dataset = Numbers(2)
        run(dataset, verbose=0)
        assert dataset.told == ["begin", 0, 1, "end"]


@pytest.mark.parametrize("options", WORKERS[:2], ids=str)
def test_a_dataset_without_end_goes_on_from_epoch_to_epoch(model, options):
    dataset = Numbers(None, **options)
    model.fit(dataset, steps_per_epoch=2, epochs=3, verbose=0)
    assert set(dataset.told) >= {0, 1, 2, 3, 4, 5}
    assert dataset.told.count(0) == 1


class Broken(Numbers):
    def __getitem__(self, index):
        raise KeyError(f"no batch {index}")


@each_kind_of_worker
def test_an_error_in_a_batch_comes_out_and_no_worker_stays(model, options):
    before = threading.active_count()
    with pytest.raises(KeyError, match="no batch 0"):
        model.fit(Broken(**options), verbose=0, shuffle=False)
    assert threading.active_count() <= before
