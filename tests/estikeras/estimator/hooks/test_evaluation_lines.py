"""What an evaluation tells on its way."""

import re

import pytest

from estikeras import data, estimator, ops
from tests.estikeras.estimator.hooks.trainings import lines, listening

# What TensorFlow 2.15 logs of evaluations with so many steps.
TOLD = {
    3: ["1/3", "2/3", "3/3"],
    19: [f"{k}/19" for k in range(1, 20)],
    25: [f"{k}/25" for k in (*range(2, 25, 2), 25)],
    None: [],
}


@pytest.mark.parametrize("steps", TOLD)
def test_the_lines_are_those_of_the_reference(steps, tmp_path, caplog):
    listening(caplog)

    def model_fn(features, mode):
        return estimator.EstimatorSpec(mode, loss=ops.mean(features))

    made = estimator.Estimator(model_fn, str(tmp_path))
    batches = data.Dataset.from_tensor_slices([1.0] * 30).batch(1)
    made.evaluate(lambda: batches, steps=steps)
    assert lines(caplog, "Evaluation [") == [f"Evaluation [{k}]" for k in TOLD[steps]]
    (began,) = lines(caplog, "Starting evaluation at ")
    assert re.fullmatch(r".* \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", began)
    (took,) = lines(caplog, "Inference Time : ")
    assert re.fullmatch(r"Inference Time : \d+\.\d{5}s", took)
    (ended,) = lines(caplog, "Finished evaluation at ")
    assert re.fullmatch(r".* \d{4}-\d\d-\d\d-\d\d:\d\d:\d\d", ended)
    (saved,) = lines(caplog, "Saving dict for global step")
    assert saved == "Saving dict for global step 0: global_step = 0, loss = 1.0"
