import ml_dtypes
import numpy as np
import pytest

from estikeras.formats import hdf5


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16", "int32", "bool"])
def test_arrays_come_back_in_their_dtype(dtype, tmp_path):
    dtype = ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype
    array = np.arange(6).reshape(2, 3).astype(dtype)
    scalar = np.array(1).astype(dtype)
    content = hdf5.write({"a/b": {"0": array, "1": scalar}, "empty": {}}, {"a/b": {"name": "n"}})
    groups, attributes = hdf5.read(content, with_attributes=True)
    assert groups["a/b"]["0"].dtype == np.dtype(dtype)
    np.testing.assert_array_equal(groups["a/b"]["0"], array)
    assert groups["a/b"]["1"].shape == ()
    assert groups["empty"] == {}
    assert attributes["a/b"] == {"name": "n"}


def test_what_is_no_hdf5_file_or_truncated_is_named(tmp_path):
    path = tmp_path / "a.h5"
    with pytest.raises(FileNotFoundError, match=r"a\.h5"):
        hdf5.read(path, str(path))
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(OSError, match=r"a\.h5 is no HDF5 file"):
        hdf5.read(path, str(path))
    path.write_bytes(hdf5.write({"a": {"0": np.zeros(1000)}})[:4000])
    with pytest.raises(OSError, match=r"a\.h5 is"):
        hdf5.read(path, str(path))


def test_arrays_that_lie_in_other_files_are_not_read(tmp_path):
    h5py = pytest.importorskip("h5py")
    (tmp_path / "secret").write_bytes(bytes(16))
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        external = [(str(tmp_path / "secret"), 0, 16)]
        file.create_dataset("x", shape=(4,), dtype="float32", external=external)
    with pytest.raises(OSError, match=r"a\.h5 is damaged.*another file"):
        hdf5.read(path, str(path))
    with h5py.File(path, "w") as file:
        file["link"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/x")
    assert hdf5.read(path)[0] == {"": {}}
