import numpy as np
import pytest

from estikeras import keras, ops
from estikeras.engine.tensor import Tensor
from tests.support.arrays import as_array, assert_close
from tests.support.oracle import real_keras

LABELS = [
    ([0, 2, 1], None),
    ([0, 2], 5),
    ([[0], [1]], 4),
    ([[0, 1], [2, 1]], None),
    ([0.0, 1.9], None),
    (2, None),
]


@pytest.mark.oracle
@pytest.mark.parametrize(("x", "num_classes"), LABELS)
def test_one_hot_rows_are_those_of_the_real_keras(x, num_classes):
    ours = keras.utils.to_categorical(x, num_classes)
    real = real_keras().utils.to_categorical(x, num_classes)
    assert ours.dtype == real.dtype
    assert_close(ours, real)


def test_a_tensor_gives_a_tensor():
    rows = keras.utils.to_categorical(ops.convert_to_tensor([1, 0]))
    assert isinstance(rows, Tensor)
    assert rows.dtype == "float32"
    np.testing.assert_array_equal(as_array(rows), [[0, 1], [1, 0]])


@pytest.mark.parametrize("label", [-1, 3, 10])
def test_a_label_out_of_range_is_named_with_its_limit(label):
    with pytest.raises(IndexError, match=rf"0 to 2.*num_classes=3.*got {label}"):
        keras.utils.to_categorical([0, label], 3)


@pytest.mark.oracle
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("axis", [-1, 1])
def test_normalize_is_that_of_the_real_keras(order, axis):
    x = np.array([[3.0, 4.0], [0.0, 0.0], [-1.0, 2.0]])
    ours = keras.utils.normalize(x, axis, order)
    assert isinstance(ours, np.ndarray)
    assert_close(ours, real_keras().utils.normalize(x, axis, order))
    assert_close(as_array(keras.utils.normalize(x.tolist(), axis, order)), ours, dtype="float32")


def test_normalize_takes_the_first_axis_too():
    x = np.array([[3.0, 1.0], [4.0, 0.0]])
    assert_close(keras.utils.normalize(x, axis=0), np.array([[0.6, 1.0], [0.8, 0.0]]))
    with pytest.raises(ValueError, match="order"):
        keras.utils.normalize(x, order=0)
