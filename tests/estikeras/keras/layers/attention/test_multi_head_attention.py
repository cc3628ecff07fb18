"""MultiHeadAttention and GroupQueryAttention against the real Keras and numeric gradients."""

import numpy as np
import pytest

from estikeras import keras, ops
from estikeras.engine.tape import GradientTape
from estikeras.keras.layers import GroupQueryAttention as GroupedQueryAttention
from estikeras.keras.layers import MultiHeadAttention
from tests.support import oracle
from tests.support.arrays import as_array, assert_close, random_array

QUERY, VALUE = (2, 5, 4), (2, 6, 3)
DEEP = (2, 3, 4, 2, 5)
HEADS = {"num_heads": 2, "key_dim": 3}
GROUPS = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
SCORES = {"return_attention_scores": True}
MASKS = {
    "value_mask": np.array([[1, 1, 0, 1, 0, 1], [1, 0, 1, 1, 1, 1]], bool),
    "attention_mask": random_array((2, 5, 6), "bool", seed=3) | (np.arange(6) == 0),
}
BY_HEAD = random_array((2, 2, 5, 6), "bool", seed=4) | (np.arange(6) == 0)
BY_TWO = random_array((2, 4, 2, 4, 2), "bool", seed=5) | (np.arange(2) == 0)


def case(layer, options, shapes, call):
    """A row: a layer, its options, the shapes of query and value, further arguments of the call."""
    return layer, options, shapes, call


ROWS = [
    case(MultiHeadAttention, HEADS, (QUERY, VALUE), {}),
    case(MultiHeadAttention, {**HEADS, "use_bias": False}, (QUERY, VALUE), {}),
    case(MultiHeadAttention, {**HEADS, "output_shape": 7}, (QUERY, VALUE), {}),
    case(MultiHeadAttention, {**HEADS, "output_shape": (2, 3)}, (QUERY, VALUE), {}),
    case(MultiHeadAttention, {**HEADS, "use_gate": True}, (QUERY, VALUE), {}),
    case(MultiHeadAttention, {**HEADS, "value_dim": 5, "use_gate": True}, (QUERY, VALUE), SCORES),
    case(MultiHeadAttention, {**HEADS, "sliding_window": 2}, (QUERY, VALUE), {}),
    case(
        MultiHeadAttention,
        {**HEADS, "sliding_window": 2},
        (QUERY, VALUE),
        {**SCORES, "use_causal_mask": True},
    ),
    case(MultiHeadAttention, HEADS, (QUERY, VALUE), {"use_causal_mask": True}),
    case(MultiHeadAttention, HEADS, (QUERY, VALUE), MASKS),
    case(MultiHeadAttention, HEADS, (QUERY, VALUE), {**MASKS, **SCORES, "use_causal_mask": True}),
    case(MultiHeadAttention, HEADS, (QUERY, VALUE), {"attention_mask": BY_HEAD}),
    case(
        MultiHeadAttention,
        {**HEADS, "attention_axes": (2, 3)},
        (DEEP, DEEP),
        {"attention_mask": BY_TWO},
    ),
    case(MultiHeadAttention, {**HEADS, "dropout": 0.5, "seed": 1}, (QUERY, VALUE), {}),
    case(MultiHeadAttention, HEADS, (DEEP, DEEP), SCORES),
    case(MultiHeadAttention, {**HEADS, "attention_axes": 2}, (DEEP, DEEP), {}),
    case(MultiHeadAttention, {**HEADS, "attention_axes": (1, 3)}, (DEEP, DEEP), SCORES),
    case(MultiHeadAttention, {**HEADS, "attention_axes": (2, 3)}, (DEEP, DEEP), SCORES),
    case(GroupedQueryAttention, GROUPS, (QUERY, VALUE), {}),
    case(
        GroupedQueryAttention,
        {**GROUPS, "use_bias": False, "use_gate": True},
        (QUERY, VALUE),
        SCORES,
    ),
    case(
        GroupedQueryAttention,
        {**GROUPS, "sliding_window": 3},
        (QUERY, VALUE),
        {"use_causal_mask": True},
    ),
    case(GroupedQueryAttention, GROUPS, (QUERY, VALUE), {**MASKS, **SCORES}),
]
IDS = [f"{row[0].__name__}-{i}" for i, row in enumerate(ROWS)]


def _made(row, dtype="float32"):
    layer, options, shapes, _ = row
    layer = layer(dtype=dtype, **options)
    inputs = [random_array(shape, dtype, seed=i) for i, shape in enumerate(shapes)]
    layer(*inputs)
    for i, weight in enumerate(layer.weights):
        weight.assign(random_array(weight.shape, dtype, seed=20 + i))
    return layer, inputs


def _listed(outputs):
    return list(outputs) if isinstance(outputs, tuple) else [outputs]


