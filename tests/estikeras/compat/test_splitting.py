"""Strings cut into parts, as TensorFlow 1's functions give them: SparseTensors."""

import numpy as np
import pytest

import estikeras.compat.v1 as tf

TEXTS = ["a,b;;c", "", "  x y "]
CUTS = {  # name -> the call, and what TensorFlow 2.15 gives: rows of parts
    "several characters": (
        lambda: tf.string_split(TEXTS, ",;"),
        [[b"a", b"b", b"c"], [], [b"  x y "]],
    ),
    "empty parts": (
        lambda: tf.string_split(TEXTS, delimiter=",;", skip_empty=False),
        [[b"a", b"b", b"", b"c"], [], [b"  x y "]],
    ),
    "spaces": (lambda: tf.string_split(["a b  c\td "]), [[b"a", b"b", b"c\td"]]),
    "all bytes": (
        lambda: tf.string_split(["a b", "\u00e9"], ""),
        [[b"a", b" ", b"b"], [b"\xc3", b"\xa9"]],
    ),
    "no strings": (lambda: tf.string_split(np.zeros(0, object), ","), []),
    "white space": (lambda: tf.strings.split(["a \t b ", ""]), [[b"a", b"b"], []]),
    "one string": (lambda: tf.strings.split("a  b"), [[b"a", b"b"]]),
    "a character": (lambda: tf.strings.split(["a, b,,c"], sep=","), [[b"a", b" b", b"", b"c"]]),
    "a text, once": (
        lambda: tf.strings.split(source=["a, b, c"], sep=", ", maxsplit=1),
        [[b"a", b"b, c"]],
    ),
}


@pytest.mark.parametrize("name", CUTS)
def test_parts_are_those_of_the_reference(name):
    call, rows = CUTS[name]
    sparse = call()
    width = max(map(len, rows), default=0)
    assert tuple(sparse.dense_shape.numpy()) == (len(rows), width)
    dense = tf.sparse_tensor_to_dense(sparse, default_value="-").numpy().tolist()
    assert dense == [[*row, *[b"-"] * (width - len(row))] for row in rows]


def test_a_table_of_strings_has_parts_along_a_third_axis():
    sparse = tf.strings.split([["a b", "c"], ["d", ""]])
    assert sparse.indices.numpy().tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert sparse.dense_shape.numpy().tolist() == [2, 2, 2]


WRONG = {
    "one string": (lambda: tf.string_split("a b"), r"`source`: expected \(rows,\)"),
    "two separators": (lambda: tf.string_split(["a"], ",", delimiter=";"), "give one of them"),
    "no strings": (lambda: tf.strings.split(), "give one of them"),
    "ragged": (lambda: tf.strings.split(["a"], result_type="RaggedTensor"), "SparseTensor"),
    "numbers": (lambda: tf.strings.split([1]), "expected strings"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_calls_say_what_is_expected(name):
    call, message = WRONG[name]
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=message):
        call()
