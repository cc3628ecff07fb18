"""Features of examples as columns, against protobuf's own runtime."""

import numpy as np
import pytest

from estikeras.engine.primitive import REGISTRY
from estikeras.formats.example import Example
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives.records import Batch, Column, Padded
from tests.support.primitives import primitive_checks, row, strings

RNG = np.random.default_rng(11)
VALUES = ("image", "float32", 6), ("label", "int64", 1), ("words", "string", 2)


def an_example(missing=(), seed=0):
    """An Example with the features of VALUES, in any order, and one more."""
    rng = np.random.default_rng(seed)
    example = Example()
    features = example.features.feature
    for name, dtype, size in rng.permutation(np.array(VALUES, object)):
        if name in missing:
            continue
        if dtype == "float32":
            features[name].float_list.value.extend(rng.normal(size=size))
        elif dtype == "int64":
            features[name].int64_list.value.extend(
                rng.choice([-1, 0, 127, 128, 2**40, 2**63 - 1, -(2**63)], size).tolist()
            )
        else:
            features[name].bytes_list.value.extend(rng.bytes(n) for n in rng.integers(0, 300, size))
    features["other"].bytes_list.value.append(b"ignored")
    return example


COLUMNS = (
    Column(b"image", "float32", (2, 3), None),
    Column(b"label", "int64", (), (-7,)),
    Column(b"words", "string", (2,), (b"d", b"")),
)
PADDED = (
    Padded(b"image", "float32", 4, np.nan),
    Padded(b"label", "int64", 3, -1),
    Padded(b"words", "string", 2, b""),
)
EXAMPLES = [
    an_example(missing, seed)
    for seed, missing in enumerate([(), (), ("label",), ("words",), ("label", "words"), ()])
]
BYTES = [example.SerializeToString(deterministic=True) for example in EXAMPLES]
ROWS = [
    row("parse_example", [strings(*BYTES, shape=(2, 3))], columns=COLUMNS),
    row("parse_example", [strings(BYTES[0], shape=())], columns=COLUMNS[:1]),
    row("parse_example", [strings()], columns=COLUMNS),
    row("parse_padded_example", [strings(*BYTES, shape=(2, 3))], columns=PADDED),
    row("parse_padded_example", [strings()], columns=PADDED),
]
test_primitive = primitive_checks(ROWS)


def wanted(example, column):
    """The values of a feature, as protobuf's runtime reads them."""
    feature = example.features.feature
    name = column.name.decode()
    if name not in feature:
        return list(column.default)
    return list(getattr(feature[name], feature[name].WhichOneof("kind")).value)


def test_columns_are_what_protobuf_reads():
    outputs = REGISTRY["parse_example"](strings(*BYTES), columns=COLUMNS)
    for column, output in zip(COLUMNS, outputs, strict=True):
        read = [wanted(example, column) for example in EXAMPLES]
        array = np.array(read, object).reshape(len(read), *column.shape)
        np.testing.assert_array_equal(output.value, array.astype(output.value.dtype))


def test_features_of_any_number_are_what_protobuf_reads():
    examples = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        example = Example()
        for name, list_name, values in (
            ("f", "float_list", rng.normal(size=9)),
            ("i", "int64_list", rng.integers(-300, 300, 9)),
            ("s", "bytes_list", [rng.bytes(3) for _ in range(9)]),
        ):
            if rng.random() < 0.8:
                target = getattr(example.features.feature[name], list_name)
                target.value.extend(list(values)[: rng.integers(0, 9)])
                target.SetInParent()
        examples.append(example)
    batch = Batch(strings(*[example.SerializeToString(deterministic=True) for example in examples]))
    features = ((b"f", "float32"), (b"i", "int64"), (b"s", "string"))
    for (name, _), (values, counts) in zip(features, batch.ragged(features), strict=True):
        column, absent = Column(name, None, None, ()), -1
        read = [wanted(example, column) for example in examples]
        assert values.tolist() == [value for one in read for value in one]
        there = [name.decode() in example.features.feature for example in examples]
        assert counts.tolist() == [
            len(one) if is_there else absent for one, is_there in zip(read, there, strict=True)
        ]


def field(number, content):
    return bytes([number << 3 | 2, len(content)]) + content


def example_of(feature, name=b"a"):
    return field(1, field(1, field(1, name) + field(2, feature)))


