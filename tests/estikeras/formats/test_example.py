"""The messages of `tf.train`, and their bytes."""

import pickle

import pytest

from estikeras.formats import protobuf
from estikeras.train import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)


def an_example():
    return Example(
        features=Features(
            feature={
                "words": Feature(bytes_list=BytesList(value=[b"a", b"\x00\xff"])),
                "numbers": Feature(float_list=FloatList(value=[1.5, -2])),
                "counts": Feature(int64_list=Int64List(value=[-1, 2**40])),
            }
        )
    )


def test_an_example_comes_back_from_its_bytes():
    example = an_example()
    assert Example.FromString(example.SerializeToString()) == example
    assert pickle.loads(pickle.dumps(example)) == example
    assert example.features.feature["words"].bytes_list.value[1] == b"\x00\xff"


@pytest.mark.parametrize(
    ("feature", "content"),
    [
        (Feature(bytes_list=BytesList(value=[b"a", b"b"])), b"\x0a\x06\x0a\x01a\x0a\x01b"),
        (Feature(float_list=FloatList(value=[1.0])), b"\x12\x06\x0a\x04\x00\x00\x80\x3f"),
        (Feature(int64_list=Int64List(value=[1, 300])), b"\x1a\x05\x0a\x03\x01\xac\x02"),
    ],
)
def test_lists_are_packed_under_their_numbers(feature, content):
    assert feature.SerializeToString() == content


def test_a_feature_is_of_one_kind():
    feature = Feature(float_list=FloatList(value=[1.0]))
    feature.int64_list.value.append(3)
    assert feature.WhichOneof("kind") == "int64_list"


def test_a_sequence_example_has_a_context_and_lists():
    step = Feature(int64_list=Int64List(value=[3]))
    message = SequenceExample(
        context=an_example().features,
        feature_lists=FeatureLists(feature_list={"steps": FeatureList(feature=[step, step])}),
    )
    fields = protobuf.decode(message.SerializeToString())
    assert sorted(fields) == [1, 2]
    assert SequenceExample.FromString(message.SerializeToString()) == message


def test_the_names_are_those_of_the_reference():
    assert Example.DESCRIPTOR.full_name == "tensorflow.Example"
    entry = Features.DESCRIPTOR.fields_by_name["feature"].message_type
    assert entry.full_name == "tensorflow.Features.FeatureEntry"
