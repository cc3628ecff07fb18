"""Datasets of files; their elements are compared with TensorFlow's in `ops/test_io_calls.py`."""

import threading

import numpy as np
import pytest

import estikeras as tf
from estikeras import errors
from estikeras.data import files
from tests.support import io_calls, io_files


def strings_of(dataset):
    return list(dataset.as_numpy_iterator())


@pytest.fixture
def three(tmp_path):
    """Three files with 5, 1 and 3 records of 2000 bytes, and the records."""
    contents, paths = [], []
    for number, count in enumerate((5, 1, 3)):
        contents.append([b"%d%d" % (number, i) * 1000 for i in range(count)])
        paths.append(str(tmp_path / f"{number}.tfr"))
        with tf.io.TFRecordWriter(paths[-1]) as writer:
            for record in contents[-1]:
                writer.write(record)
    return paths, contents


@pytest.mark.parametrize(("name", "kind"), io_files.FILES.items())
def test_files_of_tensorflow_are_read_and_written_the_same(tmp_path, name, kind):
    records = strings_of(tf.data.TFRecordDataset(io_files.RECORDED / name, kind))
    assert io_files.contents(tf, records) == io_files.contents(tf, io_files.records(tf))
    path = tmp_path / name
    with tf.io.TFRecordWriter(path, kind) as writer:
        for record in records:
            writer.write(record)
    if not kind:
        assert path.read_bytes() == (io_files.RECORDED / name).read_bytes()
    assert strings_of(tf.data.TFRecordDataset(str(path), kind)) == records


@pytest.mark.parametrize("buffer_size", [None, 1, 10_000])
def test_records_come_file_after_file(three, buffer_size):
    paths, contents = three
    dataset = tf.data.TFRecordDataset(paths, buffer_size=buffer_size)
    assert strings_of(dataset) == [record for file in contents for record in file]
    assert dataset.element_spec == tf.TensorSpec((), "string")


def test_examples_are_parsed_in_blocks_as_one_by_one(tmp_path):
    path = str(tmp_path / "f.tfr")
    with tf.io.TFRecordWriter(path) as writer:
        for i in range(10):
            writer.write(io_calls.example(tf, {"x": [i / 2, 1.0], "y": [i], "s": [b"s%d" % i]}))
    features = {
        "x": tf.io.FixedLenFeature([2], "float32"),
        "y": tf.io.FixedLenFeature([], "int64"),
        "s": tf.io.FixedLenFeature([], "string"),
        "z": tf.io.FixedLenFeature([], "float32", 7.0),
    }
    records = tf.data.TFRecordDataset(path)
    alone = records.map(lambda one: tf.io.parse_single_example(one, features)).batch(4)
    together = records.batch(4).map(lambda some: tf.io.parse_example(some, features))
    for one, other in zip(alone, together, strict=True):
        assert one.keys() == other.keys() == features.keys()
        for key in features:
            np.testing.assert_array_equal(one[key].value, other[key].value)
    assert one["s"].numpy().tolist() == [b"s8", b"s9"]
    varying = {"y": tf.io.VarLenFeature("int64")}
    parsed = list(records.map(lambda one: tf.io.parse_single_example(one, varying)["y"]))
    assert [one.values.tolist() for one in parsed] == [[i] for i in range(10)]


def test_a_wrong_example_is_named_with_its_number(tmp_path):
    path = str(tmp_path / "f.tfr")
    with tf.io.TFRecordWriter(path) as writer:
        for i in range(5):
            writer.write(io_calls.example(tf, {"y": [i] if i != 3 else [1.0]}))
    features = {"y": tf.io.FixedLenFeature([], "int64")}
    dataset = tf.data.TFRecordDataset(path).map(lambda x: tf.io.parse_single_example(x, features))
    found = []
    with pytest.raises(errors.InvalidArgumentError, match="float32 for the feature 'y'") as caught:
        found.extend(one["y"].numpy() for one in dataset)
    if hasattr(caught.value, "__notes__"):
        assert "element 3" in "".join(caught.value.__notes__)


def test_broken_files_are_named_after_what_is_whole(three, tmp_path):
    paths, contents = three
    data = bytearray((tmp_path / "0.tfr").read_bytes())
    data[2 * 2016 + 100] ^= 1
    (tmp_path / "0.tfr").write_bytes(data)
    found = []
    with pytest.raises(errors.DataLossError, match=r"0\.tfr is damaged: .* at byte 4032"):
        found.extend(tf.data.TFRecordDataset(paths))
    assert [one.numpy() for one in found] == contents[0][:2]
    dataset = tf.data.TFRecordDataset(paths).ignore_errors()
    assert strings_of(dataset) == contents[0][:2] + contents[1] + contents[2]


