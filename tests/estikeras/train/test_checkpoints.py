"""Checkpoints are found, read, restored and kept as the reference does it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.train import object_graph

RECORDED = Path(__file__).parent / "recorded"
SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"


@pytest.fixture(scope="module")
def recorded():
    return json.loads((RECORDED / "objects.json").read_text())


def small_model():
    return tf.keras.Sequential(
        [tf.keras.Input((2,)), tf.keras.layers.Dense(2), tf.keras.layers.BatchNormalization()]
    )


# Reading by names


def test_recorded_values_are_listed_and_loaded(recorded):
    listed = dict(tf.train.list_variables(RECORDED))
    reader = tf.train.load_checkpoint(str(RECORDED / "ckpt-1"))
    assert set(listed) == {*recorded["values"], "_CHECKPOINTABLE_OBJECT_GRAPH"}
    for name, value in recorded["values"].items():
        assert reader.has_tensor(name)
        assert listed[name] == list(np.shape(value))
        np.testing.assert_array_equal(reader.get_tensor(name), np.array(value, "float32"))
    assert reader.get_variable_to_dtype_map()[f"step{SUFFIX}"] == tf.int32
    assert f"step{SUFFIX} (int32) []\n" in reader.debug_string().decode()
    assert tf.train.load_variable(RECORDED, f"step{SUFFIX}:0") == 5


def test_where_there_is_no_checkpoint_is_said(tmp_path):
    assert tf.train.latest_checkpoint(tmp_path) is None
    assert tf.train.get_checkpoint_state(tmp_path / "nowhere") is None
    assert not tf.train.checkpoint_exists(tmp_path / "ckpt-1")
    with pytest.raises(ValueError, match="Couldn't find 'checkpoint' file"):
        tf.train.list_variables(tmp_path)
    with pytest.raises(tf.errors.NotFoundError, match="There is no checkpoint"):
        tf.train.load_checkpoint(tmp_path / "ckpt-1")
    with pytest.raises(tf.errors.NotFoundError, match="Those in its folder are ckpt-1, dtypes"):
        tf.train.load_checkpoint(RECORDED / "ckpt")


def test_a_recorded_state_file_is_read():
    state = tf.train.get_checkpoint_state(RECORDED)
    assert state.model_checkpoint_path == str(RECORDED / "ckpt-1")
    assert state.all_model_checkpoint_paths == [str(RECORDED / "ckpt-1")]
    (saved,) = state.all_model_checkpoint_timestamps
    assert saved > state.last_preserved_timestamp > 1.7e9


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('model_checkpoint_path: "a\\"b\\\\c\\303\\244\\n"', 'a"b\\cä\n'),
        ("model_checkpoint_path:'x y'", "x y"),
        ('model_checkpoint_path: "/abs/m-1"', "/abs/m-1"),
    ],
)
def test_state_files_with_escapes_are_read(tmp_path, text, path):
    (tmp_path / "checkpoint").write_text(text)
    found = tf.train.get_checkpoint_state(tmp_path).model_checkpoint_path
    assert found == (path if path[0] == "/" else f"{tmp_path}/{path}")


@pytest.mark.parametrize("text", ["", "what: ever", "model_checkpoint_path", "a: 1 {"])
def test_a_damaged_state_file_is_an_error(tmp_path, text):
    (tmp_path / "checkpoint").write_text(text)
    with pytest.raises(tf.errors.DataLossError, match="checkpoint cannot be understood"):
        tf.train.latest_checkpoint(tmp_path)


def test_the_last_checkpoint_that_is_there_stands_for_one_without_files(tmp_path):
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(a=tf.Variable(1)), tmp_path, 3)
    first, second = manager.save(), manager.save()
    Path(f"{second}.index").unlink()
    with pytest.warns(UserWarning, match="ckpt-2, has no files. The one before"):
        assert tf.train.latest_checkpoint(tmp_path) == first


# Objects


def test_a_recorded_model_and_its_optimizer_are_restored(recorded):
    model = small_model()
    model.compile(tf.keras.optimizers.Adam(0.5), "mse")
    rest = [tf.Variable(0.0), {"a.b/c": tf.Variable([0, 0])}]
    checkpoint = tf.train.Checkpoint(step=tf.Variable(0), net=model, rest=rest)
    checkpoint.restore(tf.train.latest_checkpoint(RECORDED)).assert_consumed()
    for node in object_graph.walk(checkpoint):
        if kind := object_graph.kind_of(node.object):
            value = recorded["values"][object_graph.key_of(node.path, kind)]
            np.testing.assert_array_equal(node.object.numpy(), np.array(value, "float32"))
    np.testing.assert_allclose(model(np.ones((1, 2))), recorded["outputs"], rtol=1e-5)
    assert int(checkpoint.save_counter) == 1


def test_a_recorded_model_of_keras_3_is_restored():
    folder = RECORDED / "keras3"
    model, step = small_model(), tf.Variable(0)
    model.compile(tf.keras.optimizers.Adam(0.5), "mse")
    checkpoint = tf.train.Checkpoint(step=step, net=model)
    status = checkpoint.restore(tf.train.latest_checkpoint(folder))
    status.assert_existing_objects_matched()
    values = json.loads((folder / "objects.json").read_text())
    np.testing.assert_allclose(model(np.ones((1, 2))), values["outputs"], rtol=1e-5)
    slot = np.array(values["values"][f"net/optimizer/_variables/3{SUFFIX}"], "float32")
    np.testing.assert_array_equal(model.optimizer.variables[3], slot)
    assert int(model.optimizer.iterations) == 1
    with pytest.raises(AssertionError, match=r"2 values that no object took: [^,]*rest.0, [^,]*$"):
        status.assert_consumed()


def test_weights_are_saved_and_loaded_in_the_format_of_checkpoints(recorded, tmp_path):
    model, other = small_model(), small_model()
    other.compile(tf.keras.optimizers.Adam(), "mse")
    for variable in model.weights:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    model.save_weights(tmp_path / "w", save_format="tf")
    other.load_weights(tf.train.latest_checkpoint(tmp_path))
    for variable, twin in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(variable, twin)
    names = {name for name, _ in tf.train.list_variables(tmp_path)}
    assert f"layer_with_weights-1/moving_mean{SUFFIX}" in names
    with pytest.raises(FileExistsError, match=r"w.index' is there"):
        model.save_weights(tmp_path / "w", save_format="tf", overwrite=False)


def test_weights_of_another_architecture_are_not_loaded(tmp_path):
    layers = tf.keras.layers
    model = small_model()
    model.save_weights(tmp_path / "w", save_format="tf")
    deeper = tf.keras.Sequential([*small_model().layers, layers.Dense(1)])
    deeper.build((None, 2))
    before = deeper.get_weights()
    with pytest.raises(ValueError, match=r"w has no values for .*kernel, .*bias\. Is it the same"):
        deeper.load_weights(tmp_path / "w")
    wider = tf.keras.Sequential([tf.keras.Input((3,)), layers.Dense(2), *small_model().layers[1:]])
    with pytest.raises(ValueError, match=r"kernel' has shape \(2, 2\) there"):
        wider.load_weights(tmp_path / "w")
    for array, variable in zip(before, deeper.weights, strict=True):
        np.testing.assert_array_equal(array, variable)
    with pytest.raises(ValueError, match="`skip_mismatch`"):
        model.load_weights(tmp_path / "w", skip_mismatch=True)
    with pytest.raises(ValueError, match="`save_format`: expected 'h5' or 'tf'"):
        model.save_weights(tmp_path / "w", save_format="keras")


def test_names_are_those_of_the_reference(recorded, tmp_path):
    model = small_model()
    model.compile(tf.keras.optimizers.Adam(), "mse")
    model.optimizer.build(model.trainable_variables)
    rest = [tf.Variable(0.0), {"a.b/c": tf.Variable([0, 0])}]
    checkpoint = tf.train.Checkpoint(step=tf.Variable(0), net=model, rest=rest)
    path = checkpoint.save(tmp_path / "deep" / "ckpt")
    assert path == str(tmp_path / "deep" / "ckpt-1")
    names = dict(tf.train.list_variables(path))
    assert set(names) == {*recorded["values"], "_CHECKPOINTABLE_OBJECT_GRAPH"}
    types = tf.train.load_checkpoint(path).get_variable_to_dtype_map()
    theirs = tf.train.load_checkpoint(RECORDED).get_variable_to_dtype_map()
    assert types == theirs


def test_layers_in_layers_have_the_names_of_the_reference(tmp_path):
    layers = tf.keras.layers
    attention, recurrent = layers.MultiHeadAttention(1, 2), layers.Bidirectional(layers.LSTM(1))
    attention(np.ones((1, 2, 3)), np.ones((1, 2, 3)))
    recurrent(np.ones((1, 2, 3)))
    path = tf.train.Checkpoint(a=attention, r=recurrent).write(tmp_path / "c")
    names = {name.removesuffix(SUFFIX) for name, _ in tf.train.list_variables(path)}
    assert {f"a/_{role}_dense/kernel" for role in ("query", "key", "value", "output")} < names
    assert {f"r/{way}_layer/cell/recurrent_kernel" for way in ("forward", "backward")} < names


def test_shared_objects_are_saved_once(tmp_path):
    shared = tf.Variable(1.0)
    path = tf.train.Checkpoint(b={"x": shared}, a=[shared], c=shared).write(tmp_path / "c")
    names = [name for name, _ in tf.train.list_variables(path)]
    assert names == ["_CHECKPOINTABLE_OBJECT_GRAPH", f"c{SUFFIX}"]
    other = tf.Variable(0.0)
    tf.train.Checkpoint(a=(other,)).read(path).assert_existing_objects_matched().expect_partial()
    assert float(other) == 1


def test_the_parts_of_a_root_are_those_of_the_checkpoint(tmp_path):
    model = small_model()
    path = tf.train.Checkpoint(model, step=tf.Variable(3)).write(tmp_path / "c")
    names = dict(tf.train.list_variables(path))
    assert names[f"layer_with_weights-0/kernel{SUFFIX}"] == [2, 2]
    assert f"step{SUFFIX}" in names
    with pytest.raises(ValueError, match="`layer-0`: expected another name"):
        tf.train.Checkpoint(model, **{"layer-0": tf.Variable(1)})


def test_what_comes_after_restore_is_restored_then(tmp_path):
    path = tf.train.Checkpoint(a=tf.Variable(1), b=tf.Variable(2)).write(tmp_path / "c")
    checkpoint = tf.train.Checkpoint(a=tf.Variable(0))
    status = checkpoint.read(path).assert_existing_objects_matched()
    with pytest.raises(AssertionError, match=r"1 values that no object took: \(root\).b"):
        status.assert_consumed()
    checkpoint.a.assign(9)
    checkpoint.b = tf.Variable(0)
    status.assert_consumed()
    assert (int(checkpoint.a), int(checkpoint.b)) == (9, 2)


def test_what_does_not_match_is_named(tmp_path):
    path = tf.train.Checkpoint(a=tf.Variable(1), b=tf.Variable([2.0])).write(tmp_path / "c")
    a, c = tf.Variable(0), tf.Variable(0)
    status = tf.train.Checkpoint(a=a, c=c).read(path)
    with pytest.raises(AssertionError, match=r"no values for 1 objects: \(root\).c"):
        status.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match="Nothing but the root"):
        tf.train.Checkpoint(c=c).read(path).assert_nontrivial_match()
    with pytest.raises(AssertionError, match="No checkpoint was restored"):
        tf.train.Checkpoint(c=c).restore(None).assert_consumed()
    with pytest.warns(UserWarning, match=r"no object took: \(root\).b.*expect_partial"):
        tf.train.Checkpoint(a=a).read(path)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.zeros(2, "float32"), r"'b' has shape \(1,\) there.*shape \(2,\)"),
        (np.zeros(1, "int32"), "'b' has dtype float32 there.*dtype int32"),
    ],
)
def test_nothing_is_changed_where_one_value_does_not_fit(tmp_path, value, message):
    path = tf.train.Checkpoint(a=tf.Variable(1), b=tf.Variable([2.0])).write(tmp_path / "c")
    a = tf.Variable(0)
    with pytest.raises(ValueError, match=message):
        tf.train.Checkpoint(a=a, b=tf.Variable(value)).read(path)
    assert int(a) == 0


class Net(tf.keras.Model):
    """A model whose layers are made in two ways, and built when it is called."""

    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(2)

    def build(self, shape):
        self.rest = [tf.keras.layers.BatchNormalization(), tf.keras.layers.Dense(1)]
        self.scale = self.add_weight(shape=(), name="factor")

    def call(self, x):
        for layer in (self.first, *self.rest):
            x = layer(x)
        return x * self.scale


def trained(net, optimizer, steps):
    """The weights after some steps in a loop of one's own."""
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(net(x) - 1))
        gradients = tape.gradient(loss, net.trainable_variables)
        optimizer.apply_gradients(zip(gradients, net.trainable_variables, strict=True))

    for _ in range(steps):
        step()
    return net.get_weights()


