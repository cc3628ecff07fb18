"""Trainings that end when evaluations get no better."""

import base64
import json
from pathlib import Path

import pytest

import estikeras as tf
from estikeras import estimator
from estikeras.estimator.hooks.eval_results import read_eval_metrics
from estikeras.formats import summary_values
from estikeras.formats.summary_writer import SummaryWriter
from tests.estikeras.estimator.hooks.trainings import Seen, lines, listening, train
from tests.support.estimators import stopping

RECORDED = json.loads((Path(__file__).parents[1] / "recordings" / "stopping.json").read_text())
EXPERIMENTAL = estimator.experimental


def write_as_tensorflow(name, folder):
    if name in RECORDED["files"]:
        content = base64.b64decode(RECORDED["files"][name])
        (folder / "events.out.tfevents.1.here").write_bytes(content)


def write(name, folder):
    writer = SummaryWriter(folder)
    for step, metrics in stopping.EVALUATIONS[name]:
        summaries = [summary_values.scalar(tag, value) for tag, value in metrics.items()]
        writer.add_summary(b"".join(summaries), step)


@pytest.mark.parametrize("writer", [write_as_tensorflow, write])
def test_hooks_answer_as_those_of_the_reference(writer):
    found = stopping.answers(tf, writer)
    for question, mine, recorded in zip(
        stopping.QUESTIONS, found, RECORDED["answers"], strict=True
    ):
        assert mine == recorded, question


def test_a_damaged_file_counts_up_to_there(tmp_path, caplog):
    write("falling", tmp_path)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-5])
    assert list(read_eval_metrics(tmp_path)) == [0, 10, 20, 30, 40]
    assert lines(caplog, "is left out, it is damaged")


def test_a_missing_metric_is_told_with_those_that_there_are(tmp_path):
    write("falling", tmp_path)
    made = estimator.Estimator(lambda features: None, str(tmp_path))
    hook = EXPERIMENTAL.stop_if_lower_hook(
        made, "lost", 1, str(tmp_path), run_every_secs=None, run_every_steps=1
    )
    with pytest.raises(KeyError, match=r"'lost'.*\['auc', 'loss'\]"):
        train(hook)


def stopper(tmp_path, should_stop, **options):
    made = estimator.Estimator(lambda features: None, str(tmp_path))
    return EXPERIMENTAL.make_early_stopping_hook(made, should_stop, **options)


def test_the_function_is_asked_every_so_many_steps(tmp_path, caplog):
    listening(caplog)
    answers = iter([False, False, True])
    seen = Seen()
    train(stopper(tmp_path, lambda: next(answers), run_every_secs=None, run_every_steps=6), seen)
    assert {1, 7, 13} <= set(seen.ends)
    assert seen.ends[-1] == 13
    assert "Requesting early stopping at global step 13" in caplog.messages


def test_the_function_is_asked_by_time(tmp_path):
    asked, seen = [], Seen()
    train(stopper(tmp_path, lambda: asked.append(1)), seen)
    assert asked == [1]
    assert len(seen.runs) < 8


def test_arguments_that_do_not_fit_are_refused(tmp_path):
    with pytest.raises(TypeError, match=r"tf\.estimator\.Estimator"):
        EXPERIMENTAL.make_early_stopping_hook(3, bool)
    with pytest.raises(TypeError, match="should_stop_fn"):
        stopper(tmp_path, 3)
    with pytest.raises(ValueError, match="Only one of"):
        stopper(tmp_path, bool, run_every_steps=1)
    with pytest.raises(ValueError, match="every_secs"):
        stopper(tmp_path, bool, run_every_secs=None)
    with pytest.raises(ValueError, match="last_step"):
        EXPERIMENTAL.make_stop_at_checkpoint_step_hook(None, None)


def test_a_step_in_a_checkpoint_ends_the_training():
    seen = Seen()
    train(EXPERIMENTAL.make_stop_at_checkpoint_step_hook(None, last_step=5), seen)
    assert seen.ends[-1] == 5
