"""When hooks act."""

import pytest

from estikeras.compat.v1.train import SecondOrStepTimer
from estikeras.estimator.hooks import timer as module


@pytest.mark.parametrize("options", [{}, {"every_secs": 1, "every_steps": 1}])
def test_it_goes_by_seconds_or_steps(options):
    with pytest.raises(ValueError, match="every_secs"):
        SecondOrStepTimer(**options)


def test_steps():
    timer = SecondOrStepTimer(every_steps=3)
    assert timer.last_triggered_step() is None
    assert timer.should_trigger_for_step(7)
    assert timer.update_last_triggered_step(7) == (None, None)
    assert next(step for step in range(20) if timer.should_trigger_for_step(step)) == 10
    seconds, steps = timer.update_last_triggered_step(12)
    assert seconds >= 0
    assert steps == 5
    assert timer.last_triggered_step() == 12
    timer.reset()
    assert timer.should_trigger_for_step(12)


def test_seconds(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    timer = SecondOrStepTimer(every_secs=2.5)
    assert timer.should_trigger_for_step(1)
    timer.update_last_triggered_step(1)
    now[0] = 102.4
    assert not timer.should_trigger_for_step(1000)
    now[0] = 102.5
    assert timer.should_trigger_for_step(2)
    assert not timer.should_trigger_for_step(1)
    assert timer.update_last_triggered_step(2) == (2.5, 1)
