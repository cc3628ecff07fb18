"""Warm starts: which variables take which values of a checkpoint, also by the tokens of
vocabularies.
"""

import itertools
import os

import numpy as np
import pytest

from estikeras import Variable, compat, data, estimator, keras, ops, train
from estikeras.engine.variable_store import VariableStore
from estikeras.estimator.warm_start import settings_of, warm_start_variables
from estikeras.train.savers import NameSaver

V1 = compat.v1.train


def values_of(store):
    return {path: variable.numpy().tolist() for path, variable in store.saved().items()}


@pytest.fixture
def checkpoint(tmp_path):
    """Writes the tensors of a checkpoint by name; gives its path."""

    def write(folder="old", **tensors):
        prefix = tmp_path / folder / "model.ckpt-7"
        NameSaver({n.replace("__", "/"): Variable(v) for n, v in tensors.items()}).save(prefix)
        state = f'model_checkpoint_path: "{prefix.name}"\n'
        (prefix.parent / "checkpoint").write_text(state)
        return str(prefix)

    return write


def floats(*values):
    return np.array(values, np.float32)


def model(**more):
    """The store of a model function that made variables of zeros, and what it made."""
    store = VariableStore()
    with store.tracing():
        for name in ("a", "b", "ab"):
            Variable(np.zeros(2, np.float32), name=name)
        Variable(np.zeros(2, np.float32), name="moving", trainable=False)
        for name, shape in more.items():
            Variable(np.zeros(shape, np.float32), name=name)
    return store


ALL = {"a": floats(1, 2), "b": floats(3, 4), "ab": floats(5, 6), "moving": floats(7, 8)}
CHOICES = {
    "trainable ones": (".*", {"a", "b", "ab"}),
    "beginnings": ("a", {"a", "ab"}),
    "whole names": ("a:0$", {"a"}),
    "a list": (["moving", "b"], {"moving", "b"}),
    "all": ([".*"], set(ALL)),
    "none": (None, set()),
}


@pytest.mark.parametrize("name", CHOICES)
def test_names_choose_what_is_warm_started(name, checkpoint):
    wanted, expected = CHOICES[name]
    store = model()
    settings = estimator.WarmStartSettings(checkpoint(**ALL), vars_to_warm_start=wanted)
    warm_start_variables(store.saved(), settings)
    zeros = {key: [0.0, 0.0] for key in ALL}
    assert values_of(store) == {**zeros, **{k: ALL[k].tolist() for k in expected}}


@pytest.mark.parametrize("kind", ["names", "objects"])
def test_seed_generators_begin_anew_where_a_checkpoint_has_none(kind, checkpoint, tmp_path):
    path = checkpoint(**ALL)
    if kind == "objects":
        old = {name: Variable(value, name=name) for name, value in ALL.items()}
        path = train.Checkpoint(**old).save(str(tmp_path / "ckpt"))
    store = model()
    with store.tracing():
        keras.random.SeedGenerator(3)
    settings = estimator.WarmStartSettings(path, vars_to_warm_start=[".*"])
    warm_start_variables(store.saved(), settings)
    state = {"seed_generator/seed_generator_state": [3, 0]}
    assert values_of(store) == {**{key: value.tolist() for key, value in ALL.items()}, **state}


def test_variables_themselves_may_be_named(checkpoint):
    store = model()
    variable = store.variables["moving"]
    settings = estimator.WarmStartSettings(checkpoint(**ALL), vars_to_warm_start=[variable])
    warm_start_variables(store.saved(), settings)
    assert (variable.numpy().tolist(), values_of(store)["a"]) == ([7, 8], [0, 0])


def test_a_variable_may_have_had_another_name(checkpoint):
    path = checkpoint(**{**ALL, "old__a": floats(-1, -2)})
    store = model()
    renamed = {"a": "old/a", "b": "old/a"}
    settings = estimator.WarmStartSettings(path, var_name_to_prev_var_name=renamed)
    warm_start_variables(store.saved(), settings)
    assert values_of(store)["a"] == values_of(store)["b"] == [-1, -2]
    assert values_of(store)["ab"] == [5, 6]


