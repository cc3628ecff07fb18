"""Variables are saved and restored by names; the last checkpoints are kept; damaged ones are
passed over.
"""

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

import estikeras as tf
from estikeras.train import state
from estikeras.train.fallback import restorable_checkpoint
from estikeras.train.keeper import CheckpointKeeper
from estikeras.train.savers import NameSaver

v1 = tf.compat.v1.train
RECORDED = Path(__file__).parent / "recorded"


# By names


def test_values_and_numbers_are_written_under_their_names(tmp_path):
    named = {
        "b/kernel": tf.Variable([[1.5]]),
        "global_step": tf.Variable(3, dtype="int64"),
        "training/Adam/iter": tf.Variable(3, dtype="int32"),
        "training/Adam/beta_1": 0.9,
    }
    path = NameSaver(named).save(tmp_path / "deep" / "model.ckpt-3")
    assert path == str(tmp_path / "deep" / "model.ckpt-3")
    types = tf.train.load_checkpoint(path).get_variable_to_dtype_map()
    assert types == {
        "b/kernel": "float32",
        "global_step": "int64",
        "training/Adam/beta_1": "float32",
        "training/Adam/iter": "int64",
    }
    others = {name: tf.Variable(np.zeros_like(np.asarray(v))) for name, v in named.items()}
    NameSaver({**others, "training/Adam/beta_1": 0.9}).restore(path)
    assert float(others["b/kernel"][0, 0]) == 1.5
    assert [int(others[name]) for name in ("global_step", "training/Adam/iter")] == [3, 3]
    with pytest.warns(UserWarning, match=r"'training/Adam/beta_1' is 0.89\d* in .* and 0.5 in the"):
        NameSaver({"training/Adam/beta_1": 0.5}).restore(path)


def test_the_reference_s_canned_estimator_is_restored():
    folder = RECORDED / "model_dirs" / "dnn_classifier"
    shapes = dict(tf.train.list_variables(folder))
    named = {
        name: tf.Variable(np.full(shape, 7, "int64" if name == "global_step" else "float32"))
        for name, shape in shapes.items()
    }
    NameSaver(named).restore(tf.train.latest_checkpoint(folder))
    for name, variable in named.items():
        np.testing.assert_array_equal(variable, tf.train.load_variable(folder, name))


def test_a_checkpoint_of_objects_is_restored_by_the_names_of_its_variables():
    folder = RECORDED / "model_dirs" / "keras_mlp"
    named = {
        "global_step": tf.Variable(0, dtype="int64"),
        "training/Adam/dense/kernel/m": tf.Variable(np.zeros((4, 8), "float32")),
        "training/Adam/beta_1": 0.9,
    }
    NameSaver(named).restore(tf.train.latest_checkpoint(folder))
    assert int(named["global_step"]) == 120
    assert np.abs(named["training/Adam/dense/kernel/m"]).max() > 0


def test_of_many_names_that_are_not_there_some_are_told(tmp_path):
    path = NameSaver({f"old_{n}": tf.Variable(1.0) for n in range(9)}).save(tmp_path / "c")
    named = {f"new_{n}": tf.Variable(1.0) for n in range(30)}
    with pytest.raises(tf.errors.NotFoundError) as raised:
        NameSaver(named).restore(path)
    message = str(raised.value)
    assert "30 of 30 variables: new_0, new_1, new_2, new_3, new_4 and 25 more. " in message
    assert "It has old_0, old_1, old_2, old_3, old_4 and 4 more, which are not" in message


