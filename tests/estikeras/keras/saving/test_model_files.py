"""Models to files and back, here and with the real Keras, in both directions."""

import pytest

from estikeras import keras
from tests.support.arrays import as_array, assert_close, random_array
from tests.support.oracle import real_keras


def sequential(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model, (4,), (2,)


def functional(keras):
    layers = keras.layers
    x = inputs = keras.Input((6, 3))
    x = layers.Conv1D(4, 3, padding="same", activation="gelu")(x)
    x = keras.ops.tanh(x) * 2 + 1
    y = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    model = keras.Model(inputs, layers.Dense(2)(layers.LayerNormalization()(y)), name="functional")
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    model.compile(
        keras.optimizers.SGD(schedule, momentum=0.9), keras.losses.LogCosh(), metrics=["mae"]
    )
    return model, (6, 3), (2,)


def nested(keras):
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(4)], name="inner")
    inputs = keras.Input((4,))
    branch = keras.Model(inputs, layers.Dense(4)(inner(inputs)), name="branch")
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(layers.add([branch(x), branch(branch(x))])))
    model.compile(keras.optimizers.AdamW(0.01), "mse")
    return model, (4,), (2,)


def shared(keras):
    layers = keras.layers
    inner = keras.Sequential([layers.Dense(4, activation="relu"), layers.Dense(4)], name="inner")
    inputs = keras.Input((4,))
    branch = keras.Model(inputs, layers.Dense(4)(inner(inputs)), name="branch")
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(layers.add([branch(x), inner(x)])))
    model.compile("adam", "mse")
    return model, (4,), (2,)


def recurrent(keras):
    layers = keras.layers
    x = inputs = keras.Input((5, 3))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.GRU(4, return_sequences=True, reset_after=False)(x)
    x = layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(2)])(x)
    model = keras.Model(inputs, layers.Dense(2)(x))
    model.compile("rmsprop", "mse")
    return model, (5, 3), (2,)


def attention(keras):
    layers = keras.layers
    x = inputs = keras.Input((5, 4))
    x = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.TimeDistributed(layers.Dense(3))(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))
    model.compile("nadam", "mse")
    return model, (5, 4), (2,)


def images(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Rescaling(0.5),
            layers.Conv2D(3, 3, activation="relu"),
            layers.DepthwiseConv2D(3),
            layers.SeparableConv2D(4, 2),
            layers.MaxPooling2D(),
            layers.Conv2DTranspose(2, 2),
            layers.GroupNormalization(2),
            layers.Flatten(),
            layers.Dense(2, kernel_regularizer="l2"),
        ]
    )
    model.compile("lion", "mse")
    return model, (8, 8, 2), (2,)


MODELS = [sequential, functional, nested, recurrent, attention, images]
DIRECTIONS = ["here", "to real", "from real"]


def two(direction):
    """The packages that save and load."""
    if direction == "here":
        return keras, keras
    return (keras, real_keras()) if direction == "to real" else (real_keras(), keras)


def params(cases):
    return [
        pytest.param(case, direction, marks=[] if direction == "here" else pytest.mark.oracle)
        for case in cases
        for direction in DIRECTIONS
    ]


def filled(make, package):
    """A model whose weights and optimizer state are random numbers, and inputs for it."""
    model, input_shape, _ = make(package)
    x = random_array((4, *input_shape))
    model(x)
    model.optimizer.build(model.trainable_variables)
    for seed, variable in enumerate([*model.weights, *model.optimizer.variables]):
        if "float" in str(variable.dtype):
            variable.assign(random_array(variable.shape, seed=seed, low=0.1, high=1.0))
    return model, x


def assert_same_state(got, expected, x):
    assert_close(as_array(got(x)), as_array(expected(x)), tolerance=1e-5)
    pairs = zip(got.optimizer.variables, expected.optimizer.variables, strict=True)
    for ours, theirs in pairs:
        assert_close(as_array(ours), as_array(theirs), what=str(ours.path))


# The real Keras loads a layer that a model shares with a model inside it as two.
SHARED = pytest.param(shared, "here")


@pytest.mark.parametrize(("make", "direction"), [*params(MODELS), SHARED])
def test_a_saved_model_comes_back(make, direction, tmp_path):
    here, there = two(direction)
    model, x = filled(make, here)
    model.save(tmp_path / "m.keras")
    back = there.saving.load_model(tmp_path / "m.keras")
    assert back.name == model.name
    assert type(back.optimizer).__name__ == type(model.optimizer).__name__
    assert_same_state(back, model, x)


@pytest.mark.parametrize(("make", "direction"), [*params([functional, nested]), SHARED])
def test_training_goes_on_equally(make, direction, tmp_path):
    here, there = two(direction)
    model, input_shape, output_shape = make(here)
    x, y = random_array((8, *input_shape)), random_array((8, *output_shape), seed=1)
    model.fit(x, y, batch_size=4, verbose=0, shuffle=False)
    model.save(tmp_path / "m.keras")
    back = there.saving.load_model(tmp_path / "m.keras")
    assert int(back.optimizer.iterations) == 2
    for each in (model, back):
        each.fit(x, y, batch_size=4, verbose=0, shuffle=False)
    assert_close(as_array(back(x)), as_array(model(x)), tolerance=1e-3)
    assert_close(back.evaluate(x, y, verbose=0), model.evaluate(x, y, verbose=0), tolerance=1e-3)


