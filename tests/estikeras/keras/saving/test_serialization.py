"""Objects to configs and back, and what is never made from a config."""

import functools
import json

import numpy as np
import pytest

from estikeras import keras, ops
from tests.support.arrays import as_array
from tests.support.oracle import AVAILABLE, real_keras

saving = keras.saving


@pytest.fixture(autouse=True)
def _registry():
    known = saving.get_custom_objects()
    before = dict(known)
    keras.utils.clear_session()
    if AVAILABLE:
        real_keras().utils.clear_session()
    yield
    known.clear()
    known.update(before)


class Pair:
    def __init__(self, first, second=None):
        self.first, self.second = first, second

    def get_config(self):
        return {"first": self.first, "second": self.second}

    @classmethod
    def from_config(cls, config):
        return cls(**saving.deserialize_keras_object(config))

    def __eq__(self, other):
        return isinstance(other, Pair) and self.get_config() == other.get_config()

    __hash__ = object.__hash__


def double(x):
    return 2 * x


VALUES = [
    None,
    True,
    3,
    1.5,
    "text",
    [1, [2, "x"]],
    {"a": {"b": [None]}},
    b"bytes",
    slice(1, None, 2),
    ...,
    np.float32,
    Pair(1, {"x": b"y"}),
    Pair(Pair(1), [Pair(2)]),
    double,
]


@pytest.mark.parametrize("value", VALUES)
def test_values_come_back_through_json(value):
    config = json.loads(json.dumps(saving.serialize_keras_object(value)))
    objects = {"Pair": Pair, "double": double}
    assert saving.deserialize_keras_object(config, custom_objects=objects) == value


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8", "bool"])
def test_arrays_and_tensors_come_back(dtype):
    x = ops.cast([[0, 1], [2, 3]], dtype)
    config = saving.serialize_keras_object(x)
    assert config["class_name"] == "__tensor__"
    back = saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert back.dtype == dtype
    np.testing.assert_array_equal(as_array(back), as_array(x))
    back = saving.deserialize_keras_object(
        saving.serialize_keras_object(np.arange(4, dtype="int8"))
    )
    assert isinstance(back, np.ndarray)
    assert back.dtype == "int8"


PLAIN = [
    lambda keras: (1, 2),
    lambda keras: b"ab",
    lambda keras: slice(1, None, 2),
    lambda keras: ...,
    lambda keras: np.ones((2,), "int8"),
    lambda keras: np.float32(1.5),
    lambda keras: np.array(3),
    lambda keras: keras.ops.ones((2, 2)),
    lambda keras: np.float32,
    lambda keras: double,
    lambda keras: keras.activations.relu,
    lambda keras: keras.losses.mean_squared_error,
    lambda keras: keras.losses.MeanSquaredError(),
    lambda keras: keras.losses.CategoricalCrossentropy(label_smoothing=0.1, name="c"),
    lambda keras: keras.metrics.Mean(),
    lambda keras: keras.metrics.AUC(num_thresholds=5),
    lambda keras: keras.metrics.TopKCategoricalAccuracy(3),
    lambda keras: keras.initializers.HeNormal(seed=3),
    lambda keras: keras.initializers.Zeros(),
    lambda keras: keras.regularizers.L1L2(0.1, 0.2),
    lambda keras: keras.constraints.MaxNorm(2),
    lambda keras: keras.DTypePolicy("mixed_float16"),
    lambda keras: keras.random.SeedGenerator(3),
    lambda keras: keras.optimizers.Adam(0.5, clipnorm=1.0),
    lambda keras: keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
    lambda keras: keras.optimizers.schedules.CosineDecay(0.1, 3),
    lambda keras: keras.KerasTensor((None, 3), "int32"),
    lambda keras: keras.layers.Dense(3, activation="gelu", kernel_regularizer="l2", name="d"),
    lambda keras: keras.layers.LSTM(3, dtype="float64", name="d"),
    lambda keras: keras.layers.Bidirectional(keras.layers.GRU(2, name="g"), name="b"),
    lambda keras: keras.layers.BatchNormalization(axis=1, name="n"),
    lambda keras: keras.layers.Conv2D(2, (3, 3), padding="same", name="c"),
]


@pytest.mark.oracle
@pytest.mark.parametrize("make", PLAIN)
def test_configs_are_those_of_the_real_keras(make):
    ours = saving.serialize_keras_object(make(keras))
    assert ours == real_keras().saving.serialize_keras_object(make(real_keras()))


@pytest.mark.oracle
@pytest.mark.parametrize("make", PLAIN)
def test_configs_of_the_real_keras_are_understood(make):
    config = real_keras().saving.serialize_keras_object(make(real_keras()))
    config = json.loads(json.dumps(config))
    back = saving.deserialize_keras_object(config, custom_objects={"double": double})
    again = json.loads(json.dumps(saving.serialize_keras_object(back)))
    if config["class_name"] != "__keras_tensor__" if isinstance(config, dict) else True:
        assert again == config