def test_what_does_not_fit_is_named_and_nothing_is_changed(tmp_path):
    path = NameSaver({"a": tf.Variable(1.0), "b/bias": tf.Variable([2.0])}).save(tmp_path / "c")
    a, b, more = tf.Variable(0.0), tf.Variable([0.0]), tf.Variable(0.0)
    missing = (
        r"c has no values for 2 of 3 variables: b_1/bias, d\. It has b/bias, which are not in the "
        r"program\. Did you mean 'b/bias' for 'b_1/bias'\? Is it the same architecture"
    )
    with pytest.raises(tf.errors.NotFoundError, match=missing):
        NameSaver({"a": a, "b_1/bias": b, "d": more}).restore(path)
    misfits = (
        r"'a' has dtype float32 there, and the variable .* dtype int32; "
        r"'b/bias' has shape \(1,\) there, and the variable .* shape \(3,\)\. Is it the same"
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match=misfits):
        NameSaver({"a": tf.Variable(0), "b/bias": tf.Variable([0.0] * 3)}).restore(path)
    with pytest.raises(tf.errors.InvalidArgumentError, match="'b/bias' has shape"):
        NameSaver({"a": a, "b/bias": tf.Variable([0.0] * 3)}).restore(path)
    assert float(a) == 0
    NameSaver({"a": a, "d": more}, optional=["d"]).restore(path)
    assert [float(a), float(more)] == [1, 0]


def test_an_integer_that_a_dtype_has_not_is_refused(tmp_path):
    path = NameSaver({"a": tf.Variable(2**40, dtype="int64")}).save(tmp_path / "c")
    with pytest.raises(ValueError, match=f"has dtype int32, and the checkpoint {2**40} for it"):
        NameSaver({"a": tf.Variable(0)}).restore(path)


# What is kept


def saved_in(folder, keeper, steps):
    for step in steps:
        keeper.add(NameSaver({"a": tf.Variable(float(step))}).save(f"{folder}/model.ckpt-{step}"))


def there(folder):
    return sorted(int(file.stem.rpartition("-")[2]) for file in Path(folder).glob("*.index"))


def test_the_last_checkpoints_are_kept_and_a_restart_goes_on(tmp_path):
    keeper = CheckpointKeeper(tmp_path, 2)
    keeper.take_up()
    saved_in(tmp_path, keeper, [1, 2, 3])
    (tmp_path / "model.ckpt-2.meta").write_text("as the reference writes it")
    again = CheckpointKeeper(tmp_path, 2)
    again.take_up()
    assert list(again.times) == [f"{tmp_path}/model.ckpt-{step}" for step in (2, 3)]
    assert again.latest == f"{tmp_path}/model.ckpt-3"
    saved_in(tmp_path, again, [4])
    assert there(tmp_path) == [3, 4]
    assert not (tmp_path / "model.ckpt-2.meta").exists()
    lines = (tmp_path / "checkpoint").read_text().splitlines()
    assert lines[:3] == [
        'model_checkpoint_path: "model.ckpt-4"',
        'all_model_checkpoint_paths: "model.ckpt-3"',
        'all_model_checkpoint_paths: "model.ckpt-4"',
    ]
    listed = tf.train.get_checkpoint_state(tmp_path)
    assert len(listed.all_model_checkpoint_timestamps) == 2


def test_one_in_so_many_hours_is_kept_for_good(tmp_path):
    keeper = CheckpointKeeper(tmp_path, 1, keep_every_n_hours=1)
    saved_in(tmp_path, keeper, [1])
    keeper.set_times((path, at - 7200) for path, at in keeper.times.items())
    saved_in(tmp_path, keeper, [2])  # the first was saved before the keeper began
    assert there(tmp_path) == [2]
    keeper._last_preserved -= 7200
    saved_in(tmp_path, keeper, [3, 4])
    assert there(tmp_path) == [2, 4]


def test_a_state_file_without_times_is_gone_on_from(tmp_path):
    shutil.copytree(RECORDED / "model_dirs" / "dnn_classifier", tmp_path / "m")
    written = tmp_path / "m" / "model.ckpt-120.index"
    os.utime(written, (1e9, 1e9))
    keeper = CheckpointKeeper(tmp_path / "m", 5)
    keeper.take_up()
    assert keeper.times == {str(tmp_path / "m" / "model.ckpt-120"): 1e9}