@pytest.mark.parametrize("kind", ["checkpoint", "folder", "path", "bytes", "saved model"])
def test_a_warm_start_comes_from_any_of_these(kind, checkpoint, tmp_path):
    path = checkpoint(**ALL)
    folder = tmp_path / "old"
    if kind == "saved model":
        (tmp_path / "export" / "variables").mkdir(parents=True)
        for file in folder.glob("model.ckpt-7.*"):
            name = file.name.replace("model.ckpt-7", "variables")
            file.replace(tmp_path / "export" / "variables" / name)
    given = {
        "checkpoint": path,
        "folder": str(folder),
        "path": folder,
        "bytes": os.fsencode(path),
        "saved model": str(tmp_path / "export"),
    }[kind]
    store = model()
    warm_start_variables(store.saved(), settings_of(given))
    assert values_of(store)["a"] == [1, 2]


def test_a_checkpoint_of_objects_is_read_by_the_names_of_its_variables(tmp_path):
    store = model()
    old = model()
    for value, variable in enumerate(old.variables.values(), 1):
        variable.assign([value, value])
    path = train.Checkpoint(**{f"x{k}": v for k, v in enumerate(old.variables.values())})
    prefix = path.save(str(tmp_path / "ckpt"))
    warm_start_variables(store.saved(), settings_of(prefix))
    assert values_of(store) == {"a": [1, 1], "b": [2, 2], "ab": [3, 3], "moving": [0, 0]}
    more = model(c=(2,))
    with pytest.raises(ValueError, match=r"has no values for \['c'\]"):
        warm_start_variables(more.saved(), settings_of(prefix))


def test_nothing_is_changed_unless_all_fits(checkpoint):
    path = checkpoint(a=floats(1, 2), ab=floats(1, 2), b=floats(1, 2, 3))
    store = model()
    with pytest.raises(ValueError, match=r"'b' has shape \(3,\) there, and the variable 'b'"):
        warm_start_variables(store.saved(), settings_of(path))
    with pytest.raises(ValueError, match=r"Tensor c is not found in .*ckpt-7 checkpoint"):
        warm_start_variables(model(c=(2,)).saved(), settings_of(checkpoint("other", **ALL)))
    assert values_of(store)["a"] == [0, 0]


@pytest.mark.parametrize("field", ["var_name_to_prev_var_name", "var_name_to_vocab_info"])
def test_names_that_are_no_variable_s_are_an_error(field, checkpoint):
    settings = estimator.WarmStartSettings(checkpoint(**ALL), **{field: {"aa": "a"}})
    with pytest.raises(ValueError, match=rf"{field} that were not used: \['aa'\].*\['a', 'ab'"):
        warm_start_variables(model().saved(), settings)


def test_settings_are_checked(checkpoint):
    with pytest.raises(ValueError, match="MUST be set"):
        estimator.WarmStartSettings("")
    with pytest.raises(ValueError, match="must be a string or a WarmStartSettings"):
        settings_of(7)
    settings = estimator.WarmStartSettings(checkpoint(**ALL), vars_to_warm_start=7)
    with pytest.raises(ValueError, match="`vars_to_warm_start`: expected a regular expression"):
        warm_start_variables({}, settings)
    with pytest.raises(ValueError, match="The only supported values for the axis argument"):
        estimator.VocabInfo("new", 1, 0, "old", axis=2)


# Vocabularies

OLD, NEW = ("mercury", "venus", "mars"), ("venus", "jupiter", "mercury")


def vocabularies(tmp_path):
    files = []
    for name, tokens in (("old", OLD), ("new", NEW)):
        files.append(tmp_path / f"{name}.txt")
        files[-1].write_text("".join(f"{token}\n" for token in tokens))
    return files


def counting():
    """An initializer that gives 100, 101, ... and notes the shapes that it was asked for."""
    numbers, shapes = itertools.count(100), []

    def initializer(shape, dtype=None):
        shapes.append(tuple(shape))
        return np.array([next(numbers) for _ in range(np.prod(shape))], dtype).reshape(shape)

    return initializer, shapes


