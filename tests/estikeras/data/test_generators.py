"""`from_generator`: which elements fit a signature, and what is said of those that do not."""

import collections
import gc

import numpy as np
import pytest

import estikeras as tf
from estikeras.data.node import BLOCK_ROWS
from estikeras.data.structure import leaves_of

Dataset = tf.data.Dataset
Spec = tf.TensorSpec
Point = collections.namedtuple("Point", ["x", "y"])


def of(elements, signature):
    return Dataset.from_generator(lambda: elements, output_signature=signature)


def values(element):
    if isinstance(element, dict):
        return {key: values(value) for key, value in element.items()}
    if isinstance(element, tuple):
        return (
            type(element)(*map(values, element))
            if hasattr(element, "x")
            else tuple(map(values, element))
        )
    return np.asarray(element).tolist()


FITTING = {  # signature, an element as it is given, and as it comes out
    "a number": (Spec((), "int32"), 3, 3),
    "a number as a float": (Spec((), "float32"), 3, 3.0),
    "NumPy's number": (Spec((), "int64"), np.int8(3), 3),
    "a list": (Spec((2,), "float64"), [1, 2.5], [1.0, 2.5]),
    "an array": (Spec((None, 2), "int64"), np.zeros((3, 2), "int64"), [[0, 0]] * 3),
    "a tensor": (Spec((2,), "int32"), tf.constant([1, 2]), [1, 2]),
    "whole floats of NumPy": (Spec((), "int32"), np.float64(3), 3),
    "an empty list": (Spec((None,), "int32"), [], []),
    "a boolean as a number": (Spec((), "float32"), True, 1.0),
    "a boolean": (Spec((), "bool"), True, True),
    "text": (Spec((), "string"), "é", "é".encode()),
    "a list of text": (Spec((None,), "string"), ["a", b"b"], [b"a", b"b"]),
    "any shape": (Spec(None, "int32"), [[1], [2]], [[1], [2]]),
    "a pair": ((Spec((), "int32"), Spec((), "string")), (1, "a"), (1, b"a")),
    "a list for a pair": ((Spec((), "int32"), Spec((), "int32")), [1, 2], (1, 2)),
    "a pair in a pair": (
        (Spec((), "int32"), (Spec((), "int32"), Spec((), "int32"))),
        (1, (2, 3)),
        (1, (2, 3)),
    ),
    "a dict": (
        {"b": Spec((), "int32"), "a": Spec((), "int32")},
        {"a": 1, "b": 2},
        {"b": 2, "a": 1},
    ),
    "a named tuple": (Point(Spec((), "int32"), Spec((), "int32")), Point(1, 2), Point(1, 2)),
    "a tuple of texts for one tensor": (Spec((2,), "string"), ("a", b"b"), [b"a", b"b"]),
    "one in a tuple": ((Spec((), "int32"),), (1,), (1,)),
}


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("name", FITTING)
def test_elements_that_fit_are_given_as_the_signature_says(name, batched):
    signature, given, expected = FITTING[name]
    dataset = of([given, given], signature)
    assert dataset.element_spec == signature
    if batched:
        dataset = dataset.batch(2).unbatch()
    elements = list(dataset.as_numpy_iterator())
    assert [values(element) for element in elements] == [expected] * 2
    dtypes = [str(getattr(leaf, "dtype", "object")) for leaf in leaves_of(elements[0])]
    said = [str(spec.dtype).replace("string", "object") for spec in leaves_of(signature)]
    assert dtypes == said


WRONG = {  # signature, two elements that fit and one that does not, what is said
    "a shape": (Spec((2,), "int32"), [[1, 2], [3, 4], [5]], r"Shape \(1,\) is not \(2,\)"),
    "a rank": (Spec((None,), "int32"), [[1, 2], [3], 5], r"Shape \(\) is not \(None,\)"),
    "text for a number": (Spec((), "int32"), [1, 2, "x"], "str"),
    "a number for text": (Spec((), "string"), ["a", "b", 3], "Expected strings"),
    "None": (Spec((), "float32"), [1, 2, None], "NoneType"),
    "None among numbers": (Spec((2,), "float32"), [[1, 2], [3, 4], [5, None]], "list"),
    "digits for a number": (Spec((), "int32"), [1, 2, "3"], "Expected numbers of dtype int32"),
    "a number that is too large": (Spec((), "uint8"), [1, 2, 300], "300"),
    "a complex number": (Spec((), "float32"), [1, 2, 3j], "Expected numbers of dtype float32"),
    "a pair of unlike arrays for one": (
        Spec((2,), "float32"),
        [[1, 2], [3, 4], (np.zeros(2), 5)],
        "one tensor, as there is one spec, got a tuple of 2 .* tuple of specs",
    ),
    "a pair of unlike texts for one": (
        Spec((2,), "string"),
        [["a", "b"], ["c", "d"], ("e", ["f"])],
        r"\(str, list\)",
    ),
    "a dict for text": (Spec((), "string"), ["a", "b", {"c": "d"}], "Expected strings"),
    "uneven lists": (Spec(None, "int32"), [1, [2], [[1], [2, 3]]], "list"),
    "too few": ((Spec((), "int32"),) * 2, [(1, 2), (3, 4), (5,)], "Expected a tuple of 2"),
    "too many": ((Spec((), "int32"),) * 2, [(1, 2), (3, 4), (5, 6, 7)], "Expected a tuple of 2"),
    "one for a pair": ((Spec((), "int32"),) * 2, [(1, 2), (3, 4), 5], "Expected a tuple of 2"),
    "a pair for one": (Spec((), "int32"), [1, 2, (3, 4)], r"Shape \(2,\) is not \(\)"),
    "another key": ({"a": Spec((), "int32")}, [{"a": 1}, {"a": 2}, {"b": 3}], r"keys \['a'\]"),
    "no dict": ({"a": Spec((), "int32")}, [{"a": 1}, {"a": 2}, 3], r"keys \['a'\]"),
    "a shape in a pair": (
        (Spec((), "int32"), Spec((2,), "float32")),
        [(1, [1, 2]), (2, [1, 2]), (3, [1, 2, 3])],
        r"Shape \(3,\) is not \(2,\)",
    ),
}


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("name", WRONG)
def test_an_element_that_does_not_fit_is_named(name, batched):
    signature, elements, said = WRONG[name]
    dataset = of(elements, signature)
    if batched and name not in ("a rank", "uneven lists"):
        dataset = dataset.batch(2)
    iterator = iter(dataset)
    for _ in range(1 if batched and name not in ("a rank", "uneven lists") else 2):
        next(iterator)
    with pytest.raises(tf.errors.InvalidArgumentError, match=said) as caught:
        next(iterator)
    message = str(caught.value)
    assert message.startswith("Element 2 of the generator does not fit `output_signature`")
    assert "Got " in message and "expected " in message


