"""The one device."""

import pytest

from estikeras import keras


@pytest.mark.parametrize("name", ["cpu", "CPU:0", "/cpu:0", "/device:CPU:0", None])
def test_the_processor_is_a_device(name):
    with keras.device(name):
        assert True


@pytest.mark.parametrize("name", ["gpu:0", "/device:GPU:1", "tpu"])
def test_other_devices_are_refused(name):
    with pytest.raises(NotImplementedError, match="cpu:0"):
        keras.device(name)
