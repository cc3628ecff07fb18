"""Records of comma-separated values, against Python's own reader."""

import csv
import io

import numpy as np
import pytest

from estikeras.formats import csv_text


def test_fields_are_those_of_python():
    rng = np.random.default_rng(2)
    for _ in range(300):
        row = ["".join(rng.choice(list('ab", \n'), rng.integers(5))) for _ in range(3)]
        file = io.StringIO()
        quoting = csv.QUOTE_ALL if "\n" in "".join(row) else csv.QUOTE_MINIMAL
        csv.writer(file, quoting=quoting, lineterminator="").writerow(row)
        fields = csv_text.fields(file.getvalue().encode(), b",", True)
        assert [field.decode() for field in fields] == row


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_records_end_where_no_quote_is_open(size):
    data = b'a,b\r\n"c\nd",e\n\n"""f\n",g\r\nlast'
    splitter, found = csv_text.Splitter(quotes=True), []
    for at in range(0, len(data), size):
        found += splitter.feed(data[at : at + size])
    assert [*found, *splitter.feed(b"")] == [b"a,b", b'"c\nd",e', b"", b'"""f\n",g', b"last"]


def test_a_quote_that_stays_open_ends_with_the_file():
    splitter = csv_text.Splitter(quotes=True)
    assert splitter.feed(b'a\n"b\nc\n') == [b"a"]
    assert splitter.feed(b"") == [b'"b\nc']


def test_a_quote_that_never_closes_is_told_of_before_memory_is_full(monkeypatch):
    monkeypatch.setattr(csv_text, "LONGEST", 10)
    with pytest.raises(ValueError, match="a quote is not closed within 10 bytes"):
        csv_text.Splitter(quotes=True).feed(b'"a\nbcd\nefgh\nijkl')


def test_without_quotes_every_line_is_a_record():
    splitter = csv_text.Splitter(quotes=False)
    assert splitter.feed(b'"a\nb"\n') == [b'"a', b'b"']
    assert splitter.feed(b"") == []
