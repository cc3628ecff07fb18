"""Ends a training when a function says so, such as one that looks at the metrics of evaluations."""

import logging
import operator

from estikeras import errors
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.eval_results import read_eval_metrics
from estikeras.estimator.hooks.following import GlobalStepHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer, triggers
from estikeras.public import public

_log = logging.getLogger("estikeras")


@public(
    "estimator.experimental.make_early_stopping_hook",
    "compat.v1.estimator.experimental.make_early_stopping_hook",
)
def make_early_stopping_hook(estimator, should_stop_fn, run_every_secs=60, run_every_steps=None):
    """A hook that ends the training when a function returns True.

    On several ranks the chief asks the function, by its clock, and all ranks stop after the same
    step.

    Args:
        estimator: the Estimator that is trained.
        should_stop_fn: function of no arguments that gives a bool.
        run_every_secs: seconds from one question to the next; or None.
        run_every_steps: int, steps from one question to the next; or None.

    Returns:
        A SessionRunHook.

    Raises:
        TypeError: if `estimator` is no Estimator, or `should_stop_fn` no function.
        ValueError: unless exactly one of `run_every_secs` and `run_every_steps` is given.
    """
    if not isinstance(estimator, Estimator):
        raise errors.wrong_type("estimator", got=estimator, expected="a tf.estimator.Estimator")
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    if not callable(should_stop_fn):
        raise errors.wrong_type("should_stop_fn", got=should_stop_fn, expected="a function")
    return _StopOnPredicate(should_stop_fn, SecondOrStepTimer(run_every_secs, run_every_steps))


@public(
    "estimator.experimental.stop_if_higher_hook",
    "compat.v1.estimator.experimental.stop_if_higher_hook",
)
def stop_if_higher_hook(
    estimator,
    metric_name,
    threshold,
    eval_dir=None,
    min_steps=0,
    run_every_secs=60,
    run_every_steps=None,
):
    """A hook that ends the training once an evaluation gave a metric above a threshold.

    Args:
        estimator: the Estimator that is trained.
        metric_name: str, name of the metric, such as `"accuracy"`.
        threshold: number.
        eval_dir: path of the folder of the evaluations' event files; None for
            `estimator.eval_dir()`.
        min_steps: int, evaluations at lower global steps do not count.
        run_every_secs: seconds from one look to the next; or None.
        run_every_steps: int, steps from one look to the next; or None.

    Returns:
        A SessionRunHook.
    """
    stop = _Crossed(metric_name, threshold, True, eval_dir or estimator.eval_dir(), min_steps)
    return make_early_stopping_hook(estimator, stop, run_every_secs, run_every_steps)


@public(
    "estimator.experimental.stop_if_lower_hook",
    "compat.v1.estimator.experimental.stop_if_lower_hook",
)
def stop_if_lower_hook(
    estimator,
    metric_name,
    threshold,
    eval_dir=None,
    min_steps=0,
    run_every_secs=60,
    run_every_steps=None,
):
    """A hook that ends the training once an evaluation gave a metric below a threshold.

    Args:
        estimator: the Estimator that is trained.
        metric_name: str, name of the metric, such as `"loss"`.
        threshold: number.
        eval_dir: path of the folder of the evaluations' event files; None for
            `estimator.eval_dir()`.
        min_steps: int, evaluations at lower global steps do not count.
        run_every_secs: seconds from one look to the next; or None.
        run_every_steps: int, steps from one look to the next; or None.

    Returns:
        A SessionRunHook.
    """
    stop = _Crossed(metric_name, threshold, False, eval_dir or estimator.eval_dir(), min_steps)
    return make_early_stopping_hook(estimator, stop, run_every_secs, run_every_steps)


@public(
    "estimator.experimental.stop_if_no_increase_hook",
    "compat.v1.estimator.experimental.stop_if_no_increase_hook",
)
def stop_if_no_increase_hook(
    estimator,
    metric_name,
    max_steps_without_increase,
    eval_dir=None,
    min_steps=0,
    run_every_secs=60,
    run_every_steps=None,
):
    """A hook that ends the training when evaluations give no higher metric any more.

    Args:
        estimator: the Estimator that is trained.
        metric_name: str, name of the metric, such as `"accuracy"`.
        max_steps_without_increase: int, how many steps after the highest value to stop.
        eval_dir: path of the folder of the evaluations' event files; None for
            `estimator.eval_dir()`.
        min_steps: int, evaluations at lower global steps do not count.
        run_every_secs: seconds from one look to the next; or None.
        run_every_steps: int, steps from one look to the next; or None.

    Returns:
        A SessionRunHook.
    """
    folder, most = eval_dir or estimator.eval_dir(), max_steps_without_increase
    stop = _NotBetter(metric_name, most, True, folder, min_steps)
    return make_early_stopping_hook(estimator, stop, run_every_secs, run_every_steps)