# What can be read


@pytest.fixture
def three(tmp_path):
    keeper = CheckpointKeeper(tmp_path, None)
    saved_in(tmp_path, keeper, [1, 2, 3])
    return tmp_path


def damaged(file):
    content = bytearray(file.read_bytes())
    content[0] ^= 1
    file.write_bytes(content)


def truncated(file):
    file.write_bytes(file.read_bytes()[:-2])


@pytest.mark.parametrize("how", [damaged, truncated, Path.unlink])
@pytest.mark.parametrize("ending", ["index", "data-00000-of-00001"])
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(three, how, ending):
    assert restorable_checkpoint(three) == f"{three}/model.ckpt-3"
    how(three / f"model.ckpt-3.{ending}")
    used = r"model.ckpt-3 cannot be read: .*The checkpoint before is used, .*model.ckpt-2"
    with pytest.warns(UserWarning, match=used):
        assert restorable_checkpoint(three) == f"{three}/model.ckpt-2"
    for step in (1, 2):
        how(three / f"model.ckpt-{step}.{ending}")
    every = r"(?s)model.ckpt-3 .*model.ckpt-2 .*model.ckpt-1 .*no other checkpoint.*another folder"
    with pytest.raises(tf.errors.DataLossError, match=every):
        restorable_checkpoint(three)


def test_a_damaged_list_is_replaced_by_the_files(three):
    (three / "checkpoint").write_text("model_checkp")
    os.utime(three / "model.ckpt-2.index", (4e9, 4e9))
    with pytest.warns(UserWarning, match=r"checkpoint cannot be understood.*model.ckpt-2"):
        assert restorable_checkpoint(three) == f"{three}/model.ckpt-2"


def test_checkpoints_that_nothing_lists_are_named(three):
    (three / "checkpoint").unlink()
    with pytest.warns(UserWarning, match=r"has checkpoints, the newest is .*, and no file 'checkp"):
        assert restorable_checkpoint(three) is None
    assert restorable_checkpoint(three / "nowhere") is None


# tf.compat.v1.train


def test_a_saver_keeps_the_last_checkpoints_and_restores(tmp_path):
    a, step = tf.Variable(1.0, name="a"), tf.Variable(4, dtype="int64", name="step")
    saver = v1.Saver([a, step], max_to_keep=2, save_relative_paths=True)
    base = str(tmp_path / "model.ckpt")
    paths = [saver.save(None, base, global_step=number) for number in (1, 2, step)]
    assert paths[-1] == f"{base}-4"
    assert saver.last_checkpoints == paths[1:]
    assert there(tmp_path) == [2, 4]
    assert (tmp_path / "checkpoint").read_text().startswith('model_checkpoint_path: "model.ckpt-4"')
    a.assign(0.0)
    saver.restore(None, tf.train.latest_checkpoint(tmp_path))
    assert float(a) == 1

    again = v1.Saver({"a": a}, max_to_keep=2, pad_step_number=True)
    again.recover_last_checkpoints([*saver.last_checkpoints, str(tmp_path / "gone-9")])
    assert again.save(None, base, global_step=5) == f"{base}-00000005"
    assert there(tmp_path) == [4, 5]
    first = (tmp_path / "checkpoint").read_text().splitlines()[0]
    assert first == f'model_checkpoint_path: "{base}-00000005"'
    plain = again.save(None, base, write_state=False, latest_filename="list")
    assert plain == base
    assert not (tmp_path / "list").exists()


