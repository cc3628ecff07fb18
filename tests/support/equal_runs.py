"""Runs one program in one process and on ranks, and compares what came out."""

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass

import numpy as np

from tests.support.ranks import ROOT, Outcome, run_ranks

TOLERANCE = 1e-5


@dataclass
class Run:
    """What a program said and what it came to."""

    outcome: Outcome
    results: object


def run_plain(arguments, timeout_s=60, environment=None):
    """Run a Python program in one process, without any launcher."""
    job = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
    )
    return Outcome(job.returncode, job.stdout)


def results_of(num_ranks, script, folder, *arguments, timeout_s=60, environment=None):
    """Run `python script FILE arguments...`, which pickles its results into FILE.

    Args:
        num_ranks: 0 for one process without a launcher, else how many ranks.
        script: path below the root of the project.
        folder: where the file with the results is written.
        *arguments: further words.
        timeout_s: after how many seconds the run is ended, which fails the test.
        environment: variables to set besides.
    """
    number = len(list(folder.iterdir()))
    file = folder / f"{number}-of-{num_ranks}-ranks.pickle"
    words = [script, file, *arguments]
    if num_ranks:
        outcome = run_ranks(num_ranks, words, timeout_s, environment).check()
    else:
        outcome = run_plain(words, timeout_s, environment).check()
    return Run(outcome, load(file))


def load(file):
    """The results that a program wrote."""
    return pickle.loads(file.read_bytes())


def leaves(results, name=""):
    """Pairs of a name and an array of everything in nested dicts and lists."""
    if isinstance(results, dict):
        for key, value in results.items():
            yield from leaves(value, f"{name}/{key}")
    elif isinstance(results, list | tuple):
        for number, value in enumerate(results):
            yield from leaves(value, f"{name}/{number}")
    else:
        yield name, np.asarray(results)


def assert_equal(got, expected, tolerance=TOLERANCE):
    """Fail unless all arrays are equal, relative to each one's largest value; name what is not."""
    got, expected = dict(leaves(got)), dict(leaves(expected))
    assert list(got) == list(expected)
    wrong = [
        f"{name}: got {got[name]}, expected {array}"
        for name, array in expected.items()
        if not _is_close(got[name], array, tolerance)
    ]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(expected)} differ", *wrong[:20]])


def _is_close(got, expected, tolerance):
    if expected.dtype.kind in "USO":
        return np.array_equal(got, expected)
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(expected)
    largest = np.abs(expected[finite]).max(initial=0)
    return got.shape == expected.shape and np.allclose(
        got, expected, rtol=0, atol=tolerance * largest, equal_nan=True
    )
