"""Who the ranks are, by jobs and tasks: from lists, TF_CONFIG, Slurm and MPI."""

import json

import pytest

from strategies.cluster import Cluster
from strategies.errors import StartError
from strategies.resolvers import (
    ClusterSpec,
    MPIClusterResolver,
    SimpleClusterResolver,
    SlurmClusterResolver,
    TFConfigClusterResolver,
    UnionResolver,
    check_tf_config,
)

TWO = {"worker": ["a:1", "b:1"]}
CHIEF = {"chief": ["a:1"], "worker": ["b:1", "b:2"]}


@pytest.fixture
def tf_config(monkeypatch):
    """A function that sets TF_CONFIG to an object, or to a text."""

    def set_to(config):
        text = config if isinstance(config, str) else json.dumps(config)
        monkeypatch.setenv("TF_CONFIG", text)

    monkeypatch.delenv("TF_CONFIG", raising=False)
    return set_to


def rank_of(rank, size):
    """The Cluster that rank `rank` of `size` sees, each on a machine of its own."""
    cluster = Cluster()
    cluster.rank, cluster.size = rank, size
    cluster.hosts = [f"host{number}/1f2e" for number in range(size)]
    return cluster


def test_a_spec_tells_its_jobs_and_tasks():
    spec = ClusterSpec({"worker": ["a:1", "b:1"], "ps": {1: "c:1", 3: "d:1"}})
    assert spec.jobs == ["worker", "ps"]
    assert spec.num_tasks("worker") == spec.num_tasks("ps") == 2
    assert spec.task_indices("ps") == [1, 3]
    assert spec.task_address("ps", 3) == "d:1"
    assert spec.job_tasks("worker") == ["a:1", "b:1"]
    assert spec.job_tasks("ps") == [None, "c:1", None, "d:1"]
    assert spec.as_dict() == {"worker": ["a:1", "b:1"], "ps": {1: "c:1", 3: "d:1"}}
    assert repr(spec) == "ClusterSpec({'ps': {1: 'c:1', 3: 'd:1'}, 'worker': ['a:1', 'b:1']})"


def test_specs_of_the_same_tasks_are_equal():
    assert (
        ClusterSpec(TWO) == ClusterSpec(ClusterSpec(TWO)) == ClusterSpec({"worker": ("a:1", "b:1")})
    )
    assert ClusterSpec(TWO) != ClusterSpec(CHIEF)
    assert ClusterSpec({"worker": {"0": "a:1", "1": "b:1"}}) == ClusterSpec(TWO)
    assert ClusterSpec(TWO)
    assert not ClusterSpec({})
    assert ClusterSpec({"worker": []}).as_dict() == {"worker": {}}


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda spec: spec.num_tasks("chief"), "'chief'.*'worker'"),
        (lambda spec: spec.job_tasks("chief"), "'chief'"),
        (lambda spec: spec.task_address("worker", 2), r"index 2 in job 'worker'.*\[0, 1\]"),
    ],
)
def test_what_a_spec_does_not_have_is_named(ask, message):
    with pytest.raises(ValueError, match=message):
        ask(ClusterSpec(TWO))


@pytest.mark.parametrize(
    ("cluster", "message"),
    [(["a:1"], "a:1"), ({"worker": "a:1"}, "'worker'"), ({"worker": [7]}, "7"), ({1: []}, "1")],
)
def test_wrong_specs_are_refused(cluster, message):
    with pytest.raises(TypeError, match=message):
        ClusterSpec(cluster)


def test_a_simple_resolver_answers_what_it_was_given():
    resolver = SimpleClusterResolver(
        ClusterSpec(TWO), "m:1", "worker", 1, "lab", {"CPU": 2}, rpc_layer="grpc"
    )
    assert (resolver.task_type, resolver.task_id, resolver.environment) == ("worker", 1, "lab")
    assert resolver.num_accelerators() == {"CPU": 2}
    assert resolver.master() == "grpc://m:1"
    assert resolver.master("worker", 0, "mpi") == "mpi://a:1"
    resolver.task_id = 0
    assert resolver.task_id == 0
    assert SimpleClusterResolver(ClusterSpec({})).master() == ""
    with pytest.raises(TypeError, match="cluster_spec"):
        SimpleClusterResolver(TWO)


