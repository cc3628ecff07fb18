"""Estimators on several ranks: what one process comes to, also when a rank is killed on the way."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from tests.support.ranks import ROOT, run_ranks, run_tests_on_ranks

pytestmark = pytest.mark.mpi
SCRIPT = "tests/mpi/estimator_resume.py"


def test_estimators_do_on_ranks_what_they_do_in_one_process():
    run_tests_on_ranks(2, "estimators.py")


def test_a_rank_that_is_killed_is_started_again_and_training_goes_on(tmp_path):
    run_ranks(1, [SCRIPT, tmp_path / "alone", tmp_path / "alone_dir"]).check()
    words = [SCRIPT, tmp_path / "results", tmp_path / "model_dir", 1, 21]
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
    alone = pickle.loads((tmp_path / "alone").read_bytes())
    results = pickle.loads((tmp_path / "results").read_bytes())
    assert (alone["first"], results["first"]) == (0, 16)
    assert alone["evaluated"] == results["evaluated"] == [8, 16, 24, 32, 40]
    for state in (*results["states"], results["metrics"]):
        expected = alone["metrics"] if state is results["metrics"] else alone["states"][0]
        assert state.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_allclose(state[name], value, 1e-5, 1e-5, err_msg=name)
