"""What a metric is: variables that sum up batches, and a result that is computed from them. Knows
no particular metric.
"""

import functools

from estikeras import ops, settings
from estikeras.engine import context, naming, tree
from estikeras.engine.session_graph import action
from estikeras.engine.variable import Variable
from estikeras.engine.variable_store import local_variables
from estikeras.keras import dtype_policies, initializers
from estikeras.keras.utils.substitution import substituted
from estikeras.public import public


@public("keras.Metric", "keras.metrics.Metric")
class Metric:
    """The base of metrics: subclasses make variables in `__init__`, add to them in `update_state`,
    and give a `result`.

    Args:
        dtype: dtype or dtype policy of the computation, by default `keras.config.floatx()`.
        name: name of the metric; by default the class's name in snake case.
    """

    # Whether more ("up") or less ("down") is better, for callbacks that keep the best model.
    _direction = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "update_state" in vars(cls):
            cls.update_state = _as_action(cls.update_state)

    def __init__(self, dtype=None, name=None):
        vars(self).update(_variables=[], _metrics=[])
        self.name = name or naming.auto_name(type(self).__name__)
        self._dtype_policy = dtype_policies.get(dtype or settings.floatx())
        self._dtype = self._dtype_policy.compute_dtype

    @property
    def dtype(self):
        """Name of the dtype that the metric is computed in."""
        return self._dtype

    @property
    def variables(self):
        """The metric's variables, then those of the metrics that are its attributes."""
        return [*self._variables, *(v for metric in self._metrics for v in metric.variables)]

    def add_variable(self, shape, initializer, dtype=None, aggregation="sum", name=None):
        """A new variable of the metric.

        Args:
            shape: tuple of int.
            initializer: an initializer, its name, or a callable `(shape, dtype=...)`.
            dtype: name of a dtype, by default `keras.config.floatx()`.
            aggregation: how replicas combine their values.
            name: name of the variable.

        Returns:
            A `keras.Variable`.
        """
        self._check_super_called()
        scope = context.name_scope(self.name.replace("/", ">"), caller=self)
        with scope, local_variables():
            variable = Variable(
                initializers.get(initializer),
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                aggregation=aggregation,
                synchronization="on_read",
                name=name,
            )
        self._variables.append(variable)
        return variable

    def add_weight(self, shape=(), initializer=None, dtype=None, name=None):
        """A new variable, as `add_variable` with the arguments of `tf.keras`; it begins with
        zeros.
        """
        return self.add_variable(
            shape, "zeros" if initializer is None else initializer, dtype=dtype, name=name
        )

    def update_state(self, *args, **kwargs):
        """Add a batch to the variables; subclasses write this. In a model function it gives the
        operation that does so.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update_state`.")

    def result(self):
        """The metric's value, a scalar tensor or a dict of them; subclasses write this."""
        raise NotImplementedError(f"{type(self).__name__} must define `result`.")

    def reset_state(self):
        """Set all variables to zero."""
        for variable in self.variables:
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))

    def __call__(self, *args, **kwargs):
        """Add a batch and give the result so far."""
        self._check_super_called()
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables, *args, **kwargs):
        """What the variables would hold after a batch.

        Args:
            metric_variables: values in place of those of `variables`.
            *args: arguments of `update_state`.
            **kwargs: arguments of `update_state`.

        Returns:
            A list of tensors; the variables keep their values.
        """
        with substituted(self.variables, metric_variables):
            self.update_state(*args, **kwargs)
            return [variable.value for variable in self.variables]

    def stateless_result(self, metric_variables):
        """The result for other values of the variables, which keep theirs."""
        with substituted(self.variables, metric_variables):
            return self.result()

    def stateless_reset_state(self):
        """What the variables would hold after `reset_state`; they keep their values."""
        with substituted(self.variables, [variable.value for variable in self.variables]):
            self.reset_state()
            return [variable.value for variable in self.variables]

    def get_config(self):
        """The arguments that make an equal metric, as a dict that JSON can hold."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config):
        """A metric from what `get_config` gave."""
        return cls(**config)

    def __setattr__(self, name, value):
        for item in tree.flatten(value) if tree.is_nested(value) else (value,):
            if isinstance(item, Metric | Variable):
                self._track(item)
        super().__setattr__(name, value)

    def _track(self, item):
        self._check_super_called()
        known = self._metrics if isinstance(item, Metric) else self._variables
        if not any(item is other for other in known):
            known.append(item)

    def _check_super_called(self):
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() first."
            )

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}>"


def _as_action(update_state):
    """`update_state` as an operation of a model function, which it gives; elsewhere as it is."""

    @functools.wraps(update_state)
    def update(self, *args, **kwargs):
        with action(self.name, self) as made:
            result = update_state(self, *args, **kwargs)
        return result if made is None else made

    return update
