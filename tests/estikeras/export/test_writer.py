"""What a SavedModel that ours writes is made of, and what cannot be written."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, saved_model
from estikeras.engine import context
from estikeras.engine.tensor import Spec
from estikeras.export.saved_model import traced, writer
from estikeras.formats import saved_model_proto as proto
from estikeras.formats import tensor_proto
from estikeras.ops import lookup
from tests.support.arrays import assert_close

ops = keras.ops


def graph_of(folder):
    """The one MetaGraphDef of a folder."""
    (meta,) = proto.saved_model((folder / "saved_model.pb").read_bytes()).meta_graphs
    return meta


def nodes_of(meta):
    return {node.name: node for node in meta.graph_def.node}


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    """A dense model's folder, and the model."""
    folder = tmp_path_factory.mktemp("dense") / "model"
    x = keras.Input((3,), name="x")
    model = keras.Model(x, keras.layers.Dense(2, name="first")(x), name="net")
    model.export(folder, verbose=False)
    return folder, model


def test_a_folder_has_the_graph_variables_and_assets(dense):
    folder, _ = dense
    assert sorted(path.name for path in folder.iterdir()) == [
        "assets",
        "saved_model.pb",
        "variables",
    ]
    assert sorted(path.name for path in (folder / "variables").iterdir()) == [
        "variables.data-00000-of-00001",
        "variables.index",
    ]


def test_signatures_name_their_tensors(dense):
    meta = graph_of(dense[0])
    assert list(meta.meta_info_def.tags) == ["serve"]
    assert sorted(meta.signature_def) == ["serve", "serving_default"]
    signature = meta.signature_def["serving_default"]
    assert signature.method_name == "tensorflow/serving/predict"
    (x,), (y,) = signature.inputs.values(), signature.outputs.values()
    assert [list(signature.inputs), list(signature.outputs)] == [["x"], ["output_0"]]
    assert [dim.size for dim in x.tensor_shape.dim] == [-1, 3]
    assert [dim.size for dim in y.tensor_shape.dim] == [-1, 2]
    nodes = nodes_of(meta)
    assert nodes[x.name.split(":")[0]].op == "Placeholder"
    assert y.name.split(":")[0] in nodes


def test_nodes_are_called_after_layers_and_read_nodes_before_them(dense):
    meta = graph_of(dense[0])
    seen = set()
    for node in meta.graph_def.node:
        assert node.name not in seen
        assert {text.lstrip("^").split(":")[0] for text in node.input} <= seen | {node.name}
        seen.add(node.name)
    assert "first/matmul/MatMul" in seen


def test_variables_are_restored_by_their_names(dense):
    folder, model = dense
    meta = graph_of(folder)
    nodes = nodes_of(meta)
    names = tensor_proto.decode(nodes["save/tensor_names"].attr["value"].tensor)
    assert sorted(names.tolist()) == [b"first/bias", b"first/kernel"]
    saver = meta.saver_def
    assert (saver.filename_tensor_name, saver.restore_op_name) == (
        "save/Const:0",
        "save/restore_all",
    )
    assigned = [text[1:] for text in nodes["save/restore_all"].input]
    assert {nodes[name].op for name in assigned} == {"AssignVariableOp"}
    described = [
        proto.VariableDef.FromString(data).variable_name
        for data in meta.collection_def["variables"].bytes_list.value
    ]
    assert sorted(described) == ["first/bias:0", "first/kernel:0"]
    reader = tf.train.load_checkpoint(folder / "variables" / "variables")
    assert np.array_equal(reader.get_tensor("first/kernel"), model.layers[-1].kernel)


def traced_by(compute, shape=(None, 3), dtype="float32", **more):
    """A trace of a function of one tensor, and what `Traced` also takes."""

    def trace(batch):
        graph = traced.ScopedGraph()
        x = graph.add_input(Spec(tuple(batch if n is None else n for n in shape), dtype))
        with context.scope(trace=graph, tapes=(), autocast=None):
            signature = traced.Signature({"x": x}, {"y": compute(x)})
        return traced.Traced(graph, {"serving_default": signature}, **more)

    return trace


def rows(x):
    return x.shape[0]


