"""Datasets of files with comma-separated values."""

import itertools
from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import AUTOTUNE, integer
from estikeras.data.dataset import Dataset
from estikeras.data.files import Files, block_of, names_of, opened
from estikeras.engine import dtypes
from estikeras.engine.specs import TensorSpec
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.formats import compressed, csv_text, paths
from estikeras.ops.io_csv import Form, make_form, parse
from estikeras.public import public

ROWS = 4096  # that are parsed at once, at most


@dataclass(frozen=True)
class Rows:
    """Reads the records of CSV files as tuples of columns.

    Attributes:
        form: the Form of a record.
        header: whether the first record of a file is left out.
        compression: "", "ZLIB" or "GZIP".
        block: int, how many bytes are read at once.
    """

    form: Form
    header: bool
    compression: str
    block: int

    @property
    def spec(self):
        """A tuple of strings and numbers ()."""
        return tuple(TensorSpec((), dtype) for dtype, _ in self.form.columns)

    def blocks(self, name):
        """Tuples of columns; where a record is wrong, those before it come first."""
        for first, records in self._records(name):
            try:
                columns = parse(records, self.form, first)
            except errors.InvalidArgumentError:
                for row, error in self._one_by_one(first, records, name):
                    if error is not None:
                        raise error from None
                    yield structure.stack([row])
            else:
                yield tuple(columns)

    def attempts(self, name):
        """Pairs of a row and None, or None and the error in its place."""
        try:
            for first, records in self._records(name):
                yield from self._one_by_one(first, records, name)
        except errors.OpError as error:
            yield None, error

    def _one_by_one(self, first, records, name):
        for number, record in enumerate(records, first):
            try:
                columns = parse([record], self.form, number)
            except errors.InvalidArgumentError as error:
                yield None, errors.InvalidArgumentError(message=f"{name}: {error}")
            else:
                yield tuple(column[0] for column in columns), None

    def _records(self, name):
        """Pairs of the number of the first record, the header not counted, and a list of them."""
        number, pending = 0, self.header
        for records in records_of(name, self.form.quotes, self.compression, self.block):
            if pending:
                records, pending = records[1:], False
            for start in range(0, len(records), ROWS):
                yield number + start, records[start : start + ROWS]
            number += len(records)
        if pending:
            raise errors.InvalidArgumentError(message=f"{name} is empty: it has no header.")


def records_of(name, quotes, compression, block):
    """Lists of the records of a file, each of them bytes."""
    splitter = csv_text.Splitter(quotes)
    with opened(name, compression) as file:
        while True:
            data = file.read(block)
            try:
                records = splitter.feed(data)
            except ValueError as error:
                raise errors.InvalidArgumentError(message=f"{name}: {error}.") from None
            if records:
                yield records
            if not data:
                return


@public("data.experimental.CsvDataset")
class CsvDataset(Dataset):
    """The records of CSV files, tuples of tensors ().

    Args:
        filenames: names of files, str or string tensors, or a Dataset of them.
        record_defaults: list with one tensor or dtype per column, as of `tf.io.decode_csv`.
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""`.
        buffer_size: int, how many bytes are read at once.
        header: bool, whether files begin with a record that is left out.
        field_delim: one character.
        use_quote_delim: bool, whether fields may stand in quotes, also with ends of lines in them.
        na_value: str, what is read as a missing value besides nothing.
        select_cols: ascending numbers of the fields to take, as many as defaults.
        exclude_cols: ascending numbers of the fields to leave out; not with `select_cols`.

    Raises:
        NotFoundError: when a file that does not exist is to be read.
        InvalidArgumentError: at a record with another number of fields, or a field that is missing
            or no number; it names file, record and field.
    """

    def __init__(
        self,
        filenames,
        record_defaults,
        compression_type=None,
        buffer_size=None,
        header=False,
        field_delim=",",
        use_quote_delim=True,
        na_value="",
        select_cols=None,
        exclude_cols=None,
    ):
        record_defaults = list(record_defaults)
        if exclude_cols is not None:
            if select_cols is not None:
                raise errors.invalid(
                    "exclude_cols", got=exclude_cols, expected="None, with `select_cols`"
                )
            excluded = {int(which) for which in exclude_cols}
            total = range(len(record_defaults) + len(excluded))
            select_cols = [which for which in total if which not in excluded]
        form = make_form(record_defaults, field_delim, use_quote_delim, na_value, select_cols)
        reader = Rows(
            form._replace(empty_has_field=True),
            bool(header),
            compressed.standardize(compression_type),
            block_of(buffer_size),
        )
        super().__init__(Files(names_of(filenames), reader))


