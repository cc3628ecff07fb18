"""Keras 2's optimizers, as TensorFlow's Estimators train with them: their arguments, and their
formulas where Keras 3 has others.
"""

import functools
import warnings

from estikeras import errors, ops
from estikeras.keras.optimizers import adadelta, adagrad, adam, adamax, base, ftrl, nadam
from estikeras.keras.optimizers import rmsprop as rmsprop_of_keras_3
from estikeras.keras.optimizers import sgd as sgd_of_keras_3
from estikeras.keras.optimizers.selection import only_where
from estikeras.namespace import attach
from estikeras.ops import replicas
from estikeras.ops.embedding import used_rows
from estikeras.public import public
from strategies import context

# Names that differ from those of the classes here, such as aliases.
__getattr__, __dir__ = attach(__name__)

_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


@public("keras.optimizers.legacy.Optimizer")
class Optimizer(base.Optimizer):
    """The base of Keras 2's optimizers. Subclasses of one's own derive from `keras.Optimizer`.

    Attributes:
        decay: by how much of itself the learning rate's divisor grows with each step.
    """

    # Of a table of which a step looks up some rows, whether the others stay as they are, and what
    # is kept for them too, though a gradient of 0 would change them.
    _spares_rows = _spares_rows_of_slots = False
    _rows = None  # in a step, how often each row of a table was looked up, by the table's id

    def _set_up(self, learning_rate, name, kwargs):
        """Take up what all of Keras 2's optimizers have; give the arguments for Keras 3's.

        Raises:
            TypeError: for other arguments.
            ValueError: for negative ones.
        """
        kwargs = dict(kwargs)
        decay = kwargs.pop("decay", 0.0)
        if "lr" in kwargs:
            warnings.warn("`lr` is called `learning_rate` now.", stacklevel=3)
            learning_rate = kwargs.pop("lr")
        if surplus := sorted(set(kwargs) - set(_CLIPPING)):
            raise TypeError(
                f"{type(self).__name__}() has no argument {surplus[0]!r}. Beside its own, there "
                f"are {', '.join(_CLIPPING)} and decay."
            )
        for option, value in (("decay", decay), *kwargs.items()):
            if value is not None and value < 0:
                raise errors.invalid(option, got=value, expected="a number >= 0")
        self.decay = decay
        return {"learning_rate": learning_rate, "name": name, **kwargs}

    @property
    def learning_rate(self):
        """The learning rate without decay: a variable, or what the schedule or function gives. It
        can be set.
        """
        return super()._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        base.Optimizer.learning_rate.fset(self, learning_rate)

    lr = learning_rate

    def _get_current_learning_rate(self):
        rate = super()._get_current_learning_rate()
        return (
            rate / (1.0 + self.decay * ops.cast(self.iterations, rate.dtype))
            if self.decay
            else rate
        )

    def apply_gradients(self, grads_and_vars, name=None, experimental_aggregate_gradients=True):
        """Do one step.

        Args:
            grads_and_vars: pairs of gradient and variable.
            name: of no consequence.
            experimental_aggregate_gradients: must be True.

        Returns:
            The variable that counts steps; in a model function, the operation that does the step.
        """
        if not experimental_aggregate_gradients:
            raise errors.unsupported(
                "`experimental_aggregate_gradients=False`",
                "Leave it out: a strategy sums gradients once.",
            )
        return super().apply_gradients(grads_and_vars)

    def apply(self, grads, trainable_variables=None):
        """Do one step, as in `keras.Optimizer`."""
        grads = list(grads)
        replica = context.replica()
        if not self._spares_rows or (replica is not None and replica.strategy.shard_update):
            return super().apply(grads, trainable_variables)
        variables = self._variables_of(grads, trainable_variables) if grads else []
        rows = replicas.combined_gradients([used_rows(gradient) for gradient in grads])
        self._rows = {id(v): counts for v, counts in zip(variables, rows, strict=True)}
        try:
            return super().apply(grads, variables)
        finally:
            self._rows = None

    def _update_one(self, gradient, variable, learning_rate):
        step = functools.partial(super()._update_one, gradient, variable, learning_rate)
        rows = self._rows[id(variable)] if self._rows else None
        if rows is None:
            step()
            return
        slots = self.checkpoint_slots().values() if self._spares_rows_of_slots else ()
        kept = [slot for pairs in slots for owner, slot in pairs if owner is variable]
        only_where(rows > 0, [variable, *kept], step)

    def get_slot_names(self):
        """The names of what is kept for each trained variable, a list. Before the first step, there
        are none.
        """
        return list(self.checkpoint_slots())

    def get_slot(self, var, slot_name):
        """What is kept for a trained variable.

        Args:
            var: the variable.
            slot_name: one of `get_slot_names`.

        Raises:
            KeyError: if there is nothing.
        """
        slots = self.checkpoint_slots()
        for variable, kept in slots.get(slot_name, ()):
            if variable is var:
                return kept
        raise KeyError(
            f"There is no slot {slot_name!r} of {var.path!r}. The slots are {list(slots)}; the "
            "first step makes them."
        )

    def checkpoint_scalars(self):
        """What is kept once, as in `keras.Optimizer`."""
        return {**super().checkpoint_scalars(), "decay": self.decay}

    def get_config(self):
        """The arguments that make an equal optimizer, as a dict that JSON can hold."""
        config = super().get_config()
        names = [n for n in ("name", "learning_rate", *self.hyperparameters) if n in config]
        clipping = {n: config[n] for n in _CLIPPING if config[n] is not None}
        return {**{n: config[n] for n in names}, "decay": self.decay, **clipping}


