import importlib.util

import pytest

from estikeras import keras


def model():
    inputs = keras.Input((4,))
    layers = [keras.layers.Dense(3, activation="relu"), keras.layers.Dense(4)]
    inner = keras.Sequential(layers, name="inner")
    x = keras.ops.tanh(inner(inputs))
    return keras.Model(inputs, keras.layers.Add()([x, inputs]))


@pytest.mark.skipif(importlib.util.find_spec("pydot") is None, reason="pydot is not installed")
def test_the_graph_has_a_node_for_each_operation_and_edges_between_them():
    text = keras.utils.model_to_dot(model(), show_shapes=True, show_trainable=True).to_string()
    assert text.count("penwidth=2") == 4
    for part in ("(Tanh)", "(Add)", "(None, 4)", "Trainable"):
        assert part in text
    text = keras.utils.model_to_dot(model(), expand_nested=True).to_string()
    assert "cluster_inner" in text
    assert text.count("(Dense)") == 2


@pytest.mark.skipif(importlib.util.find_spec("pydot") is not None, reason="pydot is installed")
def test_without_pydot_the_remedy_is_named(tmp_path):
    for draw in (keras.utils.plot_model, keras.utils.model_to_dot):
        with pytest.raises(ImportError, match="pip install pydot"):
            draw(model())


def test_a_model_that_is_not_built_is_refused():
    with pytest.raises(ValueError, match="not built"):
        keras.utils.model_to_dot(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(ValueError, match="nonsense"):
        keras.utils.model_to_dot(model(), nonsense=1)
