"""RunConfig: values, checks, and which task TF_CONFIG says that this process is."""

import copy
import json
from types import SimpleNamespace

import pytest

import strategies
from estikeras import compat, estimator
from estikeras.estimator.task import check_world
from strategies.errors import StartError

PARTS = (
    "model_dir",
    "tf_random_seed",
    "save_summary_steps",
    "save_checkpoints_steps",
    "save_checkpoints_secs",
    "session_config",
    "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours",
    "log_step_count_steps",
    "train_distribute",
    "eval_distribute",
    "device_fn",
    "protocol",
    "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
    "checkpoint_save_graph_def",
    "service",
)
DEFAULTS = dict(
    zip(
        PARTS,
        (None, None, 100, None, 600, None, 5, 10000, 100, *[None] * 5, 7200, True, None),
        strict=True,
    )
)
TASK = (
    "task_type",
    "task_id",
    "is_chief",
    "master",
    "evaluation_master",
    "num_worker_replicas",
    "num_ps_replicas",
    "global_id_in_cluster",
)
PS = {
    "chief": ["host0:1"],
    "ps": ["host1:1", "host2:1"],
    "worker": ["host3:1", "host4:1", "host5:1"],
}
MASTER = {"master": ["host0:1"], "ps": ["host1:1"], "worker": ["host2:1"]}
# TF_CONFIG -> what the reference says of the task.
TASKS = {
    "none": ({}, ("worker", 0, True, "", "", 1, 0, 0)),
    "worker alone": ({"task": {"type": "worker"}}, ("worker", 0, True, "", "", 1, 0, 0)),
    "addresses alone": (
        {"session_master": "grpc://a", "eval_session_master": "grpc://b"},
        ("worker", 0, True, "grpc://a", "grpc://b", 1, 0, 0),
    ),
    "chief": (
        {"cluster": PS, "task": {"type": "chief", "index": 0}},
        ("chief", 0, True, "grpc://host0:1", "", 4, 2, 0),
    ),
    "worker": (
        {"cluster": PS, "task": {"type": "worker", "index": "1"}},
        ("worker", 1, False, "grpc://host4:1", "", 4, 2, 2),
    ),
    "parameter server": (
        {"cluster": PS, "task": {"type": "ps", "index": 1}},
        ("ps", 1, False, "grpc://host2:1", "", 4, 2, 5),
    ),
    "evaluator": (
        {"cluster": PS, "task": {"type": "evaluator", "index": 12}},
        ("evaluator", 12, False, "", "", 0, 0, None),
    ),
    "evaluator with an address": (
        {
            "cluster": PS,
            "task": {"type": "evaluator", "index": 0},
            "eval_session_master": "grpc://e",
        },
        ("evaluator", 0, False, "", "grpc://e", 0, 0, None),
    ),
    "session_master": (
        {"cluster": PS, "task": {"type": "chief", "index": 0}, "session_master": "grpc://m"},
        ("chief", 0, True, "grpc://m", "", 4, 2, 0),
    ),
    "one chief": (
        {"cluster": {"chief": ["host0:1"]}, "task": {"type": "chief", "index": 0}},
        ("chief", 0, True, "", "", 1, 0, 0),
    ),
    "master": (
        {"cluster": MASTER, "task": {"type": "master", "index": 0}},
        ("master", 0, True, "grpc://host0:1", "", 2, 1, 0),
    ),
    "worker of a master": (
        {"cluster": MASTER, "task": {"type": "worker", "index": 0}},
        ("worker", 0, False, "grpc://host2:1", "", 2, 1, 1),
    ),
    "another job": (
        {"cluster": {**PS, "helper": ["h:1"]}, "task": {"type": "worker", "index": 0}},
        ("worker", 0, False, "grpc://host3:1", "", 4, 2, 2),
    ),
}
WRONG_TASKS = {
    "no chief": ({"cluster": {"ps": ["a"], "worker": ["b"]}}, 'must have one "chief" node'),
    "two chiefs": ({"cluster": {"chief": ["a", "b"]}}, 'must have only one "chief" node'),
    "both chiefs": (
        {"cluster": {"chief": ["a"], "master": ["b"]}},
        "`master` node exists in `cluster`, job `chief` is not supported",
    ),
    "no type": ({"cluster": PS, "task": {"index": 0}}, "task type must be set"),
    "no index": ({"cluster": PS, "task": {"type": "chief"}}, "task index must be set"),
    "negative": ({"cluster": PS, "task": {"type": "worker", "index": -1}}, "non-negative number"),
    "too many": (
        {"cluster": PS, "task": {"type": "worker", "index": 3}},
        "3 is not a valid task_id for task_type worker",
    ),
    "unknown job": (
        {"cluster": PS, "task": {"type": "helper", "index": 0}},
        "helper is not a valid task_type in the cluster_spec",
    ),
    "evaluator of a master": (
        {"cluster": MASTER, "task": {"type": "evaluator", "index": 0}},
        "task_type `evaluator` is not supported",
    ),
    "chief alone": ({"task": {"type": "chief"}}, "task type must be WORKER"),
    "second alone": ({"task": {"type": "worker", "index": 1}}, "task index must be 0"),
    "folder": ({"model_dir": ""}, "model_dir in TF_CONFIG should be non-empty"),
    "a list": ([1], "TF_CONFIG: expected an object"),
}
WRONG = {
    "model_dir": ("", "model_dir should be non-empty"),
    "tf_random_seed": ("a", "`tf_random_seed`: expected an int, got 'a'"),
    "save_summary_steps": (-1, "`save_summary_steps`: expected a number, 0 or more, got -1"),
    "save_checkpoints_steps": (
        -1,
        "`save_checkpoints_steps`: expected a number, 0 or more, got -1",
    ),
    "save_checkpoints_secs": (-1, "`save_checkpoints_secs`: expected a number, 0 or more, got -1"),
    "session_config": ({}, "session_config must be instance of ConfigProto"),
    "keep_checkpoint_max": (-1, "`keep_checkpoint_max`: expected a number, 0 or more, got -1"),
    "keep_checkpoint_every_n_hours": (
        0,
        "`keep_checkpoint_every_n_hours`: expected a number above 0, got 0",
    ),
    "log_step_count_steps": (0, "`log_step_count_steps`: expected a number above 0, got 0"),
    "protocol": ("carrier pigeon", "`protocol`: expected 'grpc', got 'carrier pigeon'"),
    "experimental_max_worker_delay_secs": (0.5, "_delay_secs`: expected an int, got 0.5"),
    "session_creation_timeout_secs": (
        0,
        "`session_creation_timeout_secs`: expected a number above 0, got 0",
    ),
}


