import zipfile

import pytest

from estikeras.formats import keras_archive


def test_entries_come_back(tmp_path):
    entries = {"config.json": b"{}", "assets/a/b.txt": b"x"}
    keras_archive.write(tmp_path / "m.keras", entries)
    assert keras_archive.read(tmp_path / "m.keras") == entries


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:\\evil"])
def test_names_that_lead_outside_are_refused(name, tmp_path):
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(ValueError, match=r"m\.keras.*leads outside"):
        keras_archive.read(tmp_path / "m.keras")


def test_what_is_missing_no_archive_truncated_or_damaged_is_named(tmp_path):
    path = tmp_path / "m.keras"
    with pytest.raises(ValueError, match=r"no file .*m\.keras"):
        keras_archive.read(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"m\.keras.*no `\.keras` archive"):
        keras_archive.read(path)
    keras_archive.write(path, {"config.json": bytes(1000)})
    whole = path.read_bytes()
    path.write_bytes(whole[:500])
    with pytest.raises(ValueError, match=r"m\.keras.*truncated"):
        keras_archive.read(path)
    path.write_bytes(whole[:500] + b"!" + whole[501:])
    with pytest.raises(ValueError, match=r"m\.keras.*damaged"):
        keras_archive.read(path)