@public(
    "estimator.experimental.stop_if_no_decrease_hook",
    "compat.v1.estimator.experimental.stop_if_no_decrease_hook",
)
def stop_if_no_decrease_hook(
    estimator,
    metric_name,
    max_steps_without_decrease,
    eval_dir=None,
    min_steps=0,
    run_every_secs=60,
    run_every_steps=None,
):
    """A hook that ends the training when evaluations give no lower metric any more.

    Args:
        estimator: the Estimator that is trained.
        metric_name: str, name of the metric, such as `"loss"`.
        max_steps_without_decrease: int, how many steps after the lowest value to stop.
        eval_dir: path of the folder of the evaluations' event files; None for
            `estimator.eval_dir()`.
        min_steps: int, evaluations at lower global steps do not count.
        run_every_secs: seconds from one look to the next; or None.
        run_every_steps: int, steps from one look to the next; or None.

    Returns:
        A SessionRunHook.
    """
    folder, most = eval_dir or estimator.eval_dir(), max_steps_without_decrease
    stop = _NotBetter(metric_name, most, False, folder, min_steps)
    return make_early_stopping_hook(estimator, stop, run_every_secs, run_every_steps)


class _StopOnPredicate(GlobalStepHook):
    """Asks a function when a timer triggers."""

    def __init__(self, should_stop, timer):
        self._should_stop, self._timer = should_stop, timer

    def before_run(self, run_context):
        self.expected(run_context.steps)

    def after_run(self, run_context, run_values):
        step = self.follow(run_context.steps)
        if not triggers(self._timer, step):
            return
        self._timer.update_last_triggered_step(step)
        speaks = ranks.is_chief()
        if ranks.chiefs(bool(self._should_stop()) if speaks else False):
            if speaks:
                _log.info("Requesting early stopping at global step %d", step)
            run_context.request_stop()

    def steps_to_wait(self):
        return self.steps_until_due(self._timer)


class _Results:
    """The values of a metric in the event files of evaluations."""

    def __init__(self, metric_name, higher_is_better, eval_dir, min_steps):
        self.name, self.better = metric_name, operator.gt if higher_is_better else operator.lt
        self.higher = higher_is_better
        self._eval_dir, self._min_steps = eval_dir, min_steps

    def values(self):
        """Pairs of global step and value, in order.

        Raises:
            KeyError: if an evaluation has no metric of this name.
        """
        for step, metrics in read_eval_metrics(self._eval_dir).items():
            if step < self._min_steps:
                continue
            if self.name not in metrics:
                raise KeyError(
                    f"The evaluation at step {step} in {self._eval_dir} has no metric "
                    f"{self.name!r}; it has {sorted(metrics)}."
                )
            yield step, metrics[self.name]


class _Crossed(_Results):
    def __init__(self, metric_name, threshold, *options):
        super().__init__(metric_name, *options)
        self._threshold = threshold

    def __call__(self):
        for step, value in self.values():
            if self.better(value, self._threshold):
                _log.info(
                    'At step %s, metric "%s" has value %s which is %s the configured threshold '
                    "(%s) for early stopping.",
                    step,
                    self.name,
                    value,
                    "greater than" if self.higher else "less than",
                    self._threshold,
                )
                return True
        return False


class _NotBetter(_Results):
    def __init__(self, metric_name, most_steps, *options):
        super().__init__(metric_name, *options)
        self._most_steps = most_steps

    def __call__(self):
        best = best_step = None
        for step, value in self.values():
            if best is None or self.better(value, best):
                best, best_step = value, step
            if step - best_step >= self._most_steps:
                _log.info(
                    'No %s in metric "%s" for %s steps, which is greater than or equal to max '
                    "steps (%s) configured for early stopping.",
                    "increase" if self.higher else "decrease",
                    self.name,
                    step - best_step,
                    self._most_steps,
                )
                return True
        return False
