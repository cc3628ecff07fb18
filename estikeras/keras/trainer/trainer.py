"""What `Model` inherits: compile, the steps, fit, evaluate, predict and their kin for single
batches.

The loops are in `loop.py`, the way of data in `adapters`, how a step is run in `runner.py`.
"""

import copy
import inspect
import warnings

from estikeras import errors, ops, settings
from estikeras.engine import tree
from estikeras.engine.tape import GradientTape
from estikeras.keras import optimizers
from estikeras.keras.layers.tracking import untracked
from estikeras.keras.metrics.reduction import Mean
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.keras.trainer import loop, probabilities
from estikeras.keras.trainer.adapters.arrays import pack
from estikeras.keras.trainer.adapters.streams import as_batch
from estikeras.keras.trainer.compiled_loss import CompileLoss
from estikeras.keras.trainer.compiled_metrics import CompileMetrics
from estikeras.keras.trainer.replicas import ReplicaRunner
from estikeras.keras.trainer.runner import Runner
from estikeras.keras.utils.batches import unpack_x_y_sample_weight
from strategies import get_strategy, has_strategy


class Trainer:
    """Training and inference for models."""

    def __init__(self):
        self._reset_training()

    def __deepcopy__(self, memo):
        """A copy with variables and an optimizer of its own; what was compiled is the model's."""
        twin = memo[id(self)] = self.__class__.__new__(self.__class__)
        compiled = ("train_function", "test_function", "predict_function")
        for name, value in vars(self).items():
            vars(twin)[name] = None if name in compiled else copy.deepcopy(value, memo)
        return twin

    @untracked
    def _reset_training(self):
        self.optimizer = None
        self.loss = self.loss_weights = None
        self.compiled = False
        self.stop_training = False
        self.run_eagerly, self.steps_per_execution = False, 1
        self.jit_compile, self.auto_scale_loss = "auto", True
        self.history = None
        self._compile_loss = self._compile_metrics = self._loss_tracker = self._compile_config = (
            None
        )
        self.train_function = self.test_function = self.predict_function = None
        self._distribute_strategy = get_strategy() if has_strategy() else None

    @untracked
    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Choose how the model is trained.

        Args:
            optimizer: name, config or Optimizer.
            loss: name, function or Loss; for several outputs a list, or a dict by output name.
            loss_weights: list or dict of floats by which the outputs' losses are multiplied.
            metrics: list of names, functions and Metrics; for several outputs a list of lists or a
                dict by name.
            weighted_metrics: likewise; these get the sample weights.
            run_eagerly: whether to run step by step in Python, to debug.
            steps_per_execution: how many batches run in one call; hooks of callbacks are called
                once for them.
            jit_compile: "auto", True or False; steps are compiled unless `run_eagerly`, whatever it
                says.
            auto_scale_loss: whether the optimizer is wrapped in a `LossScaleOptimizer` under the
                policy "mixed_float16".

        Raises:
            ValueError: for unknown names, and what does not fit together.
        """
        if steps_per_execution < 1:
            raise errors.invalid(
                "steps_per_execution", got=steps_per_execution, expected="an int of at least 1"
            )
        if has_strategy():
            self._distribute_strategy = get_strategy()
        optimizer = optimizers.get(optimizer)
        if (
            auto_scale_loss
            and optimizer is not None
            and getattr(self.dtype_policy, "name", "") == "mixed_float16"
            and type(optimizer).__name__ != "LossScaleOptimizer"
        ):
            optimizer = optimizers.LossScaleOptimizer(optimizer, name="loss_scale_optimizer")
        self.optimizer, self.loss, self.loss_weights = optimizer, loss, loss_weights
        names = getattr(self, "output_names", None)
        self._compile_loss = CompileLoss(loss, loss_weights, names) if loss is not None else None
        self._compile_metrics = (
            CompileMetrics(metrics, weighted_metrics, names)
            if metrics or weighted_metrics
            else None
        )
        self._loss_tracker = Mean(name="loss")
        self.run_eagerly, self.steps_per_execution = run_eagerly, steps_per_execution
        self.jit_compile, self.auto_scale_loss = jit_compile, auto_scale_loss
        self.stop_training = False
        self._compile_config = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "steps_per_execution": steps_per_execution,
            "jit_compile": jit_compile if isinstance(jit_compile, bool) else False,
        }
        self.train_function = self.test_function = self.predict_function = None
        self.compiled = True

    @property
    def metrics(self):
        """The loss's average, the metrics of `compile`, and those of the model and its layers."""
        found = [
            self._loss_tracker,
            self._compile_metrics,
            *getattr(self._compile_loss, "metrics", ()),
        ]
        found = [metric for metric in found if metric is not None] + super().metrics
        return list({id(m): m for m in found}.values())

    @property
    def metrics_names(self):
        """The names of `metrics`."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self):
        """Begin all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The loss of a batch: that of `compile`, and what layers added.

        Args:
            x: inputs.
            y: targets.
            y_pred: outputs of the model.
            sample_weight: weights of the samples, or None.
            training: whether the model is being trained.

        Returns:
            A scalar tensor.

        Raises:
            ValueError: when there is no loss at all.
        """
        parts = []
        if self._compile_loss is not None and y is not None:
            loss = self._compile_loss(y, y_pred, sample_weight)
            if loss is not None:
                parts.append(loss)
        parts += [ops.sum(ops.cast(loss, "float32")) for loss in self.losses]
        if not parts:
            if self._compile_loss is not None:
                raise ValueError(
                    "There are no targets to compute the loss with: give `y`, or use `add_loss` "
                    "in a layer."
                )
            raise ValueError(
                "There is no loss: give `compile` a `loss=`, or use `add_loss` in a layer."
            )
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """Update the metrics of `compile` with a batch; returns `get_metrics_result()`."""
        if self._compile_metrics is not None and y is not None:
            self._compile_metrics.update_state(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def get_metrics_result(self):
        """Name -> value of all metrics, a dict."""
        results = {}
        for metric in self.metrics:
            value = metric.result()
            results.update(value if isinstance(value, dict) else {metric.name: value})
        return results

    def train_step(self, data):
        """One step of training. Override it for a training of your own.

        Args:
            data: a batch: `x` (where `fit` got nothing else), `(x,)`, `(x, y)` or
                `(x, y, sample_weight)`.

        Returns:
            A dict of metrics.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True) if self._call_has_training else self(x)
            loss = self.compute_loss(
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True
            )
            self._track_loss(loss, x)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.trainable_variables
        if variables:
            self.optimizer.apply_gradients(
                list(zip(tape.gradient(scaled, variables), variables, strict=True))
            )
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def test_step(self, data):
        """One step of evaluation. Override it for an evaluation of your own."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False) if self._call_has_training else self(x)
        if y is not None or self.losses or self._compile_loss is not None:
            loss = self.compute_loss(
                x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=False
            )
            self._track_loss(loss, x)
        return self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)

    def predict_step(self, data):
        """One step of prediction. Override it for a prediction of your own."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False) if self._call_has_training else self(x)

    def _track_loss(self, loss, x):
        if self._loss_tracker is not None:
            samples = next(iter(ops.shape(leaf)[0] for leaf in tree.flatten(x) if leaf is not None))
            self._loss_tracker.update_state(loss, sample_weight=samples)

    @property
    def distribute_strategy(self):
        """The strategy in whose scope the model was made or compiled, else the one that holds."""
        return self._distribute_strategy or get_strategy()

    def _runner(self, step):
        strategy = self.distribute_strategy
        eager = self.run_eagerly or settings.functions_run_eagerly()
        if strategy.num_replicas_in_sync == 1:
            return Runner(step, eager)
        # What a step of the user's own returns may be this replica's alone.
        averages = getattr(type(self), step.__name__) is not getattr(Trainer, step.__name__)
        return ReplicaRunner(step, eager, strategy, averages)

    def make_train_function(self, force=False):
        """Make the runner of `train_step`; `force` makes it anew."""
        if self.train_function is None or force:
            self.train_function = self._runner(self.train_step)
        return self.train_function

    def make_test_function(self, force=False):
        """Make the runner of `test_step`; `force` makes it anew."""
        if self.test_function is None or force:
            self.test_function = self._runner(self.test_step)
        return self.test_function

    def make_predict_function(self, force=False):
        """Make the runner of `predict_step`; `force` makes it anew."""
        if self.predict_function is None or force:
            eager = self.run_eagerly or settings.functions_run_eagerly()
            self.predict_function = Runner(self.predict_step, eager)
        return self.predict_function

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Train the model.

        Args:
            x: array or structure of arrays (samples, ...), a `keras.utils.PyDataset`, or an
                iterable of batches.
            y: targets for arrays.
            batch_size: samples in a step, 32 by default; for arrays only.
            epochs: number of the last epoch.
            verbose: 0 silent, 1 a bar, 2 a line for each epoch; "auto" is 1 on a terminal and else
                2.
            callbacks: list of Callbacks.
            validation_split: fraction of the samples, taken from the end, to validate on.
            validation_data: `(x, y)`, `(x, y, sample_weight)`, a PyDataset or an iterable of
                batches.
            shuffle: whether every epoch takes the samples in a new order; "batch" moves whole
                batches.
            class_weight: dict from class to weight.
            sample_weight: weights (samples,) or, for sequences, (samples, time).
            initial_epoch: number of epochs that were done before.
            steps_per_epoch: batches in an epoch; None is all.
            validation_steps: batches of a validation; None is all.
            validation_batch_size: samples in a step of validation; None is `batch_size`.
            validation_freq: after how many epochs to validate, or a list of epochs.

        Returns:
            A History; `history.history` has the metrics of every epoch.

        Raises:
            ValueError: for data that do not fit the model or one another.
        """
        self._check_compiled("fit")
        if self.optimizer is None:
            raise ValueError("The model has no optimizer: give `compile` one to train it.")
        probabilities.warn_of_improbable_outputs(self)
        return loop.fit(
            self,
            x=x,
            y=y,
            batch_size=batch_size,
            epochs=epochs,
            verbose=verbose,
            callbacks=callbacks,
            validation_split=validation_split,
            validation_data=validation_data,
            shuffle=shuffle,
            class_weight=class_weight,
            sample_weight=sample_weight,
            initial_epoch=initial_epoch,
            steps_per_epoch=steps_per_epoch,
            validation_steps=validation_steps,
            validation_batch_size=validation_batch_size,
            validation_freq=validation_freq,
        )

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """The loss and the metrics on data.

        Args:
            x: as for `fit`.
            y: targets for arrays.
            batch_size: samples in a step, 32 by default.
            verbose: as for `fit`.
            sample_weight: weights of the samples.
            steps: most batches to take; None is all.
            callbacks: list of Callbacks.
            return_dict: whether to return a dict by name.
            **kwargs: nothing else is allowed.

        Returns:
            The loss if there is no metric, else a list, or a dict, of floats.
        """
        self._check_compiled("evaluate")
        if kwargs:
            raise TypeError(f"evaluate() has no argument {next(iter(kwargs))!r}.")
        logs = loop.evaluate(self, x, y, batch_size, verbose, sample_weight, steps, callbacks)
        return logs if return_dict else self._as_list(logs)

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """The model's outputs for data, batch by batch.

        Args:
            x: as for `fit`.
            batch_size: samples in a step, 32 by default.
            verbose: as for `fit`.
            steps: most batches to take; None is all.
            callbacks: list of Callbacks.

        Returns:
            NumPy arrays in the structure of the outputs.
        """
        return loop.predict(self, x, batch_size, verbose, steps, callbacks)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Train on one batch of arrays; returns the metrics as floats, a list or a dict."""
        self._check_compiled("train_on_batch")
        batch = as_batch(pack(x, y, sample_weight), class_weight)
        logs = loop.as_floats(self._begun(self.make_train_function()).run(batch))
        return logs if return_dict else self._as_list(logs)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """Evaluate one batch of arrays; returns the metrics as floats, a list or a dict."""
        self._check_compiled("test_on_batch")
        batch = as_batch(pack(x, y, sample_weight))
        logs = loop.as_floats(self._begun(self.make_test_function()).run(batch))
        return logs if return_dict else self._as_list(logs)

    def predict_on_batch(self, x):
        """The outputs for one batch, as NumPy arrays."""
        outputs = self.make_predict_function().run(as_batch((x,)))
        return tree.map_structure(lambda t: t.numpy(), outputs)

    def _begun(self, runner):
        """A runner for batches that come one by one, once the ranks have begun together."""
        if isinstance(runner, ReplicaRunner):
            runner.begin(self)
        return runner

    def _as_list(self, logs):
        """The loss, then the metrics, as a list; alone if it is only one."""
        order = [name for name in ("loss",) if name in logs] + [
            name for name in logs if name != "loss"
        ]
        values = [logs[name] for name in order]
        return values[0] if len(values) == 1 else values

    def _check_compiled(self, method):
        if not self.compiled:
            raise ValueError(f"You must call `compile()` before `{method}()`.")

    def get_compile_config(self):
        """The arguments of `compile`, as JSON can hold them; None if there were none."""
        if self.compiled and self._compile_config is not None:
            return serialize_keras_object(self._compile_config)
        return None

    def compile_from_config(self, config):
        """Compile as a config from `get_compile_config` says."""
        if type(self).compile is not Trainer.compile and self._overrides_compile():
            warnings.warn(
                "`compile()` was not called as part of loading since its method is overridden. "
                "Call it yourself, or "
                "override `compile_from_config` too.",
                stacklevel=2,
            )
            return
        config = deserialize_keras_object(config)
        self.compile(**config)
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    def _overrides_compile(self):
        return list(inspect.signature(type(self).compile).parameters) != list(
            inspect.signature(Trainer.compile).parameters
        )