ONE, TWO = b"\x00\x00\x80\x3f", b"\x00\x00\x00\x40"  # 1.0 and 2.0
UNKNOWN = b"\x15\x00\x00\x00\x00\x10\x05\x1a\x00"
FORMS = {
    "floats one by one": (b"\x0d" + ONE + b"\x0d" + TWO, 2, "float32", [1, 2]),
    "floats packed twice": (b"\x0a\x04" + ONE + b"\x0a\x04" + TWO, 2, "float32", [1, 2]),
    "integers one by one": (b"\x08\x01\x08\xac\x02", 3, "int64", [1, 300]),
    "unknown fields": (UNKNOWN + b"\x0a\x01\x07" + UNKNOWN + b"\x08\x08", 3, "int64", [7, 8]),
}


@pytest.mark.parametrize("form", FORMS)
def test_lists_are_read_in_every_form(form):
    content, kind, dtype, values = FORMS[form]
    data = example_of(field(kind, content))
    (output,) = REGISTRY["parse_example"](data, columns=(Column(b"a", dtype, (2,), None),))
    assert output.value.tolist() == values
    read = Example.FromString(data).features.feature["a"]
    assert list(getattr(read, read.WhichOneof("kind")).value) == values


def test_only_bytes_are_read():
    data = example_of(field(3, b"\x08\x07"))
    columns = (Column(b"a", "int64", (), None),)
    mixed = np.array([data, np.bytes_(data)], object)
    (output,) = REGISTRY["parse_example"].reference(mixed, columns=columns)
    assert output.tolist() == [7, 7]
    for wrong in (None, "text", 5, np.array(data, object)):
        mixed[1] = wrong
        with pytest.raises(TypeError, match="`serialized`: expected bytes"):
            REGISTRY["parse_example"].reference(mixed, columns=columns)


def test_of_two_entries_with_a_name_the_last_counts():
    data = example_of(field(3, b"\x08\x01")) + example_of(field(3, b"\x08\x02"))
    (output,) = REGISTRY["parse_example"](data, columns=(Column(b"a", "int64", (), None),))
    assert output.value == Example.FromString(data).features.feature["a"].int64_list.value[0] == 2


def test_bytes_that_are_no_example_are_found_wherever_they_are_cut():
    whole, columns = BYTES[0], COLUMNS[:1]
    for cut in range(1, len(whole), 7):
        with pytest.raises(InvalidArgumentError, match="Example 1 is no serialized"):
            REGISTRY["parse_example"](strings(whole, whole[:cut]), columns=columns)


def test_random_bytes_end_in_values_or_an_error():
    for _ in range(3000):
        data = bytearray(BYTES[0])
        for place in RNG.integers(0, len(data), 3):
            data[place] = RNG.integers(256)
        try:
            REGISTRY["parse_example"](bytes(data), columns=COLUMNS)
        except InvalidArgumentError:
            continue


WRONG = {
    "Example 1 has no feature 'image'; expected 6": (b"image", "float32", (6,)),
    "Example 1 has values of dtype float32 for the feature 'b', which is said to be int64": (
        b"b",
        "int64",
        (),
    ),
    "Example 1 has 1 values for the feature 'b'; expected 2": (b"b", "float32", (2,)),
}


@pytest.mark.parametrize("message", WRONG)
def test_errors_name_feature_and_example(message):
    name, dtype, shape = WRONG[message]
    second = Example()
    second.features.feature["b"].float_list.value.append(1.0)
    first = Example()
    first.features.feature[name.decode()].CopyFrom(
        EXAMPLES[0].features.feature["image"]
        if name == b"image"
        else EXAMPLES[0].features.feature["label"]
    )
    if message.endswith("expected 2"):
        first.features.feature["b"].float_list.value.extend([1.0, 2.0])
    batch = strings(first.SerializeToString(deterministic=True), second.SerializeToString())
    with pytest.raises(InvalidArgumentError, match=message):
        REGISTRY["parse_example"](batch, columns=(Column(name, dtype, shape, None),))


def test_rows_of_any_length_are_cut_and_filled_up():
    short, long = Example(), Example()
    short.features.feature["a"].int64_list.value.append(1)
    long.features.feature["a"].int64_list.value.extend([1, 2, 3])
    rows = [example.SerializeToString() for example in (short, long)]
    columns = (Padded(b"a", "int64", 2, -1),)
    (output,) = REGISTRY["parse_padded_example"](strings(*rows, b""), columns=columns)
    assert output.tolist() == [[1, -1], [1, 2], [-1, -1]]
