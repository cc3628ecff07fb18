"""The contract of layers: building, state, training, losses, configs.

Each `scene` runs here and in the real Keras, and must come to the same.
"""

import numpy as np
import pytest

from estikeras import keras as our_keras
from tests.support.oracle import real_keras

ONES = np.ones((2, 3), "float32")


def nested_state(keras):
    class Nested(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.rows = [keras.layers.Dense(2), {"a": keras.layers.Dense(3)}]
            self.scale = self.add_weight(shape=(2,), name="scale")
            self.count = self.add_weight(shape=(), trainable=False, initializer="zeros")
            self.own = keras.Variable(1.0, name="own")
            self.drop = keras.layers.Dropout(0.5)

        def call(self, x):
            return self.rows[1]["a"](self.rows[0](x))

    layer = Nested()
    before = [len(layer.weights), layer.built]
    layer(ONES)
    return [
        *before,
        layer.built,
        [v.path for v in layer.variables],
        [v.path for v in layer.weights],
        [v.path for v in layer.trainable_weights],
        [v.path for v in layer.non_trainable_variables],
        layer.count_params(),
        [type(x).__name__ for x in layer._flatten_layers()],
        layer.get_build_config(),
    ]


def trainable_flags(keras):
    inner = keras.Sequential([keras.layers.Dense(2), keras.layers.BatchNormalization()])
    model = keras.Sequential([inner, keras.layers.Dense(1)])
    model.build((None, 3))
    out = [len(model.trainable_weights)]
    inner.trainable = False
    out += [len(model.trainable_weights), len(model.non_trainable_weights)]
    out += [inner.layers[0].trainable, inner.layers[0].kernel.trainable]
    model.trainable = True
    inner.layers[0].trainable = False
    out += [len(model.trainable_weights), model.layers[0].trainable, len(inner.trainable_weights)]
    return out


def names(keras):
    class MyHTTPLayer2D(keras.layers.Layer):
        pass

    kinds = ("Dense", "Dense", "PReLU", "LeakyReLU", "ZeroPadding2D", "ELU", "Add")
    arguments = {"Dense": (2,)}
    made = [getattr(keras.layers, kind)(*arguments.get(kind, ())) for kind in kinds]
    return [layer.name for layer in (*made, MyHTTPLayer2D(), keras.layers.Dense(2, name="mine"))]


def training_resolution(keras):
    seen = []

    class Inner(keras.layers.Layer):
        def call(self, x, training=None):
            seen.append(training)
            return x

    class ByDefault(keras.layers.Layer):
        def call(self, x, training=True):
            seen.append(training)
            return x

    class Outer(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__()
            self.inner, self.fixed = Inner(), kwargs

        def call(self, x):
            return self.inner(x, **self.fixed)

    outer, fixed, by_default = Outer(), Outer(training=False), ByDefault()
    model = keras.Sequential([Inner(), Outer(), ByDefault()])
    for layer in (outer, fixed, by_default, model):
        layer(ONES)
    seen.clear()
    outer(ONES)
    outer(ONES, training=True)
    outer(ONES, training=False)
    outer(ONES)
    fixed(ONES, training=True)
    by_default(ONES)
    by_default(ONES, training=False)
    model(ONES)
    model(ONES, training=True)
    return seen


def losses(keras):
    class Adds(keras.layers.Layer):
        def call(self, x):
            self.add_loss(keras.ops.sum(x))
            return x * 2

    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = Adds(), Adds()
            self.dense = keras.layers.Dense(
                2,
                kernel_initializer="ones",
                kernel_regularizer=keras.regularizers.L2(0.5),
                activity_regularizer="l1",
            )

        def call(self, x):
            return self.dense(self.second(self.first(x)))

    layer = Outer()
    layer(ONES)
    first = [float(loss) for loss in layer.losses]
    layer(ONES)
    return [first, [float(loss) for loss in layer.losses], len(layer.first.losses)]


def build_of_several_inputs(keras):
    seen = []

    class Two(keras.layers.Layer):
        def build(self, query_shape, value_shape):
            seen.append((query_shape, value_shape))
            self.w = self.add_weight(shape=(query_shape[-1], value_shape[-1]), name="w")

        def call(self, query, value=None, scale=1.0):
            return keras.ops.matmul(query, self.w) * scale + value

    layer = Two()
    y = layer(ONES, value=np.ones((2, 4), "float32"), scale=2.0)
    return [seen, tuple(y.shape), layer.get_build_config(), layer.w.path]


def build_of_a_list(keras):
    class Pair(keras.layers.Layer):
        def build(self, input_shape):
            self.shapes = input_shape

        def call(self, inputs):
            return inputs[0]

    layer = Pair()
    layer([ONES, ONES])
    return [list(map(tuple, layer.shapes)), layer.built]


def configs(keras):
    class Plain(keras.layers.Layer):
        def __init__(self, a, b=2, name=None, trainable=True, dtype=None):
            super().__init__(name=name, trainable=trainable, dtype=dtype)
            self.a = a

    class Own(keras.layers.Layer):
        def __init__(self, a, **kwargs):
            super().__init__(**kwargs)
            self.a = a

        def get_config(self):
            return {**super().get_config(), "a": self.a}

    plain, own = Plain(3, name="p"), Own(4, activity_regularizer="l2", dtype="mixed_float16")
    again = Own.from_config(own.get_config())
    return [plain.get_config(), own.get_config(), again.get_config() == own.get_config()]


def dtypes(keras):
    out = []

    class Probe(keras.layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(), name="w")
            self.n = self.add_weight(shape=(), dtype="int32", initializer="zeros", name="n")
            self.k = self.add_weight(shape=(), autocast=False, name="k")

        def call(self, x, extra=None):
            read = [keras.ops.convert_to_tensor(v) for v in (self.w, self.n, self.k)]
            out.append([str(t.dtype) for t in (x, *read)])
            return x

    for dtype in ("float32", "mixed_float16", "bfloat16"):
        probe = Probe(dtype=dtype)
        y = probe(ONES)
        out.append(str(y.dtype))
        out.append([probe.dtype, probe.compute_dtype, probe.variable_dtype, probe.w.dtype])
    Probe(dtype="float16", autocast=False)(ONES)
    Probe()(np.ones((2, 3), "int32"))
    return out


def masks(keras):
    seen = []

    class Reads(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, x, mask=None):
            seen.append(None if mask is None else np.asarray(mask).tolist())
            return x

    x = keras.layers.Embedding(4, 2, mask_zero=True)(np.array([[1, 0], [2, 3]]))
    y = Reads()(x)
    z = keras.layers.Dense(2)(y)
    Reads()(z)
    Reads()(z, mask=np.array([[True, True], [False, False]]))
    return seen


def outside_of_calls(keras):
    layer = keras.layers.Dense(2)
    outputs = layer.compute_output_shape((None, 3))
    layer.build((None, 3))
    values = [np.full(v.shape, 2.0, "float32") for v in layer.weights]
    layer.set_weights(values)
    y, state = layer.stateless_call([v * 0 + 1 for v in values], [], ONES)
    return [outputs, np.asarray(y).tolist(), len(state), float(layer.get_weights()[0][0, 0])]


SCENES = [
    nested_state,
    trainable_flags,
    names,
    training_resolution,
    losses,
    build_of_several_inputs,
    build_of_a_list,
    configs,
    dtypes,
    masks,
    outside_of_calls,
]


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_scene_comes_out_as_in_keras(scene):
    results = []
    for keras in (our_keras, real_keras()):
        keras.utils.clear_session()
        results.append(scene(keras))
    assert results[0] == results[1]


def test_what_belongs_to_a_layer_is_told_of_at_its_first_wrong_use():
    class Forgets(our_keras.layers.Layer):
        def __init__(self):
            pass

    class Empty(our_keras.layers.Layer):
        pass

    with pytest.raises(RuntimeError, match="super"):
        Forgets()(ONES)
    with pytest.raises(NotImplementedError, match="call"):
        Empty()(ONES)


dense = our_keras.layers.Dense
built = pytest.fixture(lambda: _built())


def _built():
    layer = dense(2)
    layer.build((None, 3))
    return layer


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda layer: dense(2, unitz=3), ValueError, "unitz"),
        (lambda layer: dense(2, name="a/b"), ValueError, "without `/`"),
        (lambda layer: dense(0), ValueError, "units"),
        (lambda layer: dense(2).count_params(), ValueError, "not built"),
        (lambda layer: layer(np.ones((2, 4))), ValueError, "axis -1"),
        (lambda layer: layer(np.ones(3)), ValueError, "min_ndim=2"),
        (lambda layer: layer([[1.0, 2.0, 3.0]]), ValueError, "positional"),
        (lambda layer: layer("a"), ValueError, "positional"),
        (lambda layer: layer(), TypeError, "inputs"),
        (lambda layer: layer.set_weights([1]), ValueError, "2, as layer"),
        (lambda layer: layer.set_weights([np.ones((3, 3)), np.ones(2)]), ValueError, "kernel"),
        (lambda layer: setattr(layer, "late", dense(2)), ValueError, "already built"),
        (lambda layer: layer.add_loss(np.ones(3)), ValueError, "loss"),
        (lambda layer: dense(2).add_weight("w", shape=(3,)), ValueError, "name='w'"),
        (lambda layer: layer.add_metric(3), NotImplementedError, "add_metric"),
        (lambda layer: dense(2, lora_rank=3), NotImplementedError, "lora_rank"),
        (lambda layer: layer.quantize("int8"), NotImplementedError, "quantize"),
        (lambda layer: dense(2, dtype="int8_from_float32"), NotImplementedError, "quantized"),
        (lambda layer: dense(2, dtype="floot32"), ValueError, "floot32"),
    ],
)
def test_wrong_uses_are_named(built, use, error, words):
    before = built.get_weights()
    with pytest.raises(error, match=words):
        use(built)
    for a, b in zip(built.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_argument_that_is_no_plain_value_needs_a_config_of_its_own():
    class Holds(our_keras.layers.Layer):
        def __init__(self, thing):
            super().__init__()

    with pytest.raises(NotImplementedError, match="get_config"):
        Holds(object()).get_config()


def test_a_config_without_get_config_makes_the_layer_again():
    class Plain(our_keras.layers.Layer):
        def __init__(self, a, *, b=2):
            super().__init__()
            self.a, self.b = a, b

    again = Plain.from_config(Plain(3, b=4).get_config())
    assert (again.a, again.b) == (3, 4)


def test_lists_and_dicts_in_attributes_are_watched_until_the_layer_is_built():
    class Holder(our_keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.list, self.dict = [], {}

        def call(self, x):
            return x

    layer = Holder()
    layer.list.append(dense(2))
    layer.dict["a"] = {"b": [dense(3)]}
    layer.extra = (dense(1),)
    assert len(layer._layers) == 3
    layer.list.pop()
    del layer.extra
    assert [inner.units for inner in layer._layers] == [3]
    layer(ONES)
    with pytest.raises(ValueError, match="already built"):
        layer.list.append(dense(2))


def test_a_layer_can_be_copied():
    import copy
    import pickle

    layer = _built()
    for twin in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(twin(ONES).numpy(), layer(ONES).numpy())
        twin.kernel.assign(twin.kernel * 0)
    assert abs(layer.kernel.numpy()).sum() > 0


def test_a_call_with_too_few_arguments_names_the_layer():
    layer = our_keras.layers.MultiHeadAttention(2, 3, name="look")
    with pytest.raises(TypeError, match=r"MultiHeadAttention 'look'.*'value'"):
        layer(np.ones((1, 2, 3), "float32"))
