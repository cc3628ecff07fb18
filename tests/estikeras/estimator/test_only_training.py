"""A model_dir is used by one training at a time."""

import os
import re
import signal
import socket
import subprocess
import sys

import pytest

import strategies
from estikeras.estimator.only_training import FILE, only_training

ONE = strategies.get_strategy()
HOLDS = """
import sys, time
import strategies
from estikeras.estimator.only_training import only_training
with only_training(sys.argv[1], strategies.get_strategy()):
    print("held", flush=True)
    time.sleep(60)
"""


def test_another_process_is_named_until_it_is_killed(tmp_path):
    other = subprocess.Popen([sys.executable, "-c", HOLDS, tmp_path], stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline() == b"held\n"
        named = (
            f"{re.escape(repr(str(tmp_path)))}.*of process {other.pid} on {socket.gethostname()}"
        )
        with pytest.raises(RuntimeError, match=named), only_training(tmp_path, ONE):
            pass
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate()
    assert (tmp_path / FILE).read_text().startswith(f"process {other.pid}")
    with only_training(tmp_path, ONE):
        assert (tmp_path / FILE).read_text().startswith(f"process {os.getpid()}")
    assert not list(tmp_path.iterdir())


def test_a_process_does_not_train_twice_either(tmp_path):
    with only_training(tmp_path / "new" / "model", ONE):
        with only_training(tmp_path, ONE):
            pass
        (tmp_path / "link").symlink_to("new/model")
        refused = pytest.raises(RuntimeError, match="this process itself")
        with refused, only_training(tmp_path / "link", ONE):
            pass


def test_an_error_gives_the_folder_back(tmp_path):
    with pytest.raises(KeyError), only_training(tmp_path, ONE):
        raise KeyError
    with only_training(tmp_path, ONE):
        pass
