"""TFRecord files: records read in blocks with both checksums verified, and written.

`formats.tfrecord` writes and reads a few records in Python, for event files; this is for data, by
native loops. The framing is described there.
"""

import os
import zlib

import numpy as np

from estikeras import errors
from estikeras.formats import compressed
from estikeras.kernels import direct, records
from estikeras.op_errors import DataLossError, FailedPreconditionError, NotFoundError
from estikeras.public import public

BLOCK = 1 << 18  # bytes that are read and verified at once: they stay in the cache
_PIECE = 1 << 24  # and at most in one call, so that memory grows with what is there


def read_records(file, name, block=BLOCK):
    """The records of a file, block by block.

    Args:
        file: object with `read(size)`, which gives at most `size` bytes, and none at the end.
        name: str, how errors call the file.
        block: int, how many bytes to read at once; more only where a record is larger.

    Yields:
        list of bytes, not empty: the records that ended in the next block.

    Raises:
        DataLossError: at a record that is truncated or damaged, with its position in bytes.
    """
    scan = direct.fastest(records.scan, records.scan_fast)
    rest, position, wanted = b"", 0, block
    state = np.zeros(4, np.int64)
    while True:
        fresh = _read(file, wanted)
        data = rest + fresh if rest else fresh
        room = len(data) // records.FRAME
        starts, lengths = np.empty((2, room), np.int64)
        view = np.frombuffer(data, np.uint8)
        direct.call(scan, {}, view, starts, lengths, state, len(data), room)
        count, done, why, lacking = state.tolist()
        if count:
            ends = starts[:count] + lengths[:count]
            places = zip(starts[:count].tolist(), ends.tolist(), strict=True)
            yield [data[start:end] for start, end in places]
        position += done
        if why in _DAMAGES:
            raise DataLossError(message=_DAMAGES[why].format(name=name, position=position))
        if len(fresh) < wanted:  # the end of the file
            if why == records.MORE:
                raise DataLossError(
                    message=f"{name} is truncated: the record at byte {position} lacks its last "
                    f"{lacking} bytes or more."
                )
            return
        rest, wanted = data[done:], max(block, lacking)


_DAMAGES = {
    records.BAD_LENGTH: "{name} is damaged, or no TFRecord file: the length at byte {position} has "
    "another checksum. Is it compressed? Then say so by `compression_type`.",
    records.BAD_DATA: "{name} is damaged: the record at byte {position} has another checksum.",
}


def _read(file, size):
    """The next `size` bytes; fewer at the end of the file."""
    data = file.read(min(size, _PIECE))
    if len(data) == size or not data:
        return data
    parts, left = [data], size - len(data)
    while left and (data := file.read(min(left, _PIECE))):
        parts.append(data)
        left -= len(data)
    return b"".join(parts)


@public("io.TFRecordOptions")
class TFRecordOptions:
    """How a TFRecord file is written.

    Args:
        compression_type: `"GZIP"`, `"ZLIB"`, or None or `""` for no compression.
        flush_mode: int, zlib's mode in which `flush` writes; by default zlib keeps what it likes.
        input_buffer_size: of no consequence.
        output_buffer_size: of no consequence.
        window_bits: int from 9 to 15, by default 15.
        compression_level: int from 0 (none) to 9 (smallest), or -1, the default.
        compression_method: int, 8, the only one.
        mem_level: int from 1 to 9, by default 9.
        compression_strategy: int from 0 to 4, by default 0.
    """

    compression_type_map = {0: "", 1: "ZLIB", 2: "GZIP"}  # noqa: RUF012 - as the reference has it

    def __init__(
        self,
        compression_type=None,
        flush_mode=None,
        input_buffer_size=None,
        output_buffer_size=None,
        window_bits=None,
        compression_level=None,
        compression_method=None,
        mem_level=None,
        compression_strategy=None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size, self.output_buffer_size = input_buffer_size, output_buffer_size
        self.window_bits = window_bits
        self.compression_level, self.compression_method = compression_level, compression_method
        self.mem_level, self.compression_strategy = mem_level, compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """The kind of compression, `""` for none, of options, a kind, its number or None.

        Raises:
            ValueError: for another kind.
        """
        if isinstance(options, TFRecordOptions):
            options = options.compression_type
        return compressed.standardize(cls.compression_type_map.get(options, options))

    def opened(self, file):
        """The file, or one that compresses into it."""
        kind = self.get_compression_type_string(self)
        if not kind:
            return file
        given = (
            (self.compression_level, zlib.Z_DEFAULT_COMPRESSION),
            (self.compression_method, zlib.DEFLATED),
            (self.window_bits, zlib.MAX_WBITS),
            (self.mem_level, 9),
            (self.compression_strategy, zlib.Z_DEFAULT_STRATEGY),
            (self.flush_mode, zlib.Z_NO_FLUSH),
        )
        return compressed.Deflated(
            file, kind, *(default if value is None else value for value, default in given)
        )


@public("io.TFRecordWriter")
class TFRecordWriter:
    """Writes records to a file, each with checksums of its length and its data.

    Args:
        path: str or path; a file that is there is replaced.
        options: TFRecordOptions, or only their `compression_type`.

    Raises:
        NotFoundError: if the folder does not exist.

    Example:
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/a.tfrecord"
        >>> with TFRecordWriter(path, "GZIP") as writer:
        ...     writer.write(b"a record")
    """

    _file = None  # also where the constructor failed

    def __init__(self, path, options=None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(TFRecordOptions.get_compression_type_string(options))
        try:
            file = open(os.fspath(path), "wb")  # noqa: SIM115, PTH123 - kept open
        except FileNotFoundError:
            raise NotFoundError(message=f"{os.fspath(path)}: its folder does not exist.") from None
        self._file = options.opened(file)
        self._frame = direct.fastest(records.frame, records.frame_fast)
        self._waiting, self._size = [], 0  # records to be framed together, and their bytes

    def write(self, record):
        """Add a record.

        Args:
            record: bytes or bytearray; a str is encoded as UTF-8.

        Raises:
            TypeError: for anything else.
            FailedPreconditionError: after `close`.
        """
        self._check_open()
        if isinstance(record, str):
            record = record.encode()
        elif not isinstance(record, bytes | bytearray | memoryview):
            raise errors.wrong_type(
                "record",
                got=record,
                expected="bytes",
                hint="A string tensor has them as `x.numpy()`, a message as `SerializeToString()`.",
            )
        self._waiting.append(bytes(record))
        self._size += len(record)
        if self._size >= BLOCK:
            self._write()

    def _write(self):
        lengths = np.fromiter(map(len, self._waiting), np.int64, len(self._waiting))
        data = np.frombuffer(b"".join(self._waiting), np.uint8)
        framed = np.empty(len(data) + len(lengths) * records.FRAME, np.uint8)
        direct.call(self._frame, {}, data, lengths, framed, len(data), len(lengths), len(framed))
        self._file.write(framed.data)
        self._waiting, self._size = [], 0

    def flush(self):
        """Hand what was written to the operating system.

        What is compressed may wait for more.
        """
        self._check_open()
        self._write()
        self._file.flush()

    def close(self):
        """Write the rest and close the file; nothing if it is closed."""
        if self._file is not None:
            self._write()
            self._file.close()
            self._file = None

    def _check_open(self):
        if self._file is None:
            raise FailedPreconditionError(message="The TFRecordWriter is closed.")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def __del__(self):
        self.close()