def test_registered_names_hold_the_package():
    @saving.register_keras_serializable("mine")
    class A(Pair):
        pass

    @saving.register_keras_serializable(name="other")
    def function(x):
        return x

    assert saving.get_registered_name(A) == "mine>A"
    assert saving.get_registered_name(function) == "Custom>other"
    assert saving.get_registered_object("mine>A") is A
    config = saving.serialize_keras_object(A(1))
    assert config["registered_name"] == "mine>A"
    assert type(saving.deserialize_keras_object(config)) is A
    assert saving.deserialize_keras_object(saving.serialize_keras_object(function)) is function


def test_custom_object_scopes_nest_and_end():
    with saving.CustomObjectScope({"a": 1, "b": 1}):
        with saving.custom_object_scope({"b": 2}):
            assert saving.get_registered_object("a") == 1
            assert saving.get_registered_object("b") == 2
        assert saving.get_registered_object("b") == 1
    assert saving.get_registered_object("a") is None
    assert saving.get_registered_object("a", module_objects={"a": 3}) == 3


def test_what_cannot_be_registered_is_refused():
    with pytest.raises(TypeError, match="register_keras_serializable"):
        saving.register_keras_serializable()(3)
    with pytest.raises(ValueError, match="get_config"):
        saving.register_keras_serializable()(type("NoConfig", (), {}))


@pytest.mark.parametrize("value", [object(), {1, 2}, functools.partial(double, 1), Pair])
def test_what_has_no_config_is_refused(value):
    with pytest.raises(TypeError, match="get_config"):
        saving.serialize_keras_object(value)


def test_unknown_classes_name_the_nearest_and_what_to_do():
    config = {"module": "keras.layers", "class_name": "Dens", "config": {}, "registered_name": None}
    with pytest.raises(
        TypeError, match=r"Dens.*'Dense'.*custom_objects.*register_keras_serializable"
    ):
        saving.deserialize_keras_object(config)
    config = {"module": "my", "class_name": "Mine", "config": {}, "registered_name": "Custom>Mine"}
    with pytest.raises(TypeError, match=r"Unknown class.*Mine.*custom_objects"):
        saving.deserialize_keras_object(config)


def test_wrong_arguments_name_class_and_config():
    config = saving.serialize_keras_object(Pair(1))
    config["config"]["third"] = 3
    with pytest.raises(TypeError, match=r"Pair could not be made.*third"):
        saving.deserialize_keras_object(config, custom_objects={"Pair": Pair})


def call(module, name, **config):
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


ATTACKS = [
    call("os", "system", command="true"),
    call("builtins", "eval", source="1"),
    call("keras.utils", "get_file", origin="http://localhost"),
    call("keras.saving", "load_model", filepath="x"),
    call("keras.models", "load_model", filepath="x"),
    call("keras.config", "enable_unsafe_deserialization"),
    call("keras.layers", "deserialize"),
    call("keras.src.utils.file_utils", "get_file", origin="http://localhost"),
    call("estikeras.keras.utils.download", "get_file", origin="http://localhost"),
    call("subprocess", "Popen", args=["true"]),
    {
        "class_name": "function",
        "config": "get_file",
        "module": "keras.utils",
        "registered_name": "get_file",
    },
    {
        "class_name": "function",
        "config": "load_model",
        "module": "builtins",
        "registered_name": "function",
    },
    {
        "class_name": "function",
        "config": "eval",
        "module": "builtins",
        "registered_name": "function",
    },
]


@pytest.mark.parametrize("config", ATTACKS, ids=lambda c: f"{c['module']}.{c['class_name']}")
def test_nothing_but_parts_of_models_is_made(config):
    with pytest.raises((TypeError, ValueError), match=r"Unknown|no part of a model"):
        saving.deserialize_keras_object(config)


def test_lambdas_are_run_only_where_the_caller_says_so():
    with pytest.warns(UserWarning, match="lambda"):
        config = saving.serialize_keras_object(lambda x, y=3: x + y)
    config = json.loads(json.dumps(config))
    with pytest.raises(ValueError, match="safe_mode=False"):
        saving.deserialize_keras_object(config)
    assert saving.deserialize_keras_object(config, safe_mode=False)(1) == 4
    config["config"]["value"][0] = "bm90IGNvZGU=\n"
    with pytest.raises(ValueError, match="bytecode"):
        saving.deserialize_keras_object(config, safe_mode=False)


@pytest.mark.oracle
def test_lambdas_are_exchanged_with_the_real_keras():
    with pytest.warns(UserWarning, match="lambda"):
        config = saving.serialize_keras_object(lambda x: x + 1)
    assert real_keras().saving.deserialize_keras_object(config, safe_mode=False)(1) == 2
