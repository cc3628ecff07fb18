"""tf.print writes what TensorFlow 2.15 writes; in programs, whenever one comes there."""

import io

import numpy as np
import pytest

import estikeras as tf

# What is printed, as TensorFlow 2.15 prints it.
TEXTS = [
    (["loss:", tf.constant(1.5)], "loss: 1.5"),
    ([tf.constant([1.0, 2.5, 3.14159265])], "[1 2.5 3.14159274]"),
    ([tf.range(10)], "[0 1 2 ... 7 8 9]"),
    ([tf.constant(True), tf.constant([True, False])], "1 [1 0]"),
    (["a", tf.constant("b"), tf.constant(["c", "d e"])], 'a "b" ["c" "d e"]'),
    ([{"x": tf.constant(1), "y": [tf.constant(2), 3]}], "{'x': 1, 'y': [2, 3]}"),
    ([(tf.constant(1),)], "(1,)"),
    ([1, 2.5, None, (1, "s")], "1 2.5 None (1, 's')"),
    ([tf.constant(1e-7), tf.constant(np.inf)], "1e-07 inf"),
    ([tf.constant(1 / 3, "float64")], "0.33333333333333331"),
    ([tf.constant([123456789.0, 1234567.0, np.nan])], "[123456792 1234567 nan]"),
    ([tf.zeros((0,)), tf.Variable([1.0])], "[] [1]"),
    ([tf.zeros((2, 2, 2))], "[[[0 0]\n  [0 0]]\n\n [[0 0]\n  [0 0]]]"),
    ([tf.ones((7, 2))], "[[1 1]\n [1 1]\n [1 1]\n ...\n [1 1]\n [1 1]\n [1 1]]"),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "text"), TEXTS, ids=[text[:20] for _, text in TEXTS])
def test_values_are_written_as_tensorflow_writes_them(inputs, text, capsys):
    tf.print(*inputs)
    assert capsys.readouterr().err == f"{text}\n"


def test_options(tmp_path):
    stream, lines, file = io.StringIO(), [], tmp_path / "printed"
    tf.print(tf.range(9), "b", summarize=2, sep="|", end="!", output_stream=stream)
    tf.print(tf.range(9), summarize=-1, output_stream=lines.append)
    for word in "ab":
        tf.print(word, output_stream=f"file://{file}")
    assert stream.getvalue() == "[0 1 ... 7 8]|b!"
    assert lines == ["[0 1 2 3 4 5 6 7 8]"]
    assert file.read_text() == "a\nb\n"
    with pytest.raises(ValueError, match="`output_stream`"):
        tf.print(1, output_stream="stdout")


def test_compiled_functions_write_each_time_they_come_there():
    lines = []

    @tf.function
    def f(x):
        tf.print("x", x, output_stream=lines.append)
        tf.print("x", x, output_stream=lines.append)
        tf.print("here", output_stream=lines.append)
        tf.cond(x > 1, lambda: tf.print("large", output_stream=lines.append), lambda: None)
        return tf.map_fn(lambda i: i, tf.range(20)) + tf.cast(x, "int32")

    for x in (1.0, 2.0):
        f(tf.constant(x))
    assert lines == ["x 1", "x 1", "here", "x 2", "x 2", "here", "large"]


def test_steps_of_loops_and_of_fit_write(capsys):
    @tf.function
    def total(rows):
        def step(before, row):
            tf.print(row)
            return before + row

        return tf.foldl(step, rows, initializer=0)

    assert int(total(tf.range(20))) == 190
    assert capsys.readouterr().err.split() == [str(i) for i in range(20)]


def test_model_functions_write_where_the_operation_is_run(capsys):
    v1 = tf.compat.v1

    def model_fn(features, labels, mode):
        printed = tf.print("rows:", features)
        tf.print("never")
        with tf.control_dependencies([printed]):
            step = v1.assign_add(v1.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, loss=tf.reduce_sum(features), train_op=step)

    rows = tf.data.Dataset.from_tensor_slices([1.0, 2.0, 3.0]).batch(1)
    tf.estimator.Estimator(model_fn).train(lambda: rows)
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "rows" in line or "never" in line] == [
        f"rows: [{i}]" for i in (1, 2, 3)
    ]