@public("data.experimental.make_csv_dataset")
def make_csv_dataset(
    file_pattern,
    batch_size,
    column_names=None,
    column_defaults=None,
    label_name=None,
    select_columns=None,
    field_delim=",",
    use_quote_delim=True,
    na_value="",
    header=True,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=10000,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    num_parallel_reads=None,
    sloppy=False,
    num_rows_for_inference=100,
    compression_type=None,
    ignore_errors=False,
    encoding="utf-8",
):
    """Batches of the columns of CSV files, by their names.

    Args:
        file_pattern: str, or list of them: names of files, or patterns with `*`, `?` and `[...]`.
        batch_size: int, how many records make an element.
        column_names: list of str; None takes them from the header of the files.
        column_defaults: list with one tensor or dtype per column that is taken, as of
            `tf.io.decode_csv`; None finds dtypes by reading records: the first of int32, int64,
            float32, float64 and string that all values have. Missing values become 0 or "".
        label_name: str, the column that is the label.
        select_columns: list of names or numbers of the columns to take.
        field_delim: one character.
        use_quote_delim: bool, whether fields may stand in quotes.
        na_value: str, what is read as a missing value besides nothing.
        header: bool, whether files begin with a record of names.
        num_epochs: int, how often the files are read; None for ever, with full batches alone.
        shuffle: bool, whether files and records come in random order, another one in each epoch.
        shuffle_buffer_size: int, among how many records the next one is drawn.
        shuffle_seed: int or None.
        prefetch_buffer_size: int, how many batches are made ahead; None is AUTOTUNE.
        num_parallel_reads: int, how many files are read in turn at once; None is 1.
        sloppy: bool, whether the order may depend on speed; it never does.
        num_rows_for_inference: int, how many records are read to find dtypes; None reads all.
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""`.
        ignore_errors: bool, leave records out that cannot be read.
        encoding: str, of the names in the header.

    Returns:
        Dataset of dicts from names to tensors (batch,), or of pairs of such a dict without the
        label, and the label.

    Raises:
        InvalidArgumentError: if no file matches.
        ValueError: for names that are not there, or there twice, or differ between files.
    """
    files = _files(file_pattern)
    compression = compressed.standardize(compression_type)
    peek = _Peek(files, field_delim, use_quote_delim, compression, encoding)
    if column_names is None:
        if not header:
            raise errors.invalid(
                "column_names", got=None, expected="a list of names, as there is no header"
            )
        column_names = peek.names()
    column_names = list(column_names)
    if len(set(column_names)) != len(column_names):
        raise errors.invalid("column_names", got=column_names, expected="different names")
    chosen = None if select_columns is None else _columns(select_columns, column_names)
    if column_defaults is None:
        taken = range(len(column_names)) if chosen is None else chosen
        column_defaults = peek.defaults(
            taken, len(column_names), na_value, header, num_rows_for_inference
        )
    if chosen is not None:
        column_names = [column_names[which] for which in chosen]
    if len(column_defaults) != len(column_names):
        raise errors.invalid(
            "column_defaults",
            got=column_defaults,
            expected=f"{len(column_names)} of them, one for each column that is taken",
        )
    if label_name is not None and label_name not in column_names:
        raise errors.unknown_name("column (label_name)", label_name, column_names)
    form = make_form(column_defaults, field_delim, use_quote_delim, na_value, chosen)
    reader = Rows(form._replace(empty_has_field=True), bool(header), compression, block_of(None))
    names = Dataset.from_tensor_slices(files)
    if shuffle:
        names = names.shuffle(len(files), shuffle_seed)
    reads = 1 if num_parallel_reads is None else integer("num_parallel_reads", num_parallel_reads)
    dataset = Dataset(Files(names.plan, reader, None if reads == 1 else reads))
    if ignore_errors:
        dataset = dataset.ignore_errors()
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=num_epochs is None)

    def named(*columns):
        features = dict(zip(column_names, columns, strict=True))
        if label_name is None:
            return features
        label = features.pop(label_name)
        return features, label

    ahead = AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size
    return dataset.map(named).prefetch(ahead)