@pytest.mark.parametrize(
    "make", [tf.data.TextLineDataset, tf.data.TFRecordDataset, tf.data.experimental.CsvDataset]
)
def test_missing_files_are_named_when_they_are_read(make, tmp_path):
    arguments = [["x"]] if make is tf.data.experimental.CsvDataset else []
    dataset = make([str(tmp_path / "nope")], *arguments)
    with pytest.raises(errors.NotFoundError, match="nope: there is no such file"):
        list(dataset)
    with pytest.raises(errors.FailedPreconditionError, match="is a folder"):
        list(make(str(tmp_path), *arguments))


@pytest.mark.parametrize("parallel", [None, 2, tf.data.AUTOTUNE])
def test_files_and_threads_are_closed_when_an_iterator_is_dropped(three, parallel):
    paths, contents = three
    before = threading.active_count()
    iterator = iter(tf.data.TFRecordDataset(paths, num_parallel_reads=parallel))
    assert next(iterator).numpy() == contents[0][0]
    del iterator
    assert threading.active_count() == before


def test_errors_of_files_that_are_read_in_turn_come_through(three):
    paths, _ = three
    before = threading.active_count()
    with pytest.raises(errors.NotFoundError, match="nope"):
        list(tf.data.TFRecordDataset([*paths, "nope"], num_parallel_reads=2))
    assert threading.active_count() == before


def test_a_long_line_takes_no_time(tmp_path):
    line = b"x" * (30 * files.SMALLEST_BLOCK)
    (tmp_path / "f").write_bytes(line + b"\n" + line)
    dataset = tf.data.TextLineDataset(str(tmp_path / "f"), buffer_size=1)
    assert strings_of(dataset) == [line, line]


def test_the_files_of_a_dataset_are_known_and_can_be_others(three):
    paths, contents = three
    for dataset in (
        tf.data.TFRecordDataset(paths),
        tf.data.TFRecordDataset(tf.data.Dataset.from_tensor_slices(paths)).batch(2),
        tf.data.Dataset.from_tensor_slices(paths).interleave(tf.data.TFRecordDataset),
    ):
        assert dataset.files == paths
        assert dataset.with_files(paths[2:]).files == paths[2:]
    chosen = tf.data.TFRecordDataset(paths).with_files(paths[1:])
    assert strings_of(chosen) == contents[1] + contents[2]


def test_csv_errors_name_the_file_and_the_record(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("h\n1\n2\nx\n4\n")
    found = []
    dataset = tf.data.experimental.CsvDataset(str(path), [tf.int32], header=True)
    with pytest.raises(
        errors.InvalidArgumentError, match=r"f\.csv: Field 0 in record 2: b'x' is no int32"
    ):
        found.extend(one.numpy() for (one,) in dataset)
    assert found == [1, 2]


def test_csv_tables_are_shuffled_anew_in_each_epoch_and_lose_nothing(tmp_path):
    paths = []
    for number in range(3):
        paths.append(tmp_path / f"{number}.csv")
        rows = "".join(f"{number * 100 + i},{i}\n" for i in range(50))
        paths[-1].write_text("id,x\n" + rows)
    dataset = tf.data.experimental.make_csv_dataset(
        str(tmp_path / "*.csv"), 10, label_name="x", num_epochs=2, shuffle_seed=3
    )
    seen = np.concatenate([features["id"].numpy() for features, _ in dataset])
    assert sorted(seen.tolist()) == sorted(2 * [n * 100 + i for n in range(3) for i in range(50)])
    assert seen[:150].tolist() != seen[150:].tolist()
    in_turn = tf.data.experimental.make_csv_dataset(
        [str(p) for p in paths], 4, num_epochs=1, shuffle=False, num_parallel_reads=2
    )
    first = next(iter(in_turn))
    assert first["id"].numpy().tolist() == [0, 100, 1, 101]


def test_csv_tables_say_what_is_wrong(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "b.csv").write_text("a,c\n1,2\n")
    (tmp_path / "c.csv").write_text("")
    make = tf.data.experimental.make_csv_dataset
    for pattern, arguments, message in (
        ("*.csv", {}, r"same header: .*a\.csv has \['a', 'b'\], .*b\.csv has \['a', 'c'\]"),
        ("c.csv", {}, r"c\.csv is empty"),
        ("nope*", {}, r"`file_pattern`: no file matches .*nope\*"),
        ("a.csv", {"label_name": "bb"}, "Unknown column .*'bb'. Did you mean 'b'"),
        ("a.csv", {"select_columns": ["a", 0]}, "`select_columns`.*different columns"),
        ("a.csv", {"select_columns": [2]}, "`select_columns`.*numbers from 0 to 1"),
        ("a.csv", {"column_names": ["a", "a"]}, "`column_names`.*different names"),
        ("a.csv", {"column_names": ["a"]}, "2 fields where there are 1 columns"),
        ("a.csv", {"column_defaults": [[1]]}, "`column_defaults`: expected 2"),
    ):
        with pytest.raises(ValueError, match=message):
            make(str(tmp_path / pattern), 2, **arguments)