@pytest.mark.parametrize("build", [False, True])
def test_objects_take_their_values_when_they_are_built(tmp_path, build):
    net, optimizer = Net(), tf.keras.optimizers.Adam(0.1)
    trained(net, optimizer, 3)
    path = tf.train.Checkpoint(net=net, optimizer=optimizer).write(tmp_path / "c")
    expected = trained(net, optimizer, 2)
    again, other = Net(), tf.keras.optimizers.Adam(0.5)
    status = tf.train.Checkpoint(net=again, optimizer=other).read(path)
    status.assert_existing_objects_matched()
    with pytest.raises(AssertionError, match=r"no object took: .*\(root\).net.first.kernel"):
        status.assert_consumed()
    if build:
        again(np.ones((1, 3)))
        other.build(again.trainable_variables)
        status.assert_consumed()
    for array, value in zip(trained(again, other, 2), expected, strict=True):
        np.testing.assert_allclose(array, value, rtol=1e-6)
    status.assert_consumed()


def test_an_optimizer_beside_a_model_that_is_built_takes_its_values_at_once(tmp_path):
    model, optimizer = small_model(), tf.keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    path = tf.train.Checkpoint(net=model, optimizer=optimizer).write(tmp_path / "c")
    fresh = tf.keras.optimizers.Adam()
    tf.train.Checkpoint(net=small_model(), optimizer=fresh).read(path).assert_consumed()
    assert len(fresh.variables) == len(optimizer.variables)


