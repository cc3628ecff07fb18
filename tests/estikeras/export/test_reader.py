"""SavedModels that TensorFlow wrote answer as it did; what is damaged is named."""

import shutil

import numpy as np
import pytest

import estikeras as tf
from estikeras import saved_model
from estikeras.formats import saved_model_proto as proto
from tests.support.arrays import assert_close
from tests.support.saved_models import FOLDER, NAMES, recorded


@pytest.mark.parametrize("name", NAMES)
def test_a_model_of_tensorflow_answers_as_there(name):
    key, inputs, wanted = recorded(name)
    got = saved_model.load(FOLDER / name).signatures[key](**inputs)
    assert sorted(got) == sorted(wanted)
    for output, array in wanted.items():
        if array.dtype == object:
            assert np.array_equal(np.asarray(got[output]), array)
        else:
            assert got[output].dtype == str(array.dtype)
            assert_close(got[output], array, tolerance=1e-5, what=output)


def test_a_signature_says_what_it_takes_and_gives():
    signature = saved_model.load(FOLDER / "convolutions").signatures["serving_default"]
    args, specs = signature.structured_input_signature
    assert args == ()
    assert specs == {"image": tf.TensorSpec([None, 8, 8, 2], tf.float32, name="image")}
    assert signature.structured_outputs["output_0"].shape == [None, 2]
    assert signature.method_name == "tensorflow/serving/predict"


def test_one_input_may_come_by_its_place_and_endpoints_are_attributes():
    _, inputs, wanted = recorded("convolutions")
    loaded = saved_model.load(FOLDER / "convolutions")
    assert_close(loaded.serving_default(inputs["image"]), wanted, tolerance=1e-5)


def test_a_loaded_signature_can_be_part_of_a_function():
    _, inputs, wanted = recorded("recurrent")
    signature = saved_model.load(FOLDER / "recurrent").signatures["serving_default"]

    @tf.function
    def doubled(ids):
        return signature(ids=ids)["state"] * 2

    assert_close(doubled(tf.constant(inputs["ids"])), wanted["state"] * 2, tolerance=1e-5)


def test_a_loaded_signature_has_gradients():
    _, inputs, _ = recorded("convolutions")
    signature = saved_model.load(FOLDER / "convolutions").signatures["serving_default"]
    image = tf.constant(inputs["image"])
    with tf.GradientTape() as tape:
        tape.watch(image)
        total = tf.reduce_sum(signature(image)["output_0"])
    slope = tape.gradient(total, image)
    step = 1e-2 * np.sign(np.asarray(slope))
    moved = tf.reduce_sum(signature(image + step)["output_0"])
    assert float(moved - total) == pytest.approx(1e-2 * np.abs(slope).sum(), rel=0.05)


def test_variables_have_their_names_and_can_change():
    _, inputs, _ = recorded("convolutions")
    loaded = saved_model.load(FOLDER / "convolutions")
    (bias,) = (v for v in loaded.variables if v.path == "dense/bias")
    before = np.asarray(loaded.serving_default(**inputs)["output_0"])
    bias.assign(bias + 1)
    assert_close(loaded.serving_default(**inputs)["output_0"], before + 1, tolerance=1e-5)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {"other": 1.0}, "takes image; got other"),
        ((), {}, "takes image; got nothing"),
        ((1.0, 2.0), {}, "takes its inputs by name: image; got 2"),
    ],
)
def test_wrong_inputs_are_told(args, kwargs, message):
    signature = saved_model.load(FOLDER / "convolutions").signatures["serving_default"]
    with pytest.raises(TypeError, match=message):
        signature(*args, **kwargs)


def test_an_input_of_another_shape_is_told():
    signature = saved_model.load(FOLDER / "convolutions").signatures["serving_default"]
    with pytest.raises(ValueError, match=r"`image`: expected \(None, 8, 8, 2\)"):
        signature(np.zeros((1, 8, 8, 3), "float32"))


@pytest.fixture
def copy(tmp_path):
    """A folder that a test may damage."""
    return shutil.copytree(FOLDER / "convolutions", tmp_path / "model")


DATA = "variables/variables.data-00000-of-00001"
DAMAGES = {
    "graph cut": ("saved_model.pb", lambda b: b[: len(b) // 2], "saved_model.pb is damaged"),
    "graph empty": ("saved_model.pb", lambda b: b"", "saved_model.pb is damaged: it has no graph"),
    "data cut": (DATA, lambda b: b[:20], "is truncated"),
    "data changed": (DATA, lambda b: b[:3] + bytes([b[3] ^ 1]) + b[4:], "another checksum"),
    "index cut": ("variables/variables.index", lambda b: b[:40], "variables.index"),
}


@pytest.mark.parametrize(("name", "change", "message"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_named(copy, name, change, message):
    path = copy / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(tf.errors.DataLossError, match=message):
        saved_model.load(copy)


@pytest.mark.parametrize("name", ["saved_model.pb", DATA, "variables/variables.index"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(tf.errors.NotFoundError, match=name.rpartition("/")[2]):
        saved_model.load(copy)


def test_tags_that_are_not_there_are_told(copy):
    assert saved_model.load(copy, tags=["serve"]).signatures
    with pytest.raises(ValueError, match=r"`tags`: expected one of \[\['serve'\]\], got 'train'"):
        saved_model.load(copy, tags="train")


def test_an_unknown_operation_is_named_with_its_node_when_it_is_asked_for(copy):
    path = copy / "saved_model.pb"
    message = proto.saved_model(path.read_bytes())
    for function in message.meta_graphs[0].graph_def.library.function:
        for node in function.node_def:
            if node.op == "MaxPool":
                node.op = "PoolOfTomorrow"
    path.write_bytes(message.SerializeToString())
    signature = saved_model.load(copy).signatures["serving_default"]
    with pytest.raises(NotImplementedError, match=r"PoolOfTomorrow \(node '.*MaxPool'\)"):
        signature(np.zeros((1, 8, 8, 2), "float32"))


def test_a_folder_without_a_model_is_told(tmp_path):
    assert not saved_model.contains_saved_model(tmp_path)
    with pytest.raises(tf.errors.NotFoundError, match="holds no SavedModel"):
        saved_model.load(tmp_path)
