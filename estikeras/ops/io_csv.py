"""Records of comma-separated values to tensors."""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.tensor import as_tensor
from estikeras.primitives import csv
from estikeras.public import public

Form, parse = csv.Form, csv.parse


@public("io.decode_csv")
def decode_csv(
    records,
    record_defaults,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    select_cols=None,
    name=None,
):
    """The columns of records of comma-separated values.

    Args:
        records: string tensor of any shape.
        record_defaults: list with one tensor per column, which says its dtype (float32, float64,
            int32, int64 or string): a scalar or `[value]` stands in for fields that are missing, an
            empty list or tensor, or a dtype, says that none may be.
        field_delim: one character.
        use_quote_delim: bool, whether fields may stand in quotes.
        na_value: str, what is read as a missing value besides nothing.
        select_cols: ascending numbers of the fields to take, as many as defaults; None takes all.
        name: of no consequence.

    Returns:
        list of tensors of the shape of `records`.

    Raises:
        InvalidArgumentError: for a record with another number of fields, or a field that is missing
            or no number; it names record and field.
    """
    form = make_form(record_defaults, field_delim, use_quote_delim, na_value, select_cols)
    return list(csv.decode_csv(records, form=form))


def make_form(record_defaults, field_delim, use_quote_delim, na_value, select_cols):
    """The arguments of `decode_csv` as a Form."""
    if len(field_delim.encode()) != 1 or field_delim in '\n\r"':
        raise errors.invalid("field_delim", got=field_delim, expected="one character, no quote")
    columns = tuple(_column(i, default) for i, default in enumerate(record_defaults))
    if select_cols is not None:
        select_cols = tuple(int(which) for which in select_cols)
        steps = np.diff((-1, *select_cols))
        if len(select_cols) != len(columns) or (steps <= 0).any():
            raise errors.invalid(
                "select_cols",
                got=select_cols,
                expected=f"{len(columns)} ascending numbers, one for each of `record_defaults`",
            )
    return Form(
        columns, field_delim.encode(), bool(use_quote_delim), na_value.encode(), select_cols
    )


def _column(which, default):
    argument = f"record_defaults[{which}]"
    if isinstance(default, dtypes.DType | np.dtype | type):
        dtype, value = dtypes.standardize(default), None
    else:
        tensor = as_tensor(default)
        dtype = tensor.dtype
        if tensor.ndim > 1 or tensor.size > 1:
            raise errors.shape_mismatch(argument, got=tensor.shape, expected="(), (1,) or (0,)")
        value = tensor.value.item() if tensor.size else None
    if dtype not in csv.DTYPES:
        raise errors.invalid(argument, got=dtype, expected=f"one of the dtypes {csv.DTYPES}")
    return dtype, value