def test_values_that_wait_for_a_model_are_not_warned_of(tmp_path, recwarn):
    path = tf.train.Checkpoint(net=small_model()).write(tmp_path / "c")
    layers = [tf.keras.layers.Dense(2), tf.keras.layers.BatchNormalization()]
    unbuilt = tf.keras.Sequential(layers)
    tf.train.Checkpoint(net=unbuilt).read(path)
    assert not list(recwarn)
    with pytest.raises(ValueError, match=r"'net.layer.*kernel' has shape \(2, 2\) there"):
        unbuilt(np.ones((1, 5)))


def test_an_iterator_goes_on_where_it_was(tmp_path):
    iterator = iter(tf.data.Dataset.range(20).shuffle(20))
    next(iterator)
    checkpoint = tf.train.Checkpoint(iterator=iterator)
    path = checkpoint.write(tmp_path / "c")
    rest = [int(x) for x in iterator]
    other = tf.train.Checkpoint(iterator=iter(tf.data.Dataset.range(20).shuffle(20)))
    other.read(path).assert_consumed()
    assert [int(x) for x in other.iterator] == rest


def test_what_cannot_be_kept_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`step`: expected a trackable object.*got 3"):
        tf.train.Checkpoint(step=3)
    with pytest.raises(TypeError, match=r"`options`: expected a tf.train.Check"):
        tf.train.Checkpoint().save(tmp_path / "c", options=object())
    with pytest.raises(tf.errors.UnimplementedError, match=r"shards has .* no graph of objects"):
        tf.train.Checkpoint().restore(RECORDED / "shards")


