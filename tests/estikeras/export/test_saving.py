"""Which functions become signatures, and what their inputs and outputs are called."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, saved_model

ROW = tf.TensorSpec([None, 3])


def names(folder, signature="serving_default"):
    """The names of a signature's inputs and outputs."""
    found = saved_model.load(folder).signatures[signature]
    return sorted(found.structured_input_signature[1]), sorted(found.structured_outputs)


class Two:
    """Two functions with signatures, and one without."""

    @tf.function(input_signature=[ROW])
    def double(self, x):
        return x * 2

    @tf.function(input_signature=[ROW, tf.TensorSpec([None], name="factor")])
    def scaled(self, x, by):
        return [x * by[:, None], by]

    @tf.function
    def free(self, x, flag=True):
        return {"sum": x + 1 if flag else x}


def test_functions_with_input_signatures_are_signatures_by_their_names(tmp_path):
    saved_model.save(Two(), tmp_path / "model")
    loaded = saved_model.load(tmp_path / "model")
    assert sorted(loaded.signatures) == ["double", "scaled"]
    x = np.ones((2, 3), "float32")
    assert loaded.double(x)["output_0"].tolist() == (x * 2).tolist()
    assert names(tmp_path / "model", "scaled") == (["factor", "x"], ["output_0", "output_1"])


def test_signatures_may_be_functions_methods_and_concrete_functions(tmp_path):
    two = Two()
    chosen = {
        "serving_default": two.double,
        "free": two.free.get_concrete_function(ROW, flag=False),
        "also": tf.function(lambda x: x - 1, input_signature=[ROW]),
    }
    saved_model.save(two, tmp_path / "model", signatures=chosen)
    loaded = saved_model.load(tmp_path / "model")
    assert sorted(loaded.signatures) == ["also", "double", "free", "scaled", "serving_default"]
    x = np.ones((2, 3), "float32")
    assert loaded.free(x=x)["sum"].tolist() == x.tolist()
    assert loaded.also(x)["output_0"].tolist() == (x - 1).tolist()


def test_signatures_read_sizes_from_inputs_of_their_own(tmp_path):
    def beside(x):
        return keras.ops.concatenate([x, keras.ops.ones((x.shape[0], 1))], axis=1)

    first, second = (tf.function(beside, input_signature=[ROW]) for _ in range(2))
    saved_model.save(object(), tmp_path / "model", signatures={"a": first, "b": second})
    loaded = saved_model.load(tmp_path / "model")
    for signature, count in ((loaded.a, 2), (loaded.b, 5)):
        found = signature(np.zeros((count, 3), "float32"))["output_0"]
        assert found.tolist() == [[0, 0, 0, 1]] * count


def test_a_single_function_is_the_default(tmp_path):
    class One:
        pass

    one = One()
    one.run = tf.function(lambda x: {"y": x + 1}, input_signature=[ROW])
    saved_model.save(one, tmp_path / "model")
    assert sorted(saved_model.load(tmp_path / "model").signatures) == ["run", "serving_default"]
    assert names(tmp_path / "model") == (["x"], ["y"])


@pytest.mark.parametrize(
    ("obj", "signatures", "error", "message"),
    [
        (object(), None, ValueError, "functions that have an input signature"),
        (Two(), lambda x: x, TypeError, "a function of `tf.function`"),
        (Two(), Two().free, ValueError, "a function with an input signature"),
    ],
)
def test_what_has_no_signature_is_refused(tmp_path, obj, signatures, error, message):
    with pytest.raises(error, match=message):
        saved_model.save(obj, tmp_path / "model", signatures=signatures)


def test_outputs_that_are_no_tensors_are_refused(tmp_path):
    function = tf.function(lambda x: "text", input_signature=[ROW])
    with pytest.raises(ValueError, match="functions that return tensors"):
        saved_model.save(object(), tmp_path / "model", signatures=function)


def test_options_that_change_something_are_refused(tmp_path):
    folder = tmp_path / "model"
    here = {"experimental_io_device": "/job:localhost"}
    saved_model.save(Two(), folder, options=saved_model.SaveOptions(function_aliases={}, **here))
    assert saved_model.load(folder, options=saved_model.LoadOptions(**here)).signatures
    for options, name in (
        (saved_model.SaveOptions, "save_debug_info"),
        (saved_model.SaveOptions, "experimental_variable_policy"),
        (saved_model.SaveOptions, "experimental_io_device"),
        (saved_model.LoadOptions, "allow_partial_checkpoint"),
        (saved_model.LoadOptions, "experimental_io_device"),
    ):
        with pytest.raises(NotImplementedError, match=name):
            options(**{name: "else"})
    with pytest.raises(TypeError, match="SaveOptions"):
        saved_model.save(Two(), folder, options=saved_model.LoadOptions())
    with pytest.raises(TypeError, match="LoadOptions"):
        saved_model.load(folder, options="any")


class Dicts(keras.Model):
    """A subclassed model of a dict."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, inputs):
        return self.dense(inputs["u"]) + inputs["v"]


def test_models_are_exported_with_the_names_of_the_reference(tmp_path, capsys):
    """Names recorded from `model.export` of Keras 3.15 on TensorFlow 2.21."""
    one, other = keras.Input((3,), name="one"), keras.Input((2,), name="other")
    total = keras.layers.Concatenate()([one, other])
    keras.Model([one, other], [total, one + 1]).export(tmp_path / "lists")
    assert "`serve` of one, other" in capsys.readouterr().out
    assert names(tmp_path / "lists", "serve") == (["one", "other"], ["output_0", "output_1"])
    keras.Model([one, other], {"p": total}).export(tmp_path / "dicts", verbose=False)
    assert names(tmp_path / "dicts") == (["one", "other"], ["p"])
    model = Dicts()
    model({"u": np.zeros((2, 3)), "v": np.zeros((2, 2))})
    saved_model.save(model, tmp_path / "subclass")
    assert names(tmp_path / "subclass") == (["args_0", "args_0_1"], ["output_0"])
    sequential = keras.Sequential([keras.layers.Dense(2)])
    signature = [keras.InputSpec(shape=(None, 3), dtype="float32", name="zz")]
    sequential.export(tmp_path / "given", verbose=False, input_signature=signature)
    assert names(tmp_path / "given") == (["zz"], ["output_0"])


def test_a_model_that_is_not_built_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is not built"):
        keras.Sequential([keras.layers.Dense(2)]).export(tmp_path / "model")


def test_other_formats_are_refused(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(NotImplementedError, match="Use 'tf_saved_model'"):
        model.export(tmp_path / "model", format="onnx")