OF_BATCHES = {
    "reshape to one axis": lambda x: ops.reshape(x, (-1,)),
    "reshape by a product": lambda x: ops.reshape(x, (rows(x) * 3, 1)),
    "two unknown sizes": lambda x: ops.broadcast_to(x[:, None], (rows(x), rows(x), 3)),
    "zeros beside": lambda x: ops.concatenate([x, ops.zeros((rows(x), 2))], axis=1),
    "row numbers": lambda x: ops.arange(rows(x)) + ops.cast(x[:, 0] * 0, "int32"),
    "numbers from the end": lambda x: ops.flip(ops.arange(rows(x))) + ops.cast(x[:, 0], "int32"),
    "a mean by hand": lambda x: ops.sum(x, axis=0) / rows(x),
    "a number divided": lambda x: x * (5 / rows(x)),
    "a size as a number": lambda x: x * rows(x),
    "all but the first row": lambda x: x[1:],
    "rows from the end": lambda x: x[::-1],
    "all but the last row": lambda x: x[:-1] + x[1:],
    "a triangle": lambda x: ops.matmul(ops.tril(ops.ones((rows(x), rows(x)))), x),
    "rows twice": lambda x: ops.concatenate([x, x], axis=0) * ops.ones((2 * rows(x), 1)),
    "padded rows": lambda x: ops.pad(x, ((0, rows(x)), (0, 0))),
    "a result without inputs": lambda x: ops.ones((rows(x), 2)),
    "the input itself": lambda x: x,
    "products of rows": lambda x: ops.matmul(x, ops.transpose(x)) / rows(x),
    "sorted columns": lambda x: ops.sort(x, axis=0),
    "rows by number": lambda x: ops.take(x, ops.arange(rows(x)), axis=0),
}


@pytest.mark.parametrize("compute", OF_BATCHES.values(), ids=OF_BATCHES.keys())
def test_what_depends_on_the_batch_holds_for_every_batch(compute, tmp_path):
    writer.write(tmp_path / "model", traced_by(compute))
    signature = saved_model.load(tmp_path / "model").signatures["serving_default"]
    for count in (1, 4):
        x = np.random.default_rng(0).normal(size=(count, 3)).astype("float32")
        got = signature.evaluate({"x": tf.constant(x)})["y"]
        assert_close(got, compute(tf.constant(x)), tolerance=1e-6)


def test_a_choice_by_the_size_of_a_batch_is_refused(tmp_path):
    def compute(x):
        return x + 1 if rows(x) % 2 else x

    with pytest.raises(ValueError, match="the same operations for batches of every size"):
        writer.write(tmp_path / "model", traced_by(compute))


def test_a_constant_whose_rule_is_not_seen_is_refused(tmp_path):
    def compute(x):
        squares = np.arange(rows(x), dtype="float32") ** 2
        return x[:, 0] * squares

    with pytest.raises(NotImplementedError, match=r"shape \(None,\), which depends on the batch"):
        writer.write(tmp_path / "model", traced_by(compute))


class Multiples(keras.layers.Layer):
    def call(self, x):
        return ops.cast(ops.lcm(ops.cast(x, "int32"), 3), "float32")


def test_a_primitive_without_an_entry_is_named_with_its_layer(tmp_path):
    model = keras.Sequential([keras.Input((3,)), Multiples(name="odd")], name="net")
    with pytest.raises(NotImplementedError, match="`lcm` in the layer 'net/odd'"):
        model.export(tmp_path / "model", verbose=False)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_is_kept_when_writing_fails(dense, tmp_path, monkeypatch):
    _, model = dense
    model.export(tmp_path / "model", verbose=False)
    before = (tmp_path / "model" / "saved_model.pb").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("estikeras.formats.tensor_bundle.write", full)
    with pytest.raises(OSError, match="No space"):
        model.export(tmp_path / "model", verbose=False)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (tmp_path / "model" / "saved_model.pb").read_bytes() == before


def test_an_input_of_no_signature_is_refused(tmp_path):
    def trace(batch):
        graph = traced.ScopedGraph()
        x, y = (graph.add_input(Spec((batch, 3), "float32")) for _ in range(2))
        with context.scope(trace=graph, tapes=(), autocast=None):
            return traced.Traced(graph, {"s": traced.Signature({"x": x}, {"y": x + y})})

    with pytest.raises(ValueError, match="all inputs of the graph among theirs"):
        writer.write(tmp_path / "model", trace)


def test_a_file_of_another_vocabulary_is_refused(tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("b\na\n")
    table = lookup.Table(-1, "string", "int64", {b"a": 0, b"b": 1})
    trace = traced_by(lambda x: lookup.lookup(x, table), (None,), "string", assets={table: path})
    with pytest.raises(ValueError, match="a file whose lines are the table's 2 keys"):
        writer.write(tmp_path / "model", trace)


def test_variables_have_the_names_they_are_given(tmp_path):
    weights = tf.Variable(np.ones((3, 2), "float32"))
    trace = traced_by(
        lambda x: ops.matmul(x, weights), variable_names={weights: "linear/a/weights"}
    )
    writer.write(tmp_path / "model", trace)
    found = tf.train.list_variables(tmp_path / "model" / "variables" / "variables")
    assert found == [("linear/a/weights", [3, 2])]