@public("keras.optimizers.legacy.SGD")
class SGD(Optimizer, sgd_of_keras_3.SGD):
    """Gradient descent, with momentum if asked for.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        momentum: how much of the velocity stays at each step, from 0 to 1.
        nesterov: whether the gradient counts as taken after the velocity's move.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, name="SGD", **kwargs):
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(momentum=float(momentum), nesterov=nesterov, **options)
        self._spares_rows = self._spares_rows_of_slots = momentum > 0


@public("keras.optimizers.legacy.Adagrad")
class Adagrad(Optimizer, adagrad.Adagrad):
    """Adagrad: steps over the root of the sum of squared gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        initial_accumulator_value: what the sums begin with, a number >= 0.
        epsilon: small number that keeps divisions finite.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        initial_accumulator_value=0.1,
        epsilon=1e-7,
        name="Adagrad",
        **kwargs,
    ):
        if initial_accumulator_value < 0:
            raise errors.invalid(
                "initial_accumulator_value", got=initial_accumulator_value, expected="a number >= 0"
            )
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(
            initial_accumulator_value=initial_accumulator_value, epsilon=epsilon or 1e-7, **options
        )

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable; epsilon is added to the root."""
        accumulator = self._accumulators[self._get_variable_index(variable)]
        gradient = ops.cast(gradient, variable.dtype)
        total = accumulator + ops.square(gradient)
        accumulator.assign(total)
        step = ops.cast(learning_rate, variable.dtype) * gradient
        variable.assign(variable - step / (ops.sqrt(total) + self.epsilon))


@public("keras.optimizers.legacy.Adadelta")
class Adadelta(Optimizer, adadelta.Adadelta):
    """Adadelta: steps as large as recent steps, over the size of recent gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        rho: how much of the means of squares stays at each step.
        epsilon: small number that keeps divisions finite.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    _spares_rows = _spares_rows_of_slots = True

    def __init__(self, learning_rate=0.001, rho=0.95, epsilon=1e-7, name="Adadelta", **kwargs):
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(rho=rho, epsilon=epsilon or 1e-7, **options)


