"""Rescaling and Normalization against the real Keras."""

import numpy as np
import pytest

from estikeras import data, keras
from estikeras.keras.layers import Normalization, Rescaling
from tests.support.layers import case, layer_checks

CASES = [
    case(Rescaling, {"scale": 0.5, "offset": -1.0}, (2, 3, 4)),
    case(Rescaling, {"scale": [0.5, 1.0, 2.0]}, (2, 3)),
    case(Rescaling, {"scale": 1 / 255}, (2, 4, 3), input_dtype="uint8", high=255),
    case(Rescaling, {"scale": 0.5}, (2, 3), dtype="float16"),
    case(Normalization, {"mean": 2.0, "variance": 4.0}, (2, 3)),
    case(Normalization, {"mean": [1.0, 2.0, 3.0], "variance": [1.0, 2.0, 0.5]}, (2, 3)),
    case(Normalization, {"mean": 2.0, "variance": 4.0, "invert": True, "axis": None}, (2, 3)),
]
test_layer = layer_checks(CASES)

slices = data.Dataset.from_tensor_slices


def _samples():
    return np.random.default_rng(0).normal(3, 2, (10, 4, 3)).astype("float32")


@pytest.mark.parametrize(("axis", "reduced"), [(-1, (0, 1)), ((1, 2), (0,)), (None, (0, 1, 2))])
def test_adapt_learns_mean_and_variance(axis, reduced):
    x = _samples()
    layer = Normalization(axis=axis)
    layer.adapt(x)
    expected = (x - x.mean(reduced, keepdims=True)) / x.std(reduced, keepdims=True)
    np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-4, atol=1e-5)
    assert [w.name for w in layer.weights] == ["mean", "variance", "count"]


def test_adapt_takes_batches_of_uneven_size_and_forgets_what_was_before():
    x = _samples()
    layer, whole = Normalization(), Normalization()
    whole.adapt(x)
    layer.adapt(x * 5)
    layer.adapt(iter([x[:3], x[3:4], x[4:]]))
    np.testing.assert_allclose(layer.mean.numpy(), whole.mean.numpy(), rtol=1e-6)
    np.testing.assert_allclose(layer.variance.numpy(), whole.variance.numpy(), rtol=1e-6)


DATASETS = {  # what a dataset's elements are, of rows of three
    "batches": lambda x: slices(x).batch(4),
    "vectors": slices,
    "pairs of a vector and a label": lambda x: slices((x, x[:, 0])),
    "batches of known size": lambda x: slices(x).batch(5, drop_remainder=True),
    "batches of pairs": lambda x: slices((x, x[:, 0])).batch(3),
}


@pytest.mark.parametrize("axis", [-1, None])
@pytest.mark.parametrize("name", DATASETS)
def test_adapt_takes_datasets_of_batches_and_of_vectors(name, axis):
    x = _samples()[:, 0]
    layer, whole = Normalization(axis=axis), Normalization(axis=axis)
    whole.adapt(x)
    layer.adapt(DATASETS[name](x))
    np.testing.assert_allclose(layer.mean.numpy(), whole.mean.numpy(), rtol=1e-6)
    np.testing.assert_allclose(layer.variance.numpy(), whole.variance.numpy(), rtol=1e-6)


def test_adapt_takes_datasets_of_scalars():
    x = _samples()[:, 0, 0]
    for dataset in (slices(x), slices(x).batch(4)):
        layer = Normalization(axis=None)
        layer.adapt(dataset)
        np.testing.assert_allclose(layer.mean.numpy(), x.mean(), rtol=1e-6)
        np.testing.assert_allclose(layer.variance.numpy(), x.var(), rtol=1e-6)


@pytest.mark.parametrize("layer", [Rescaling(2.0), Normalization(mean=0.0, variance=0.25)])
def test_lists_are_inputs_too(layer):
    assert layer([[1, 2], [3, 4]]).numpy().tolist() == [[2, 4], [6, 8]]


def test_inverse_undoes_the_normalisation():
    x = _samples()
    there, back = Normalization(), Normalization(invert=True)
    there.adapt(x)
    back.adapt(x)
    np.testing.assert_allclose(back(there(x)).numpy(), x, rtol=1e-4, atol=1e-5)


def test_learnt_statistics_are_saved(tmp_path):
    x = _samples()
    layer = Normalization()
    layer.adapt(x)
    model = keras.Sequential([keras.Input((4, 3)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(x).numpy(), layer(x).numpy())


@pytest.mark.parametrize(
    "arguments", [{"mean": 1.0}, {"variance": 1.0}, {"mean": [1.0, 2.0], "variance": 1.0}]
)
def test_half_given_statistics_are_refused(arguments):
    with pytest.raises(ValueError, match=r"mean|variance"):
        Normalization(**arguments)


def test_unknown_size_of_the_axis_is_refused():
    with pytest.raises(ValueError, match="axes"):
        Normalization().build((None, None))


def test_adapt_without_samples_is_refused():
    with pytest.raises(ValueError, match="data"):
        Normalization().adapt([])
