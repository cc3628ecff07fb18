"""The layers over columns among other layers: names of weights, shared tables, models, files."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import feature_column as fc
from estikeras.engine import context
from estikeras.engine.program.staged import StagedProgram
from estikeras.engine.session_graph import SessionGraph
from estikeras.engine.variable_store import VariableStore
from estikeras.feature_column.linear_model import LinearModel
from estikeras.feature_column.sequence_features import concatenate_context_input
from estikeras.ops.embedding import used_rows
from estikeras.ops.padding import is_padded
from estikeras.ops.tf_sparse import padded

AGE = fc.numeric_column("age")
ID = fc.categorical_column_with_identity("id", 4)
COLOR = fc.categorical_column_with_vocabulary_list("color", ["red", "blue"])
NUMBERS = {"age": np.array([1.0, 2.0, 3.0, 4.0]), "id": np.array([0, 3, 1, 2])}
WORDS = {"age": NUMBERS["age"], "color": np.array(["red", "blue", "blue", "green"])}
LABELS = np.array([1.0, 0.0, 0.0, 1.0])


def compiled(model):
    model.compile("sgd", "mse")
    return model


def test_paths_of_weights_are_those_of_the_references_canned_estimators():
    with context.name_scope("linear"):
        linear = LinearModel(
            [AGE, fc.crossed_column(["id", "b"], 5), fc.embedding_column(ID, 2)],
            name="linear_model",
        )
        linear({**NUMBERS, "b": NUMBERS["id"]})
    assert sorted(v.path for v in linear.variables) == [
        "linear/linear_model/age/weights",
        "linear/linear_model/b_X_id/weights",
        "linear/linear_model/bias_weights",
        "linear/linear_model/id_embedding/embedding_weights",
        "linear/linear_model/id_embedding/weights",
    ]
    with context.name_scope("dnn"), context.name_scope("input_from_feature_columns"):
        spaced = fc.categorical_column_with_hash_bucket("a b", 3)
        dense = tf.keras.layers.DenseFeatures(fc.embedding_column(spaced, 2), name="input_layer")
        dense({"a b": ["x"]})
    (table,) = dense.variables
    assert table.path == (
        "dnn/input_from_feature_columns/input_layer/a_b_embedding/embedding_weights"
    )


def shared_columns():
    other = fc.categorical_column_with_identity("other", 4)
    return fc.shared_embeddings([other, ID], 2)


def test_layers_with_shared_columns_have_one_table():
    columns = shared_columns()
    features = {"id": [0, 1], "other": [1, 0]}
    first, second = (tf.keras.layers.DenseFeatures(columns[::k]) for k in (1, -1))
    y = first(features).numpy()
    assert (y == second(features).numpy()).all()
    assert (y[0, :2] == y[1, 2:]).all()
    (table,) = first.variables
    assert table is second.variables[0]
    assert table.path == "id_other_shared_embedding"


def test_tables_of_tensorflow_1_are_weights_of_the_first_layer_that_uses_them():
    other = fc.categorical_column_with_identity("other", 4)
    columns = tf.compat.v1.feature_column.shared_embedding_columns([other, ID], 2)
    assert [column.name for column in columns] == [
        "other_shared_embedding",
        "id_shared_embedding",
    ]
    features = {"id": [0, 1], "other": [1, 0]}
    with SessionGraph().tracing():
        linear = LinearModel(columns, name="linear_model")
        linear(features)
        dense = tf.keras.layers.DenseFeatures(columns)
        y = dense(features)
    assert y.shape == (2, 4)
    assert [variable.path.partition("/")[2] for variable in linear.variables] == [
        "id_other_shared_embedding/embedding_weights",
        "id_other_shared_embedding/weights",
        "id_other_shared_embedding_1/weights",
        "bias_weights",
    ]
    (table,) = dense.variables
    assert table is linear.variables[0]


def test_each_model_function_has_its_own_shared_table_and_finds_it_again():
    columns, tables = shared_columns(), []
    for store in (first := VariableStore(), first, VariableStore()):
        graph = SessionGraph()
        with store.tracing(), graph.tracing():
            layer = tf.keras.layers.DenseFeatures(columns)
            layer({"id": [0, 1], "other": [1, 0]})
        tables.append(layer.variables[0])
    assert np.shares_memory(tables[0].buffer, tables[1].buffer)
    assert not np.shares_memory(tables[0].buffer, tables[2].buffer)


def test_vectors_begin_with_values_of_a_checkpoint(tmp_path):
    values = np.arange(8.0, dtype=np.float32).reshape(4, 2)
    path = tf.train.Checkpoint(v=tf.Variable(values)).write(str(tmp_path / "c"))
    name = next(name for name, shape in tf.train.list_variables(path) if shape == [4, 2])
    columns = [
        fc.embedding_column(ID, size, ckpt_to_load_from=path, tensor_name_in_ckpt=name)
        for size in (2, 3)
    ]
    assert tf.keras.layers.DenseFeatures(columns[0])({"id": [3, 0]}).tolist() == [[6, 7], [0, 1]]
    with pytest.raises(ValueError, match="does not fit"):
        tf.keras.layers.DenseFeatures(columns[1])({"id": [3, 0]})


def test_what_is_not_to_be_trained_is_not():
    layer = tf.keras.layers.DenseFeatures(fc.embedding_column(ID, 2, trainable=False))
    layer(NUMBERS)
    assert (len(layer.trainable_variables), len(layer.variables)) == (0, 1)
    layer = tf.keras.layers.DenseFeatures(fc.embedding_column(ID, 2), trainable=False)
    layer(NUMBERS)
    assert (len(layer.trainable_variables), len(layer.variables)) == (0, 1)


def test_first_values_have_the_deviation_of_the_size():
    layer = tf.keras.layers.DenseFeatures(
        fc.embedding_column(fc.categorical_column_with_identity("id", 1000), 16)
    )
    layer({"id": [0]})
    values = layer.variables[0].numpy()
    assert abs(values.std() - 0.25 * 0.88) < 0.01  # cut at two deviations
    assert abs(values).max() <= 0.5


def test_first_values_follow_the_seed_of_the_process():
    def values(column, seed):
        tf.keras.utils.set_random_seed(seed)
        layer = tf.keras.layers.DenseFeatures(column)
        layer(NUMBERS)
        return layer.variables[0].numpy().tolist()

    column, other = fc.embedding_column(ID, 2), fc.embedding_column(ID, 2)
    assert values(column, 1) == values(other, 1) != values(column, 2)
    seeded = fc.embedding_column(ID, 2, initializer=tf.keras.initializers.RandomNormal(seed=5))
    assert values(seeded, 1) == values(seeded, 2)


def test_each_columns_part_of_the_output_is_told():
    parts = {}
    columns = [fc.indicator_column(ID), AGE]
    y = tf.keras.layers.DenseFeatures(columns)(NUMBERS, cols_to_output_tensors=parts)
    assert parts[AGE].tolist() == y[:, :1].tolist()
    assert parts[columns[0]].tolist() == y[:, 1:].tolist()


@pytest.mark.parametrize("features", [NUMBERS, WORDS], ids=["numbers", "strings"])
def test_sequential_models_learn_from_dicts_and_are_saved(features, tmp_path):
    columns = [AGE, fc.embedding_column(ID if "id" in features else COLOR, 2)]
    layers = [tf.keras.layers.DenseFeatures(columns), tf.keras.layers.Dense(1)]
    model = compiled(tf.keras.Sequential(layers))
    dataset = tf.data.Dataset.from_tensor_slices((features, LABELS)).batch(2)
    losses = model.fit(dataset, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.save(tmp_path / "m.keras")
    again = tf.keras.models.load_model(tmp_path / "m.keras")
    assert (model.predict(dataset, verbose=0) == again.predict(dataset, verbose=0)).all()


def test_functional_models_take_dicts(tmp_path):
    inputs = {
        "age": tf.keras.Input((1,), name="age"),
        "id": tf.keras.Input((1,), name="id", dtype="int64"),
    }
    x = tf.keras.layers.DenseFeatures([AGE, fc.indicator_column(ID)])(inputs)
    assert x.shape == (None, 5)
    model = compiled(tf.keras.Model(inputs, tf.keras.layers.Dense(1)(x)))
    model.fit(NUMBERS, LABELS, verbose=0)
    model.save(tmp_path / "m.keras")
    again = tf.keras.models.load_model(tmp_path / "m.keras")
    assert (model.predict(NUMBERS, verbose=0) == again.predict(NUMBERS, verbose=0)).all()


def test_parse_example_reads_what_columns_need():
    columns = [
        fc.numeric_column("x", 2, default_value=1.5),
        fc.weighted_categorical_column(ID, "w"),
        fc.crossed_column(["a", fc.bucketized_column(AGE, [1])], 3),
        fc.embedding_column(fc.categorical_column_with_hash_bucket("h", 3), 2),
        fc.indicator_column(fc.sequence_categorical_column_with_identity("s", 3)),
        fc.sequence_numeric_column("t", dtype="int64"),
    ]
    fixed, any_number = tf.io.FixedLenFeature, tf.io.VarLenFeature
    assert fc.make_parse_example_spec(columns) == {
        "x": fixed((2,), "float32", (1.5, 1.5)),
        "id": any_number("int64"),
        "w": any_number("float32"),
        "a": any_number("string"),
        "age": fixed((1,), "float32", None),
        "h": any_number("string"),
        "s": any_number("int64"),
        "t": any_number("int64"),
    }


@pytest.mark.parametrize(
    ("values", "fill", "dtype"),
    [(["a", "b"], "", "string"), ([7, 8], -1, "int64"), ([0.5, 0.0], np.nan, "float32")],
    ids=["strings", "integers", "floats"],
)
def test_sparse_tensors_are_padded_with_what_means_missing(values, fill, dtype):
    sparse = tf.SparseTensor([[0, 0], [1, 2]], tf.constant(values, dtype), [2, 3])
    expected = tf.constant([[values[0], fill, fill], [fill, fill, values[1]]], dtype)
    made = padded(sparse)
    assert (made.dtype, is_padded(made), is_padded(expected)) == (dtype, True, False)
    np.testing.assert_array_equal(made.numpy(), expected.numpy())
    rounded = padded(sparse, (2, 4))
    assert rounded.shape == (2, 4)
    np.testing.assert_array_equal(rounded.numpy()[:, :3], expected.numpy())


def test_sparse_tensors_without_a_missing_value_are_refused():
    with pytest.raises(ValueError, match="bool"):
        padded(tf.SparseTensor([[0, 0]], [True], [1, 1]))


def test_empty_sparse_features_give_zeros():
    nothing = tf.SparseTensor(np.zeros((0, 2)), np.zeros(0, np.int64), [2, 0])
    assert LinearModel(ID)({"id": nothing}).tolist() == [[0], [0]]
    steps = fc.embedding_column(fc.sequence_categorical_column_with_identity("id", 4), 3)
    y, lengths = tf.keras.experimental.SequenceFeatures(steps)({"id": nothing})
    assert (y.shape, lengths.tolist()) == ((2, 0, 3), [0, 0])


def test_other_numbers_are_given_at_each_step():
    sequence, context_input = np.ones((2, 3, 1), np.float32), np.array([[5.0], [6.0]], np.float32)
    y = concatenate_context_input(tf.constant(context_input), tf.constant(sequence))
    assert y.tolist() == [[[1, 5]] * 3, [[1, 6]] * 3]
    with pytest.raises(ValueError, match="sequence_input"):
        concatenate_context_input(tf.constant(context_input), tf.constant(context_input))


def test_a_vocabulary_of_compressed_records_is_read(tmp_path):
    path = str(tmp_path / "words.tfrecord.gz")
    with tf.io.TFRecordWriter(path, "GZIP") as writer:
        for word in (b"red", b"blue"):
            writer.write(word)
    column = fc.categorical_column_with_vocabulary_file("color", path)
    assert column.num_buckets == 2
    counts = tf.keras.layers.DenseFeatures(fc.indicator_column(column))
    assert counts({"color": ["blue", "red", "pink"]}).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_functions_of_tensorflow_1_make_weights_below_names_of_their_own():
    old, graph = tf.compat.v1.feature_column, SessionGraph()
    embedded, weights, parts = fc.embedding_column(ID, 2), {}, {}
    with VariableStore().tracing(), graph.tracing():
        y = old.input_layer(NUMBERS, [AGE, embedded], None, True, weights, parts)
        with context.name_scope("m"):
            old.input_layer(NUMBERS, [AGE, embedded])
            old.input_layer(NUMBERS, [AGE, embedded], weight_collections=["mine"])
        sums = {}
        z = old.linear_model(NUMBERS, [AGE, ID], 3, cols_to_vars=sums)
    assert (y.shape, z.shape) == ((4, 3), (4, 3))
    assert [v.path for v in weights[embedded]] == ["input_layer/id_embedding/embedding_weights"]
    assert weights[AGE] == []
    assert parts[AGE].shape == (4, 1)
    assert [v.path for v in graph.collections["mine"]] == [
        "m/input_layer_1/id_embedding/embedding_weights"
    ]
    assert {key: [v.path for v in made] for key, made in sums.items()} == {
        AGE: ["linear_model/age/weights"],
        ID: ["linear_model/id/weights"],
        "bias": ["linear_model/bias_weights"],
    }
    with pytest.raises(NotImplementedError, match="cols_to_vars"):
        old.linear_model(NUMBERS, [AGE], weight_collections=["mine"])


def test_vocabulary_files_of_tensorflow_1_take_their_arguments_in_its_order(tmp_path):
    path = tmp_path / "words"
    path.write_text("red\nblue\n")
    column = tf.compat.v1.feature_column.categorical_column_with_vocabulary_file(
        "color", str(path), 1, 2
    )
    assert column.num_buckets == 3


def test_checkpoints_of_objects_have_the_references_names(tmp_path):
    columns = [fc.embedding_column(ID, 2), fc.embedding_column(COLOR, 3)]
    features = {"id": tf.constant([1]), "color": tf.constant(["red"])}

    def model():
        return tf.keras.Sequential([tf.keras.layers.DenseFeatures(columns)])

    first, second = model(), model()
    expected = first(features).numpy()
    first.save_weights(str(tmp_path / "w"), save_format="tf")
    names = [name for name, _ in tf.train.list_variables(str(tmp_path / "w"))]
    assert names[1:] == [
        f"layer_with_weights-0/{column}_embedding.Sembedding_weights/.ATTRIBUTES/VARIABLE_VALUE"
        for column in ("color", "id")
    ]
    assert (second(features).numpy() != expected).any()
    second.load_weights(str(tmp_path / "w"))
    assert (second(features).numpy() == expected).all()
    linear = LinearModel([AGE, ID])
    linear(NUMBERS)
    assert sorted(linear.checkpoint_children()) == ["age/weights", "bias", "id/weights"]


def test_gradients_of_tables_tell_which_rows_were_looked_up():
    words = fc.categorical_column_with_vocabulary_list("words", ["a", "b", "c", "d"])
    features = {"words": [["b", ""], ["b", "d"]]}  # nothing of the row of "a"
    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        layer = tf.keras.layers.DenseFeatures(fc.embedding_column(words, 2))
        y = layer(features)
        (table,) = layer.variables
        looked_up = tf.reduce_sum(y * y) + tf.reduce_sum(tf.nn.embedding_lookup(table, [3]) ** 2)
        rows = used_rows(graph.tape.gradient(looked_up, table))
        used_otherwise = tf.reduce_sum(y * y) + tf.reduce_sum(table * table)
        assert used_rows(graph.tape.gradient(used_otherwise, table)) is None
        assert used_rows(tf.constant([1.0])) is None
    (counts,) = StagedProgram(graph.verify(), [rows], {}).run([])
    assert (counts.numpy() > 0).tolist() == [[False], [True], [False], [True]]
