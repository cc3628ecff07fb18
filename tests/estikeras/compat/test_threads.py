"""How functions and programs run, as `tf.config` sets it."""

import subprocess
import sys

import numpy as np
import pytest

import estikeras as tf


@pytest.fixture
def eager_functions():
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_functions_and_steps_run_eagerly_where_that_is_asked_for(eager_functions):
    assert tf.config.functions_run_eagerly()
    seen = []

    @tf.function
    def double(x):
        seen.append(float(x))
        return 2 * x

    assert [float(double(tf.constant(x))) for x in (1.0, 2.0)] == [2, 4]
    assert seen == [1, 2]

    class Model(tf.keras.Model):
        def call(self, x):
            seen.append(float(tf.reduce_sum(x)))
            return x

    model = Model()
    model.compile(loss="mse")
    seen.clear()
    model.predict(np.ones((3, 2), "float32"), batch_size=1, verbose=0)
    assert seen[-3:] == [2, 2, 2]


def test_threads_are_set_before_the_first_program():
    program = """
import estikeras as tf
from estikeras.engine.program import team
tf.config.threading.set_inter_op_parallelism_threads(5)
tf.config.threading.set_intra_op_parallelism_threads(3)
assert tf.config.threading.get_intra_op_parallelism_threads() == 3
tf.function(lambda x: x + 1)(tf.ones(2))
assert team.current().threads == 3
tf.config.threading.set_intra_op_parallelism_threads(3)
try:
    tf.config.threading.set_intra_op_parallelism_threads(2)
except RuntimeError as error:
    assert "ESTIKERAS_NUM_THREADS" in str(error)
    print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "refused\n", done.stderr
    with pytest.raises(ValueError, match="`num_threads`"):
        tf.config.threading.set_intra_op_parallelism_threads(-1)
