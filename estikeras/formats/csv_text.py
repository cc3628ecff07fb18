"""Records of comma-separated values: their fields, and where records end in a file. Knows bytes
only.

Reference: RFC 4180, section 2.
"""

QUOTE = b'"'
LONGEST = 1 << 26  # bytes of a record with ends of lines in it


def fields(record, delimiter, quotes):
    """The fields of a record.

    Args:
        record: bytes.
        delimiter: one byte.
        quotes: bool, whether a field may stand in quotes, in which a quote is written twice.

    Returns:
        list of bytes.

    Raises:
        ValueError: where quotes or ends of lines stand where they may not; it says why.
    """
    if not record:
        return []
    if b"\n" not in record and b"\r" not in record and not (quotes and QUOTE in record):
        return record.split(delimiter)
    found, at, size = [], 0, len(record)
    while True:
        while record[at : at + 1] in (b"\n", b"\r"):
            at += 1
        if quotes and record[at : at + 1] == QUOTE:
            field, at = _quoted(record, at + 1, delimiter)
        else:
            end = record.find(delimiter, at)
            end = size if end < 0 else end
            field, at = record[at:end], end
            if b"\n" in field or b"\r" in field or (quotes and QUOTE in field):
                raise ValueError(f"the field {field!r} has a quote or an end of line, unquoted")
        found.append(field)
        if at >= size:
            return found
        at += 1
        if at == size:
            return [*found, b""]


def _quoted(record, at, delimiter):
    """The field that begins behind a quote, and where it ends."""
    parts = []
    while True:
        end = record.find(QUOTE, at)
        if end < 0:
            raise ValueError("a quote is not closed")
        parts.append(record[at:end])
        following = record[end + 1 : end + 2]
        if following != QUOTE:
            break
        parts.append(QUOTE)
        at = end + 2
    if following not in (b"", delimiter):
        raise ValueError("a closed quote must be followed by the delimiter or the end")
    return b"".join(parts), end + 1


class Splitter:
    """Cuts what a file holds into records, whose ends of lines may stand in quotes.

    Args:
        quotes: bool, whether ends of lines in quotes are no ends of records.
    """

    def __init__(self, quotes):
        self._quotes, self._rest = quotes, b""

    def feed(self, data):
        """The records that end in the next bytes of the file; `b""` is its end.

        Raises:
            ValueError: for a quote that is not closed for very long.
        """
        at_end = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        if at_end and self._rest:
            lines.append(self._rest)
            self._rest = b""
        if not self._quotes or not any(QUOTE in line for line in lines):
            return [line.removesuffix(b"\r") for line in lines]
        records, open_parts = [], []
        for line in lines:
            # A record is whole when its quotes come in pairs.
            open_parts.append(line)
            if sum(part.count(QUOTE) for part in open_parts) % 2 == 0:
                records.append(b"\n".join(open_parts).removesuffix(b"\r"))
                open_parts = []
        if open_parts and at_end:
            records.append(b"\n".join(open_parts))
        elif open_parts:
            self._rest = b"\n".join([*open_parts, self._rest])
            if len(self._rest) > LONGEST:
                raise ValueError(f"a quote is not closed within {LONGEST} bytes")
        return records
