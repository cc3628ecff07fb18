"""`tf.compat.v1.Summary` and `Event`: what event files hold, as objects of code."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from estikeras.formats import protobuf, tfrecord
from estikeras.public import public


@public("compat.v1.HistogramProto")
@dataclass
class HistogramProto:
    """How numbers are distributed.

    Attributes:
        min: the least.
        max: the greatest.
        num: how many there are.
        sum: their sum.
        sum_squares: the sum of their squares.
        bucket_limit: upper ends of buckets.
        bucket: how many numbers are in each.
    """

    min: float = 0.0
    max: float = 0.0
    num: float = 0.0
    sum: float = 0.0
    sum_squares: float = 0.0
    bucket_limit: list = field(default_factory=list)
    bucket: list = field(default_factory=list)

    def encoded(self):
        """The bytes of the message."""
        numbers = [self.min, self.max, self.num, self.sum, self.sum_squares]
        packed = [np.asarray(x, "<f8").tobytes() for x in (self.bucket_limit, self.bucket)]
        fields = [(number, float(x)) for number, x in enumerate(numbers, 1)]
        return protobuf.encode([*fields, *enumerate(packed, 6)])

    @classmethod
    def decoded(cls, data):
        """The message of some bytes."""
        fields = protobuf.decode(data)
        numbers = [
            struct.unpack("<d", fields[number][0])[0] if number in fields else 0.0
            for number in range(1, 6)
        ]
        packed = [
            np.frombuffer(b"".join(fields.get(number, ())), "<f8").tolist() for number in (6, 7)
        ]
        return cls(*numbers, *packed)


@dataclass
class _Image:
    """A picture of a summary: its sizes, and the bytes of a file."""

    height: int = 0
    width: int = 0
    colorspace: int = 0
    encoded_image_string: bytes = b""


@dataclass
class _Value:
    """One value of a summary: a number, a histogram or a picture."""

    tag: str = ""
    node_name: str = ""
    simple_value: float | None = None
    image: _Image | None = None
    histo: HistogramProto | None = None

    def encoded(self):
        """The bytes of the message."""
        image = self.image and protobuf.encode(
            [*enumerate((self.image.height, self.image.width, self.image.colorspace), 1),
             (4, self.image.encoded_image_string)]
        )  # fmt: skip
        number = None if self.simple_value is None else protobuf.Fixed32(self.simple_value)
        histogram = self.histo and self.histo.encoded()
        return protobuf.encode(
            [(1, self.tag), (7, self.node_name or None), (2, number), (4, image), (5, histogram)]
        )

    @classmethod
    def decoded(cls, data):
        """The message of some bytes; values of other kinds have a tag alone."""
        fields = protobuf.decode(data)
        value = cls(fields.get(1, [b""])[0].decode(), fields.get(7, [b""])[0].decode())
        if 2 in fields:
            value.simple_value = struct.unpack("<f", fields[2][0])[0]
        if 4 in fields:
            image = protobuf.decode(fields[4][0])
            sizes = [image.get(number, [0])[0] for number in (1, 2, 3)]
            value.image = _Image(*sizes, image.get(4, [b""])[0])
        if 5 in fields:
            value.histo = HistogramProto.decoded(fields[5][0])
        return value


class _Values(list):
    """The values of a summary."""

    def add(self, **fields):
        """Append a value with these fields, and return it."""
        self.append(_Value(**fields))
        return self[-1]


@public("compat.v1.Summary", "compat.v1.summary.Summary")
class Summary:
    """Values with tags, such as `Summary(value=[Summary.Value(tag="loss", simple_value=0.5)])`.

    Args:
        value: list of `Summary.Value`.
    """

    Value, Image = _Value, _Image

    def __init__(self, value=()):
        self.value = _Values(value)

    def SerializeToString(self):
        """The bytes of the message."""
        return protobuf.encode([(1, value.encoded()) for value in self.value])

    @classmethod
    def FromString(cls, data):
        """The message of some bytes."""
        return cls([_Value.decoded(value) for value in protobuf.decode(data).get(1, ())])

    def ParseFromString(self, data):
        """Take the values of some bytes."""
        self.value = type(self).FromString(data).value

    def __repr__(self):
        return f"Summary(value={list(self.value)})"


@public("compat.v1.Event", "compat.v1.summary.Event")
@dataclass
class Event:
    """What an event file says of a moment.

    Attributes:
        wall_time: seconds since 1970.
        step: number of the step.
        file_version: str, in the first event of a file.
        summary: Summary.
    """

    wall_time: float = 0.0
    step: int = 0
    file_version: str = ""
    summary: Summary = field(default_factory=Summary)

    def HasField(self, name):
        """Whether the event has something under a name: "summary" or "file_version"."""
        return bool(self.summary.value if name == "summary" else getattr(self, name))


@public("compat.v1.train.summary_iterator")
def summary_iterator(path):
    """The events of an event file.

    Args:
        path: the file.

    Yields:
        Event.

    Raises:
        ValueError: if the file is truncated or damaged.
    """
    with Path(path).open("rb") as file:
        for record in tfrecord.read(file, str(path)):
            fields = protobuf.decode(record)
            yield Event(
                struct.unpack("<d", fields[1][0])[0],
                fields.get(2, [0])[0],
                fields.get(3, [b""])[0].decode(),
                Summary.FromString(fields[5][0]) if 5 in fields else Summary(),
            )