@public("keras.optimizers.legacy.RMSprop")
class RMSprop(Optimizer, rmsprop_of_keras_3.RMSprop):
    """RMSprop: steps over the root of a mean of squared gradients.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        rho: how much of the means stays at each step.
        momentum: how much of the last step is added to the next, a number >= 0.
        epsilon: small number that keeps divisions finite.
        centered: whether the square of the mean gradient is taken off.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        rho=0.9,
        momentum=0.0,
        epsilon=1e-7,
        centered=False,
        name="RMSprop",
        **kwargs,
    ):
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(
            rho=rho, momentum=momentum, epsilon=epsilon or 1e-7, centered=centered, **options
        )
        self._spares_rows = self._spares_rows_of_slots = momentum > 0

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable; without momentum, epsilon is added to the root."""
        if self.momentum:
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, variable.dtype)
        velocity = self._velocities[index]
        square = self.rho * velocity + (1 - self.rho) * ops.square(gradient)
        velocity.assign(square)
        if self.centered:
            average = self._average_gradients[index]
            mean = self.rho * average + (1 - self.rho) * gradient
            average.assign(mean)
            square = square - ops.square(mean)
        step = ops.cast(learning_rate, variable.dtype) * gradient
        variable.assign(variable - step / (ops.sqrt(square) + self.epsilon))


@public("keras.optimizers.legacy.Adam")
class Adam(Optimizer, adam.Adam):
    """Adam: steps along a mean of gradients, over the root of a mean of their squares.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean stays at each step.
        beta_2: how much of the mean of squares stays at each step.
        epsilon: small number that keeps divisions finite.
        amsgrad: whether the greatest mean of squares so far counts.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        name="Adam",
        **kwargs,
    ):
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(
            beta_1=beta_1, beta_2=beta_2, epsilon=epsilon or 1e-7, amsgrad=amsgrad, **options
        )


@public("keras.optimizers.legacy.Adamax")
class Adamax(Optimizer, adamax.Adamax):
    """Adamax: Adam over the greatest recent gradient.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean stays at each step.
        beta_2: how much of the greatest gradient stays at each step.
        epsilon: small number that keeps divisions finite.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    _spares_rows = _spares_rows_of_slots = True

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="Adamax", **kwargs
    ):
        options = self._set_up(learning_rate, name, kwargs)
        super().__init__(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon or 1e-7, **options)


@public("keras.optimizers.legacy.Nadam")
class Nadam(Optimizer, nadam.Nadam):
    """Adam with Nesterov's momentum.

    Args:
        learning_rate: float, or a function, as in `keras.optimizers.Optimizer`.
        beta_1: how much of the mean stays at each step, in the long run.
        beta_2: how much of the mean of squares stays at each step.
        epsilon: small number that keeps divisions finite.
        name: name of the optimizer.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm`, and `schedule_decay`: how fast the
            momentum grows towards `beta_1`, 0.004 by default. The learning rate does not decay.
    """

    _spares_rows = True

    def __init__(
        self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="Nadam", **kwargs
    ):
        growth = {"decay": kwargs.pop("schedule_decay", kwargs.pop("decay", 0.004))}
        options = self._set_up(learning_rate, name, {**kwargs, **growth})
        super().__init__(beta_1=beta_1, beta_2=beta_2, epsilon=epsilon or 1e-7, **options)

    def _get_current_learning_rate(self):
        return self.learning_rate

    def _momentum_at(self, ahead, dtype):
        step = ops.cast(self.iterations + ahead, dtype)
        return self.beta_1 * (1.0 - 0.5 * ops.power(0.96, self.decay * step))


@public("keras.optimizers.legacy.Ftrl")
class Ftrl(Optimizer, ftrl.Ftrl):
    """Follows the regularized leader: L1 keeps most weights at exactly zero.

    Args:
        learning_rate: float, schedule or function, as in `keras.optimizers.Optimizer`.
        learning_rate_power: how the rate falls with the sum of squared gradients, a number <= 0.
        initial_accumulator_value: what the sums begin with, a number >= 0.
        l1_regularization_strength: strength >= 0 of the L1 penalty.
        l2_regularization_strength: strength >= 0 of the L2 penalty.
        name: name of the optimizer.
        l2_shrinkage_regularization_strength: strength >= 0 of a penalty on the weights' size at
            each step.
        beta: further L2 penalty over the learning rate.
        **kwargs: `clipnorm`, `clipvalue`, `global_clipnorm` and `decay`.
    """

    _spares_rows = _spares_rows_of_slots = True

    def __init__(
        self,
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        name="Ftrl",
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
        **kwargs,
    ):
        super().__init__(
            learning_rate_power=learning_rate_power,
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=beta,
            **self._set_up(learning_rate, name, kwargs),
        )