def test_a_save_that_fails_leaves_the_last_one(tmp_path, monkeypatch):
    variable = tf.Variable(1)
    checkpoint = tf.train.Checkpoint(a=variable)
    path = checkpoint.save(tmp_path / "ckpt")
    monkeypatch.setattr(object_graph, "encode", lambda nodes: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        checkpoint.save(tmp_path / "ckpt")
    assert int(checkpoint.save_counter) == 1
    assert tf.train.latest_checkpoint(tmp_path) == path
    assert len(list(tmp_path.iterdir())) == 3


# Several


def test_a_manager_keeps_the_last_ones_and_goes_on_after_a_restart(tmp_path):
    step = tf.Variable(0)
    for first in (0, 3):
        checkpoint = tf.train.Checkpoint(step=step)
        manager = tf.train.CheckpointManager(checkpoint, str(tmp_path), max_to_keep=2)
        assert manager.restore_or_initialize() == (f"{tmp_path}/ckpt-3" if first else None)
        for _ in range(3):
            step.assign_add(1)
            path = manager.save()
    assert path == manager.latest_checkpoint == f"{tmp_path}/ckpt-6"
    assert manager.checkpoints == [f"{tmp_path}/ckpt-5", path]
    assert {file.name.split(".")[0] for file in tmp_path.iterdir()} == {
        "checkpoint",
        "ckpt-5",
        "ckpt-6",
    }
    moved = shutil.copytree(tmp_path, tmp_path / "moved")
    assert tf.train.load_variable(moved, f"step{SUFFIX}") == 6


def test_a_manager_keeps_one_in_some_hours_for_good(tmp_path, monkeypatch):
    now = [1e9]
    monkeypatch.setattr("time.time", lambda: now[0])
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(a=tf.Variable(1)), tmp_path, 1, keep_checkpoint_every_n_hours=2
    )
    for _ in range(8):
        now[0] += 3600
        manager.save()
    kept = sorted(file.stem for file in tmp_path.glob("*.index"))
    assert kept == ["ckpt-2", "ckpt-4", "ckpt-6", "ckpt-8"]
    assert manager.checkpoints == [f"{tmp_path}/ckpt-8"]


