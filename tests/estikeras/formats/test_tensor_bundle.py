"""Bundles are read as TensorFlow writes them, give back what was written, and show damages."""

from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from estikeras import errors
from estikeras.formats import sorted_table, tensor_bundle
from estikeras.primitives.checksums import masked_crc32c

RECORDED = Path(__file__).parents[1] / "train" / "recorded"
RANDOM = np.random.default_rng(1)
NUMBERS = (
    "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 "
    "complex128"
)
ARRAYS = {
    **{name: (RANDOM.normal(size=(3, 2)) * 50).astype("int8").astype(name)
       for name in NUMBERS.split()},
    "bfloat16": np.array([1.5, -2], ml_dtypes.bfloat16),
    "strings": np.array([[b"a", b""], [b"\0" * 300, "ä".encode()]], object),
    "one string": np.array(b"text", object),
    "one number": np.array(3.5),
    "no numbers": np.zeros((0, 4), np.float32),
    "no strings": np.zeros((0,), object),
    "a column": np.arange(12.0).reshape(3, 4)[:, 1],
}  # fmt: skip


def write(prefix, arrays):
    tensor_bundle.write(prefix, arrays.items(), masked_crc32c)


def read(prefix):
    reader = tensor_bundle.Reader(prefix, masked_crc32c)
    return {name: reader.read(name) for name in reader.entries}


@pytest.fixture
def bundle(tmp_path):
    write(tmp_path / "b", ARRAYS)
    return tmp_path / "b"


def test_arrays_come_back_as_they_were_written(bundle):
    found = read(bundle)
    assert list(found) == sorted(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].shape == array.shape, name
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def test_recorded_tensors_of_all_dtypes_are_read():
    reader = tensor_bundle.Reader(RECORDED / "dtypes", masked_crc32c)
    found = {name: reader.read(name) for name in reader.entries}
    for name in (*NUMBERS.split()[:11], "bfloat16"):
        assert found[name].dtype.name == name
        np.testing.assert_array_equal(found[name], np.arange(6).reshape(2, 3))
    assert found["bool"].tolist() == [True, False]
    assert found["complex64"].tolist() == [1 + 2j]
    assert found["complex128"].tolist() == [1 - 2j]
    assert found["string"].tolist() == [b"", b"\0" * 200]
    assert found["scalar"].item() == b"one"
    assert found["empty"].shape == (0, 3)
    assert found["sliced"].shape == (2, 300)
    np.testing.assert_array_equal(found["sliced"], np.arange(300) >= 200 + np.zeros((2, 1)))


def test_slices_that_are_not_all_of_a_tensor_are_noticed():
    reader = tensor_bundle.Reader(RECORDED / "dtypes", masked_crc32c)
    reader._parts.pop(min(reader._parts))
    with pytest.raises(errors.DataLossError, match="the slices of 'sliced' are not all of it"):
        reader.read("sliced")


def test_recorded_shards_are_read():
    assert {name: array.tolist() for name, array in read(RECORDED / "shards").items()} == {
        "t0": [0, 1],
        "t1": [1, 2],
    }


def test_many_names_take_several_blocks(tmp_path):
    arrays = {f"layer/with/a/long/name/{i:05}/kernel": np.array(i) for i in range(12000)}
    write(tmp_path / "b", arrays)
    assert (tmp_path / "b.index").stat().st_size > 1 << 18
    reader = tensor_bundle.Reader(tmp_path / "b", masked_crc32c)
    assert list(reader.entries) == list(arrays)
    for name in list(arrays)[::500]:
        assert reader.read(name) == arrays[name]


def test_files_of_a_bundle_are_found_beside_others(tmp_path):
    for name in ("b-1", "b-10", "b*"):
        write(tmp_path / name, {"a": np.zeros(1)})
    names = [path.name for path in tensor_bundle.files(tmp_path / "b*")]
    assert names == ["b*.index", "b*.data-00000-of-00001"]
    assert len(tensor_bundle.files(tmp_path / "b-1")) == 2