ROWS = [[1, 2], [3, 4], [5, 6]]
COLUMNS = [[1, 2, 3], [4, 5, 6]]
# What the checkpoint has, options, shape -> value, and the shapes that are initialized.
REMAPPED = {
    "rows": (ROWS, {}, [[3, 4], [100, 101], [1, 2]], [(2, 1)]),
    "rows and buckets": (
        ROWS,
        {"num_oov_buckets": 2},
        [[3, 4], [100, 101], [1, 2], [102, 103], [104, 105]],
        [(2, 1), (2, 2)],
    ),
    "fewer old tokens": (
        ROWS,
        {"old_vocab_size": 1},
        [[100, 101], [102, 103], [1, 2]],
        [(4, 1)],
    ),
    "fewer new tokens": (ROWS, {"new_vocab_size": 1}, [[3, 4]], []),
    "columns": (COLUMNS, {"axis": 1}, [[2, 100, 1], [5, 101, 4]], [(2, 1)]),
    "columns and buckets": (
        COLUMNS,
        {"axis": 1, "num_oov_buckets": 1},
        [[2, 100, 1, 102], [5, 101, 4, 103]],
        [(2, 1), (2, 1)],
    ),
    "a vector": ([1, 2, 3], {}, [2, 100, 1], [(1, 1)]),
}


def warm_start_table(checkpoint, old, shape, tmp_path, **options):
    old_vocab, new_vocab = vocabularies(tmp_path)
    given = {"new_vocab": str(new_vocab), "new_vocab_size": 3, "num_oov_buckets": 0}
    info = estimator.VocabInfo(**{**given, "old_vocab": str(old_vocab), **options})
    store = model(table=shape)
    settings = estimator.WarmStartSettings(
        checkpoint(table=floats(*old)), None, var_name_to_vocab_info={"table": info}
    )
    warm_start_variables(store.saved(), settings)
    return values_of(store)


@pytest.mark.parametrize("name", REMAPPED)
def test_values_go_where_their_tokens_are(name, checkpoint, tmp_path):
    old, options, expected, shapes = REMAPPED[name]
    initializer, asked = counting()
    options = {**options, "backup_initializer": initializer}
    found = warm_start_table(checkpoint, old, np.shape(expected), tmp_path, **options)
    assert found == {**{key: [0, 0] for key in ALL}, "table": expected}
    assert asked == shapes


def test_without_an_initializer_new_tokens_have_zeros(checkpoint, tmp_path):
    found = warm_start_table(checkpoint, ROWS, (4, 2), tmp_path, num_oov_buckets=1)
    assert found["table"] == [[3, 4], [0, 0], [1, 2], [0, 0]]