def test_a_manager_saves_at_intervals_of_steps(tmp_path):
    step, started = tf.Variable(0), []
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(step=step),
        tmp_path,
        None,
        checkpoint_name="model",
        step_counter=step,
        checkpoint_interval=3,
        init_fn=lambda: started.append(True),
    )
    assert manager.restore_or_initialize() is None
    assert started == [True]
    saved = []
    for number in range(7):
        step.assign(number)
        saved.append(manager.save() is not None)
    assert saved == [True, False, False, True, False, False, True]
    assert manager.save() is None
    assert manager.save(checkpoint_number=40, check_interval=False) == f"{tmp_path}/model-40"
    assert len(manager.checkpoints) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"max_to_keep": 0}, "max_to_keep"), ({"checkpoint_interval": 2}, "step_counter")],
)
def test_a_managers_arguments_are_checked(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        tf.train.CheckpointManager(
            tf.train.Checkpoint(), tmp_path, **{"max_to_keep": None, **arguments}
        )


def test_new_checkpoints_are_given_one_by_one(tmp_path):
    checkpoint, asked = tf.train.Checkpoint(), []

    def over():
        asked.append(True)
        return len(asked) > 1

    found = []
    for path in tf.train.checkpoints_iterator(tmp_path / "x", timeout=0, timeout_fn=over):
        found.append(path)
        if len(found) < 3:
            checkpoint.save(tmp_path / "x" / "ckpt")
    assert found == []
    checkpoint.save(tmp_path / "x" / "ckpt")
    for path in tf.train.checkpoints_iterator(tmp_path / "x", timeout=0):
        found.append(Path(path).name)
        if len(found) < 3:
            checkpoint.save(tmp_path / "x" / "ckpt")
    assert found == ["ckpt-1", "ckpt-2", "ckpt-3"]