@pytest.fixture
def tf_config(monkeypatch):
    """Sets TF_CONFIG."""
    return lambda config: monkeypatch.setenv("TF_CONFIG", json.dumps(config))


def parts(config, names=PARTS):
    return {name: getattr(config, name) for name in names}


def test_defaults_are_the_reference_s():
    assert parts(estimator.RunConfig()) == DEFAULTS


@pytest.mark.parametrize("name", TASKS)
def test_the_task_is_the_one_of_tf_config(name, tf_config):
    variable, expected = TASKS[name]
    tf_config(variable)
    config = estimator.RunConfig()
    assert tuple(getattr(config, part) for part in TASK) == expected
    cluster = {} if expected[0] == "evaluator" else variable.get("cluster", {})
    assert config.cluster_spec.as_dict() == cluster


@pytest.mark.parametrize("name", WRONG_TASKS)
def test_a_wrong_tf_config_is_an_error(name, tf_config):
    variable, message = WRONG_TASKS[name]
    tf_config(variable)
    with pytest.raises(ValueError, match=message):
        estimator.RunConfig()


def test_workers_alone_have_a_chief_under_a_strategy(tf_config):
    tf_config({"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 0}})
    config = estimator.RunConfig(train_distribute=strategies.MultiWorkerMirroredStrategy())
    assert parts(config, TASK[:3]) == {"task_type": "worker", "task_id": 0, "is_chief": True}
    assert config.num_worker_replicas == 1


def test_a_cluster_is_held_against_the_ranks_when_it_is_used(tf_config):
    tf_config({"cluster": PS, "task": {"type": "chief", "index": 0}})
    with pytest.raises(NotImplementedError, match="MultiWorkerMirroredStrategy"):
        check_world(estimator.RunConfig(), strategies.Strategy())
    tf_config(
        {"cluster": {"chief": ["a:1"], "worker": ["b:1"]}, "task": {"type": "worker", "index": 0}}
    )
    with pytest.raises(StartError, match=r"estikeras run -n 2 --hosts a,b"):
        check_world(estimator.RunConfig(), strategies.Strategy())
    tf_config({"cluster": {"chief": ["a:1"]}, "task": {"type": "chief", "index": 0}})
    check_world(estimator.RunConfig(), strategies.Strategy())


def test_model_dir_comes_from_either_side(tf_config, tmp_path):
    assert estimator.RunConfig(model_dir=tmp_path).model_dir == str(tmp_path)
    tf_config({"model_dir": "/a", "service": {"key": 1}})
    config = estimator.RunConfig()
    assert (config.model_dir, config.service) == ("/a", {"key": 1})
    assert estimator.RunConfig(model_dir="/a").model_dir == "/a"
    with pytest.raises(ValueError, match="must have the same value as the model_dir in TF_CONFIG"):
        estimator.RunConfig(model_dir="/b")


@pytest.mark.parametrize("name", WRONG)
def test_a_value_out_of_range_is_an_error(name):
    value, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        estimator.RunConfig(**{name: value})
    with pytest.raises(ValueError, match=message):
        estimator.RunConfig().replace(**{name: value})


@pytest.mark.parametrize("name", PARTS[:-1])
def test_replacing_changes_one_value_and_the_original_none(name):
    new = {
        "model_dir": "/other",
        "session_config": compat.v1.ConfigProto(),
        "train_distribute": strategies.OneDeviceStrategy(),
        "eval_distribute": strategies.OneDeviceStrategy(),
        "protocol": "grpc",
        "checkpoint_save_graph_def": False,
        "device_fn": None,
    }.get(name, 7)
    config = estimator.RunConfig()
    replaced = config.replace(**{name: new})
    expected = {**DEFAULTS, name: new}
    if name == "save_checkpoints_steps":
        expected["save_checkpoints_secs"] = None
    assert parts(replaced) == expected
    assert parts(config) == DEFAULTS


@pytest.mark.parametrize("name", ["task_type", "is_chief", "nothing"])
def test_other_names_cannot_be_replaced(name):
    with pytest.raises(ValueError, match=f"Replacing {name} is not supported. Allowed properties"):
        estimator.RunConfig().replace(**{name: 1})


CADENCES = [
    ({}, None, 600),
    ({"save_checkpoints_steps": 5}, 5, None),
    ({"save_checkpoints_secs": 5}, None, 5),
    ({"save_checkpoints_steps": None}, None, None),
    ({"save_checkpoints_secs": None}, None, None),
    ({"save_checkpoints_steps": None, "save_checkpoints_secs": None}, None, None),
    ({"save_checkpoints_steps": 3, "save_checkpoints_secs": None}, 3, None),
]


@pytest.mark.parametrize(("given", "steps", "secs"), CADENCES)
def test_one_cadence_of_checkpoints_takes_the_place_of_the_other(given, steps, secs):
    config = estimator.RunConfig(**given)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (steps, secs)
    config = config.replace(save_checkpoints_secs=9)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (None, 9)
    config = config.replace(save_checkpoints_steps=8)
    assert (config.save_checkpoints_steps, config.save_checkpoints_secs) == (8, None)


def test_two_cadences_are_an_error():
    both = {"save_checkpoints_steps": 1, "save_checkpoints_secs": 1}
    with pytest.raises(ValueError, match="cannot be both set"):
        estimator.RunConfig(**both)
    with pytest.raises(ValueError, match="cannot be both set"):
        estimator.RunConfig().replace(**both)


def test_a_session_config_is_taken_with_a_warning():
    options = compat.v1.GPUOptions(allow_growth=True)
    given = compat.v1.ConfigProto(intra_op_parallelism_threads=4, gpu_options=options)
    assert repr(given).startswith("ConfigProto(intra_op_parallelism_threads=4, gpu_options=GPU")
    given.graph_options.optimizer_options.global_jit_level = compat.v1.OptimizerOptions.ON_1
    given.graph_options.rewrite_options.memory_optimization = 1
    with pytest.warns(UserWarning, match="ESTIKERAS_NUM_THREADS"):
        config = estimator.RunConfig(session_config=given)
    assert config.session_config is given
    estimator.RunConfig(session_config=compat.v1.ConfigProto(allow_soft_placement=True))
    with pytest.raises(AttributeError, match="intra_op"):
        given.intra_op_threads = 4


def test_what_cannot_be_done_is_refused():
    with pytest.raises(NotImplementedError, match="Leave it out"):
        estimator.RunConfig(device_fn=lambda op: "/gpu:0")
    with pytest.raises(NotImplementedError, match="MPI finds the fastest way"):
        estimator.RunConfig(protocol="grpc+verbs")
    with pytest.raises(TypeError, match=r"`train_distribute`: expected a tf\.distribute\.Strategy"):
        estimator.RunConfig(train_distribute="mirrored")
    remote = SimpleNamespace(train_distribute=None, eval_distribute=None, remote_cluster={"a": 1})
    with pytest.raises(NotImplementedError, match="estikeras run"):
        estimator.RunConfig(experimental_distribute=remote)


def test_strategies_may_come_in_one_object():
    one, other = strategies.OneDeviceStrategy(), strategies.OneDeviceStrategy()
    both = SimpleNamespace(train_distribute=one, eval_distribute=other)
    config = estimator.RunConfig(experimental_distribute=both)
    assert (config.train_distribute, config.eval_distribute) == (one, other)
    with pytest.raises(ValueError, match="can be set, not both"):
        estimator.RunConfig(train_distribute=other, experimental_distribute=both)


def test_a_copy_has_the_same_strategy():
    config = estimator.RunConfig(train_distribute=strategies.OneDeviceStrategy())
    assert copy.deepcopy(config).train_distribute is config.train_distribute
