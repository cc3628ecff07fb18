"""Datasets of files: lines, records and pieces of fixed length."""

import contextlib
import itertools
import os
from dataclasses import dataclass

import numpy as np

from estikeras import errors
from estikeras.data import structure
from estikeras.data.arguments import integer, parallel_calls
from estikeras.data.buffering import read_ahead
from estikeras.data.dataset import Dataset
from estikeras.data.node import BLOCK_ROWS, Node
from estikeras.data.records import BLOCK, read_records
from estikeras.data.sources import Pending, Slices
from estikeras.engine.specs import TensorSpec
from estikeras.formats import compressed
from estikeras.public import public

SMALLEST_BLOCK = 1 << 12
BLOCKS_AHEAD = 2  # of each file where several are read in turn
ROWS_IN_TURN = 256


class Files(Node):
    """What a reader finds in files.

    Args:
        names: step that gives the files' names.
        reader: has the `spec` of an element, `blocks(name)`, an iterator over blocks of elements,
            and `attempts(name)`, as of a Node.
        parallel: how many files are read in turn, each by a thread of its own, AUTOTUNE for as many
            as there are cores; None for one file after the other.
    """

    columnar = True
    opens_files = True

    def __init__(self, names, reader, parallel=None):
        super().__init__(names)
        self.reader, self.parallel = reader, parallel

    def infer_spec(self):
        return self.reader.spec

    def rows_at_once(self):
        return BLOCK_ROWS  # at most: as many as there are in what was read

    def many(self, run, size):
        names = map(_text, self.source.elements(run))
        if self.parallel is None:
            blocks = itertools.chain.from_iterable(map(self.reader.blocks, names))
        else:
            blocks = self._in_turn(names, run.workers(self.parallel))
        for block in blocks:
            rows = structure.rows_of(block)
            for start in range(0, rows, size):
                whole = rows <= size
                yield block if whole else structure.take_slice(block, start, start + size)

    def attempts(self, run):
        if self.parallel is not None:
            return super().attempts(run)
        names = map(_text, self.source.elements(run))
        return itertools.chain.from_iterable(map(self.reader.attempts, names))

    def _in_turn(self, names, cycle):
        """Blocks of elements that come from `cycle` files in turn; a file that ends makes room for
        the next one when it would be its turn again.
        """
        with contextlib.ExitStack() as stack:
            rows = self._rows_in_turn(names, [None] * cycle, stack)
            while taken := list(itertools.islice(rows, ROWS_IN_TURN)):
                yield structure.stack(taken)

    def _rows_in_turn(self, names, opened, stack):
        place, more = 0, True
        while more or any(rows is not None for rows in opened):
            if opened[place] is None and more:
                name = next(names, None)
                more = name is not None
                if more:
                    blocks = read_ahead(self.reader.blocks(name), BLOCKS_AHEAD)
                    stack.callback(blocks.close)
                    opened[place] = itertools.chain.from_iterable(map(structure.unstack, blocks))
            if opened[place] is not None:
                for row in opened[place]:
                    yield row
                    break
                else:
                    opened[place] = None
            place = (place + 1) % len(opened)


def _text(name):
    return os.fsdecode(name.item() if isinstance(name, np.ndarray) else name)


@contextlib.contextmanager
def opened(name, compression):
    """A file with `read(size)`, and closed at the end.

    Args:
        name: str.
        compression: "", "ZLIB" or "GZIP".

    Raises:
        NotFoundError: if it does not exist.
    """
    try:
        file = open(name, "rb", buffering=0)  # noqa: SIM115, PTH123 - closed below
    except FileNotFoundError:
        raise errors.NotFoundError(message=f"{name}: there is no such file.") from None
    except PermissionError:
        raise errors.PermissionDeniedError(message=f"{name} may not be read.") from None
    except IsADirectoryError:
        raise errors.FailedPreconditionError(message=f"{name} is a folder.") from None
    with file:
        yield compressed.Inflated(file, compression, name) if compression else file


class StringReader:
    """What readers have in common whose elements are strings: they read lists of bytes.

    Attributes:
        compression: "", "ZLIB" or "GZIP".
        block: int, how many bytes are read at once.
    """

    spec = TensorSpec((), "string")

    def blocks(self, name):
        """Arrays of strings."""
        with opened(name, self.compression) as file:
            for texts in self.lists(file, name):
                block = np.empty(len(texts), object)
                block[:] = texts
                yield block

    def attempts(self, name):
        """Strings and None; a file that is damaged ends there."""
        try:
            for block in self.blocks(name):
                for text in block:
                    yield text, None
        except errors.OpError as error:
            yield None, error


@dataclass(frozen=True)
class Records(StringReader):
    """Reads TFRecord files."""

    compression: str
    block: int

    def lists(self, file, name):
        """Lists of records."""
        return read_records(file, name, self.block)


@dataclass(frozen=True)
class Lines(StringReader):
    """Reads lines without their ends; carriage returns are left out wherever they are."""

    compression: str
    block: int

    def lists(self, file, name):
        """Lists of lines."""
        parts = []  # of a line whose end has not come
        while data := file.read(self.block):
            first, *lines = data.replace(b"\r", b"").split(b"\n")
            parts.append(first)
            if lines:
                whole = b"".join(parts)
                parts = [lines.pop()]
                yield [whole, *lines]
        if rest := b"".join(parts):
            yield [rest]