@pytest.mark.parametrize(("make", "direction"), params(MODELS))
def test_weights_files_are_exchanged(make, direction, tmp_path):
    here, there = two(direction)
    model, x = filled(make, here)
    model.save_weights(tmp_path / "m.weights.h5")
    model.save(tmp_path / "m.keras")
    for name in ("m.weights.h5", "m.keras"):
        other = make(there)[0]
        other.optimizer.build(other.trainable_variables)
        other.load_weights(tmp_path / name)
        assert_same_state(other, model, x)


@pytest.mark.parametrize(("make", "direction"), params([sequential]))
@pytest.mark.parametrize("size", [1e-7, 1])
def test_weights_in_several_files_are_exchanged(make, direction, size, tmp_path):
    here, there = two(direction)
    model, x = filled(make, here)
    model.save_weights(tmp_path / "m.weights.json", max_shard_size=size)
    other = make(there)[0]
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "m.weights.json")
    assert_same_state(other, model, x)


@pytest.mark.parametrize(("make", "direction"), params([sequential, recurrent, images]))
def test_the_older_format_is_exchanged(make, direction, tmp_path):
    here, there = two(direction)
    model, x = filled(make, here)
    model.save(tmp_path / "m.h5")
    # The real Keras does not load `loss="mse"` from such files, its own among them.
    back = there.saving.load_model(tmp_path / "m.h5", compile=direction != "to real")
    assert_close(as_array(back(x)), as_array(model(x)), tolerance=1e-5)
    if direction != "to real":
        assert_same_state(back, model, x)
    other = make(there)[0]
    other.load_weights(tmp_path / "m.h5")
    assert_close(as_array(other(x)), as_array(model(x)), tolerance=1e-5)


def own_layer(keras):
    @keras.saving.register_keras_serializable("tests", name="Scaled")
    class Scaled(keras.layers.Layer):
        def __init__(self, inner, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.inner = (
                keras.saving.deserialize_keras_object(inner) if isinstance(inner, dict) else inner
            )
            self.factor = factor
            self.more = [keras.layers.Dense(2), {"x": keras.layers.Dense(2)}]

        def build(self, input_shape):
            self.shift = self.add_weight(shape=(input_shape[-1],), name="shift")
            if not self.inner.built:
                self.inner.build(input_shape)
            self.more[0].build((None, 3))
            self.more[1]["x"].build((None, 2))

        def call(self, x):
            x = self.inner((x + self.shift) * self.factor)
            return self.more[1]["x"](self.more[0](x))

        def get_config(self):
            inner = keras.saving.serialize_keras_object(self.inner)
            return {**super().get_config(), "inner": inner, "factor": self.factor}

    model = keras.Sequential([keras.Input((4,)), Scaled(keras.layers.Dense(3), factor=0.5)])
    model.compile("adam", "mse")
    return model, (4,), (2,)


def own_model(keras):
    @keras.saving.register_keras_serializable("tests", name="Own")
    class Own(keras.Model):
        def __init__(self, units=3, **kwargs):
            super().__init__(**kwargs)
            self.units = units
            self.blocks = [keras.layers.Dense(units), [keras.layers.Dense(units)]]
            self.named = {"z": keras.layers.Dense(2), "a": keras.layers.Dense(2)}
            self.same = self.blocks[0]
            self._hidden = keras.layers.Dense(2)
            self.offset = self.add_weight(shape=(4,), name="offset")

        def call(self, x):
            x = self.blocks[1][0](self.blocks[0](x + self.offset))
            return self.named["z"](x) + self.named["a"](x) + self._hidden(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    model = Own(units=5)
    model.compile("adam", "mse")
    return model, (4,), (2,)


@pytest.mark.parametrize(("make", "direction"), params([own_layer, own_model]))
def test_registered_classes_are_exchanged(make, direction, tmp_path):
    here, there = two(direction)
    # Registers the class of the package that loads.
    make(there)
    model, x = filled(make, here)
    model.save(tmp_path / "m.keras")
    if direction == "here":
        back = there.saving.load_model(tmp_path / "m.keras")
        assert_same_state(back, model, x)
    other = make(there)[0]
    other(x)
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "m.keras")
    assert_same_state(other, model, x)


def paths_in(file):
    import h5py

    found = set()

    def visit(path, item):
        if isinstance(item, h5py.Dataset):
            found.add((path, item.shape))

    with h5py.File(file) as opened:
        opened.visititems(visit)
    return found


@pytest.mark.oracle
@pytest.mark.parametrize("make", [*MODELS, own_layer, own_model])
def test_weights_files_have_the_real_layout(make, tmp_path):
    for package, name in ((keras, "ours"), (real_keras(), "real")):
        filled(make, package)[0].save_weights(tmp_path / f"{name}.weights.h5")
    ours, real = (paths_in(tmp_path / f"{name}.weights.h5") for name in ("ours", "real"))
    assert sorted(ours) == sorted(real)


def test_each_of_many_models_in_a_layer_is_saved(tmp_path):
    """Lists that are made when they are asked for, such as `layers`, come and go at one address."""

    class Holder(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = [
                keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]) for _ in range(20)
            ]

        def call(self, inputs):
            return sum(part(inputs) for part in self.parts)

    models = [keras.Sequential([keras.Input((2,)), Holder()]) for _ in range(2)]
    models[0].save_weights(str(tmp_path / "model.weights.h5"))
    models[1].load_weights(str(tmp_path / "model.weights.h5"))
    for saved, loaded in zip(*[model.get_weights() for model in models], strict=True):
        assert_close(loaded, saved)
