"""What models do besides computing: subclasses, parts, shapes, clones, errors.

Each `scene` runs here and in the real Keras, and must come to the same.
"""

import numpy as np
import pytest

from estikeras import keras as our_keras
from estikeras.keras import layers
from tests.support.oracle import real_keras

ONES = np.ones((2, 3), "float32")


def subclass(keras):
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = keras.layers.Dense(4, activation="relu")
            self.rest = [keras.layers.Dense(3), {"out": keras.layers.Dense(2)}]
            self.drop = keras.layers.Dropout(0.5)

        def call(self, x, training=False):
            x = self.drop(self.first(x), training=training)
            return self.rest[1]["out"](self.rest[0](x))

    net = Net()
    before = [net.built, len(net.weights), [layer.name for layer in net.layers]]
    net(ONES)
    return [
        *before,
        net.built,
        [v.path for v in net.weights],
        [layer.name for layer in net.layers],
        net.count_params(),
        net.get_layer("dense_1").units,
        net.get_layer(index=0).name,
        net.name,
    ]


def subclass_in_functional(keras):
    class Block(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(3)

        def call(self, x):
            return {"y": self.dense(x), "x": x}

    i = keras.Input((3,))
    parts = Block(name="block")(i)
    model = keras.Model(i, keras.layers.Add()([parts["x"], parts["y"]]))
    return [[v.path for v in model.weights], tuple(model.output_shape), len(model.layers)]


def functional_subclass(keras):
    class Mine(keras.Model):
        def __init__(self, units):
            i = keras.Input((3,))
            super().__init__(inputs=i, outputs=keras.layers.Dense(units, name="d")(i))
            self.units = units

    model = Mine(4)
    return [
        tuple(model(ONES).shape),
        [v.path for v in model.weights],
        model.units,
        isinstance(model, Mine),
        tuple(model.input_shape),
        model.name,
    ]


def growing_sequential(keras):
    model = keras.Sequential(name="grows")
    out = [model.built]
    model.add(keras.layers.Dense(3))
    out += [model.built, len(model.weights)]
    model(ONES)
    out += [model.built, tuple(model.output_shape), [v.path for v in model.weights]]
    model.add(keras.layers.Dense(1))
    out += [tuple(model.output_shape), len(model.layers)]
    gone = model.pop()
    out += [gone.name, len(model.layers), tuple(model.output_shape)]
    begun = keras.Sequential([keras.Input((4,), name="in"), keras.layers.Dense(2)])
    out += [begun.built, begun.input_shape, [x.name for x in begun.inputs], len(begun.layers)]
    return out


def dead_ends(keras):
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    model = keras.Model([a, b], keras.layers.Dense(2)(a))
    y = model([ONES, ONES])
    return [tuple(y.shape), [layer.name for layer in model.layers]]


def rank_is_fitted(keras):
    i = keras.Input((3, 1))
    model = keras.Model(i, keras.layers.Flatten()(i))
    j = keras.Input((3,))
    flat = keras.Model(j, keras.layers.Dense(1, kernel_initializer="ones")(j))
    return [tuple(model(ONES).shape), tuple(flat(ONES[..., None]).shape)]


def integers_are_cast(keras):
    i = keras.Input((3,))
    model = keras.Model(i, i * 2)
    j = keras.Input((3,), dtype="int32")
    whole = keras.Model(j, j * 2)
    return [str(model(np.ones((2, 3), "int32")).dtype), str(whole(ONES).dtype)]


def optional_input(keras):
    a = keras.Input((3,), name="a")
    b = keras.Input((3,), name="b", optional=True)

    class MaybeAdd(keras.layers.Layer):
        def call(self, x, y=None):
            return x if y is None else x + y

        def compute_output_shape(self, x_shape, y_shape=None):
            return x_shape

    model = keras.Model([a, b], MaybeAdd()(a, b))
    return [float(np.asarray(model([ONES, v])).sum()) for v in (ONES, None)]


def clones(keras):
    i = keras.Input((3,), name="i")
    inner = keras.Sequential([keras.layers.Dense(3, name="in1")], name="inner")
    shared = keras.layers.Dense(3, name="shared")
    model = keras.Model(i, keras.ops.relu(shared(shared(inner(i)))), name="m")

    def wider(layer):
        config = layer.get_config()
        if isinstance(layer, keras.layers.Dense):
            config["units"] = 3
            config["use_bias"] = False
        return type(layer).from_config(config)

    out = []
    for clone in (
        keras.models.clone_model(model),
        keras.models.clone_model(model, clone_function=wider),
        keras.models.clone_model(model, clone_function=wider, recursive=True),
        keras.models.clone_model(keras.Sequential([i, keras.layers.Dense(2, name="d")], name="s")),
    ):
        out.append([clone.name, [layer.name for layer in clone.layers], len(clone.weights)])
        out.append([v.path for v in clone.weights])
    return out


def shapes(keras):
    i = keras.Input((None, 3))
    model = keras.Model(i, [keras.layers.Dense(4)(i), keras.ops.sum(i, axis=1)])
    return [
        [tuple(s) for s in model.compute_output_shape((5, 7, 3))],
        [tuple(s) for s in model.output_shape],
        tuple(model.input_shape),
        model.output_names,
    ]


def functions(keras):
    i = keras.Input((3,))
    function = keras.Function(i, {"y": keras.ops.exp(i) + 1})
    return [sorted(function(ONES)), len(function.operations), function.compute_output_shape((4, 3))]


def freezing(keras):
    i = keras.Input((3,))
    base = keras.Model(i, keras.layers.BatchNormalization()(keras.layers.Dense(2)(i)), name="b")
    model = keras.Sequential([base, keras.layers.Dense(1)])
    base.trainable = False
    return [len(model.trainable_weights), len(model.non_trainable_weights), len(model.weights)]


SCENES = [
    subclass,
    subclass_in_functional,
    functional_subclass,
    growing_sequential,
    dead_ends,
    rank_is_fitted,
    integers_are_cast,
    optional_input,
    clones,
    shapes,
    functions,
    freezing,
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


A, B = our_keras.Input((3,), name="a"), our_keras.Input((3,), name="b")
TWO = our_keras.Model([A, B], layers.Add()([A, B]), name="two")
NAMED = our_keras.Model({"a": A, "b": B}, layers.Add()([A, B]), name="named")
SEQUENTIAL = our_keras.Sequential([layers.Dense(2, name="d")], name="s")


@pytest.mark.parametrize(
    ("use", "error", "words"),
    [
        (lambda: our_keras.Model(A, layers.Add()([A, B])), ValueError, "'b'.*not among"),
        (lambda: our_keras.Model(A, 3), ValueError, "outputs"),
        (lambda: our_keras.Model(3, A), ValueError, "inputs"),
        (lambda: TWO(ONES), ValueError, r"expects 2 input.*received 1"),
        (lambda: TWO([ONES] * 3), ValueError, r"expects 2 input.*received 3"),
        (lambda: TWO([ONES, np.ones((2, 4))]), ValueError, "'b'.*shape"),
        (lambda: NAMED({"a": ONES}), ValueError, "misses the input 'b'"),
        (lambda: NAMED({"a": ONES, "c": ONES}), ValueError, "misses the input 'b'"),
        (lambda: TWO.get_layer("ad"), ValueError, "'add"),
        (lambda: TWO.get_layer(index=9), ValueError, "index"),
        (lambda: TWO.get_layer(), ValueError, "a name or an index"),
        (lambda: layers.Dense(2).output, AttributeError, "never called"),
        (lambda: SEQUENTIAL.add(3), ValueError, "layer"),
        (lambda: SEQUENTIAL.add(layers.Dense(2, name="d")), ValueError, "name"),
        (lambda: our_keras.Sequential().build((None, 3)), ValueError, "no layers"),
        (lambda: SEQUENTIAL.input_shape, AttributeError, "input_shape"),
        (lambda: our_keras.Model()(ONES), NotImplementedError, "call"),
        (lambda: our_keras.Sequential([A, layers.Dense(2)]).build((None, 4)), ValueError, "begins"),
        (
            lambda: our_keras.Model(A, layers.Dense(1, name="x")(layers.Dense(1, name="x")(A))),
            ValueError,
            "used by two",
        ),
        (lambda: float(A), ValueError, "symbolic"),
        (lambda: our_keras.models.clone_model(3), TypeError, "keras.Model"),
    ],
)
def test_wrong_uses_are_named(use, error, words):
    with pytest.raises(error, match=words):
        use()


def test_a_surplus_key_is_left_out_with_a_warning():
    with pytest.warns(UserWarning, match="'c'"):
        y = NAMED({"a": ONES, "b": ONES, "c": ONES})
    np.testing.assert_array_equal(y.numpy(), 2 * ONES)


def test_a_dict_by_names_fits_a_model_with_a_list_of_inputs():
    np.testing.assert_array_equal(TWO({"b": ONES, "a": 2 * ONES}).numpy(), 3 * ONES)


def test_build_makes_the_weights_of_a_subclassed_model():
    class Net(our_keras.Model):
        def __init__(self):
            super().__init__(name="net")
            self.dense = layers.Dense(2, name="dense")

        def call(self, x):
            return self.dense(x["a"])

    net = Net()
    net.build({"a": (None, 3)})
    assert [v.path for v in net.weights] == ["net/dense/kernel", "net/dense/bias"]


def test_a_model_of_fifteen_hundred_layers_is_no_problem():
    x = i = our_keras.Input((2,))
    for _ in range(1500):
        x = layers.Identity()(x)
    assert len(our_keras.Model(i, x).layers) == 1501


def test_a_summary_says_what_is_not_built_and_what_is_trained():
    lines = []
    SEQUENTIAL.summary(print_fn=lines.append)
    assert "0 (unbuilt)" in lines[0]
    TWO.summary(print_fn=lines.append, show_trainable=True, layer_range=["a", "b"])
    assert "Trainable" in lines[1]
    assert "add" not in lines[1].split("Total")[0].replace("Trainable", "")
    with pytest.raises(ValueError, match="layer_range"):
        TWO.summary(layer_range=["a", "nothing"])


def test_the_graph_that_keras_2_wrote_is_read():
    def config(kind, name, nodes, **more):
        return {
            "class_name": kind,
            "config": {"name": name, **more},
            "name": name,
            "inbound_nodes": nodes,
        }

    made = our_keras.Model.from_config(
        {
            "name": "old",
            "layers": [
                config("InputLayer", "x", [], batch_input_shape=[None, 3], dtype="float32"),
                config("Dense", "d", [[["x", 0, 0, {}]]], units=2, activation="relu"),
                config("Concatenate", "c", [[["x", 0, 0, {}], ["d", 0, 0, {}]]], axis=-1),
            ],
            "input_layers": [["x", 0, 0]],
            "output_layers": [["c", 0, 0]],
        }
    )
    assert made.output_shape == (None, 5)


def test_an_unknown_layer_in_a_config_is_named():
    config = TWO.get_config()
    config["output_layers"] = ["ad", 0, 0]
    with pytest.raises(ValueError, match="add"):
        our_keras.Model.from_config(config)


def test_the_state_tree_goes_out_and_in():
    model = our_keras.Sequential([our_keras.Input((3,)), layers.Dense(2, name="d")], name="s")
    state = model.get_state_tree("numpy_array")
    assert set(state["trainable_variables"]["s"]["d"]) == {"kernel", "bias"}
    state["trainable_variables"]["s"]["d"]["bias"] = np.ones(2, "float32")
    model.set_state_tree(state)
    np.testing.assert_array_equal(model.get_weights()[1], [1, 1])
    with pytest.raises(ValueError, match="s/d/bias"):
        model.set_state_tree({"trainable_variables": {"s": {"d": {"bios": np.ones(2)}}}})


def test_models_do_not_squeeze_their_inputs_into_short_floats():
    our_keras.config.set_dtype_policy("mixed_float16")
    try:
        table = np.arange(80000.0, dtype="float32").reshape(-1, 2) / 1000
        model = our_keras.Sequential([layers.Embedding(40000, 2, weights=[table])])
        i = our_keras.Input((3,))
        dense = our_keras.Model(i, layers.Dense(2)(i))
    finally:
        our_keras.config.set_dtype_policy(None)
    y = model(np.array([[30001.0]], "float32"))
    np.testing.assert_allclose(y.numpy(), table[None, [30001]], rtol=1e-3)
    assert dense(ONES).dtype == "float16"
    assert dense.inputs[0].dtype == "float32"


def test_a_sequential_model_takes_other_lengths_than_it_was_built_with():
    model = our_keras.Sequential(
        [layers.Embedding(9, 4, mask_zero=True), layers.GRU(3), layers.Dense(1)]
    )
    short = np.array([[1, 2, 3]])
    expected = model.predict(short, verbose=0)
    longer = np.pad(short, ((0, 0), (0, 4)))
    np.testing.assert_allclose(model.predict(longer, verbose=0), expected, rtol=1e-5, atol=1e-6)
    assert model.input_spec is None


def test_a_layer_may_come_more_than_once_in_a_sequential_model(tmp_path):
    twice, pool = layers.Dense(4, "tanh", name="twice"), layers.MaxPooling1D(2)
    model = our_keras.Sequential(
        [our_keras.Input((8, 4)), twice, pool, twice, pool, layers.Flatten(), layers.Dense(1)]
    )
    assert len(model.layers) == 6
    assert len(model.weights) == 4
    x = np.linspace(-1, 1, 64, dtype="float32").reshape(2, 8, 4)
    once = our_keras.Sequential([our_keras.Input((8, 4)), twice, layers.MaxPooling1D(2)])
    again = our_keras.Sequential([our_keras.Input((4, 4)), twice, layers.MaxPooling1D(2)])
    expected = model.layers[-1](again(once(x)).numpy().reshape(2, 8))
    np.testing.assert_allclose(model(x), expected, rtol=1e-6)
    model.save(tmp_path / "m.keras")
    loaded = our_keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert loaded.layers[0] is loaded.layers[2]
    with pytest.raises(ValueError, match="a name that no other layer"):
        model.add(layers.Dense(2, name="twice"))
