"""Running means of variables, for evaluation with them, and of tensors such as losses."""

from estikeras import errors, ops
from estikeras.compat.beside import Beside
from estikeras.compat.collections import (
    GraphKeys,
    add_to_collection,
    global_variables,
    trainable_variables,
)
from estikeras.compat.initializers import Zeros
from estikeras.compat.variable_scopes import get_variable, variable_scope
from estikeras.compat.variables import Variable
from estikeras.engine import context, dtypes
from estikeras.engine import variable as engine_variable
from estikeras.engine.session_graph import action, session_graph
from estikeras.engine.tensor import Tensor
from estikeras.public import public

_VARIABLE = engine_variable.Variable
_AVERAGED = (_VARIABLE, Tensor)
_BIASED = "biased"


@public("train.ExponentialMovingAverage", "compat.v1.train.ExponentialMovingAverage")
class ExponentialMovingAverage:
    """Keeps a running mean of each of some variables, or tensors of a model function.

    A variable's mean begins with its first value, a tensor's with 0.

    Args:
        decay: how much of a mean stays at each step, a number.
        num_updates: number of steps; then no more than `(1 + steps) / (10 + steps)` stays.
        zero_debias: whether means of tensors are divided by what is no part of the 0 that they
            begin with.
        name: name of the means in checkpoints.

    Reference: Polyak and Juditsky, 1992, Acceleration of stochastic approximation by averaging.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay, self._num_updates, self._name = decay, num_updates, name
        self._zero_debias = zero_debias
        self._averages = Beside()

    @property
    def name(self):
        return self._name

    def apply(self, var_list=None):
        """One step of the means of some variables or tensors.

        Args:
            var_list: variables and, in a model function, tensors; None takes all trainable
                variables.

        Returns:
            The operation that does the step, in a model function; elsewhere the step is done.

        Raises:
            TypeError: for what is neither, or is not of floats.
        """
        var_list = trainable_variables() if var_list is None else list(var_list)
        for thing in var_list:
            if not isinstance(thing, _VARIABLE if session_graph() is None else _AVERAGED):
                raise errors.wrong_type("var_list", got=thing, expected="variables")
            if not dtypes.is_float(thing.dtype):
                raise errors.wrong_type("var_list", got=thing, expected="variables of floats")
            if self._averages.get(self._name, thing) is None:
                self._averages.put(self._beside(thing), self._name, thing)
        with action(context.scoped_name(self._name), self) as made:
            decay = self._decay
            if self._num_updates is not None:
                steps = ops.cast(self._num_updates, "float32")
                decay = ops.minimum(decay, (1 + steps) / (10 + steps))
            for thing in var_list:
                average = self.average(thing)
                average.assign(self._next(average, thing, ops.cast(1 - decay, average.dtype)))
        return made

    def _beside(self, thing):
        tensor = not isinstance(thing, _VARIABLE)
        with variable_scope(None, self.average_name(thing)) as opened:
            scope, _, leaf = opened.name.rpartition("/")
        if not tensor:
            add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, thing)
        with context.scope(names=((scope, None),)):
            first = ops.zeros(thing.shape, thing.dtype) if tensor else thing.numpy
            made = Variable(first, trainable=False, name=leaf)
        if tensor and self._zero_debias:
            with variable_scope(made.path):
                options = {"dtype": thing.dtype, "initializer": Zeros(), "trainable": False}
                biased = get_variable("biased", thing.shape, **options)
                steps = get_variable("local_step", (), **options)
            self._averages.put((biased, steps), _BIASED, made)
        return made

    def _next(self, average, value, part):
        """The value of a mean of which a part is replaced."""
        kept = self._averages.get(_BIASED, average)
        if kept is None:
            return average - (average - value) * part
        # Kingma and Ba, 2015, Adam, section 3: without the 0 that the mean began with.
        biased, steps = kept
        biased.assign(biased - (biased - value) * part)
        steps.assign_add(1)
        return biased / (1 - (1 - part) ** steps)

    def average(self, var):
        """The variable with the mean of a variable or tensor; None if there is none."""
        return self._averages.find(self._name, var)

    def average_name(self, var):
        """What the mean of a variable or tensor is called in checkpoints."""
        own = var.path if isinstance(var, _VARIABLE) else var.op.name
        return f"{own}/{self._name}"

    def variables_to_restore(self, moving_avg_variables=None):
        """Dict from name in a checkpoint to variable, by which variables are set to their means,
        and those without one to themselves.

        Args:
            moving_avg_variables: variables that have means; None takes all trainable ones and those
                that `apply` was called for.
        """
        averaged = trainable_variables() if moving_avg_variables is None else moving_avg_variables
        applied = [thing for name, thing, _ in self._averages.items() if name == self._name]
        averaged = [*(thing for thing in applied if isinstance(thing, _VARIABLE)), *averaged]
        names = {self.average_name(variable): variable for variable in averaged}
        known = {id(variable) for variable in averaged}
        for variable in global_variables():
            if id(variable) not in known:
                names.setdefault(variable.path, variable)
        return names
