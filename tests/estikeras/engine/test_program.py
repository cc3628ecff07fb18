"""Programs and their thread team: several callers, forks, numbers of threads, errors."""

import os
import platform
import signal
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import estikeras as tf
from estikeras import keras, ops

ROWS = 256  # enough work for all threads of the team


def wide_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.layers.Input((64,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(8),
        ]
    )


def test_several_python_threads_may_run_programs_at_once():
    model = wide_model()
    x = np.random.default_rng(0).standard_normal((ROWS, 64), dtype=np.float32)
    expected = model.predict_on_batch(x)
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(model.predict_on_batch(x) for _ in range(20)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 80 and all(np.array_equal(y, expected) for y in found)


FORKING = """
import os
import numpy as np
from estikeras import keras
layers = keras.layers
model = keras.Sequential([layers.Input((64,)), layers.Dense(512, activation="relu")])
x = np.ones((256, 64), np.float32)
expected = model.predict_on_batch(x)
child = os.fork()
equal = np.array_equal(model.predict_on_batch(x), expected)
if child == 0:
    os._exit(0 if equal else 1)
print(equal, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_child_runs_programs_too():
    """In a process of its own: other libraries of the tests warn of forks."""
    environment = {**os.environ, "ESTIKERAS_NUM_THREADS": "2"}
    command = [sys.executable, "-W", "ignore", "-c", FORKING]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == ["True", "0"]


TRAINING = """
import numpy as np
from estikeras import keras
keras.utils.set_random_seed(0)
layers = keras.layers
hidden = layers.Dense(512, activation="relu")
model = keras.Sequential([layers.Input((64,)), hidden, layers.Dropout(0.3), layers.Dense(4)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
rng = np.random.default_rng(0)
x, y = rng.standard_normal((512, 64), dtype=np.float32), rng.integers(0, 4, 512)
model.fit(x, y, epochs=EPOCHS, verbose=0)
print(repr(float(model.get_weights()[0].sum())))
"""


def run(threads, epochs=2, **options):
    environment = {**os.environ, "ESTIKERAS_NUM_THREADS": str(threads)}
    script = textwrap.dedent(TRAINING).replace("EPOCHS", str(epochs))
    return subprocess.Popen([sys.executable, "-c", script], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)  # fmt: skip


def test_any_number_of_threads_trains_the_same_model():
    sums = [float(run(threads).communicate(timeout=120)[0]) for threads in (1, 2, 3)]
    np.testing.assert_allclose(sums, sums[0], rtol=1e-4)


def test_ctrl_c_ends_a_training_at_once():
    process = run(2, epochs=1_000_000)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=6)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert "KeyboardInterrupt" in errors and process.returncode != 0


def test_errors_on_all_threads_end_the_run_and_leave_the_variables():
    table = tf.Variable(np.ones((1000, 64), np.float32))

    @tf.function
    def step(ids):
        rows = ops.take(table, ids, axis=0)
        table.assign(table * 2.0)
        return ops.sum(ops.tanh(rows))

    good = np.arange(4096) % 1000
    step(good)
    for _ in range(500):
        with pytest.raises(tf.errors.InvalidArgumentError, match="out of range"):
            step(np.where(good == 999, 5000, good))
    assert float(table.numpy().max()) == 2.0


@pytest.mark.parametrize("rows", [4, 400_000], ids=["one thread", "all threads"])
def test_numbers_below_the_normal_range_are_zero_in_programs_and_nowhere_else(rows):
    # An optimizer's averages of gradients that stay zero come there; such numbers are slow.
    x = np.full(rows, 1e-20, "float32")
    squares = tf.function(lambda x: x * x)(x).numpy()
    if platform.machine() == "x86_64":
        assert not squares.any()
    assert (x * x > 0).all()