MISFITS = {
    "rows": (ROWS, (4, 2), {}, "expected 3 tokens and 0 buckets along axis 0"),
    "width": (ROWS, (3, 3), {}, "expected 2 along axis 1"),
    "rank": (ROWS, (3, 2, 1), {}, "expected matrices, or vectors along axis 0"),
    "old": (ROWS[:1], (3, 2), {}, "expected one for each of the 3 tokens"),
    "new": (ROWS, (4, 2), {"new_vocab_size": 4}, "`new_vocab_size`: expected at most 3"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_vocabularies_must_fit(name, checkpoint, tmp_path):
    old, shape, options, message = MISFITS[name]
    with pytest.raises(ValueError, match=message):
        warm_start_table(checkpoint, old, shape, tmp_path, **options)


# In a model function


def scoped():
    """A model function that made variables in scopes."""
    for path in ("encoder/w", "encoder/b", "head/w"):
        scope, name = path.split("/")
        with compat.v1.name_scope(scope):
            Variable(np.zeros(1, np.float32), name=name)


ASSIGNMENTS = {
    "scope to scope": ({"bert/": "encoder/"}, {"encoder/w": 1, "encoder/b": 2}),
    "name to name": ({"bert/w": "head/w"}, {"head/w": 1}),
    "root to scope": ({"/": "head/"}, {"head/w": 3}),
    "scope to root": (
        {"all/": "/"},
        {"encoder/w": 4, "encoder/b": 5, "head/w": 6},
    ),
    "pairs": ([("bert/w", "head/w"), ("bert/w", "encoder/w")], {"head/w": 1, "encoder/w": 1}),
}
TENSORS = {
    "bert__w": floats(1),
    "bert__b": floats(2),
    "w": floats(3),
    "all__encoder__w": floats(4),
    "all__encoder__b": floats(5),
    "all__head__w": floats(6),
}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_assignment_maps_go_from_the_checkpoint_to_variables(name, checkpoint):
    assignment, expected = ASSIGNMENTS[name]
    path, store = checkpoint(**TENSORS), VariableStore()
    with store.tracing():
        scoped()
        V1.init_from_checkpoint(path, assignment)
    zeros = {key: [0.0] for key in ("encoder/w", "encoder/b", "head/w")}
    assert values_of(store) == {**zeros, **{k: [v] for k, v in expected.items()}}


def test_a_variable_takes_a_value_anywhere(checkpoint):
    variable = Variable(floats(0), name="w")
    V1.init_from_checkpoint(checkpoint(**TENSORS), {"bert/b": variable})
    assert variable.numpy() == 2


WRONG = {
    "no such variable": ({"bert/w": "head/x"}, r"variable in assignment_map: 'head/x'.*'head/w'"),
    "no such tensor": ({"bert/x": "head/w"}, "Tensor bert/x is not found"),
    "name to scope": ({"bert/w": "head/"}, "Should be 'scope/': 'other_scope/'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_assignment_map_is_an_error(name, checkpoint):
    assignment, message = WRONG[name]
    path = checkpoint(**TENSORS)
    with VariableStore().tracing():
        scoped()
        with pytest.raises(ValueError, match=message):
            V1.init_from_checkpoint(path, assignment)


@pytest.mark.parametrize("function", ["warm_start", "init_from_checkpoint"])
def test_another_trace_of_the_model_function_changes_nothing(function, checkpoint):
    path = checkpoint(encoder__w=floats(1), encoder__b=floats(2), head__w=floats(3))
    arguments = {"warm_start": (), "init_from_checkpoint": ({"/": "/"},)}[function]
    store = VariableStore()
    for expected in (3, 9):
        with store.tracing():
            scoped()
            getattr(V1, function)(path, *arguments)
        assert values_of(store)["head/w"] == [expected]
        store.variables["head/w"].assign([9.0])


def test_names_of_variables_belong_to_a_model_function(checkpoint):
    with pytest.raises(RuntimeError, match="Give Variables to `init_from_checkpoint`"):
        V1.init_from_checkpoint(checkpoint(**TENSORS), {"bert/": "encoder/"})


# In an Estimator


def trained(folder, steps, rate=0.5, **options):
    """The weights of an Estimator after some steps."""

    def model_fn(features, labels, mode):
        weights = compat.v1.get_variable("w", [2], initializer=compat.v1.zeros_initializer())
        loss = ops.mean((features * weights - labels) ** 2)
        step = V1.get_or_create_global_step()
        train_op = V1.MomentumOptimizer(rate, 0.9).minimize(loss, step)
        return estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    def input_fn():
        ones = np.ones((3, 2), np.float32)
        return data.Dataset.from_tensors((ones, 2 * ones)).repeat()

    mine = estimator.Estimator(model_fn, folder, **options).train(input_fn, steps=steps)
    return mine.get_variable_value("w").tolist(), mine.get_variable_value("global_step")


@pytest.mark.parametrize("kind", [str, estimator.WarmStartSettings])
def test_an_estimator_begins_with_the_weights_of_another(kind, tmp_path):
    weights, _ = trained(tmp_path / "old", 3)
    start = {"warm_start_from": kind(str(tmp_path / "old"))}
    assert trained(tmp_path / "new", 1, rate=0.0, **start) == (weights, 1)
    moved = trained(tmp_path / "moved", 2, **start)
    assert moved[0] != weights
    assert trained(tmp_path / "moved", 1, rate=0.0, **start) == (moved[0], 3)  # its own