def test_every_damaged_byte_of_an_index_is_noticed(tmp_path):
    write(tmp_path / "b", {"a": np.zeros(2), "ab": np.array(b"text", object)})
    index = tmp_path / "b.index"
    whole = index.read_bytes()
    for position in range(len(whole) - 48):
        damaged = bytearray(whole)
        damaged[position] ^= 0x41
        index.write_bytes(damaged)
        with pytest.raises(errors.DataLossError, match=r"b.index is damaged"):
            read(tmp_path / "b")


def test_every_truncated_index_is_noticed(tmp_path):
    write(tmp_path / "b", {"a": np.zeros(2)})
    index = tmp_path / "b.index"
    whole = index.read_bytes()
    for size in range(len(whole)):
        index.write_bytes(whole[:size])
        with pytest.raises(errors.DataLossError, match=r"b.index is truncated"):
            read(tmp_path / "b")


@pytest.mark.parametrize("name", ["float32", "strings", "one string"])
def test_every_damaged_byte_of_a_tensor_is_noticed(bundle, name):
    reader = tensor_bundle.Reader(bundle, masked_crc32c)
    entry, data = reader.entries[name], Path(f"{bundle}.data-00000-of-00001")
    whole = data.read_bytes()
    for position in range(entry.offset, entry.offset + entry.size):
        damaged = bytearray(whole)
        damaged[position] ^= 0x81
        data.write_bytes(damaged)
        with pytest.raises(errors.DataLossError, match=f"'{name}' in .*data-00000-of-00001"):
            reader.read(name)


def test_a_truncated_data_file_is_noticed(bundle):
    data = Path(f"{bundle}.data-00000-of-00001")
    data.write_bytes(data.read_bytes()[:-1])
    last = list(ARRAYS)[-1]
    with pytest.raises(errors.DataLossError, match=f"truncated: '{last}' needs 24 bytes"):
        tensor_bundle.Reader(bundle, masked_crc32c).read(last)


def test_missing_files_are_named(bundle):
    Path(f"{bundle}.data-00000-of-00001").unlink()
    reader = tensor_bundle.Reader(bundle, masked_crc32c)
    with pytest.raises(errors.NotFoundError, match=r"lacks a file: .*data-00000-of-00001"):
        reader.read("bool")
    with pytest.raises(errors.NotFoundError, match="Key nope not found"):
        reader.read("nope")
    with pytest.raises(errors.NotFoundError, match=r"There is no checkpoint .*nowhere"):
        read(bundle.with_name("nowhere"))


def test_compressed_blocks_are_refused(tmp_path):
    table = bytearray(sorted_table.encode([(b"", b"x")], lambda data: 0))
    table[12] = 1  # the first block has 12 bytes, then how it is compressed
    with pytest.raises(errors.UnimplementedError, match="compressed blocks"):
        sorted_table.decode(bytes(table), lambda data: 0, "t")


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("a", np.zeros(1)), ("a", np.zeros(1))], "'a' twice"),
        ([("", np.zeros(1))], "an empty one"),
        ([("a", np.array(["text"]))], "'a': checkpoints hold no arrays of dtype <U4"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, pairs, message):
    with pytest.raises(errors.InvalidArgumentError, match=message):
        tensor_bundle.write(tmp_path / "b", pairs, masked_crc32c)
    assert list(tmp_path.iterdir()) == []


def test_writing_that_fails_leaves_the_old_bundle(tmp_path):
    def failing():
        yield "a", np.ones(3)
        raise KeyboardInterrupt

    write(tmp_path / "b", {"a": np.zeros(3)})
    with pytest.raises(KeyboardInterrupt):
        tensor_bundle.write(tmp_path / "b", failing(), masked_crc32c)
    assert read(tmp_path / "b")["a"].tolist() == [0, 0, 0]
    assert len(list(tmp_path.iterdir())) == 2