def test_a_saver_without_variables_takes_those_of_its_estimator(tmp_path):
    a, b = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="b")
    deferred, some = v1.Saver(), v1.Saver([b], defer_build=True)
    for saver in (deferred, some):
        saver.build({"a": a, "of/b": b, "beta": 0.5})
    path = deferred.save(None, tmp_path / "all")
    assert [name for name, _ in tf.train.list_variables(path)] == ["a", "beta", "of/b"]
    path = some.save(None, tmp_path / "some")
    assert [name for name, _ in tf.train.list_variables(path)] == ["of/b"]
    with pytest.raises(RuntimeError, match="`var_list` must be a list or dict"):
        v1.Saver().save(None, tmp_path / "c")


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"reshape": True}, NotImplementedError, "`reshape=True` is not supported"),
        ({"write_version": 1}, NotImplementedError, "`write_version=1` is not supported"),
        ({"saver_def": 1}, NotImplementedError, "`saver_def` is not supported"),
        ({"var_list": []}, ValueError, "No variables to save"),
        ({"var_list": [3]}, TypeError, "`var_list`: expected Variables, got 3"),
    ],
)
def test_savers_that_cannot_be_are_refused(options, kind, message):
    with pytest.raises(kind, match=message):
        v1.Saver(**{"var_list": [tf.Variable(1.0)], **options})


def test_what_a_saver_cannot_do_is_said(tmp_path):
    a, twin = tf.Variable(1.0, name="a"), tf.Variable(2.0, name="a")
    with pytest.raises(ValueError, match="at least two variables have the name 'a'"):
        v1.Saver([a, twin])
    saver = v1.Saver([a, a])
    for path in (None, tmp_path / "none"):
        with pytest.raises(ValueError, match="`save_path`: expected the path of a checkpoint"):
            saver.restore(None, path)
    with pytest.raises(ValueError, match="`latest_filename`: expected a name without a folder"):
        saver.save(None, tmp_path / "c", latest_filename="a/b")


def test_names_of_the_first_generation_find_write_and_remove(three, monkeypatch):
    monkeypatch.chdir(three)
    paths = [f"{three}/model.ckpt-{step}" for step in (1, 2, 3)]
    times = v1.get_checkpoint_mtimes([*paths, str(three / "gone")])
    assert len(times) == 3
    assert max(times) <= time.time() + 1
    v1.remove_checkpoint(paths[0])
    assert there(three) == [2, 3]
    with pytest.raises(NotImplementedError, match="Version 1 of the format"):
        v1.remove_checkpoint(paths[1], 1)
    v1.update_checkpoint_state(str(three), paths[1], paths[1:], None, [1.0, 2.0, 3.0])
    assert (three / "checkpoint").read_text().splitlines()[0] == (
        f'model_checkpoint_path: "{paths[1]}"'
    )
    assert v1.get_checkpoint_state(three).all_model_checkpoint_timestamps == [1, 2, 3]
    v1.update_checkpoint_state(".", "model.ckpt-3")
    assert tf.train.latest_checkpoint(three) == paths[2]
    made = v1.generate_checkpoint_state_proto("some", "some/m-2", ["some/m-1"])
    assert made == state.CheckpointState("m-2", ["m-1", "m-2"])
    with pytest.raises(ValueError, match="got '1 times'"):
        v1.update_checkpoint_state(".", "a", ["b"], None, [1.0])
    assert v1.NewCheckpointReader(paths[2]).get_tensor("a") == 3


def test_options_are_those_of_the_reference(tmp_path):
    told = []
    options = tf.train.CheckpointOptions(
        experimental_write_callbacks=[told.append, lambda: told.append("written")]
    )
    checkpoint = tf.train.Checkpoint(a=tf.Variable(1.0))
    first = checkpoint.save(tmp_path / "c", options)
    second = checkpoint.write(tmp_path / "d", options)
    checkpoint.restore(first, options).assert_consumed()
    assert told == [first, "written", second, "written"]
    with pytest.raises(NotImplementedError, match="experimental_io_device"):
        tf.train.CheckpointOptions(experimental_io_device="/job:localhost")
    with pytest.raises(NotImplementedError, match="Leave `enable_async` out"):
        tf.train.CheckpointOptions(enable_async=True)
    with pytest.raises(ValueError, match="expected functions of the path"):
        tf.train.CheckpointOptions(experimental_write_callbacks=[lambda a, b: None])
