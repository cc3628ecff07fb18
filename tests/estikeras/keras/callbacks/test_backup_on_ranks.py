"""Ranks that are killed and started again come to what they come to without."""

import functools
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from tests.support.equal_runs import assert_equal, results_of
from tests.support.ranks import ROOT, run_ranks

pytestmark = pytest.mark.mpi
SCRIPT = "tests/mpi/resume.py"
# What the training is -> (kind of the model, data).
TRAININGS = {
    "arrays": ("plain", "arrays"),
    "dropout": ("dropout", "arrays"),
    "one copy of the weights": ("sharded", "arrays"),
    "a generator": ("plain", "generator"),
    "a PyDataset": ("plain", "dataset"),
}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A function that gives what a number of ranks, or 0 for one process, come to."""

    @functools.cache
    def results(num_ranks, training):
        folder = tmp_path_factory.mktemp("undisturbed")
        words = (folder / "backup", *TRAININGS[training], "epoch")
        return results_of(num_ranks, SCRIPT, folder, *words).results

    return results


def assert_same(got, expected):
    """All variables of all ranks, and the logs of the epochs that ended since, bit for bit."""
    done = len(got["history"]["loss"])
    assert got["history"] == {name: logs[-done:] for name, logs in expected["history"].items()}
    for state in got["states"]:
        for ours, theirs in zip(state, expected["states"][0], strict=True):
            assert np.array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("training", "save_freq", "rank", "first"),
    [
        *((training, 3, 1, (1, 4)) for training in TRAININGS),
        ("dropout", 3, 0, (1, 4)),
        ("dropout", "epoch", 1, (1, 0)),
        ("a PyDataset", "epoch", 1, (1, 0)),
    ],
)
def test_ranks_go_on_after_the_last_backup(training, save_freq, rank, first, undisturbed, tmp_path):
    words = (*TRAININGS[training], save_freq)
    folder = tmp_path / "backup"
    outcome = run_ranks(2, [SCRIPT, tmp_path / "none", folder, *words, 1, 5, rank])
    assert outcome.status != 0
    assert not (tmp_path / "none").exists()
    results = results_of(2, SCRIPT, tmp_path, folder, *words).results
    assert results["first"] == first
    assert_same(results, undisturbed(2, training))
    if training != "dropout":  # each rank draws its own zeros
        alone = undisturbed(0, training)
        done = len(results["history"]["loss"])
        logs = {name: values[-done:] for name, values in alone["history"].items()}
        assert_equal(results["states"][0], alone["states"][0], 1e-6)
        assert_equal(results["history"], logs, 1e-6)


def test_the_supervisor_starts_again_and_training_goes_on(undisturbed, tmp_path):
    file = tmp_path / "results"
    words = [SCRIPT, file, tmp_path / "backup", *TRAININGS["dropout"], 1, 1, 5, 1]
    command = ["-m", "estikeras.cli", "run", "-n", "2", "--max-restarts", "1", *words]
    job = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert job.returncode == 0, job.stdout + job.stderr
    assert "restart 1 of 1" in job.stdout + job.stderr
    results = pickle.loads(file.read_bytes())
    assert results["first"] in [(1, 5), (1, 6)]
    assert_same(results, undisturbed(2, "dropout"))
