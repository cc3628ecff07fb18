"""What scripts of TensorFlow 1 begin and end with: imports, flags, logging, modes."""

import logging
import operator
import re
import subprocess
import sys

import pytest

import estikeras
import estikeras.compat.v1 as tf
from estikeras import absent, namespace
from estikeras.compat import inherited

SCRIPT = """
import estikeras.compat.v1 as tf

flags = tf.app.flags
FLAGS = flags.FLAGS
flags.DEFINE_string("data_dir", "/tmp", "Where.")
flags.DEFINE_integer("steps", 3, "How many.", lower_bound=1)
flags.DEFINE_boolean("fast", True, "Whether.")
flags.DEFINE_float("rate", 0.5, "How much.")
flags.DEFINE_enum("mode", "train", ["train", "eval"], "What.")
flags.DEFINE_list("names", "a,b", "Which.")
flags.DEFINE_multi_string("more", ["x"], "Several.")


def main(argv):
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.logging.info("steps = %d", FLAGS.steps)
    print(argv[1:], sorted(FLAGS.flag_values_dict().items()))


if __name__ == "__main__":
    tf.app.run()
"""


def run_script(tmp_path, *arguments):
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    command = [sys.executable, str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_flags_are_read_from_the_command_line(tmp_path):
    options = ["--steps=5", "--nofast", "rest", "--names", "c", "--more=y", "--more=z"]
    result = run_script(tmp_path, *options)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == (
        "['rest'] [('data_dir', '/tmp'), ('fast', False), ('mode', 'train'), ('more', ['y', 'z']), "
        "('names', ['c']), ('rate', 0.5), ('steps', 5)]"
    )
    assert "INFO:estikeras:steps = 5" in result.stderr


def test_wrong_flags_are_refused(tmp_path):
    result = run_script(tmp_path, "--steps=0")
    assert result.returncode == 1
    assert "--steps=0: expected at least 1" in result.stderr


def test_verbosity_is_that_of_the_logger(caplog):
    before = tf.logging.get_verbosity()
    try:
        tf.logging.set_verbosity(tf.logging.DEBUG)
        with caplog.at_level(logging.DEBUG, "estikeras"):
            for _ in range(4):
                tf.logging.log_first_n(tf.logging.INFO, "first %d", 2, 1)
                tf.logging.log_every_n(tf.logging.WARN, "every", 3)
            tf.logging.debug("debug")
            tf.logging.log_if(tf.logging.ERROR, "not", False)
        assert caplog.messages == ["first 1", "every", "first 1", "every", "debug"]
    finally:
        tf.logging.set_verbosity(before)


def test_names_are_those_of_today_where_nothing_changed():
    assert tf.log is estikeras.math.log
    assert tf.random_normal is estikeras.random.normal
    assert tf.keras.layers.Dense is estikeras.keras.layers.Dense
    assert tf.gfile.GFile is estikeras.io.gfile.GFile
    assert estikeras.compat.v2.reduce_sum is estikeras.reduce_sum is not tf.reduce_sum
    from estikeras.compat.v1.keras.layers import Dense

    assert Dense is estikeras.keras.layers.Dense


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("Session", r"tf\.estimator\.Estimator"),
        ("train.string_input_producer", r"tf\.data\.Dataset"),
        ("nn.raw_rnn", r"keras\.layers\.LSTM"),
        ("nn.ctc_loss", r"tf\.nn\.ctc_loss"),
        ("contrib", r"keras\.layers"),
        ("flags.DEFINE_alias", "argparse"),
        ("signal.stft", "keras"),
        ("raw_ops", r"tf\.math"),
        ("linalg.LinearOperatorDiag", r"tf\.linalg\.matmul"),
        ("image.non_max_suppression_overlaps", r"tf\.numpy_function"),
        ("saved_model.signature_def_utils", "export_saved_model"),
        ("saved_model.constants.MAIN_OP_KEY", "export_saved_model"),
        ("nn.ctc_greedy_decoder", r"keras\.ops\.ctc_decode"),
        ("train.experimental.FixedLossScale", "float32"),
    ],
)
def test_what_is_absent_names_its_replacement(name, instead):
    with pytest.raises(AttributeError, match=f"not supported.*{instead}"):
        operator.attrgetter(name)(tf)


