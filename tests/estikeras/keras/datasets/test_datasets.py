"""The loaders over small files in a cache folder of their own; no network."""

import dataclasses
import gzip
import json
import pickle
import tarfile

import numpy as np
import pytest

from estikeras.keras import datasets
from estikeras.keras.datasets import (
    boston_housing,
    california_housing,
    cifar10,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    mnist,
    reuters,
)
from estikeras.keras.utils.download import digest

REFUSING = "http://127.0.0.1:9/"  # nothing listens on the port "discard"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home of Keras's files, without a network."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for module in (mnist, boston_housing, california_housing, imdb, reuters, cifar10, cifar100):
        for name in ("SOURCE", "WORD_INDEX"):
            if hasattr(module, name):
                source = getattr(module, name)
                origin = REFUSING + source.origin.rpartition("/")[2]
                fake = dataclasses.replace(source, origin=origin, file_hash=None)
                monkeypatch.setattr(module, name, fake)
    offline = {
        key: dataclasses.replace(source, origin=REFUSING + source.name)
        for key, source in fashion_mnist.SOURCES.items()
    }
    monkeypatch.setattr(fashion_mnist, "SOURCES", offline)
    (tmp_path / "datasets").mkdir()
    return tmp_path / "datasets"


def save_npz(path, **arrays):
    np.savez(path, **arrays)


def images(count, *shape):
    return np.random.default_rng(0).integers(0, 256, (count, *shape)).astype("uint8")


def test_digits_lie_in_the_package():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    assert x_train.shape == (1437, 8, 8)
    assert x_test.shape == (360, 8, 8)
    assert x_train.dtype == y_train.dtype == np.uint8
    assert x_train.max() == 16
    assert np.bincount(np.concatenate([y_train, y_test])).min() > 170


def test_digits_split_depends_on_the_seed_alone():
    (a, _), (_, b) = digits.load_data(test_split=0.5, seed=1)
    (c, _), (_, d) = digits.load_data(test_split=0.5, seed=1)
    (e, _), _ = digits.load_data(test_split=0.5, seed=2)
    np.testing.assert_array_equal(a, c)
    np.testing.assert_array_equal(b, d)
    assert not np.array_equal(a, e)


@pytest.mark.parametrize("load", [digits.load_data, boston_housing.load_data, reuters.load_data])
def test_a_test_split_out_of_range_is_named(load, home):
    save_npz(home / "boston_housing.npz", x=np.zeros((4, 13)), y=np.zeros(4))
    save_npz(home / "reuters.npz", x=lists([[1], [2]]), y=np.zeros(2))
    with pytest.raises(ValueError, match="test_split"):
        load(test_split=1.0)


def test_mnist_is_read_from_the_cache_folder(home):
    arrays = {"x_train": images(6, 28, 28), "y_train": images(6), "x_test": images(2, 28, 28)}
    save_npz(home / "mnist.npz", **arrays, y_test=images(2))
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, arrays["x_train"])
    assert (y_train.shape, x_test.shape, y_test.shape) == ((6,), (2, 28, 28), (2,))


def test_offline_error_says_what_to_put_where_and_names_digits(home):
    with pytest.raises(OSError, match=r"mnist\.npz") as error:
        mnist.load_data()
    text = str(error.value)
    assert str(home / "mnist.npz") in text
    assert "keras.datasets.digits" in text


def test_a_file_with_another_checksum_is_not_used(home, monkeypatch):
    save_npz(home / "mnist.npz", x_train=images(1))
    monkeypatch.setattr(mnist, "SOURCE", dataclasses.replace(mnist.SOURCE, file_hash="0" * 64))
    with pytest.raises(OSError, match=r"not the published file.*SHA-256 0000"):
        mnist.load_data()


