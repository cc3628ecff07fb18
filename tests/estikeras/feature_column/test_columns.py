"""Columns give what TensorFlow's do, and so do the gradients of their weights."""

import json

import numpy as np
import pytest

import estikeras as tf
from estikeras import feature_column as fc
from estikeras.engine.program.staged import StagedProgram
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.tensor import Spec
from estikeras.engine.variable_store import VariableStore
from estikeras.feature_column.features import prepared
from estikeras.feature_column.linear_model import LinearModel
from estikeras.ops.padding import is_padded, note_padded
from tests.support import feature_columns as table

RECORDED = json.loads(table.RECORDINGS.read_text())
LAYERS = {
    "dense": tf.keras.layers.DenseFeatures,
    "sequence": tf.keras.experimental.SequenceFeatures,
    "linear": LinearModel,
}
TRACED = [row for row in table.ROWS if row.traced]


def feature(value):
    if isinstance(value, np.ndarray):
        return tf.constant(value)
    indices, values, shape = value.parts()
    return tf.SparseTensor(indices, values, shape)


def layer_and_features(row, folder):
    layer = LAYERS[row.layer](row.columns(fc, folder), **row.options)
    features = {key: feature(value) for key, value in row.features.items()}
    layer(features)
    for variable in layer.variables:
        variable.assign(table.pattern(variable.shape))
    return layer, features


def relative(variable, layer):
    return variable.path.removeprefix(f"{layer.name}/")


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row.name)
def test_columns_give_the_references_numbers_and_gradients(row, tmp_path):
    expected = RECORDED[row.name]
    columns = row.columns(fc, tmp_path)
    columns = columns if isinstance(columns, list) else [columns]
    assert [column.name for column in columns] == expected["names"]
    layer, features = layer_and_features(row, tmp_path)
    with tf.GradientTape() as tape:
        y = layer(features)
        y, lengths = y if row.layer == "sequence" else (y, None)
        loss = tf.reduce_sum(y * table.pattern(y.shape))
    np.testing.assert_allclose(y.numpy(), expected["outputs"], rtol=2e-5, atol=2e-6)
    if lengths is not None:
        assert lengths.dtype == "int64"
        assert lengths.tolist() == expected["lengths"]
    variables = sorted(layer.variables, key=lambda v: v.path)
    gradients = tape.gradient(loss, variables)
    for gradient, wanted in zip(gradients, expected["gradients"], strict=True):
        np.testing.assert_allclose(gradient.numpy(), wanted, rtol=2e-5, atol=2e-6)
    if row.name != "shared vectors":  # whose table lies outside of the layer
        assert [relative(v, layer) for v in variables] == expected["weights"]


@pytest.mark.parametrize("row", TRACED, ids=lambda row: row.name)
def test_traced_functions_give_what_eager_calls_do(row, tmp_path):
    layer, features = layer_and_features(row, tmp_path)
    eager, traced = layer(features), tf.function(lambda x: layer(x))(features)
    for one, other in zip(tf.nest.flatten(eager), tf.nest.flatten(traced), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-6)


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row.name)
def test_model_functions_give_what_eager_calls_do(row, tmp_path):
    layer, features = layer_and_features(row, tmp_path)
    eager = tf.nest.flatten(layer(features))
    dense = {key: prepared(x) for key, x in features.items()}
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        inputs = {key: graph.add_input(Spec(x.shape, x.dtype)) for key, x in dense.items()}
        for key, x in inputs.items():
            if is_padded(dense[key]):
                note_padded(x)
        fetches = tf.nest.flatten(layer(inputs))
    program = StagedProgram(graph.verify(), fetches, {})
    arrays = {id(x): dense[key].value for key, x in inputs.items()}
    made = program.run([arrays[id(x)] for x in program.inputs])
    for one, other in zip(eager, made, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("row", table.ROWS, ids=lambda row: row.name)
def test_layers_are_made_again_from_their_configuration(row, tmp_path):
    layer, features = layer_and_features(row, tmp_path)
    if row.name == "shared vectors":
        with pytest.raises(NotImplementedError, match="embedding_column"):
            layer.get_config()
        return
    config = json.loads(json.dumps(layer.get_config()))
    functions = {"pattern": table.pattern, "scaled": table.scaled}
    again = type(layer).from_config(config, functions)
    again(features)
    again.set_weights(layer.get_weights())
    one, other = tf.nest.flatten(layer(features)), tf.nest.flatten(again(features))
    assert all((a.numpy() == b.numpy()).all() for a, b in zip(one, other, strict=True))
