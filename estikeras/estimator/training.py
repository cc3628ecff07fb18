"""Training and evaluation in turn, in one process, on several ranks, or apart."""

import logging
import time

from estikeras import errors
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.evaluator import EvaluatingListener, Evaluator
from estikeras.estimator.task import EVALUATOR, check_world
from estikeras.estimator.training_specs import EvalSpec, TrainSpec
from estikeras.public import public
from strategies import get_strategy

_log = logging.getLogger("estikeras")
_POLL_S = 0.1  # how often an evaluator that is to lose no time looks for a checkpoint


@public("estimator.train_and_evaluate")
def train_and_evaluate(estimator, train_spec, eval_spec):
    """Train up to `max_steps`, evaluate each checkpoint on the way, and export.

    Checkpoints come as often as the RunConfig says. A training that was killed goes on from the
    last one when it is started again, and one that has reached `max_steps` does nothing.

    On several ranks (`mpirun -n N`), all train and evaluate together. Where TF_CONFIG has a
    cluster, those that train do not evaluate: a process that is its `evaluator` does, until
    training has reached `max_steps`.

    Args:
        estimator: Estimator.
        train_spec: TrainSpec.
        eval_spec: EvalSpec.

    Returns:
        A pair of the metrics of the last evaluation and the list of what the exporters gave; of
        None if nothing was trained. Only None where training and evaluation run apart.

    Raises:
        TypeError: for something of another kind.
        ValueError: for a second evaluator.
        NotImplementedError: for a cluster with parameter servers.
        StartError: if TF_CONFIG lists other tasks than there are ranks.
    """
    for name, thing, kind in (
        ("estimator", estimator, Estimator),
        ("train_spec", train_spec, TrainSpec),
        ("eval_spec", eval_spec, EvalSpec),
    ):
        if not isinstance(thing, kind):
            raise errors.wrong_type(name, got=thing, expected=f"a tf.estimator.{kind.__name__}")
    config = estimator.config
    if config.task_type == EVALUATOR:
        if config.task_id > 0:
            raise ValueError(
                "For distributed training, there can only be one `evaluator` task (with task id "
                f"0). Given task id {config.task_id}"
            )
        return _evaluate_continuously(estimator, train_spec, eval_spec)
    strategy = config.train_distribute or get_strategy()
    check_world(config, strategy)
    if config.is_evaluated_elsewhere:
        _train(estimator, train_spec, ())
        return None
    if strategy.cluster.is_chief:
        _log.info(
            "Start train and evaluate loop. The evaluate will happen after every checkpoint. "
            "Checkpoint frequency is determined based on RunConfig arguments: "
            "save_checkpoints_steps %s or save_checkpoints_secs %s.",
            config.save_checkpoints_steps,
            config.save_checkpoints_secs,
        )
    evaluator = Evaluator(estimator, eval_spec, train_spec.max_steps, strategy)
    listener = EvaluatingListener(evaluator, eval_spec.throttle_secs)
    _train(estimator, train_spec, (listener,))
    return tuple(listener.last or (None, None))


def _train(estimator, train_spec, listeners):
    estimator.train(
        input_fn=train_spec.input_fn,
        max_steps=train_spec.max_steps,
        hooks=train_spec.hooks,
        saving_listeners=(*train_spec.saving_listeners, *listeners),
    )


def _evaluate_continuously(estimator, train_spec, eval_spec):
    """Evaluate what others train, until they have reached `max_steps`."""
    if eval_spec.start_delay_secs:
        _log.info("Waiting %f secs before starting eval.", eval_spec.start_delay_secs)
        time.sleep(eval_spec.start_delay_secs)
    if not eval_spec.throttle_secs:
        _log.warning(
            "EvalSpec.throttle_secs is set as 0. This might overload the job before finding (next) "
            "new checkpoint. Please consider to increase it."
        )
    strategy = estimator.config.eval_distribute or get_strategy()
    evaluator = Evaluator(estimator, eval_spec, train_spec.max_steps, strategy)
    while True:
        began = time.monotonic()
        evaluation = evaluator.evaluate()
        if evaluation is not None and evaluator.is_last(evaluation):
            _log.info(
                "Exiting evaluation, global_step=%s >= train max_steps=%s",
                evaluation.metrics["global_step"],
                train_spec.max_steps,
            )
            return
        rest = eval_spec.throttle_secs - (time.monotonic() - began)
        if rest > 0:
            _log.info("Waiting %f secs before starting next eval run.", rest)
            time.sleep(rest)
        elif evaluation is None:
            time.sleep(_POLL_S)