@dataclass(frozen=True)
class FixedLength(StringReader):
    """Reads records of one length between a header and a footer."""

    compression: str
    block: int
    length: int
    header: int
    footer: int

    def lists(self, file, name):
        """Lists of records."""
        if not self.compression:
            self._check(os.fstat(file.fileno()).st_size - self.header - self.footer, name)
        data, skipped, total = b"", 0, 0
        while fresh := file.read(self.block):
            if skipped < self.header:
                taken = min(len(fresh), self.header - skipped)
                fresh, skipped = fresh[taken:], skipped + taken
            data += fresh
            total += len(fresh)
            count = max(0, len(data) - self.footer) // self.length
            if count:
                end = count * self.length
                yield [data[at : at + self.length] for at in range(0, end, self.length)]
                data = data[end:]
        self._check(total - self.footer - (self.header - skipped), name)

    def _check(self, body, name):
        if body < 0 or body % self.length:
            raise errors.InvalidArgumentError(
                message=f"{name}: {max(0, body)} bytes between a header of {self.header} bytes and "
                f"a footer of {self.footer} are no multiple of `record_bytes`, {self.length}."
            )


def names_of(filenames):
    """The step that gives files' names: strings, in any nesting, or a Dataset of strings ().

    Raises:
        TypeError: for anything else.
    """
    if isinstance(filenames, Dataset):
        spec = filenames.plan.declared
        if spec is not None and spec != TensorSpec((), "string"):
            raise errors.wrong_type("filenames", got=spec, expected="a Dataset of strings ()")
        return filenames.plan
    if structure.pending_spec(filenames) is not None:
        return Pending(TensorSpec((), "string"))
    if isinstance(filenames, os.PathLike):
        filenames = os.fspath(filenames)
    if isinstance(filenames, list | tuple):
        filenames = [os.fspath(f) if isinstance(f, os.PathLike) else f for f in filenames]
    names = np.reshape(structure.as_element(filenames), -1)
    if names.dtype != object and names.size:
        raise errors.wrong_type("filenames", got=filenames, expected="strings")
    return Slices(names.astype(object))


def block_of(buffer_size):
    """How many bytes to read at once."""
    if buffer_size is None:
        return BLOCK
    return max(SMALLEST_BLOCK, integer("buffer_size", buffer_size, 0))


def _parallel(num_parallel_reads):
    if num_parallel_reads is None:
        return None
    return parallel_calls(num_parallel_reads)


@public("data.TextLineDataset")
class TextLineDataset(Dataset):
    """The lines of files, strings () without their ends.

    Args:
        filenames: names of files, str or string tensors, or a Dataset of them.
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""`.
        buffer_size: int, how many bytes are read at once.
        num_parallel_reads: int, how many files are read at once: their lines come in turn. None
            for one file after the other; AUTOTUNE for as many as there are cores.
        name: of no consequence.

    Raises:
        NotFoundError: when a file that does not exist is to be read.
    """

    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        reader = Lines(compressed.standardize(compression_type), block_of(buffer_size))
        super().__init__(Files(names_of(filenames), reader, _parallel(num_parallel_reads)))


@public("data.TFRecordDataset")
class TFRecordDataset(Dataset):
    """The records of TFRecord files, strings (), with their checksums verified.

    Args:
        filenames: names of files, str or string tensors, or a Dataset of them.
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""`.
        buffer_size: int, how many bytes are read at once.
        num_parallel_reads: int, how many files are read at once: their records come in turn. None
            for one file after the other; AUTOTUNE for as many as there are cores.
        name: of no consequence.

    Raises:
        NotFoundError: when a file that does not exist is to be read.
        DataLossError: at a record that is truncated or damaged.
    """

    def __init__(
        self,
        filenames,
        compression_type=None,
        buffer_size=None,
        num_parallel_reads=None,
        name=None,
    ):
        reader = Records(compressed.standardize(compression_type), block_of(buffer_size))
        super().__init__(Files(names_of(filenames), reader, _parallel(num_parallel_reads)))


@public("data.FixedLengthRecordDataset")
class FixedLengthRecordDataset(Dataset):
    """Pieces of files that all have the same length, strings ().

    Args:
        filenames: names of files, str or string tensors, or a Dataset of them.
        record_bytes: int, the length of a piece.
        header_bytes: int, how many bytes at the beginning of a file are left out; None is 0.
        footer_bytes: int, how many bytes at its end are left out; None is 0.
        buffer_size: int, how many bytes are read at once.
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""`.
        num_parallel_reads: int, how many files are read at once: their pieces come in turn. None
            for one file after the other; AUTOTUNE for as many as there are cores.
        name: of no consequence.

    Raises:
        NotFoundError: when a file that does not exist is to be read.
        InvalidArgumentError: when a file does not consist of whole pieces.
    """

    def __init__(
        self,
        filenames,
        record_bytes,
        header_bytes=None,
        footer_bytes=None,
        buffer_size=None,
        compression_type=None,
        num_parallel_reads=None,
        name=None,
    ):
        reader = FixedLength(
            compressed.standardize(compression_type),
            block_of(buffer_size),
            integer("record_bytes", record_bytes, 1),
            integer("header_bytes", header_bytes or 0, 0),
            integer("footer_bytes", footer_bytes or 0, 0),
        )
        super().__init__(Files(names_of(filenames), reader, _parallel(num_parallel_reads)))
