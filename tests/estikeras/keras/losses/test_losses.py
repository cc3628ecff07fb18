"""Every loss, by value, gradient and config, against the real Keras."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, namespace
from tests.support.arrays import as_array, assert_close, random_array
from tests.support.oracle import real_keras

SHAPE = (4, 3)
NUMBERS = random_array(SHAPE, seed=1), random_array(SHAPE, seed=2)
POSITIVE = np.abs(NUMBERS[0]) + 0.1, np.abs(NUMBERS[1]) + 0.1
BINARY = (
    np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]], "float32"),
    random_array(SHAPE, seed=3, low=0.05, high=0.95),
)
LOGITS = BINARY[0], 3 * NUMBERS[1]
PROBABILITIES = BINARY[1] / BINARY[1].sum(-1, keepdims=True)
CLASSES = np.array([2, 0, 1, 2], "int32")
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
UNIT = NUMBERS[0] / np.linalg.norm(NUMBERS[0], axis=1, keepdims=True)
PIXELS = np.array([[0, 2, 255], [1, 255, 2]], "int32"), random_array((2, 3, 4), seed=5)

# Class, its arguments, (y_true, y_pred).
ROWS = [
    ("MeanSquaredError", {}, NUMBERS),
    ("MeanAbsoluteError", {}, NUMBERS),
    ("MeanAbsolutePercentageError", {}, NUMBERS),
    ("MeanSquaredLogarithmicError", {}, NUMBERS),
    ("CosineSimilarity", {}, NUMBERS),
    ("Huber", {}, NUMBERS),
    ("LogCosh", {}, NUMBERS),
    ("Hinge", {}, NUMBERS),
    ("Hinge", {}, (BINARY[0], NUMBERS[1])),
    ("SquaredHinge", {}, (BINARY[0], NUMBERS[1])),
    ("CategoricalHinge", {}, (ONE_HOT, NUMBERS[1])),
    ("KLDivergence", {}, BINARY),
    ("Poisson", {}, POSITIVE),
    ("BinaryCrossentropy", {}, BINARY),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, LOGITS),
    ("BinaryFocalCrossentropy", {}, BINARY),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "gamma": 1.5}, BINARY),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, LOGITS),
    ("CategoricalCrossentropy", {}, (ONE_HOT, PROBABILITIES)),
    ("CategoricalCrossentropy", {}, (ONE_HOT, BINARY[1])),
    (
        "CategoricalCrossentropy",
        {"from_logits": True, "label_smoothing": 0.1},
        (ONE_HOT, LOGITS[1]),
    ),
    ("CategoricalFocalCrossentropy", {}, (ONE_HOT, PROBABILITIES)),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "from_logits": True}, (ONE_HOT, LOGITS[1])),
    ("SparseCategoricalCrossentropy", {}, (CLASSES, PROBABILITIES)),
    ("SparseCategoricalCrossentropy", {}, (CLASSES[:, None], PROBABILITIES)),
    (
        "SparseCategoricalCrossentropy",
        {"from_logits": True},
        (CLASSES.astype("float32"), LOGITS[1]),
    ),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 255}, PIXELS),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.7}, (CLASSES, PROBABILITIES)),
    ("Dice", {}, BINARY),
    ("Dice", {"axis": (1,)}, BINARY),
    ("Tversky", {"alpha": 0.3, "beta": 0.8}, BINARY),
    ("Circle", {"gamma": 8.0}, (CLASSES % 2, UNIT)),
    ("Circle", {"remove_diagonal": False}, (CLASSES, UNIT)),
    ("CTC", {}, (np.array([[1, 2, 0], [2, 0, 0]], "int32"), random_array((2, 6, 4), seed=6))),
]
NAMES = [f"{name}-{number}" for number, (name, _, _) in enumerate(ROWS)]
rows = pytest.mark.parametrize(("name", "kwargs", "data"), ROWS, ids=NAMES)
pytestmark = pytest.mark.oracle


def pair(name, kwargs, **more):
    """The loss of ours and the real one."""
    return tuple(getattr(k.losses, name)(**kwargs, **more) for k in (keras, real_keras()))


def test_every_loss_has_a_row():
    things = [getattr(keras.losses, name) for name in namespace.names("keras.losses")]
    classes = {
        thing.__name__
        for thing in things
        if isinstance(thing, type) and thing.__module__.startswith("estikeras.keras.losses.")
    }
    assert classes - {name for name, _, _ in ROWS} == {"Loss", "Reduction"}


@rows
@pytest.mark.parametrize(
    "reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight", "none"]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_values(name, kwargs, data, reduction, weighted):
    ours, real = pair(name, kwargs, reduction=reduction)
    weight = np.array([0.5, 2.0, 0.0, 1.0], "float32")[: len(data[0])] if weighted else None
    if weighted and kwargs.get("ignore_class"):
        weight = np.stack([weight] * 3, axis=1)
    if name in ("Dice", "Tversky"):
        weight = None
    assert_close(ours(*data, weight), real(*data, weight))


@rows
def test_functions(name, kwargs, data):
    ours, _ = pair(name, kwargs)
    function = ours.fn.__name__
    assert_close(
        getattr(keras.losses, function)(*data, **kwargs),
        getattr(real_keras().losses, function)(*data, **kwargs),
    )
    assert keras.losses.get(function) is getattr(keras.losses, function)


@rows
def test_gradients(name, kwargs, data):
    import jax

    ours, real = pair(name, kwargs)
    prediction = keras.Variable(data[1])
    with tf.GradientTape() as tape:
        loss = ours(data[0], prediction)
    got = tape.gradient(loss, prediction)
    assert_close(got, jax.grad(lambda y: real(data[0], y))(data[1]))


@rows
def test_configs(name, kwargs, data):
    if name == "Dice":
        kwargs = {key: list(value) for key, value in kwargs.items()}
    ours, real = pair(name, kwargs)
    assert keras.losses.serialize(ours) == real_keras().losses.serialize(real)
    again = keras.losses.deserialize(keras.losses.serialize(ours))
    assert type(again) is type(ours)
    assert again.get_config() == ours.get_config()


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_masks_of_predictions(reduction, weighted):
    mask = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], bool)
    y_true, y_pred = random_array((4, 3, 2), seed=1), random_array((4, 3, 2), seed=2)
    weight = np.array([0.5, 2.0, 0.0, 1.0], "float32")[:, None] if weighted else None
    results = []
    for k in (keras, real_keras()):
        prediction = k.ops.convert_to_tensor(y_pred)
        prediction._keras_mask = k.ops.convert_to_tensor(mask)
        results.append(k.losses.MeanSquaredError(reduction=reduction)(y_true, prediction, weight))
    assert_close(*results)


@pytest.mark.parametrize(
    ("true_shape", "pred_shape"),
    [((4, 1), (4,)), ((4,), (4, 1)), ((4, 3, 1), (4, 3)), ((4, 3), (4, 3, 1))],
)
def test_ranks_that_differ_by_one(true_shape, pred_shape):
    ours, real = pair("MeanAbsoluteError", {})
    data = random_array(true_shape, seed=1), random_array(pred_shape, seed=2)
    assert_close(ours(*data), real(*data))


def test_no_samples_give_no_nan():
    ours, _ = pair("MeanSquaredError", {})
    assert as_array(ours(np.zeros((0, 3)), np.zeros((0, 3)))).sum() == 0


def test_huber_keeps_its_delta():
    again = keras.losses.deserialize(keras.losses.serialize(keras.losses.Huber(delta=0.3)))
    assert_close(again(*NUMBERS), real_keras().losses.Huber(delta=0.3)(*NUMBERS))


@pytest.mark.parametrize("name", ["mse", "MAE", "bce", "kld", "MeanSquaredError", "log_cosh"])
def test_get_as_the_reference(name):
    ours, real = keras.losses.get(name), real_keras().losses.get(name)
    assert getattr(ours, "__name__", type(ours).__name__) == getattr(
        real, "__name__", type(real).__name__
    )


def test_own_losses():
    class Doubled(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return 2 * keras.ops.mean(keras.ops.abs(y_true - y_pred), axis=-1)

    assert_close(Doubled()(*NUMBERS), 2 * np.abs(NUMBERS[0] - NUMBERS[1]).mean(), dtype="float32")
    assert Doubled().name == "doubled" or Doubled().name.startswith("doubled_")


def test_float16():
    ours, real = pair("MeanSquaredError", {}, dtype="float16")
    assert_close(ours(*NUMBERS), real(*NUMBERS))
    assert ours(*NUMBERS).dtype == "float16"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: keras.losses.get("mean_square_error"), "mean_squared_error"),
        (
            lambda: keras.losses.get("SparseCategoricalCrossEntropy"),
            "SparseCategoricalCrossentropy",
        ),
        (lambda: keras.losses.get(3), "loss"),
        (lambda: keras.losses.MeanSquaredError(reduction="auto"), "reduction"),
        (lambda: keras.losses.CategoricalGeneralizedCrossEntropy(q=1.0), "`q`"),
        (
            lambda: keras.losses.categorical_crossentropy(ONE_HOT, PROBABILITIES, axis=True),
            "from_logits",
        ),
        (lambda: keras.losses.ctc(CLASSES, PROBABILITIES), "y_true"),
        (lambda: keras.losses.MeanSquaredError()(np.ones((4, 3)), np.ones((4, 2))), "y_true"),
        (lambda: keras.losses.SparseCategoricalCrossentropy()([0, 7], PROBABILITIES[:2]), "7"),
    ],
)
def test_wrong_calls(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_one_class_warns():
    with pytest.warns(SyntaxWarning, match="binary_crossentropy"):
        keras.losses.categorical_crossentropy(np.ones((2, 1)), np.full((2, 1), 0.5))


def test_lists_of_numbers():
    data = [[0.0, 1.0], [0.0, 0.0]], [[0.6, 0.4], [0.4, 0.6]]
    for name in ("BinaryCrossentropy", "MeanSquaredError"):
        ours, real = pair(name, {})
        assert_close(ours(*data), real(*(np.asarray(x, "float32") for x in data)))


def test_structures_of_tensors():
    class Both(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.square(y_true["a"] - y_pred["a"]) + keras.ops.abs(
                y_true["b"] - y_pred["b"]
            )

    y_true, y_pred = ({"a": x, "b": x + 1} for x in (NUMBERS[0][:, 0], NUMBERS[1][:, 0]))
    error = NUMBERS[0][:, 0] - NUMBERS[1][:, 0]
    assert_close(Both()(y_true, y_pred), (error**2 + abs(error)).mean(), dtype="float32")
