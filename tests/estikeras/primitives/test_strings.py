"""Operations on strings; their values are compared with TensorFlow's in `ops/test_io_calls.py`."""

import gzip

import numpy as np
import pytest

from estikeras.engine.primitive import REGISTRY
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives import csv
from estikeras.primitives.strings import compiled, numbers
from tests.support.primitives import primitive_checks, row, strings

TEXTS = strings("Hello", " a b ", "é", b"\xff", "", "x-y", shape=(2, 3))
FORM = csv.Form(
    columns=(("int32", None), ("float64", 0.5), ("string", b"z")),
    delimiter=b";",
    quotes=True,
    missing=b"NA",
    selected=None,
)
RECORDS = strings('1;2.5;"a;""b"""', "2;;NA", "-3;NA;c")
NUMBERS = np.array([0, 1, -1], "int32")
ROWS = [
    row("string_lower", [TEXTS], utf8=False),
    row("string_lower", [TEXTS], utf8=True),
    row("string_upper", [TEXTS], utf8=True),
    row("string_strip", [TEXTS]),
    row("string_length", [TEXTS], utf8=True),
    row("string_length", [TEXTS], utf8=False),
    row("string_substr", [strings("abc", "é-", "xyz"), NUMBERS, NUMBERS + 1], utf8=True),
    row("string_substr", [strings("abc", shape=()), NUMBERS, np.array(2)], utf8=False),
    row("string_join", [TEXTS, strings("-", shape=()), TEXTS], separator=b"+"),
    row("regex_replace", [TEXTS], pattern=compiled(b"[a-z]"), rewrite=r"<\g<0>>", all_matches=True),
    row("regex_full_match", [TEXTS], pattern=compiled(b".")),
    row("string_to_number", [strings("1", " -2 ", "3")], out_type="int64"),
    row("as_string", [NUMBERS], form="%05d", has_strings=True),
    row("encode_base64", [TEXTS], pad=True),
    row("decode_base64", [strings("YWI", "_-8=")]),
    row("decode_compressed", [strings(gzip.compress(b"abc", mtime=0))], kind="GZIP"),
    row("decode_raw", [TEXTS], out_type="int16", size=2, swap=True),
    row("decode_csv", [RECORDS], form=FORM),
    row("decode_csv", [strings()], form=FORM),
]
test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize("text", ["1_0", "1\0", "", "0x1", "1.5", "300"])
def test_what_is_no_number_is_named_with_its_place(text):
    with pytest.raises(InvalidArgumentError, match="is no int8 number") as caught:
        numbers([b"1", text.encode()], "int8")
    assert caught.value.row == 1


def test_shapes_must_be_one():
    with pytest.raises(ValueError, match=r"`inputs`.*\(3,\).*\(2,\)"):
        REGISTRY["string_join"](strings("a", "b"), strings("a", "b", "c"), separator=b"")
    with pytest.raises(TypeError, match="expected strings"):
        REGISTRY["string_lower"](np.zeros(2), utf8=False)


def test_the_end_of_a_pattern_is_the_end_of_the_text():
    assert compiled(rb"a[$]\$b$").pattern == r"a[$]\$b\Z"


def test_csv_errors_name_the_record_and_the_field():
    for record, message in {
        "1;2": "Record 7 has 2 fields; expected 3",
        ";2;3": "Field 0 is missing in record 7",
        "x;2;3": "Field 0 in record 7: b'x' is no int32 number",
        '"1;2;3': "Record 7: a quote is not closed",
    }.items():
        with pytest.raises(InvalidArgumentError, match=message):
            csv.parse([b"1;2;3", record.encode()], FORM, first=6)