def test_what_a_generator_raises_comes_after_its_elements():
    def broken():
        yield 1
        yield 2
        raise RuntimeError("the disk is full")

    dataset = Dataset.from_generator(broken, output_signature=Spec((), "int32"))
    iterator = iter(dataset)
    assert [int(next(iterator)), int(next(iterator))] == [1, 2]
    with pytest.raises(RuntimeError, match="the disk is full"):
        next(iterator)
    with pytest.raises(RuntimeError, match="the disk is full"):
        list(dataset.batch(2).prefetch(1))


def test_every_pass_calls_the_generator_anew_and_closes_it():
    events = []

    def generate():
        events.append("open")
        try:
            yield from range(3)
        finally:
            events.append("close")

    dataset = Dataset.from_generator(generate, output_signature=Spec((), "int32"))
    assert len(list(dataset)) == 3
    assert len(list(dataset.repeat(2).batch(2))) == 3
    assert events == ["open", "close"] * 3
    iterator = iter(dataset.batch(2).prefetch(1))
    next(iterator)
    del iterator
    gc.collect()
    assert events == ["open", "close"] * 4


def test_arguments_come_as_arrays():
    def count(stop, name):
        assert isinstance(name, bytes)
        yield from range(int(stop))

    dataset = Dataset.from_generator(
        count, args=(tf.constant(3), "x"), output_signature=Spec((), "int32")
    )
    assert [int(x) for x in dataset] == [0, 1, 2]


def test_types_and_shapes_make_a_signature():
    dataset = Dataset.from_generator(
        lambda: [({"a": 1}, [2.0])],
        output_types=({"a": tf.int32}, tf.float32),
        output_shapes=({"a": ()}, (None,)),
    )
    assert dataset.element_spec == ({"a": Spec((), "int32")}, Spec((None,), "float32"))
    unknown = Dataset.from_generator(lambda: [1], output_types=tf.int64)
    assert unknown.element_spec == Spec(None, "int64")


MISUSES = {
    "no function": (lambda: Dataset.from_generator([1], output_types="int32"), "`generator`"),
    "nothing to expect": (lambda: Dataset.from_generator(list), "`output_signature`"),
    "both": (
        lambda: Dataset.from_generator(list, output_types="int32", output_signature=Spec(())),
        "both",
    ),
    "a dtype as a signature": (
        lambda: Dataset.from_generator(list, output_signature="int32"),
        "`output_signature`.*TensorSpecs",
    ),
    "no iterable": (
        lambda: list(Dataset.from_generator(lambda: 3, output_signature=Spec(()))),
        "`generator`.*iterable",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_misuses_are_named(name):
    call, said = MISUSES[name]
    with pytest.raises(TypeError, match=said):
        call()


def test_what_a_user_sees_of_a_generator_is_read_only_when_it_is_wanted():
    read = []

    def endless():
        while True:
            read.append(1)
            yield np.zeros(3, "float32")

    dataset = Dataset.from_generator(endless, output_signature=Spec((3,), "float32"))
    for pipeline, rows in (
        (dataset, 1),
        (dataset.map(lambda x: x + 1), 1),
        (dataset.take(2), 1),
        (dataset.batch(4), 4),
        (dataset.shuffle(5), 6),
        (dataset.batch(2).map(lambda x: x + 1), 2),
        (dataset.map(lambda x: x + 1).batch(2, drop_remainder=True), 2),
        (dataset.batch(2, drop_remainder=True).unbatch().batch(3), 4),
        (dataset.map(lambda x: x + 1, num_parallel_calls=1).filter(lambda x: x[0] > 0), 1),
    ):
        read.clear()
        iterator = iter(pipeline)
        next(iterator)
        assert len(read) == rows < BLOCK_ROWS
        iterator.close()
