"""What an optimizer is: variables beside those it trains, and one step that turns gradients into
new values.

A particular optimizer says what it keeps (`build`), what all variables share in a step
(`prepare_step`), and how one
variable is updated (`update_step`), elementwise, so that a traced step becomes one kernel over all
variables.
"""

import re
import warnings

from estikeras import errors, ops
from estikeras.engine import context, naming
from estikeras.engine.session_graph import action
from estikeras.engine.variable import Variable
from estikeras.keras.optimizers import options
from estikeras.keras.optimizers.averages import KeepsAverages
from estikeras.keras.optimizers.clipping import clipped
from estikeras.keras.optimizers.minimizing import Minimizes
from estikeras.keras.optimizers.replicas import combined_gradients
from estikeras.keras.optimizers.schedules.base import LearningRateSchedule
from estikeras.keras.optimizers.selection import only_where
from estikeras.keras.optimizers.variables import KeepsVariables, takes_gradient
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.keras.utils.substitution import substituted
from estikeras.public import public
from estikeras.train import deferred


@public("keras.Optimizer", "keras.optimizers.Optimizer")
class Optimizer(KeepsVariables, KeepsAverages, Minimizes):
    """The base of optimizers; see the file's first lines for what a subclass writes.

    Args:
        learning_rate: float, a `LearningRateSchedule`, a function without arguments that gives the
            rate, or a scalar tensor.
        weight_decay: part of each weight that a step of rate 1 takes away, or None.
        clipnorm: greatest norm of each gradient, or None.
        clipvalue: greatest absolute value in gradients, or None.
        global_clipnorm: greatest norm of all gradients together, or None.
        use_ema: whether to keep an exponential moving average of each weight.
        ema_momentum: how much of the average stays at each step, from 0 to 1.
        ema_overwrite_frequency: after how many steps weights become their averages; None for only
            at the end of `fit`.
        loss_scale_factor: factor of the loss, which gradients are divided by, or None.
        gradient_accumulation_steps: how many steps make one update with their mean gradient, at
            least 2, or None.
        name: name of the optimizer; by default the class's name in snake case.
        **kwargs: nothing else is allowed.

    Raises:
        ValueError: for other arguments, and for several ways of clipping.
    """

    # Names of a subclass's own arguments, which are attributes and part of the config.
    hyperparameters = ()
    # Whether a step treats each element of a variable alike, so that ranks can share the work.
    elementwise = False

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        vars(self).update(_variables=[], built=False, _scalars=None)
        options.check_surplus(kwargs)
        options.check_clipping(clipnorm, clipvalue, global_clipnorm)
        options.check_averaging(use_ema, ema_momentum, ema_overwrite_frequency)
        options.check_accumulation(gradient_accumulation_steps)
        self.name = name or naming.auto_name(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.global_clipnorm = global_clipnorm
        self.clipvalue = clipvalue
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._excluded_from_weight_decay = (frozenset(), None)
        self._trainable_variables = []
        self._trainable_variables_indices = {}
        self._iterations = self._scalar_variable("iteration", 0, "int32")
        rate = options.kept_learning_rate(learning_rate)
        if isinstance(rate, float):
            rate = self._scalar_variable("learning_rate", rate, None)
        self._learning_rate = rate

    # What subclasses write.

    def build(self, variables):
        """Make the optimizer's own variables; subclasses call this first, then add theirs.

        Args:
            variables: list of the variables to train.
        """
        variables = list(variables)
        if self.use_ema:
            self._model_variables_moving_average = self.add_optimizer_variables(
                variables, "average"
            )
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = [
                self.add_variable_from_reference(v, name="gradient_accumulator") for v in variables
            ]
        self._trainable_variables = variables
        self._trainable_variables_indices = {v: index for index, v in enumerate(variables)}
        # Steps update what subclasses make from here on, not these.
        self._not_stepped = frozenset(self._variables)
        self.built = True

    def prepare_step(self, dtype):
        """Scalars that all variables of one dtype share in a step and that do not depend on the
        learning rate.

        Args:
            dtype: name of the variables' dtype.

        Returns:
            Whatever `update_step` wants to find in `step_scalars`.
        """
        return None

    def update_step(self, gradient, variable, learning_rate):
        """Give one variable, and the optimizer's variables for it, their new values.

        Args:
            gradient: tensor of the variable's shape.
            variable: the variable.
            learning_rate: scalar variable or tensor.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `update_step`.")

    # What subclasses use.

    def step_scalars(self, dtype):
        """What `prepare_step` gives, computed once in each step."""
        if self._scalars is None:
            return self.prepare_step(dtype)
        if dtype not in self._scalars:
            self._scalars[dtype] = self.prepare_step(dtype)
        return self._scalars[dtype]

    def assign(self, variable, value):
        """Give a variable a value."""
        variable.assign(value)

    def assign_add(self, variable, value):
        """Add to a variable."""
        variable.assign(variable + value)

    def assign_sub(self, variable, value):
        """Subtract from a variable."""
        variable.assign(variable - value)

    def _get_variable_index(self, variable):
        return self._trainable_variables_indices[variable]

    # One step.

    def apply_gradients(self, grads_and_vars):
        """Do one step.

        Args:
            grads_and_vars: pairs of gradient and variable.

        Returns:
            The variable that counts steps; in a model function, the operation that does the step.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError("No gradients provided for any variable.")
        return self.apply([g for g, _ in pairs], [v for _, v in pairs]) or self._iterations

    def apply(self, grads, trainable_variables=None):
        """Do one step.

        Args:
            grads: list of gradients; None where a variable has none.
            trainable_variables: the variables, in the same order; by default those that the
                optimizer was built for.

        Returns:
            In a model function, the operation that does the step; else None.

        Raises:
            ValueError: if all gradients are None, or do not fit to the variables.
        """
        grads = list(grads)
        if not grads:
            return None
        variables = self._variables_of(grads, trainable_variables)
        together = combined_gradients(self, grads, variables)
        scope = context.name_scope(self.name, caller=self)
        with action(self.name, self) as made, together as (grads, variables), scope:
            grads, variables = _with_gradient(grads, variables)
            grads, variables = self._overwrite_with_gradients(grads, variables)
            if grads:
                self._apply(grads, variables)
            self._iterations.assign_add(1)
        return made

    def _variables_of(self, grads, variables):
        if variables is None:
            if not self.built:
                raise ValueError(
                    "apply() without variables needs a built optimizer: "
                    "call `optimizer.build(variables)` first."
                )
            variables = self._trainable_variables
        variables = list(variables)
        if len(grads) != len(variables):
            raise errors.invalid(
                "grads", got=f"{len(grads)} gradients", expected=f"one for each of {len(variables)}"
            )
        if not self.built:
            # What is made while a function is traced must not be made again at each call.
            self._outer_scope = context.current_path()
            with context.init_scope(), context.name_scope(self.name, caller=self):
                self.build(variables)
        deferred.take_up(self)
        for gradient, variable in zip(grads, variables, strict=True):
            if gradient is not None and tuple(gradient.shape) != tuple(variable.shape):
                raise errors.shape_mismatch(
                    f"gradient of {variable.path}", got=gradient.shape, expected=variable.shape
                )
        unknown = [v for v in variables if v not in self._trainable_variables_indices]
        if unknown:
            raise ValueError(
                f"The optimizer {self.name!r} was built for other variables than "
                f"{unknown[0].path!r}. Make a new optimizer for a new set of variables, "
                "or build it for all of them."
            )
        return variables

    def _apply(self, grads, variables):
        if self.loss_scale_factor is not None:
            grads = [g / self.loss_scale_factor for g in grads]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._step(grads, variables)
        if self.use_ema:
            self._average()
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable))

    def _step(self, grads, variables):
        grads = clipped(grads, self.clipnorm, self.clipvalue, self.global_clipnorm)
        self._scalars = {}
        try:
            learning_rate = self._get_current_learning_rate()
            self._apply_weight_decay(variables, learning_rate)
            self._update(grads, variables, learning_rate)
        finally:
            self._scalars = None

    def _update(self, grads, variables, learning_rate):
        for gradient, variable in zip(grads, variables, strict=True):
            self._update_one(gradient, variable, learning_rate)

    def _update_one(self, gradient, variable, learning_rate):
        self.update_step(gradient, variable, learning_rate)

    def _is_update_step(self):
        return ops.equal((self._iterations + 1) % self.gradient_accumulation_steps, 0)

    def _accumulate(self, grads, variables):
        is_update = self._is_update_step()
        stored = [self._accumulated_gradients[self._get_variable_index(v)] for v in variables]
        sums = [g + s for g, s in zip(grads, stored, strict=True)]
        means = [s / self.gradient_accumulation_steps for s in sums]
        slots = [v for v in self._variables if v not in self._not_stepped]
        only_where(is_update, [*variables, *slots], lambda: self._step(means, variables))
        for variable, value in zip(stored, sums, strict=True):
            variable.assign(ops.where(is_update, 0.0, value))

    def _overwrite_with_gradients(self, grads, variables):
        """Set the variables whose gradient is their new value, and give the pairs that are left."""
        for gradient, variable in zip(grads, variables, strict=True):
            if not takes_gradient(variable):
                continue
            if self.gradient_accumulation_steps:
                is_update = self._is_update_step()
                stored = self._accumulated_gradients[self._get_variable_index(variable)]
                gradient = ops.maximum(gradient, stored)
                stored.assign(ops.where(is_update, 0.0, gradient))
                gradient = ops.where(is_update, gradient, variable)
            variable.assign(gradient)
        left = [pair for pair in zip(grads, variables, strict=True) if not takes_gradient(pair[1])]
        return [g for g, _ in left], [v for _, v in left]

    # Weight decay.

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Leave variables out of weight decay.

        Args:
            var_list: list of variables.
            var_names: list of regular expressions, which are searched for in the variables' names.
        """
        pattern = re.compile("|".join(var_names)) if var_names else None
        self._excluded_from_weight_decay = (frozenset(var_list or ()), pattern)

    def _use_weight_decay(self, variable):
        excluded, pattern = self._excluded_from_weight_decay
        return variable not in excluded and not (pattern and pattern.search(variable.name))

    def _weight_decay_of(self, variable):
        return self.weight_decay

    def _apply_weight_decay(self, variables, learning_rate):
        for variable in variables:
            decay = self._weight_decay_of(variable)
            if decay is not None and self._use_weight_decay(variable):
                rate = ops.cast(learning_rate, variable.dtype)
                variable.assign(variable - variable * (decay * rate))

    def scale_loss(self, loss):
        """The loss times `loss_scale_factor`, whose gradients `apply` expects."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    # State.

    @property
    def iterations(self):
        """How many updates were done."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @iterations.setter
    def iterations(self, variable):
        """Count steps in another variable, such as an Estimator's global step."""
        if not isinstance(variable, Variable):
            raise errors.wrong_type("iterations", got=variable, expected="a Variable")
        before = self._iterations
        self._variables = [variable if v is before else v for v in self._variables]
        self._iterations = variable
        if context.current.variables is not None and vars(before) is not vars(variable):
            context.current.variables.remove(before)

    @property
    def learning_rate(self):
        """The learning rate now: a variable, or what the schedule or function gives. It can be
        set.
        """
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        before = self._learning_rate
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            self._learning_rate = learning_rate
            self._variables = [v for v in self._variables if v is not before]
        elif isinstance(before, Variable):
            before.assign(learning_rate)
        else:
            raise TypeError(
                "The learning rate comes from a schedule or function and cannot be set to a "
                "number. Make the optimizer with a float, or set another schedule."
            )

    def _get_current_learning_rate(self):
        if isinstance(self._learning_rate, LearningRateSchedule):
            return self._learning_rate(self._iterations)
        return (
            self._learning_rate
            if isinstance(self._learning_rate, Variable)
            else self._learning_rate()
        )

    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        """What a step would make of given values; the variables keep theirs.

        Args:
            optimizer_variables: values in place of those of `variables`.
            grads: list of gradients.
            trainable_variables: values in place of those of the variables that the optimizer was
                built for.

        Returns:
            The pair of new values of the trained variables and of the optimizer's.
        """
        if not self.built:
            raise ValueError(
                "stateless_apply() needs a built optimizer: "
                "call `optimizer.build(variables)` first."
            )
        trained, own = self._trainable_variables, self.variables
        with substituted(trained, trainable_variables), substituted(own, optimizer_variables):
            self.apply(grads)
            return [v.value for v in trained], [v.value for v in own]

    def get_config(self):
        """The arguments that make an equal optimizer, as a dict that JSON can hold."""
        rate = self._learning_rate
        rate = float(rate.numpy()) if isinstance(rate, Variable) else serialize_keras_object(rate)
        names = (*options.NAMES, *self.hyperparameters)
        return {
            "name": self.name,
            "learning_rate": rate,
            **{name: getattr(self, name) for name in names},
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """An optimizer from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict from names to the user's own classes and functions.
        """
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_keras_object(
                config["learning_rate"], custom_objects=custom_objects
            )
        return cls(**config)


def _with_gradient(grads, variables):
    """The pairs that have a gradient; warns of those without, raises if there are none."""
    pairs = [(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    if not pairs:
        raise ValueError("No gradients provided for any variable.")
    if len(pairs) < len(grads):
        missing = [v.path for g, v in zip(grads, variables, strict=True) if g is None]
        warnings.warn(
            f"Gradients do not exist for variables {missing} when minimizing the loss. "
            "Does the loss depend on them? With `model.compile()`, was a `loss` given?",
            stacklevel=4,
        )
    return [g for g, _ in pairs], [v for _, v in pairs]
