"""Files compressed as a whole, by zlib: read block by block, and written as they grow. Knows bytes
only.
"""

import zlib

from estikeras import errors
from estikeras.op_errors import DataLossError

KINDS = ("", "ZLIB", "GZIP")
_BLOCK = 1 << 18  # compressed bytes that are read at once
_GZIP = 16  # what zlib wants added to the bits of its window for gzip's frame


def standardize(compression_type):
    """The kind of compression as one of `KINDS`; None is none.

    Raises:
        ValueError: for another.
    """
    kind = compression_type or ""
    if kind not in KINDS:
        raise errors.invalid("compression_type", got=compression_type, expected="one of " + _KINDS)
    return kind


_KINDS = ", ".join(map(repr, KINDS))


def window(kind, bits=zlib.MAX_WBITS):
    """The size of the window of a kind of compression, as zlib wants it said."""
    return bits + _GZIP if kind == "GZIP" else bits


class Inflated:
    """What a compressed file holds, as a file that is read forwards.

    Args:
        file: binary file, open for reading; closed with this one.
        kind: "ZLIB" or "GZIP".
        name: str, how errors call it.
    """

    def __init__(self, file, kind, name):
        self._file, self._kind, self._name = file, kind, name
        self._rest, self._decoder = b"", None

    def read(self, size):
        """At least one byte and at most `size`, or none at the end.

        Raises:
            DataLossError: if the compressed data is damaged or ends too early.
        """
        while True:
            if not self._rest:
                self._rest = self._file.read(_BLOCK)
                if not self._rest and self._decoder is None:
                    return b""
                if not self._rest:
                    raise DataLossError(
                        message=f"{self._name} is truncated: its {self._kind} data has no end."
                    )
            if self._decoder is None:  # gzip's files may be several, one after the other
                self._decoder = zlib.decompressobj(window(self._kind))
            try:
                data = self._decoder.decompress(self._rest, size)
            except zlib.error as error:
                raise DataLossError(
                    message=f"{self._name} is damaged, or no {self._kind} file: {error}."
                ) from None
            self._rest = self._decoder.unconsumed_tail
            if self._decoder.eof:
                self._rest, self._decoder = self._decoder.unused_data, None
            if data:
                return data

    def close(self):
        """Close the file."""
        self._file.close()


class Deflated:
    """A file that compresses what is written to it.

    Args:
        file: binary file, open for writing; closed with this one.
        kind: "ZLIB" or "GZIP".
        level: int from 0 to 9, or -1.
        method: int, 8.
        bits: int from 9 to 15, how large the window is.
        memory: int from 1 to 9.
        strategy: int from 0 to 4.
        flush_mode: int, how zlib flushes; 0 leaves it to zlib.
    """

    def __init__(self, file, kind, level, method, bits, memory, strategy, flush_mode):
        self._file, self._flush_mode = file, flush_mode
        try:
            self._encoder = zlib.compressobj(level, method, window(kind, bits), memory, strategy)
        except ValueError as error:
            file.close()
            raise errors.invalid(
                "options",
                got={"compression_level": level, "compression_method": method, "window_bits": bits,
                     "mem_level": memory, "compression_strategy": strategy},
                expected="values that zlib takes",
                hint=f"zlib says: {error}.",
            ) from None  # fmt: skip

    def write(self, data):
        """Compress more bytes."""
        self._file.write(self._encoder.compress(data))

    def flush(self):
        """Write what zlib gives away."""
        if self._flush_mode:
            self._file.write(self._encoder.flush(self._flush_mode))
        self._file.flush()

    def close(self):
        """Write the end and close the file."""
        self._file.write(self._encoder.flush())
        self._file.close()