@pytest.mark.oracle
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_values_and_gradients_equal_the_real_keras(row):
    import jax

    ours, inputs = _made(row)
    real = getattr(oracle.real_keras().layers, row[0].__name__.replace("GroupedQ", "GroupQ"))
    real = real(**row[1])
    real(*inputs, **row[3])
    assert [(w.path.split("/", 1)[1], tuple(w.shape)) for w in ours.weights] == [
        (w.path.split("/", 1)[1], tuple(w.shape)) for w in real.weights
    ]
    real.set_weights(ours.get_weights())
    expected = _listed(real(*inputs, **row[3]))
    pull = [random_array(y.shape, seed=50 + i) for i, y in enumerate(expected)]

    def loss(arrays, weights):
        state = [v.value for v in real.non_trainable_variables]
        outputs, _ = real.stateless_call(weights, state, *arrays, **row[3])
        return sum((y * g).sum() for y, g in zip(_listed(outputs), pull, strict=True))

    wanted = jax.grad(loss, argnums=(0, 1))(inputs, [v.value for v in real.trainable_variables])
    tensors = [ops.convert_to_tensor(x) for x in inputs]
    with GradientTape() as tape:
        tape.watch(tensors)
        outputs = _listed(ours(*tensors, **row[3]))
        total = sum(ops.sum(y * g) for y, g in zip(outputs, pull, strict=True))
    assert_close(outputs, [np.asarray(y) for y in expected], what="outputs")
    got = tape.gradient(total, [*tensors, *ours.trainable_weights], unconnected_gradients="zero")
    wanted = [np.asarray(g) for part in wanted for g in part]
    assert_close([as_array(g) for g in got], wanted, tolerance=5e-5, what="gradients")


@pytest.mark.oracle
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_config_equals_the_real_one_and_goes_round(row):
    ours, inputs = _made(row)
    real = getattr(oracle.real_keras().layers, row[0].__name__.replace("GroupedQ", "GroupQ"))
    real = real(**row[1])
    real.build(*row[2])
    config = ours.get_config()
    assert set(config) == set(real.get_config())
    plain = {k for k, v in config.items() if not isinstance(v, dict)} - {"name"}  # both count
    assert {k: config[k] for k in plain} == {k: real.get_config()[k] for k in plain}
    copy = row[0].from_config(config)
    copy(*inputs)
    copy.set_weights(ours.get_weights())
    assert_close(_listed(copy(*inputs)), _listed(ours(*inputs)))


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_symbolic_call_gives_the_shapes_of_an_eager_one(row):
    layer, inputs = _made(row)
    flags = {k: v for k, v in row[3].items() if not hasattr(v, "shape")}
    symbols = [keras.Input(shape[1:]) for shape in row[2]]
    symbolic, eager = _listed(layer(*symbols, **flags)), _listed(layer(*inputs, **flags))
    assert [y.shape[1:] for y in symbolic] == [y.shape[1:] for y in eager]
    assert [y.dtype for y in symbolic] == [y.dtype for y in eager]


@pytest.mark.parametrize(
    "layer",
    [lambda **o: MultiHeadAttention(2, 3, **o), lambda **o: GroupedQueryAttention(3, 4, 2, **o)],
)
def test_a_traced_model_predicts_like_an_eager_one(layer, tmp_path):
    x = random_array((4, 5, 6))
    inputs = keras.Input((5, 6))
    model = keras.Model(inputs, layer(dropout=0.1)(inputs, inputs, use_causal_mask=True))
    assert_close(model.predict(x, verbose=0), model(x).numpy())
    model.save(tmp_path / "model.keras")
    assert_close(keras.models.load_model(tmp_path / "model.keras")(x), model(x).numpy())


def test_masks_of_the_inputs_hide_sources_and_go_on_with_the_query():
    layer = MultiHeadAttention(2, 3)
    words = np.array([[1, 2, 3, 0, 0], [4, 5, 0, 0, 0]])
    x = keras.layers.Embedding(6, 4, mask_zero=True)(words)
    hidden = layer(x, x)
    shown = layer(x.numpy(), x.numpy(), value_mask=words != 0)
    assert_close(hidden, shown.numpy())
    np.testing.assert_array_equal(as_array(hidden._keras_mask), words != 0)


def test_dropout_acts_in_training_only():
    layer, (query, value) = _made(
        (MultiHeadAttention, {**HEADS, "dropout": 0.5}, (QUERY, VALUE), {})
    )
    assert_close(layer(query, value), layer(query, value).numpy())
    first, second = (layer(query, value, training=True).numpy() for _ in range(2))
    assert not np.allclose(first, second)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: MultiHeadAttention(2, 3, flash_attention=True), NotImplementedError),
        (lambda: MultiHeadAttention(0, 3), ValueError),
        (lambda: MultiHeadAttention(2, "3"), ValueError),
        (lambda: MultiHeadAttention(2, 3, sliding_window=0), ValueError),
        (lambda: GroupedQueryAttention(3, 4, 3), ValueError),
        (lambda: MultiHeadAttention(2, 3).build((2, 5, 4), (2, 6, 4), (2, 7, 4)), ValueError),
        (lambda: MultiHeadAttention(2, 3)(np.ones((2, 5, 4)), np.ones((3, 6, 4))), ValueError),
        (
            lambda: MultiHeadAttention(2, 3)(
                np.ones((2, 5, 4)), np.ones((2, 6, 4)), attention_mask=np.ones((2, 5, 5))
            ),
            ValueError,
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(make, error):
    with pytest.raises(error):
        make()
