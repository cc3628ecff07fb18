"""TPUEstimator: an Estimator for scripts that were written for TPUs, on processors."""

import logging
import numbers

from estikeras import errors
from estikeras.estimator.calling import arguments_of
from estikeras.estimator.estimator import Estimator
from estikeras.estimator.hooks.step_counter import StepCounterHook
from estikeras.estimator.mode_keys import ModeKeys
from estikeras.estimator.tpu_config import TPURunConfig
from estikeras.formats import summary_values
from estikeras.public import public

_log = logging.getLogger("estikeras")
_RESERVED = ("batch_size", "context")


@public("compat.v1.estimator.tpu.TPUEstimator")
class TPUEstimator(Estimator):
    """An Estimator that tells its functions the size of a batch, as `params["batch_size"]`.

    It runs where TensorFlow runs it with `use_tpu=False`, on processors.

    Args:
        model_fn: as in `Estimator`, with an argument `params`; it may return a TPUEstimatorSpec.
        model_dir: as in `Estimator`.
        config: `tf.compat.v1.estimator.tpu.RunConfig`.
        params: dict without `batch_size` and `context`, or None.
        use_tpu: must be False.
        train_batch_size: how many rows `input_fn` shall give for training, or None.
        eval_batch_size: how many it shall give for evaluation, or None.
        predict_batch_size: how many it shall give for prediction, or None.
        batch_axis: axes along which TPUs would share batches; of no consequence.
        eval_on_tpu: of no consequence.
        export_to_tpu: of no consequence: what is exported runs on processors.
        export_to_cpu: must be True.
        warm_start_from: as in `Estimator`.
        embedding_config_spec: must be None.
        export_saved_model_api_version: 1 or 2, how TPUs would be served; of no consequence.

    Raises:
        TypeError: for another RunConfig.
        ValueError: for `params` and sizes that are wrong, and as `Estimator` does.
        NotImplementedError: for what only TPUs do.
    """

    def __init__(
        self,
        model_fn=None,
        model_dir=None,
        config=None,
        params=None,
        use_tpu=True,
        train_batch_size=None,
        eval_batch_size=None,
        predict_batch_size=None,
        batch_axis=None,
        eval_on_tpu=True,
        export_to_tpu=True,
        export_to_cpu=True,
        warm_start_from=None,
        embedding_config_spec=None,
        export_saved_model_api_version=1,
    ):
        if use_tpu:
            raise errors.unsupported("use_tpu=True", "Pass `use_tpu=False` to run on processors.")
        if not export_to_cpu:
            raise errors.unsupported("export_to_cpu=False", "Leave it out.")
        if embedding_config_spec is not None:
            raise errors.unsupported(
                "`embedding_config_spec`", "Use `tf.feature_column.embedding_column`."
            )
        if not isinstance(config, TPURunConfig):
            raise errors.wrong_type(
                "config", got=config, expected="a tf.compat.v1.estimator.tpu.RunConfig"
            )
        params = {} if params is None else params
        for name in _RESERVED:
            if name in params:
                raise errors.invalid(
                    "params", got=params, expected=f"no {name!r}: a TPUEstimator sets it"
                )
        self._batch_sizes = {
            ModeKeys.TRAIN: _size("train_batch_size", train_batch_size),
            ModeKeys.EVAL: _size("eval_batch_size", eval_batch_size),
            ModeKeys.PREDICT: _size("predict_batch_size", predict_batch_size),
        }
        super().__init__(model_fn, model_dir, config, params, warm_start_from)
        _check_params("model_fn", model_fn)

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None):
        """See `Estimator.train`; the speed in examples is logged too."""
        size, every = self._batch_sizes[ModeKeys.TRAIN], self._config.log_step_count_steps
        if size and every:
            hooks = [*(hooks or ()), _ExamplesPerSecond(size, every, self._model_dir)]
        return super().train(input_fn, hooks, steps, max_steps, saving_listeners)

    def _session(self, input_fn, mode, *args, **kwargs):
        _check_params("input_fn", input_fn)
        return super()._session(input_fn, mode, *args, **kwargs)

    def _params_in(self, mode):
        size = self._batch_sizes[mode]
        return self.params if size is None else {**self.params, "batch_size": size}

    def _call_model_fn(self, features, labels, mode, config=None, params=None):
        _log.info("Running %s on CPU", mode)
        params = {**(self.params if params is None else params), "use_tpu": False}
        return super()._call_model_fn(features, labels, mode, config, params)


class _ExamplesPerSecond(StepCounterHook):
    """Logs how many examples are seen in a second, and writes it into an event file."""

    def __init__(self, batch_size, every_n_steps, output_dir):
        super().__init__(every_n_steps, output_dir=output_dir)
        self._batch_size = batch_size

    def _tell(self, steps_per_second, step):
        examples = steps_per_second * self._batch_size
        self._writer.add_summary(summary_values.scalar("examples/sec", examples), step)
        _log.info("examples/sec: %g", examples)


def _size(name, value):
    if value is not None and (not isinstance(value, numbers.Integral) or value < 1):
        raise errors.invalid(name, got=value, expected="an int of at least 1, or None")
    return value


def _check_params(name, function):
    if "params" not in arguments_of(function):
        raise errors.invalid(
            name,
            got=f"a function of {arguments_of(function)}",
            expected="an argument `params`, in which a TPUEstimator gives `batch_size`",
        )
