"""Scripts as users write them come to the same in one process, under `mpiexec` and under
`estikeras run`.
"""

import json
import re

import pytest

from tests.support.equal_runs import assert_equal, load, results_of, run_plain
from tests.support.ranks import run_ranks

FOLDER = "tests/mpi/scripts"
TWO_WORKERS = {"TF_CONFIG": json.dumps({"cluster": {"worker": ["localhost:1", "localhost:2"]}})}


def estikeras_run(script, *arguments, environment=None, timeout_s=60):
    """What a script says that is run by `estikeras run -n 2`."""
    words = ["-m", "estikeras.cli", "run", "-n", "2", script, *arguments]
    return run_plain(words, timeout_s, environment).check().text


@pytest.mark.mpi
@pytest.mark.parametrize(
    "name", ["custom_loop", "datasets_from_function", "custom_train_step", "plain"]
)
def test_a_script_comes_to_the_same_on_ranks(name, tmp_path):
    script = f"{FOLDER}/{name}.py"
    alone = results_of(0, script, tmp_path)
    assert_equal(results_of(2, script, tmp_path).results, alone.results)


@pytest.mark.mpi
def test_several_workers_fit_save_and_print_once(tmp_path):
    script = f"{FOLDER}/fit_multi_worker.py"
    for name in ("results", "one", "two", "run"):
        (tmp_path / name).mkdir()
    alone = results_of(0, script, tmp_path / "results", tmp_path / "one")
    two = results_of(2, script, tmp_path / "results", tmp_path / "two", environment=TWO_WORKERS)
    assert_equal(two.results, alone.results)
    # The ranks that are not the chief print nothing and write where they were told to.
    for text in ("Epoch 1/3", "Epoch 3/3", 'Model: "sequential"', "ReduceLROnPlateau reducing"):
        assert two.outcome.text.count(text) == alone.outcome.text.count(text) > 0
    assert _files(tmp_path / "two") == {*_files(tmp_path / "one"), "workertemp_1/model.keras"}
    # The same under our own launcher.
    file = tmp_path / "results" / "run.pickle"
    said = estikeras_run(script, file, tmp_path / "run", environment=TWO_WORKERS)
    assert_equal(load(file), alone.results)
    assert said.count("Epoch 1/3") == 1
    assert _files(tmp_path / "run") == _files(tmp_path / "two")


@pytest.mark.mpi
def test_a_custom_loop_runs_under_our_launcher(tmp_path):
    script, file = f"{FOLDER}/custom_loop.py", tmp_path / "run.pickle"
    estikeras_run(script, file)
    (tmp_path / "alone").mkdir()
    assert_equal(load(file), results_of(0, script, tmp_path / "alone").results)


@pytest.mark.mpi
def test_an_exception_in_a_callback_of_one_rank_ends_the_job_and_names_it():
    outcome = run_ranks(3, [f"{FOLDER}/failing_callback.py"], timeout_s=30)
    assert outcome.status != 0
    assert "rank 2 on" in outcome.text
    assert "ZeroDivisionError: the disk is full" in outcome.text


@pytest.mark.mpi
def test_tf_config_of_more_workers_than_ranks_names_the_command(tmp_path):
    outcome = run_ranks(
        1, [f"{FOLDER}/fit_multi_worker.py", tmp_path / "x", tmp_path], environment=TWO_WORKERS
    )
    assert outcome.status != 0
    assert re.search(r"lists 2 workers, and MPI started 1 rank.*estikeras run -n 2", outcome.text)


def _files(folder):
    """Paths below a folder; those of events have times in their names."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {str(p.parent if "tfevents" in p.name else p) for p in paths}