@pytest.mark.parametrize("damage", ["truncated", "other", "empty", "lacking"])
def test_a_damaged_file_is_named(home, damage):
    path = home / "mnist.npz"
    save_npz(path, x_train=images(3, 28, 28), y_train=images(3))
    content = path.read_bytes()
    if damage != "lacking":
        path.write_bytes(
            {"truncated": content[: len(content) // 2], "other": b"hello" * 9, "empty": b""}[damage]
        )
    with pytest.raises(OSError, match=r"mnist\.npz is damaged"):
        mnist.load_data()


def write_fashion(home, part, count):
    folder = home / "fashion-mnist"
    folder.mkdir(exist_ok=True)
    x, y = images(count, 28, 28), images(count)
    for kind, magic, array in (("images-idx3", 2051, x), ("labels-idx1", 2049, y)):
        header = np.array([magic, *array.shape], ">u4").tobytes()
        file = folder / f"{part}-{kind}-ubyte.gz"
        file.write_bytes(gzip.compress(header + array.tobytes()))
    return x, y


def test_fashion_mnist_reads_four_files(home):
    x, y = write_fashion(home, "train", 5)
    write_fashion(home, "t10k", 3)
    (x_train, y_train), (x_test, _) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, x)
    np.testing.assert_array_equal(y_train, y)
    assert x_test.shape == (3, 28, 28)


def test_fashion_mnist_names_a_truncated_file(home):
    write_fashion(home, "train", 5)
    write_fashion(home, "t10k", 3)
    file = home / "fashion-mnist" / "t10k-images-idx3-ubyte.gz"
    file.write_bytes(file.read_bytes()[:-40])
    with pytest.raises(OSError, match="t10k-images"):
        fashion_mnist.load_data()


def write_batch(path, count, **labels):
    path.parent.mkdir(parents=True, exist_ok=True)
    batch = {b"data": images(count, 3072), **{k.encode(): v for k, v in labels.items()}}
    path.write_bytes(pickle.dumps(batch, protocol=2))
    return batch[b"data"]


@pytest.mark.parametrize("inside", ["cifar-10-batches-py-target/", ""])
def test_cifar10_uses_an_unpacked_folder_of_newer_and_older_keras(home, inside):
    folder = home / f"{inside}cifar-10-batches-py"
    for i in range(1, 6):
        write_batch(folder / f"data_batch_{i}", 2, labels=[i, i])
    test = write_batch(folder / "test_batch", 3, labels=[7, 8, 9])
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (10, 32, 32, 3)
    assert y_train.tolist() == [[i] for i in (1, 1, 2, 2, 3, 3, 4, 4, 5, 5)]
    assert y_test.dtype == np.uint8
    np.testing.assert_array_equal(x_test[1, :, :, 2].ravel(), test[1, 2048:])


def test_cifar100_unpacks_the_downloaded_archive(home, monkeypatch, tmp_path):
    source = tmp_path / "made" / "cifar-100-python"
    for part, count in (("train", 4), ("test", 2)):
        write_batch(source / part, count, fine_labels=[5] * count, coarse_labels=[1] * count)
    archive = tmp_path / "cifar-100-python.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(source, "cifar-100-python")
    place = dataclasses.replace(cifar100.SOURCE, origin=archive.as_uri(), file_hash=digest(archive))
    monkeypatch.setattr(cifar100, "SOURCE", place)
    (x_train, y_train), (_, y_test) = cifar100.load_data("coarse")
    assert x_train.shape == (4, 32, 32, 3)
    assert y_train.tolist() == [[1]] * 4
    assert y_test.shape == (2, 1)
    archive.unlink()
    assert cifar100.load_data()[0][1].tolist() == [[5]] * 4
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data("all")


def test_a_pickle_that_would_run_code_is_refused(home):
    folder = home / "cifar-100-python"
    folder.mkdir()
    (folder / "train").write_bytes(b"cos\nsystem\n(S'echo'\ntR.")
    with pytest.raises(OSError, match=r"os\.system is not allowed"):
        cifar100.load_data()


def lists(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def write_imdb(home):
    x = lists([[1, 2, 3], [4, 5], [6], [7, 8, 9, 10]])
    y = np.array([0, 1, 0, 1])
    save_npz(home / "imdb.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])


def test_imdb_marks_start_shift_and_unknown_words(home):
    write_imdb(home)
    (x_train, y_train), (x_test, _) = imdb.load_data(num_words=10)
    by_label = sorted(zip(map(tuple, x_train), y_train.tolist(), strict=True))
    assert by_label == [((1, 2, 2, 2, 2), 1), ((1, 4, 5, 6), 0), ((1, 7, 8), 1), ((1, 9), 0)]
    assert len(x_test) == 2


def test_imdb_maxlen_keeps_shorter_reviews_and_says_when_none_is_left(home):
    write_imdb(home)
    (x_train, y_train), _ = imdb.load_data(maxlen=5)
    assert len(x_train) == len(y_train) == 3
    with pytest.raises(ValueError, match="maxlen"):
        imdb.load_data(maxlen=2)


def test_imdb_refuses_objects_that_are_no_lists(home):
    class Other:
        pass

    Other.__module__, Other.__qualname__ = "os", "system"
    pickled = b"\x80\x02cos\nsystem\nq\x00."
    import io
    import zipfile

    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    with zipfile.ZipFile(home / "imdb.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue() + pickled)
    with pytest.raises(OSError, match=r"os\.system is not allowed"):
        imdb.load_data()


def test_word_index_is_json(home):
    (home / "imdb_word_index.json").write_text(json.dumps({"the": 1}))
    (home / "reuters_word_index.json").write_text("{")
    assert imdb.get_word_index() == {"the": 1}
    with pytest.raises(OSError, match="reuters_word_index"):
        reuters.get_word_index()


def test_reuters_splits_after_shuffling(home):
    save_npz(home / "reuters.npz", x=lists([[i, i + 1] for i in range(10)]), y=np.arange(10))
    (x_train, y_train), (x_test, y_test) = reuters.load_data(test_split=0.3)
    assert (len(x_train), len(x_test)) == (7, 3)
    rows = zip(x_train, y_train, strict=True)
    assert all(x == ([1, y + 3, y + 4] if y < 9 else [1, y + 3, 2]) for x, y in rows)
    assert y_test.tolist() != [7, 8, 9]
    assert len(reuters.get_label_names()) == 46


def test_california_has_a_small_version(home):
    x = np.arange(700 * 8, dtype="float32").reshape(700, 8)
    save_npz(home / "california_housing.npz", x=x, y=x[:, 0])
    (x_train, y_train), (x_test, _) = california_housing.load_data(version="small")
    assert (len(x_train), len(x_test)) == (480, 120)
    np.testing.assert_array_equal(x_train[:, 0], y_train)
    with pytest.raises(ValueError, match="version"):
        california_housing.load_data(version="tiny")


@pytest.mark.oracle
def test_orders_and_splits_equal_the_real_ones(home, monkeypatch):
    from tests.support.oracle import real_keras

    write_imdb(home)
    save_npz(home / "boston_housing.npz", x=np.arange(130.0).reshape(10, 13), y=np.arange(10.0))
    save_npz(home / "reuters.npz", x=lists([[i] * (i % 4 + 1) for i in range(20)]), y=np.arange(20))
    real = real_keras()
    for module in ("imdb", "boston_housing", "reuters"):
        path = str(home / f"{module}.npz")
        theirs = getattr(real.datasets, module)
        source = __import__(theirs.load_data.__module__, fromlist=["x"])
        monkeypatch.setattr(source, "get_file", lambda *a, path=path, **k: path)
        ours = getattr(datasets, module)
        options = [{}, {"seed": 3}]
        if module == "reuters":
            options += [{"num_words": 12, "skip_top": 5}, {"oov_char": None, "num_words": 9},
                        {"start_char": None, "maxlen": 3}]  # fmt: skip
        for option in options:
            pairs = zip(theirs.load_data(**option), ours.load_data(**option), strict=True)
            for expected, got in pairs:
                for one, other in zip(expected, got, strict=True):
                    assert list(map(np.ndarray.tolist, map(np.asarray, one))) == list(
                        map(np.ndarray.tolist, map(np.asarray, other))
                    )
