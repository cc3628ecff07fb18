"""What a spec lets through, and what it says of the rest."""

import numpy as np
import pytest

from estikeras import keras, ops
from estikeras.keras.layers import InputSpec, Layer, Wrapper


class Strict(Layer):
    def __init__(self, spec):
        super().__init__(name="strict")
        self.input_spec = spec

    def call(self, inputs):
        return inputs

    def get_config(self):
        return super().get_config()


def zeros(*shape, dtype="float32"):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("spec", "fits", "does_not", "words"),
    [
        (InputSpec(ndim=2), zeros(2, 3), zeros(2), "ndim=2"),
        (InputSpec(min_ndim=2), zeros(2, 3, 4), zeros(2), "min_ndim=2"),
        (InputSpec(max_ndim=2), zeros(2), zeros(2, 3, 4), "max_ndim=2"),
        (InputSpec(shape=(None, 3)), zeros(5, 3), zeros(5, 4), "shape"),
        (InputSpec(axes={-1: 3}), zeros(5, 3), zeros(5, 4), "axis -1"),
        (InputSpec(dtype="int32"), zeros(2, dtype="int32"), zeros(2), "dtype=int32"),
        (
            InputSpec(shape=(None, 3, 1), allow_last_axis_squeeze=True),
            zeros(2, 3),
            zeros(2, 4),
            "shape",
        ),
        (
            [InputSpec(ndim=1), InputSpec(ndim=2)],
            [zeros(2), zeros(2, 3)],
            [zeros(2)] * 2,
            "Input 1",
        ),
        ([InputSpec(ndim=1), InputSpec(ndim=2)], [zeros(2), zeros(2, 3)], [zeros(2)], "expects 2"),
    ],
)
def test_what_fits_passes_and_the_rest_is_named(spec, fits, does_not, words):
    Strict(spec)(fits)
    with pytest.raises(ValueError, match=rf"{words}.*|.*strict.*{words}"):
        Strict(spec)(does_not)


@pytest.mark.parametrize(
    "make", [lambda: InputSpec(ndim=2, axes={2: 3}), lambda: InputSpec(axes=3)]
)
def test_a_spec_that_contradicts_itself_is_refused(make):
    with pytest.raises((ValueError, TypeError), match="axes"):
        make()


def test_a_spec_is_made_again_from_its_config():
    spec = InputSpec(shape=(None, 3), dtype="float32")
    assert InputSpec.from_config(spec.get_config()).get_config() == spec.get_config()


def test_a_wrapper_builds_and_saves_what_it_holds():
    @keras.saving.register_keras_serializable()
    class Twice(Wrapper):
        def call(self, x):
            return ops.multiply(self.layer(x), 2.0)

    layer = Twice(keras.layers.Dense(2, name="inner"), name="outer")
    layer(zeros(1, 3))
    assert [v.path for v in layer.weights] == ["outer/inner/kernel", "outer/inner/bias"]
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert again.layer.units == 2
    with pytest.raises(TypeError, match="layer"):
        Twice(3)
