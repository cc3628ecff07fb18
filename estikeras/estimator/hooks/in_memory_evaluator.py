"""Evaluates a model while it is trained, without a checkpoint."""

from estikeras import errors
from estikeras.estimator import evaluation
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.hooks import ranks
from estikeras.estimator.hooks.base import SessionRunHook
from estikeras.estimator.hooks.timer import SecondOrStepTimer
from estikeras.estimator.steps import some_steps
from estikeras.public import public
from strategies import get_strategy


@public(
    "estimator.experimental.InMemoryEvaluatorHook",
    "compat.v1.estimator.experimental.InMemoryEvaluatorHook",
)
class InMemoryEvaluatorHook(SessionRunHook):
    """Evaluates before the training, every so many steps and at the end, with the values that the
    variables have then. Under a strategy all ranks evaluate together, or the chief alone where
    `eval_distribute` of the RunConfig is a strategy of one replica.

    Args:
        estimator: the Estimator that is trained.
        input_fn: as for `Estimator.evaluate`.
        steps: int, how many batches to take; None for all.
        hooks: SessionRunHooks of the evaluations, or None.
        name: name of the evaluation, or None.
        every_n_iter: int, steps of training from one evaluation to the next.

    Raises:
        ValueError: if `every_n_iter` or `steps` is not positive, and, when the training begins, for
            a Scaffold with a saver or `init_fn` of its own.
        TypeError: for hooks that are none, and steps that are no number.
    """

    def __init__(self, estimator, input_fn, steps=None, hooks=None, name=None, every_n_iter=100):
        if not isinstance(estimator, Estimator):
            raise errors.wrong_type("estimator", got=estimator, expected="a tf.estimator.Estimator")
        if every_n_iter is None or every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        for hook in hooks or ():
            if not isinstance(hook, SessionRunHook):
                raise errors.wrong_type("hooks", got=hook, expected="SessionRunHooks")
        self._estimator, self._input_fn = estimator, input_fn
        self._steps, self._hooks, self._name = some_steps("steps", steps), list(hooks or ()), name
        self._timer = SecondOrStepTimer(every_steps=every_n_iter)

    def begin(self):
        self._timer.reset()
        self._done = 0

    def after_create_session(self, session, coord):
        self._evaluate(session)

    def after_run(self, run_context, run_values):
        self._done += run_context.steps
        if self._timer.should_trigger_for_step(self._done):
            self._evaluate(run_context.session)

    def end(self, session):
        self._evaluate(session)

    def steps_to_wait(self):
        return self._timer.last_triggered_step() + self._timer.every_steps - self._done

    def _evaluate(self, session):
        self._timer.update_last_triggered_step(self._done)
        strategy = self._estimator.config.eval_distribute or get_strategy()
        if strategy.num_replicas_in_sync == 1 and not ranks.is_chief():
            return  # the chief evaluates alone
        evaluation.run(
            self._estimator,
            self._input_fn,
            self._steps,
            self._hooks,
            None,
            self._name,
            session.store.saved(),
        )