def _files(file_pattern):
    patterns = [file_pattern] if not isinstance(file_pattern, list | tuple) else file_pattern
    found = [path for pattern in patterns for path in paths.matching(str(pattern))]
    if not found:
        raise errors.InvalidArgumentError(
            message=f"`file_pattern`: no file matches {[str(pattern) for pattern in patterns]}."
        )
    return sorted(found)


def _columns(selected, names):
    """The ascending numbers of columns that are given by name or number."""
    found = []
    for one in selected:
        if isinstance(one, str):
            if one not in names:
                raise errors.unknown_name("column (select_columns)", one, names)
            one = names.index(one)
        if not 0 <= one < len(names):
            raise errors.invalid(
                "select_columns", got=one, expected=f"numbers from 0 to {len(names) - 1}"
            )
        found.append(int(one))
    if len(set(found)) != len(found):
        raise errors.invalid("select_columns", got=list(selected), expected="different columns")
    return sorted(found)


class _Peek:
    """Looks into files before they are read."""

    def __init__(self, files, delimiter, quotes, compression, encoding):
        self.files, self.compression, self.encoding = files, compression, encoding
        self.quotes = bool(quotes)
        self.delimiter = delimiter.encode()

    def _rows(self, file):
        lists = records_of(file, self.quotes, self.compression, block_of(None))
        try:
            for record in itertools.chain.from_iterable(lists):
                yield csv_text.fields(record, self.delimiter, self.quotes)
        except ValueError as error:
            raise errors.InvalidArgumentError(message=f"{file}: {error}.") from None

    def names(self):
        """The names in the headers, which must be the same in all files."""
        first = None
        for file in self.files:
            row = next(self._rows(file), None)
            if row is None:
                raise ValueError(f"{file} is empty: it has no header with the columns' names.")
            found = [name.decode(self.encoding) for name in row]
            if first not in (None, found):
                raise ValueError(
                    f"All files must have the same header: {self.files[0]} has {first}, {file} has "
                    f"{found}."
                )
            first = found
        return first

    def defaults(self, taken, total, na_value, header, most):
        """A default of the narrowest dtype that fits for each column that is taken."""
        kinds = [None] * len(taken)
        rows = itertools.chain.from_iterable(
            itertools.islice(self._rows(file), 1 if header else 0, None) for file in self.files
        )
        for row in itertools.islice(rows, most):
            if len(row) != total:
                raise ValueError(
                    f"A record has {len(row)} fields where there are {total} columns: {row}."
                )
            for place, which in enumerate(taken):
                kinds[place] = _wider(kinds[place], row[which], na_value.encode())
        return [as_tensor("") if kind in (None, "string") else _zero(kind) for kind in kinds]


_KINDS = ("int32", "int64", "float32", "float64", "string")


def _zero(kind):
    return Tensor(np.zeros((), dtypes.to_numpy(kind)))


def _wider(kind, text, missing):
    """The first dtype, not before `kind`, that a value has."""
    if text in (b"", missing):
        return kind
    start = 0 if kind is None else _KINDS.index(kind)
    return next(one for one in _KINDS[start:] if _fits(text, one))


def _fits(text, kind):
    if kind == "string":
        return True
    try:
        value = int(text) if kind.startswith("int") else float(text)
    except ValueError:
        return False
    if kind.startswith("int"):
        limits = np.iinfo(kind)
        return limits.min <= value <= limits.max
    return not np.isfinite(value) or abs(value) <= float(np.finfo(kind).max)
