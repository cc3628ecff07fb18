"""Tables: strings and integers, both ways, with and without a default."""

import numpy as np
import pytest

from estikeras import op_errors
from estikeras.engine.function import function
from estikeras.primitives.lookup import Limits, Table, bucketize, lookup
from tests.support.primitives import primitive_checks, row

WORDS = np.array([[b"b", b"x"], [b"a", b"b"]], object)
NUMBERS = np.array([[3, 7], [-5, 3]])

ROWS = [
    row("lookup", [WORDS], table=Table(0, entries={b"a": 1, b"b": 2}), kernel=False, order=0),
    row("lookup", [NUMBERS], table=Table(0, "int64", entries={7: 1, 3: 2, -5: 3}), order=0),
    row("lookup", [NUMBERS], table=Table(b"?", "int64", "string", {7: b"a", 3: b"b"}),
        kernel=False, order=0),
    row("lookup", [NUMBERS], table=Table(9, "int64"), order=0),
    row("bucketize", [(3, 4)], limits=Limits([-0.5, 0.0, 0.2]), order=0),
    row("bucketize", [(3, 4)], limits=Limits(), dtype="float16", order=0),
    row("lookup", [np.zeros((0, 2), object)], table=Table(None, entries={b"a": 1}), kernel=False,
        order=0),
]  # fmt: skip

test_primitive = primitive_checks(ROWS)


def test_each_entry_has_its_value_or_the_default():
    assert lookup(WORDS, table=Table(0, entries={b"a": 1, b"b": 2})).numpy().tolist() == [
        [2, 0],
        [1, 2],
    ]
    table = Table(b"?", "int64", "string", {7: b"a", 3: b"b"})
    assert lookup(NUMBERS, table=table).numpy().tolist() == [[b"b", b"a"], [b"?", b"b"]]


@pytest.mark.parametrize("run", [lambda f: f, function], ids=["eager", "traced"])
@pytest.mark.parametrize(
    ("x", "table"),
    [
        (WORDS, Table(None, entries={b"a": 1, b"b": 2})),
        (NUMBERS, Table(None, "int64", entries={3: 1, 7: 2})),
    ],
)
def test_what_is_no_key_is_named_where_there_is_no_default(x, table, run):
    with pytest.raises(op_errors.InvalidArgumentError, match=r"-5|b'x'"):
        run(lambda x: lookup(x, table=table))(x)


def test_a_limit_belongs_to_the_bin_above_it():
    x = np.array([-1, 0, 0.5, 1, np.nan, np.inf, -np.inf], "float32")
    assert bucketize(x, limits=Limits([0, 1])).numpy().tolist() == [0, 1, 1, 2, 2, 2, 0]


def test_keys_of_another_dtype_are_refused():
    with pytest.raises(TypeError, match="int64"):
        lookup(WORDS, table=Table(0, "int64", entries={1: 2}))


def test_programs_see_new_entries():
    table = Table(0, "int64", entries={3: 1})
    program = function(lambda x: lookup(x, table=table))
    assert program(np.array([3, 4])).numpy().tolist() == [1, 0]
    table.set({4: 7})
    assert program(np.array([3, 4])).numpy().tolist() == [0, 7]