def test_ranks_of_mpi_are_workers():
    resolver = MPIClusterResolver(rank_of(1, 3))
    assert (resolver.task_type, resolver.task_id) == ("worker", 1)
    assert resolver.cluster_spec() == {"worker": {0: "host0", 1: "host1", 2: "host2"}}
    assert resolver.master() == "host0"
    assert resolver.num_accelerators() == {}
    assert resolver.environment == ""


def test_union_joins_tasks_and_asks_the_first():
    first = SimpleClusterResolver(ClusterSpec(TWO), task_type="worker", task_id=0)
    second = SimpleClusterResolver(ClusterSpec({"worker": ["c:1"], "chief": ["d:1"]}))
    union = UnionResolver(first, second, task_id=2)
    assert union.cluster_spec().as_dict() == {"worker": ["a:1", "b:1", "c:1"], "chief": ["d:1"]}
    assert (union.task_type, union.task_id) == ("worker", 2)
    assert union.master("worker", 2) == "c:1"
    numbered = SimpleClusterResolver(ClusterSpec({"worker": {5: "e:1"}}))
    assert UnionResolver(first, numbered).cluster_spec().task_indices("worker") == [0, 1, 5]
    with pytest.raises(KeyError, match="5"):
        UnionResolver(numbered, numbered).cluster_spec()
    with pytest.raises(TypeError, match="ClusterResolver"):
        UnionResolver(ClusterSpec(TWO))
    with pytest.raises(ValueError, match="At least one"):
        UnionResolver()


@pytest.mark.parametrize(
    ("nodes", "counts", "rank", "task", "workers"),
    [
        ("n[9-10],m5", "2(x2),1", 2, 2, ["n9:8888", "n9:8889", "n10:8888", "n10:8889", "m5:8888"]),
        ("node[08,10]", "1(x2)", 1, 1, ["node08:8888", "node10:8888"]),
        ("alone", "3", 0, 0, ["alone:8888", "alone:8889", "alone:8890"]),
    ],
)
def test_tasks_of_slurm_are_numbered_along_its_nodes(
    monkeypatch, nodes, counts, rank, task, workers
):
    for name, value in [
        ("PROCID", str(rank)),
        ("STEP_NODELIST", nodes),
        ("STEP_TASKS_PER_NODE", counts),
        ("STEP_NUM_TASKS", str(len(workers))),
    ]:
        monkeypatch.setenv(f"SLURM_{name}", value)
    resolver = SlurmClusterResolver()
    assert resolver.get_task_info() == ("worker", task)
    assert resolver.cluster_spec().as_dict() == {"worker": workers}
    assert resolver.master() == f"grpc://{workers[task]}"
    with pytest.raises(RuntimeError, match=f"1 tasks, {len(workers)}"):
        SlurmClusterResolver({"worker": 1})
    with pytest.raises(ValueError, match="gpus_per_task"):
        SlurmClusterResolver(gpus_per_task=1)


def test_jobs_of_slurm_take_ranks_in_the_order_of_their_names(monkeypatch):
    monkeypatch.setenv("SLURM_PROCID", "1")
    resolver = SlurmClusterResolver({"worker": 2, "chief": 1}, tasks_per_node={"b": 1, "a": 2})
    assert resolver.get_task_info() == ("worker", 0)
    assert resolver.cluster_spec().as_dict() == {
        "chief": ["b:8888"],
        "worker": ["a:8888", "a:8889"],
    }


def test_without_slurm_the_missing_variable_is_named(monkeypatch):
    monkeypatch.delenv("SLURM_PROCID", raising=False)
    with pytest.raises(RuntimeError, match="SLURM_PROCID"):
        SlurmClusterResolver()


