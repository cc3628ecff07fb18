"""Datasets that give batches by index, made by workers, as the real Keras runs them."""

import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

from estikeras import keras

WORKERS = [{}, {"workers": 3, "max_queue_size": 2}]
each_kind_of_worker = pytest.mark.parametrize("options", WORKERS, ids=str)


class Numbers(keras.utils.PyDataset):
    def __init__(self, count=5, **options):
        super().__init__(**options)
        self.count, self.told = count, []

    @property
    def num_batches(self):
        return self.count

    def __getitem__(self, index):
        self.told.append(index)
        return np.full((2, 1), index, "float32"), np.zeros((2, 1), "float32")

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


def test_processes_make_the_batches_where_that_is_asked_for(tmp_path):
    # In a program of its own: the real Keras, which is loaded here, warns of processes.
    program = """
        import os, threading
        import numpy as np
        from estikeras import keras

        class Numbers(keras.utils.PyDataset):
            lock = threading.Lock()  # a dataset that cannot be sent from process to process

            def __len__(self):
                return 5

            def __getitem__(self, index):
                if index == 4 and self.broken:
                    raise KeyError(f"no batch {index}")
                return (np.array([[index, os.getpid()]], "float64"),)

        model = keras.Sequential([keras.Input((2,), dtype="float64"), keras.layers.Identity()])
        dataset = Numbers(workers=2, use_multiprocessing=True)
        dataset.lock, dataset.broken = threading.Lock(), False
        numbers, processes = model.predict(dataset, verbose=0).T
        assert numbers.tolist() == [0, 1, 2, 3, 4], numbers
        assert os.getpid() not in processes and len(set(processes)) <= 2
        dataset.broken = True
        try:
            model.predict(dataset, verbose=0)
        except KeyError as error:
            print(error)
    """
    path = tmp_path / "program.py"
    path.write_text(textwrap.dedent(program))
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "'no batch 4'\n", done.stderr


def test_epochs_begin_and_end_for_training_evaluation_and_prediction(model):
    dataset, validation = Numbers(2), Numbers(1)
    model.fit(dataset, epochs=2, shuffle=False, validation_data=validation, verbose=0)
    assert dataset.told == ["begin", 0, 1, "end"] * 2
    assert validation.told == ["begin", 0, "end"] * 2
    for run in (model.evaluate, model.predict):
        dataset = Numbers(2)
        run(dataset, verbose=0)
        assert dataset.told == ["begin", 0, 1, "end"]


@pytest.mark.parametrize("options", WORKERS, ids=str)
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
