"""Tensors of strings, and the errors of `tf.errors`."""

import pickle

import numpy as np
import pytest

import estikeras as tf

MADE = {  # what a tensor is made of, and its bytes
    "text": ("a", b"a"),
    "bytes": (b"a\xff", b"a\xff"),
    "letters beyond ASCII": ("é", b"\xc3\xa9"),
    "nothing": ("", b""),
    "zero bytes at the end": (b"a\0\0", b"a\0\0"),
    "a list": (["a", b"bc"], [b"a", b"bc"]),
    "a list with zero bytes": ([b"a\0", "b"], [b"a\0", b"b"]),
    "nested lists": ([["a"], ["b"]], [[b"a"], [b"b"]]),
    "an array of text": (np.array(["a", "bcd"]), [b"a", b"bcd"]),
    "an array of bytes": (np.array([b"a", b"bcd"]), [b"a", b"bcd"]),
    "an array of objects": (np.array([b"a\0", "b"], object), [b"a\0", b"b"]),
    "an array's entry": (np.array(["ab"])[0], b"ab"),
    "an array without axes": (np.array("ab"), b"ab"),
    "no rows": (np.empty((0,), object), []),
    "an empty list": ([], []),
    "zeros": (tf.zeros((2,), "string"), [b"", b""]),
    "one text for all": (tf.fill((2,), "a"), [b"a", b"a"]),
}


@pytest.mark.parametrize("name", MADE)
def test_strings_become_bytes(name):
    value, expected = MADE[name]
    tensor = tf.constant(value, tf.string)
    assert tensor.dtype == tf.string == "string"
    array = tensor.numpy()
    assert (array if isinstance(array, bytes) else array.tolist()) == expected
    assert tensor.shape == np.shape(np.array(expected, object))


REFUSED = {
    "strings and numbers": lambda: tf.constant(["a", 1]),
    "numbers and strings": lambda: tf.constant([1, "a"]),
    "numbers and strings in lists": lambda: tf.constant([[1], ["a"]]),
    "strings and None": lambda: tf.constant(["a", None]),
    "uneven lists": lambda: tf.constant([["a", "b"], ["c"]]),
    "an array of both": lambda: tf.constant(np.array(["a", 1.5], object)),
    "text as a number": lambda: tf.constant("1", "float32"),
    "a number as text": lambda: tf.constant(1, "string"),
    "numbers as text": lambda: tf.constant([1, 2], "string"),
    "ones": lambda: tf.ones((2,), "string"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_all_strings_is_refused(name):
    with pytest.raises((TypeError, ValueError)) as caught:
        REFUSED[name]()
    assert len(str(caught.value)) > 20


WORDS = tf.constant(["b", "a", "b"])
WITH_NUMBERS = {
    "a sum": lambda: WORDS + 1,
    "a sum with a tensor": lambda: WORDS + tf.constant([1, 2, 3]),
    "a product": lambda: WORDS * 2.0,
    "one list": lambda: tf.concat([WORDS, tf.constant([1])], 0),
    "a stack": lambda: tf.stack([WORDS, tf.constant([1, 2, 3])]),
    "a comparison": lambda: WORDS == 1,
    "a cast": lambda: tf.cast(WORDS, "float32"),
    "a mean": lambda: tf.reduce_mean(WORDS),
}


@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_strings_and_numbers_do_not_mix(name):
    with pytest.raises((TypeError, ValueError), match=r"[Ss]tring"):
        WITH_NUMBERS[name]()


def test_strings_are_compared_with_text():
    assert (WORDS == "b").numpy().tolist() == [True, False, True]
    assert (WORDS != b"b").numpy().tolist() == [False, True, False]
    assert tf.equal(WORDS, WORDS[::-1]).numpy().tolist() == [True, True, True]
    assert bool(WORDS[1] == "a")
    assert (tf.constant(["b\0", "a", "B"]) == WORDS).numpy().tolist() == [False, True, False]


SHAPED = {  # operations that only move entries
    "reshape": lambda x: tf.reshape(x, (3, 1)),
    "gather": lambda x: tf.gather(x, [2, 0]),
    "concat": lambda x: tf.concat([x, ["z"]], 0),
    "stack": lambda x: tf.stack([x, x]),
    "expand": lambda x: tf.expand_dims(x, 0),
    "where": lambda x: tf.where([True, False, True], x, "z"),
    "index": lambda x: x[1],
    "slice": lambda x: x[::-2],
    "tile": lambda x: tf.tile(x, [2]),
    "transpose": lambda x: tf.transpose(tf.reshape(x, (1, 3))),
    "identity": tf.identity,
    "sum": lambda x: x + "!",
}
EXPECTED = {
    "reshape": [[b"b"], [b"a"], [b"b"]],
    "gather": [b"b", b"b"],
    "concat": [b"b", b"a", b"b", b"z"],
    "stack": [[b"b", b"a", b"b"]] * 2,
    "expand": [[b"b", b"a", b"b"]],
    "where": [b"b", b"z", b"b"],
    "index": b"a",
    "slice": [b"b", b"b"],
    "tile": [b"b", b"a", b"b"] * 2,
    "transpose": [[b"b"], [b"a"], [b"b"]],
    "identity": [b"b", b"a", b"b"],
    "sum": [b"b!", b"a!", b"b!"],
}


@pytest.mark.parametrize("name", SHAPED)
def test_entries_are_moved_as_numbers_are(name):
    got = SHAPED[name](WORDS)
    assert got.dtype == "string"
    value = got.numpy()
    assert (value if isinstance(value, bytes) else value.tolist()) == EXPECTED[name]


def test_variables_hold_numbers():
    with pytest.raises(NotImplementedError, match="variable of strings"):
        tf.Variable("a")


KINDS = {  # name of a class of tf.errors -> what it is in Python besides
    "InvalidArgumentError": ValueError,
    "NotFoundError": FileNotFoundError,
    "AlreadyExistsError": FileExistsError,
    "PermissionDeniedError": PermissionError,
    "DataLossError": ValueError,
    "FailedPreconditionError": RuntimeError,
    "UnimplementedError": NotImplementedError,
    "ResourceExhaustedError": MemoryError,
    "DeadlineExceededError": TimeoutError,
    "OutOfRangeError": LookupError,
    "AbortedError": Exception,
    "CancelledError": Exception,
    "InternalError": Exception,
    "UnavailableError": Exception,
    "UnauthenticatedError": Exception,
    "UnknownError": Exception,
}


@pytest.mark.parametrize("name", KINDS)
def test_errors_are_also_pythons_and_survive_pickling(name):
    kind = getattr(tf.errors, name)
    with pytest.raises(KINDS[name], match="what happened") as caught:
        raise kind(None, None, "what happened")
    error = caught.value
    assert isinstance(error, tf.errors.OpError)
    for one in (error, pickle.loads(pickle.dumps(error)), kind(message="what happened")):
        assert type(one) is kind
        assert str(one) == one.message == "what happened"
        assert (one.op, one.node_def) == (None, None)
    assert kind.__name__ == name