def test_wrong_names_find_the_nearest():
    with pytest.raises(AttributeError, match="'reduce_sum'"):
        _ = tf.reduce_sums
    with pytest.raises(ImportError, match=r"Session.*not supported"):
        from estikeras.compat.v1 import Session  # noqa: F401


def test_lists_of_names_are_fresh():
    table = namespace._tree("compat.v1")
    found = {
        f"{prefix}.{name}" if prefix else name
        for prefix, names in table.items()
        for name, target in names.items()
        if target is not None
    }
    own = {name for name in namespace._table() if not name.startswith("compat.")}
    assert sorted(set(absent.ABSENT) & (found | own)) == []
    assert sorted(inherited._CHANGED - own) == []
    assert sorted(set(inherited._RENAMED.values()) - set(namespace._table())) == []


def test_what_is_named_in_place_of_absent_names_is_there():
    for text in set(absent.ABSENT.values()):
        for name in re.findall(r"`(?:tf\.(?=\w)|(?=keras\.))([\w.]+)[`(]", text):
            assert operator.attrgetter(name)(estikeras), text


def test_names_that_tensorflow_2_has_too_say_the_same():
    for module in (tf, estikeras):
        with pytest.raises(AttributeError, match=r"not supported.*tf\.linalg\.matmul"):
            _ = module.linalg.LinearOperatorDiag


def test_modes_change_nothing():
    tf.disable_v2_behavior()
    tf.disable_eager_execution()
    tf.enable_eager_execution()
    tf.reset_default_graph()
    tf.enable_resource_variables()
    with tf.Graph().as_default() as graph, graph.device("cpu:0"):
        assert graph.get_collection("mine") == []
    assert tf.executing_eagerly()


def test_text_and_bytes_become_each_other():
    compat = estikeras.compat
    assert compat.as_bytes("ä") == "ä".encode() == compat.as_bytes("ä".encode())
    assert compat.as_text(b"a") == compat.as_str("a") == compat.as_str_any(b"a") == "a"
    assert compat.as_str_any(3) == "3"
    with pytest.raises(TypeError, match="text or bytes"):
        compat.as_text(3)


def test_records_are_read_in_a_loop(tmp_path):
    path = str(tmp_path / "records")
    with tf.python_io.TFRecordWriter(path) as writer:
        writer.write(b"one")
        writer.write(b"two")
    assert list(tf.python_io.tf_record_iterator(path)) == [b"one", b"two"]


def test_numpy_functions_have_their_old_name():
    doubled = tf.py_func(lambda x: x * 2, [[1.0, 2.0]], tf.float32)
    assert doubled.numpy().tolist() == [2, 4]


def test_assertions_look_at_values_shapes_and_dtypes():
    tf.assert_non_negative([0.0, 1.0])
    tf.assert_near([1.0], [1.0 + 1e-7])
    tf.assert_rank_in([1.0], [0, 1])
    for wrong in (
        lambda: tf.assert_positive([0.0]),
        lambda: tf.assert_less_equal([2], [1], message="too large"),
        lambda: tf.check_numerics([float("nan")], "bad"),
        lambda: tf.debugging.check_numerics([float("inf")], "bad"),
        lambda: estikeras.debugging.check_numerics([float("inf")], "bad"),
    ):
        with pytest.raises(estikeras.errors.InvalidArgumentError):
            wrong()
    with pytest.raises(ValueError, match="at least 2 axes"):
        tf.assert_rank_at_least([1.0], 2)
    with pytest.raises(TypeError, match="int"):
        tf.assert_integer([1.0])
