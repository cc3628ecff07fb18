"""Scripts that look for GPUs find none, and go on."""

import pytest

import estikeras as tf


def test_there_is_one_processor_and_no_gpu():
    (processor,) = tf.config.list_physical_devices()
    assert repr(processor) == "PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')"
    assert tf.config.get_visible_devices("CPU") == [processor]
    assert tf.config.list_logical_devices()[0].name == "/device:CPU:0"
    assert tf.config.experimental.list_physical_devices("GPU") == []
    assert tf.config.list_logical_devices("GPU") == []


def test_gpus_may_be_hidden_and_the_processor_not():
    tf.config.set_visible_devices([], "GPU")
    tf.config.set_visible_devices(tf.config.list_physical_devices("CPU"), "CPU")
    for arguments in ([], None), ([], "CPU"), (tf.config.PhysicalDevice("gpu", "GPU"), "GPU"):
        with pytest.raises(ValueError, match="`devices`: expected"):
            tf.config.set_visible_devices(*arguments)
    with pytest.raises(ValueError, match="a GPU, of which there is none"):
        tf.config.experimental.set_memory_growth(tf.config.list_physical_devices()[0], True)


def test_nothing_was_built_for_gpus():
    for module in tf.test, tf.compat.v1.test:
        assert not module.is_gpu_available()
        assert not module.is_built_with_cuda()
        assert module.gpu_device_name() == ""


def test_what_is_not_there_says_what_to_use():
    with pytest.raises(AttributeError, match="unittest"):
        _ = tf.test.TestCase
