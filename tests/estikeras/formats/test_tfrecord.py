import io

import pytest

from estikeras.formats import tfrecord

# The check value of CRC-32C (RFC 3720, B.4: 32 bytes of zeros, ones, and 0 to 31).
VECTORS = [
    (bytes(32), 0x8A9136AA),
    (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
    (b"", 0),
]


@pytest.mark.parametrize(("data", "checksum"), VECTORS)
def test_crc32c_of_the_standard_vectors(data, checksum):
    assert tfrecord.crc32c(data) == checksum


def test_records_come_back():
    records = [b"", b"abc", bytes(1000)]
    file = io.BytesIO(b"".join(map(tfrecord.frame, records)))
    assert list(tfrecord.read(file)) == records


@pytest.mark.parametrize("cut", [1, 11, 12, 15, 20])
def test_a_truncated_file_names_itself_and_the_place(cut):
    whole = tfrecord.frame(b"abc") + tfrecord.frame(b"defgh")
    reading = tfrecord.read(io.BytesIO(whole[: 19 + cut]), "f.tfr")
    assert next(reading) == b"abc"
    with pytest.raises(ValueError, match=r"f\.tfr is truncated.*byte 19"):
        list(reading)


@pytest.mark.parametrize(("place", "what"), [(0, "length"), (13, "record")])
def test_a_flipped_bit_is_found(place, what):
    data = bytearray(tfrecord.frame(b"abc"))
    data[place] ^= 1
    with pytest.raises(ValueError, match=what):
        list(tfrecord.read(io.BytesIO(bytes(data))))
