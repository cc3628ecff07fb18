"""The one device, whatever it is called."""

import pytest

from estikeras import keras

NAMES = ["cpu", "CPU:0", "/cpu:0", "/device:CPU:*", "gpu:0", "/device:GPU:1", "tpu", "", None]


@pytest.mark.parametrize("name", [*NAMES, "/job:worker", "/job:worker/replica:0/task:1/gpu:0"])
def test_all_devices_are_the_processor(name):
    with keras.device(name):
        assert keras.ops.ones(2).numpy().tolist() == [1, 1]


@pytest.mark.parametrize("name", ["nonsense", "/device", "cpu:a"])
def test_other_texts_are_refused(name):
    with pytest.raises(ValueError, match="`device_name`"):
        keras.device(name)
