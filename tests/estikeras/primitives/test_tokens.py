"""Text to tokens: cleaning, cutting, joining, counting."""

import numpy as np
import pytest

from estikeras.primitives import tokens
from estikeras.primitives.lookup import Table
from estikeras.primitives.tokens import Text
from tests.support.primitives import primitive_checks, row

TEXTS = np.array([[b"a b, B", b""], [b"b", b"c a c a"]], object)
TABLE = Table(0, entries={b"a": 1, b"b": 2})
ROWS = [
    row("standardize", [TEXTS], how="lower", kernel=False, order=0),
    row("tokenize", [TEXTS], text=Text(None, "whitespace"), length=3, kernel=False, order=0),
    row("count_tokens", [TEXTS], text=Text("lower", "character"), table=TABLE, depth=4,
        kernel=False, order=0),
]  # fmt: skip

test_primitive = primitive_checks(ROWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (Text(None, "whitespace"), ["Ab,", "c'd", "É"]),
        (Text("lower", "whitespace"), ["ab,", "c'd", "É"]),
        (Text("strip_punctuation", "whitespace"), ["Ab", "cd", "É"]),
        (Text("lower_and_strip_punctuation", "character"), [*" ab \t\ncd É"]),
        (Text("lower_and_strip_punctuation", "whitespace", (2, 1)),
         ["ab cd", "cd É", "ab", "cd", "É"]),
        (Text(None, "whitespace", (4,)), []),
    ],
)  # fmt: skip
def test_a_text_has_these_tokens(text, expected):
    assert text.tokens(" Ab, \t\nc'd É".encode()) == [one.encode() for one in expected]


def test_bytes_that_are_no_text_become_the_replacement_character():
    assert Text(None, "character").tokens(b"a\xff") == [b"a", "�".encode()]


def test_tokens_are_cut_and_filled_up():
    rows = tokens.tokenize(TEXTS, text=Text("lower_and_strip_punctuation", "whitespace"), length=3)
    assert rows.numpy().tolist() == [
        [[b"a", b"b", b"b"], [b""] * 3],
        [[b"b", b"", b""], [b"c", b"a", b"c"]],
    ]


def test_numbers_are_refused():
    with pytest.raises(TypeError, match="strings"):
        tokens.standardize(np.ones(2), how="lower")
