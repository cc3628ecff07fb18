"""Whole files, and `tf.io.gfile`."""

import numpy as np
import pytest

import estikeras as tf
from estikeras import errors
from estikeras.engine.tensor import TraceError
from estikeras.io import gfile


def test_files_are_written_and_read(tmp_path):
    path = str(tmp_path / "new" / "f.bin")
    tf.io.write_file(path, b"\x00\xff")
    assert tf.io.read_file(tf.constant(path)).numpy() == b"\x00\xff"
    with pytest.raises(errors.NotFoundError, match="nowhere: there is no such file"):
        tf.io.read_file("nowhere")
    with pytest.raises(ValueError, match=r"`filename`.*\(\).*\(1,\)"):
        tf.io.read_file([path])


def test_matching_files_come_sorted(tmp_path):
    for name in ("b.txt", "a.txt", "c.csv"):
        (tmp_path / name).touch()
    found = tf.io.matching_files([f"{tmp_path}/*.txt", f"{tmp_path}/[ab]*"])
    assert [name.decode()[-5:] for name in found.numpy()] == ["a.txt", "b.txt"]
    assert tf.io.matching_files("nowhere/*").shape == (0,)


def test_gfile_reads_and_writes_text_and_bytes(tmp_path):
    path = f"{tmp_path}/f.txt"
    with gfile.GFile(path, "w") as file:
        file.write("one\ntwo\n")
        assert file.size() == 8
    with gfile.GFile(path) as file:
        assert list(file) == ["one\n", "two\n"]
        file.seek(0)
        assert (file.readline(), file.tell(), file.read()) == ("one\n", 4, "two\n")
    with gfile.GFile(path, "rb") as file:
        assert file.readlines() == [b"one\n", b"two\n"]
        file.seek(-4, whence=2)
        assert file.read(3) == b"two"
        with pytest.raises(errors.PermissionDeniedError, match="not open for writing"):
            file.write(b"x")
    with gfile.GFile(path, "a") as file:
        file.write(b"three\n")
        file.flush()
        with pytest.raises(errors.PermissionDeniedError, match="not open for reading"):
            file.read()
    with gfile.GFile(f"file://{path}") as file:
        assert file.read() == "one\ntwo\nthree\n"
    with gfile.GFile(f"{tmp_path}/empty", "w"):
        pass
    assert gfile.stat(f"{tmp_path}/empty").length == 0


def test_gfile_moves_folders_and_files(tmp_path):
    folder = gfile.join(str(tmp_path), "a", "b")
    gfile.makedirs(folder)
    gfile.makedirs(folder)
    tf.io.write_file(f"{folder}/f", "text")
    gfile.copy(f"{folder}/f", f"{folder}/g")
    gfile.rename(f"{folder}/g", f"{tmp_path}/a/h")
    assert gfile.listdir(f"{tmp_path}/a") == ["b", "h"]
    assert gfile.isdir(folder)
    assert not gfile.isdir(f"{folder}/f")
    assert gfile.glob([f"{tmp_path}/a/?", f"{folder}/*"]) == sorted(
        f"{tmp_path}/a/{name}" for name in ("b", "h", "b/f")
    )
    assert list(gfile.walk(f"{tmp_path}/a")) == [
        (f"{tmp_path}/a", ["b"], ["h"]),
        (folder, [], ["f"]),
    ]
    status = gfile.stat(f"{tmp_path}/a/h")
    assert (status.length, status.is_directory) == (4, False)
    gfile.remove(f"{tmp_path}/a/h")
    gfile.rmtree(f"{tmp_path}/a")
    assert not gfile.exists(f"{tmp_path}/a")


def test_gfile_says_what_is_wrong(tmp_path):
    (tmp_path / "f").touch()
    (tmp_path / "g").touch()
    missing, there = f"{tmp_path}/no", f"{tmp_path}/f"
    for call in (gfile.stat, gfile.remove, gfile.rmtree, gfile.listdir):
        with pytest.raises(errors.NotFoundError, match="no"):
            call(missing)
    with pytest.raises(errors.NotFoundError, match="no"):
        gfile.GFile(missing).read()
    with pytest.raises(errors.NotFoundError, match="no"):
        gfile.mkdir(f"{missing}/deeper")
    with pytest.raises(errors.AlreadyExistsError, match="f"):
        gfile.mkdir(there)
    for call in (gfile.copy, gfile.rename):
        with pytest.raises(errors.AlreadyExistsError, match="overwrite=True"):
            call(f"{tmp_path}/g", there)
        call(f"{tmp_path}/g", there, overwrite=True)
    with pytest.raises(ValueError, match="`mode`"):
        gfile.GFile(there, "x")


def test_images_need_pillow(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    picture = tf.io.encode_png(np.zeros((2, 2, 3), "uint8"))
    with pytest.raises(ImportError, match=r"pip install estikeras\[images\]"):
        tf.io.decode_png(picture)


def test_damaged_images_are_refused():
    noise = np.random.default_rng(0).integers(0, 256, (9, 9, 3))
    picture = tf.io.encode_png(noise.astype("uint8")).numpy()
    deep = tf.io.encode_png(noise.astype("uint16")).numpy()
    for data in (picture[:90], deep[:90], b"BM" + bytes(9), b"GIF89a", b"\xff\xd8\xff\x00"):
        with pytest.raises(errors.InvalidArgumentError, match="`contents`"):
            tf.io.decode_image(data)


def test_gfile_of_version_1_has_its_arguments(tmp_path):
    old = tf.compat.v1.gfile
    folder, path = f"{tmp_path}/a/b", f"{tmp_path}/a/f"
    old.MakeDirs(dirname=folder)
    with old.Open(name=path, mode="w") as file:
        file.write("text")
    old.Copy(oldpath=path, newpath=f"{folder}/g")
    old.Rename(oldname=path, newname=f"{folder}/g", overwrite=True)
    assert old.Glob(filename=f"{folder}/*") == [f"{folder}/g"]
    assert old.ListDirectory(dirname=folder) == ["g"]
    assert old.Stat(filename=f"{folder}/g").length == 4
    walked = [top for top, _, _ in old.Walk(f"{tmp_path}/a", in_order=False)]
    assert walked == [folder, f"{tmp_path}/a"]
    old.Remove(filename=f"{folder}/g")
    old.MkDir(dirname=f"{folder}/c")
    assert old.IsDirectory(dirname=folder)
    old.DeleteRecursively(dirname=folder)
    assert not old.Exists(filename=folder)


def test_numbers_of_strings_that_are_traced_need_a_length():
    def numbers(x, **how):
        return tf.compat.v1.decode_raw(x, "int16", **how)

    strings = tf.constant([b"\x01\x00\x02\x00", b"\x03\x00\x04\x00"])
    assert tf.function(lambda x: numbers(x, fixed_length=4))(strings).numpy().tolist() == [
        [1, 2],
        [3, 4],
    ]
    estimator = tf.estimator.Estimator(lambda features, mode: numbers(features))
    with pytest.raises(TraceError, match="`fixed_length=`"):
        estimator.train(lambda: tf.data.Dataset.from_tensors(strings), steps=1)