def test_tf_config_is_read_anew(tf_config):
    resolver = TFConfigClusterResolver()
    assert resolver.cluster_spec() == ClusterSpec({})
    assert (resolver.task_type, resolver.task_id, resolver.rpc_layer) == (None, None, None)
    assert resolver.master() == ""
    task = {"type": "worker", "index": "1"}
    tf_config({"cluster": TWO, "task": task, "rpc_layer": "grpc"})
    assert resolver.cluster_spec() == ClusterSpec(TWO)
    assert (resolver.task_type, resolver.task_id) == ("worker", 1)
    assert resolver.master() == "grpc://b:1"
    assert resolver.master(task_id=0, rpc_layer="mpi") == "mpi://a:1"
    resolver.task_id = 0
    assert resolver.task_id == 0
    assert TFConfigClusterResolver("chief", 3).task_type == "chief"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "TF_CONFIG is no JSON"),
        ("[1]", r"expected an object, got \[1\]"),
        ({"cluster": {"worker": "a:1"}}, "'cluster'.*'worker'.*a:1"),
        ({"cluster": ["a:1"]}, "'cluster'.*a:1"),
        ({"cluster": TWO, "task": {"type": "worker"}}, "'task'.*'type' and 'index'"),
        ({"cluster": TWO, "task": {"type": "worker", "index": "one"}}, "'index'.*'one'"),
        ({"cluster": TWO, "task": {"type": "worker", "index": 2}}, r"\[0, 1\].*got 2"),
        ({"cluster": TWO, "task": {"type": "chief", "index": 0}}, r"\['worker'\].*'chief'"),
    ],
)
def test_what_is_wrong_in_tf_config_is_named(tf_config, config, message):
    tf_config(config)
    with pytest.raises(ValueError, match=message):
        check_tf_config(Cluster())


@pytest.mark.parametrize(
    ("cluster", "rank", "task"),
    [
        (TWO, 0, ("worker", 0)),
        (TWO, 1, ("worker", 1)),
        (CHIEF, 0, ("chief", 0)),
        (CHIEF, 1, ("worker", 0)),
        (CHIEF, 2, ("worker", 1)),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_tf_config_that_fits_the_world_tells_the_task(tf_config, cluster, rank, task, told):
    config = {"cluster": cluster}
    if told:
        config["task"] = {"type": task[0], "index": task[1]}
    tf_config(config)
    size = sum(map(len, cluster.values()))
    resolver = check_tf_config(rank_of(rank, size))
    assert (resolver.task_type, resolver.task_id) == task


@pytest.mark.parametrize("config", ["", "{}", '{"task": {"type": "worker", "index": 3}}'])
def test_tf_config_without_a_cluster_says_nothing_of_the_world(tf_config, config):
    tf_config(config)
    assert check_tf_config(rank_of(1, 2)) is None


@pytest.mark.parametrize(
    ("cluster", "size", "command"),
    [
        (TWO, 1, "2 workers.*1 rank.*estikeras run -n 2 --hosts a,b train.py --epochs 3"),
        (TWO, 4, "2 workers.*4 ranks.*estikeras run -n 2 --hosts a,b"),
        (CHIEF, 2, "3 workers.*2 ranks.*estikeras run -n 3 --hosts a,b"),
        ({"worker": ["localhost:1", "localhost:2"]}, 1, "estikeras run -n 2 train.py"),
    ],
)
def test_another_number_of_ranks_shows_the_command(
    tf_config, tmp_path, monkeypatch, cluster, size, command
):
    (tmp_path / "train.py").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["train.py", "--epochs", "3"])
    tf_config({"cluster": cluster})
    with pytest.raises(StartError, match=command):
        check_tf_config(rank_of(0, size))


@pytest.mark.parametrize(
    ("config", "rank", "message"),
    [
        ({"cluster": TWO, "task": {"type": "worker", "index": 0}}, 1, "worker 0.*rank 1.*worker 1"),
        ({"cluster": CHIEF, "task": {"type": "worker", "index": 1}}, 1, "worker 1.*worker 0"),
        ({"cluster": TWO, "task": {"type": "evaluator", "index": 0}}, 1, "rank 1 of 2.*evaluator"),
        ({"cluster": {**TWO, "ps": ["c:1"]}}, 0, "'ps'"),
    ],
)
def test_contradictions_name_both_sides(tf_config, config, rank, message):
    tf_config(config)
    with pytest.raises(StartError, match=message):
        check_tf_config(rank_of(rank, sum(map(len, config["cluster"].values()))))


def test_an_evaluator_is_a_process_of_its_own(tf_config):
    tf_config({"cluster": CHIEF, "task": {"type": "evaluator", "index": 0}})
    assert check_tf_config(Cluster()).task_type == "evaluator"
