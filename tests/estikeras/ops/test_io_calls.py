"""`tf.io`, `tf.strings`, `tf.sparse` and datasets of files: what TensorFlow gives, and refuses."""

import pytest

import estikeras
from estikeras import errors
from tests.support import io_calls

# Call -> why estikeras does otherwise.
OTHERWISE = {
    'strings.regex_replace(["abc"], "b", "\\\\x")': "a wrong rewrite is refused, not left out",
    'strings.to_number(["1e60", "0x10"])': "numbers are decimal",
    'io.parse_example([[ex(a=[1.])]], {"a":FL([], "float32")})': "dense features of any shape",
    'io.parse_single_example(ex(i=[9], v=[1.]), {"s":SF("i", "v", "float32", 5)})': (
        "an index outside of the size is refused"
    ),
    'io.decode_image(image("rgb.png"), dtype="int32")': "pixels have no whole numbers of 32 bits",
    'every(data.TextLineDataset(B, compression_type="FOO"))': "refused at once",
    'every(data.FixedLengthRecordDataset(file(b"HHFFF"), 0))': "refused at once",
    'every(table(b"a,b\\n1,2\\n", 2, column_defaults=[[9.0]]))': "refused at once",
    "every(data.TFRecordDataset(B))": "a file too short for a record is damaged",
}


@pytest.mark.parametrize("table", io_calls.TABLES)
def test_calls_give_what_tensorflow_gave(table):
    wanted, different = io_calls.recorded(table), {}
    assert sorted(wanted) == sorted(io_calls.calls(table)), "run scripts/record_io"
    for call, text in wanted.items():
        found, error = io_calls.outcome(call, estikeras)
        if (found != text) != (call in OTHERWISE):
            different[call] = f"{found} ({error!r}), TensorFlow: {text}"
        assert error is None or isinstance(error, (ValueError, TypeError, errors.OpError)), call
    assert different == {}


def test_every_difference_is_a_call():
    assert set(OTHERWISE) <= {call for table in io_calls.TABLES for call in io_calls.calls(table)}
