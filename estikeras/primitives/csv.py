"""Records of comma-separated values as columns."""

from collections import namedtuple

import numpy as np

from estikeras.engine import dtypes
from estikeras.engine.primitive import Spec, primitive
from estikeras.formats import csv_text
from estikeras.op_errors import InvalidArgumentError
from estikeras.primitives import strings

DTYPES = ("float32", "float64", "int32", "int64", "string")

# How records are read: one pair of dtype and default (None: the field must be there) for each
# column, the delimiter, whether fields may be quoted, what stands for a missing value, which fields
# are taken (a tuple of their numbers, ascending, or None for all), and whether an empty record has
# one empty field, not none.
Form = namedtuple(
    "Form",
    ["columns", "delimiter", "quotes", "missing", "selected", "empty_has_field"],
    defaults=[False],
)


def parse(records, form, first=0):
    """The columns of a list of records.

    Args:
        records: list of bytes.
        form: a Form.
        first: int, the number of the first record, for errors.

    Returns:
        one array (records,) for each column.

    Raises:
        InvalidArgumentError: for a record with another number of fields, or a field that is missing
            or no number.
    """
    rows = _plain_rows(records, form)
    if rows is None:
        rows = [_row(record, form, first, i) for i, record in enumerate(records)]
    columns = zip(*rows, strict=True) if rows else [()] * len(form.columns)
    return [_column(list(c), form, i, first) for i, c in enumerate(columns)]


def _plain_rows(records, form):
    """The fields of records without quotes that all have as many as they should; else None."""
    whole = b"\n".join(records)
    if b"\r" in whole or (form.quotes and csv_text.QUOTE in whole) or b"" in records:
        return None
    if whole.count(b"\n") >= max(1, len(records)):
        return None
    rows = [record.split(form.delimiter) for record in records]
    lengths = set(map(len, rows))
    if form.selected is None:
        return rows if lengths <= {len(form.columns)} else None
    if form.selected and lengths and form.selected[-1] < min(lengths):
        return [[row[which] for which in form.selected] for row in rows]
    return None


def _row(record, form, first, row):
    number = first + row
    try:
        found = csv_text.fields(record, form.delimiter, form.quotes)
        if not record and form.empty_has_field:
            found = [b""]
    except ValueError as error:
        raise InvalidArgumentError(message=f"Record {number}: {error}.") from None
    if form.selected is not None:
        if found and form.selected and form.selected[-1] < len(found):
            return [found[which] for which in form.selected]
        raise InvalidArgumentError(
            message=f"Record {number} has {len(found)} fields, and field {form.selected[-1]} is to "
            f"be taken: {record!r}."
        )
    if len(found) != len(form.columns):
        raise InvalidArgumentError(
            message=f"Record {number} has {len(found)} fields; expected {len(form.columns)}: "
            f"{record!r}."
        )
    return found


def _column(texts, form, which, first):
    dtype, default = form.columns[which]
    empty = ()
    if b"" in texts or form.missing in texts:
        empty = [i for i, text in enumerate(texts) if not text or text == form.missing]
    if empty and default is None:
        raise InvalidArgumentError(
            message=f"Field {which} is missing in record {first + empty[0]}. Give it a default if "
            "it may be."
        )
    if dtype == "string":
        column = np.empty(len(texts), object)
        column[:] = texts
    else:
        for i in empty:
            texts[i] = b"0"
        try:
            column = strings.numbers(texts, dtype)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(
                message=f"Field {which} in record {first + error.row}: {error}"
            ) from None
    if empty:
        column[empty] = default
    return column


def _rule(records, *, form):
    strings.check_strings("records", records)
    return tuple(Spec(records.shape, dtype) for dtype, _ in form.columns)


def _decode(records, *, form):
    columns = parse(records.reshape(-1).tolist(), form)
    return tuple(
        np.asarray(column, dtypes.to_numpy(dtype)).reshape(records.shape)
        for column, (dtype, _) in zip(columns, form.columns, strict=True)
    )


# Input records of any shape; one output of that shape for each column of the Form.
decode_csv = primitive("decode_csv", rule=_rule, reference=_decode, pointwise=True)
