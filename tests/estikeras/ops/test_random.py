"""Seeds and random tensors: distributions, and what equal and different seeds promise."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras
from estikeras.engine.function import function
from estikeras.engine.tape import GradientTape

SHAPE = (100, 101)


def _moments(x):
    x = x.numpy().astype("float64")
    return x.mean(), x.std()


@pytest.mark.parametrize(
    ("name", "options", "mean", "deviation"),
    [
        ("normal", {"mean": 2.0, "stddev": 3.0}, 2, 3),
        ("truncated_normal", {"mean": 2.0, "stddev": 3.0}, 2, 3 * 0.8796),
        ("uniform", {"minval": -1.0, "maxval": 3.0}, 1, 4 / 12**0.5),
        ("randint", {"minval": 0, "maxval": 5}, 2, 2**0.5),
        ("gamma", {"alpha": 4.0}, 4, 2),
        ("beta", {"alpha": 2.0, "beta": 2.0}, 0.5, 0.05**0.5),
        ("binomial", {"counts": 10.0, "probabilities": 0.3}, 3, 2.1**0.5),
    ],
)
def test_distributions_have_their_moments(name, options, mean, deviation):
    x = getattr(keras.random, name)(SHAPE, **options, seed=3)
    assert x.shape == SHAPE
    found = _moments(x)
    np.testing.assert_allclose(found, (mean, deviation), rtol=0.03, atol=0.03)


def test_a_seed_gives_the_same_values_at_every_call():
    a, b, c = (keras.random.normal((5,), seed=seed).numpy() for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert (a != c).any()


def test_a_generator_gives_other_values_at_every_call_and_follows_its_seed():
    first, second = (keras.random.SeedGenerator(5) for _ in range(2))
    a = [keras.random.normal((5,), seed=first).numpy() for _ in range(3)]
    b = [keras.random.normal((5,), seed=second).numpy() for _ in range(3)]
    np.testing.assert_array_equal(a, b)
    assert (a[0] != a[1]).any()
    assert keras.random.SeedGenerator.from_config(first.get_config()).get_config()["seed"] == 5


def test_a_generator_advances_inside_a_traced_function():
    source = keras.random.SeedGenerator(5)
    draw = function(lambda: keras.random.uniform((4,), seed=source))
    twin = keras.random.SeedGenerator(5)
    for _ in range(3):
        np.testing.assert_array_equal(draw().numpy(), keras.random.uniform((4,), seed=twin).numpy())


def test_the_global_seed_repeats_everything():
    def draws():
        keras.utils.set_random_seed(9)
        numpys = np.random.rand(3)
        return [keras.random.normal((3,)).numpy(), numpys, keras.random.uniform((3,)).numpy()]

    for a, b in zip(draws(), draws(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_dropout_keeps_the_sum_and_its_gradient_follows_the_mask():
    x = tf.constant(np.ones((200, 200), "float32"))
    with GradientTape() as tape:
        tape.watch(x)
        y = keras.random.dropout(x, 0.25, seed=1)
    np.testing.assert_allclose((y.numpy() == 0).mean(), 0.25, atol=0.01)
    np.testing.assert_allclose(np.unique(y.numpy()), [0, 1 / 0.75], rtol=1e-6)
    np.testing.assert_array_equal(tape.gradient(y, x).numpy(), y.numpy())


def test_dropout_repeats_the_mask_along_a_noise_shape():
    y = keras.random.dropout(np.ones((50, 20), "float32"), 0.5, noise_shape=(None, 1), seed=1)
    assert set(np.ptp(y.numpy(), axis=1).tolist()) == {0.0}


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_dropout_of_nothing_and_of_everything(rate):
    y = keras.random.dropout(np.ones(4, "float32"), rate)
    np.testing.assert_array_equal(y.numpy(), 1 - rate)


def test_categorical_follows_the_logits():
    x = keras.random.categorical(np.log([[0.2, 0.8]]), 5000, seed=1).numpy()
    assert x.shape == (1, 5000)
    assert abs(x.mean() - 0.8) < 0.02


def test_shuffle_keeps_all_slices_together():
    x = np.arange(24).reshape(4, 6)
    y = keras.random.shuffle(x, axis=1, seed=2).numpy()
    assert not np.array_equal(x, y)
    np.testing.assert_array_equal(y[:, np.argsort(y[0])], x)


def test_limits_may_be_tensors():
    x = keras.random.randint((1000, 2), np.array([0, 10]), np.array([5, 20]), seed=1).numpy()
    assert x.min(0).tolist() == [0, 10]
    assert x.max(0).tolist() == [4, 19]


def test_wrong_seeds_and_dtypes_are_refused():
    with pytest.raises(ValueError, match="`seed`"):
        keras.random.normal((2,), seed="one")
    with pytest.raises(ValueError, match="`dtype`"):
        keras.random.normal((2,), dtype="int32")
    with pytest.raises(ValueError, match="`dtype`"):
        keras.random.randint((2,), 0, 3, dtype="float32")
    with pytest.raises(ValueError, match="`seed`"):
        keras.random.SeedGenerator("one")


def test_tensorflows_op_seeds_are_sequences_that_the_global_seed_restarts():
    def draws():
        tf.random.set_seed(4)
        return [tf.random.uniform((3,), seed=7).numpy() for _ in range(2)]

    first, second = draws(), draws()
    np.testing.assert_array_equal(first, second)
    assert (first[0] != first[1]).any()


def test_tensorflows_stateless_functions_depend_on_their_key():
    for name, options in (
        ("stateless_uniform", {}),
        ("stateless_normal", {}),
        ("stateless_truncated_normal", {}),
        ("stateless_gamma", {"alpha": 2.0}),
        ("stateless_poisson", {"lam": 3.0}),
    ):
        draw = getattr(tf.random, name)
        a, b, c = (draw((20,), seed=key, **options).numpy() for key in ([1, 2], [1, 2], [1, 3]))
        np.testing.assert_array_equal(a, b)
        assert (a != c).any(), name
    assert len(np.unique(tf.random.split([1, 2], 5).numpy(), axis=0)) == 5


def test_tensorflows_generator_goes_on_and_splits():
    generator = tf.random.Generator.from_seed(3)
    a, b = generator.normal((4,)).numpy(), generator.normal((4,)).numpy()
    assert (a != b).any()
    generator.reset_from_seed(3)
    np.testing.assert_array_equal(generator.normal((4,)).numpy(), a)
    children = generator.split(2)
    assert (children[0].uniform((4,)).numpy() != children[1].uniform((4,)).numpy()).any()
    assert generator.uniform_full_int((3,)).dtype == "uint64"
