"""Running means of variables, for evaluation with them, and of tensors such as losses."""

from estikeras import errors, ops
from estikeras.compat.beside import Beside
from estikeras.compat.collections import (
    GraphKeys,
    add_to_collection,
    global_variables,
    trainable_variables,
)
from estikeras.compat.variable_scopes import variable_scope
from estikeras.compat.variables import Variable
from estikeras.engine import context, dtypes
from estikeras.engine import variable as engine_variable
from estikeras.engine.session_graph import action
from estikeras.public import public


@public("train.ExponentialMovingAverage", "compat.v1.train.ExponentialMovingAverage")
class ExponentialMovingAverage:
    """Keeps a running mean of each of some variables.

    Args:
        decay: how much of a mean stays at each step, a number.
        num_updates: number of steps; then no more than `(1 + steps) / (10 + steps)` stays.
        zero_debias: of no consequence: means of variables begin with their first values.
        name: name of the means in checkpoints.

    Reference: Polyak and Juditsky, 1992, Acceleration of stochastic approximation by averaging.
    """

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._decay, self._num_updates, self._name = decay, num_updates, name
        self._averages = Beside()

    @property
    def name(self):
        return self._name

    def apply(self, var_list=None):
        """One step of the means of some variables.

        Args:
            var_list: the variables; None takes all trainable ones.

        Returns:
            The operation that does the step, in a model function; elsewhere the step is done.

        Raises:
            TypeError: for what is no variable of floats.
        """
        var_list = trainable_variables() if var_list is None else var_list
        for variable in var_list:
            if not isinstance(variable, engine_variable.Variable):
                raise errors.wrong_type("var_list", got=variable, expected="variables")
            if not dtypes.is_float(variable.dtype):
                raise errors.wrong_type("var_list", got=variable, expected="variables of floats")
            if self._averages.get(self._name, variable) is None:
                self._averages.put(self._beside(variable), self._name, variable)
        with action(self._name, self) as made:
            decay = self._decay
            if self._num_updates is not None:
                steps = ops.cast(self._num_updates, "float32")
                decay = ops.minimum(decay, (1 + steps) / (10 + steps))
            for variable in var_list:
                average = self.average(variable)
                average.assign(average - (average - variable) * ops.cast(1 - decay, average.dtype))
        return made

    def _beside(self, variable):
        with variable_scope(None, self.average_name(variable)) as opened:
            scope, _, leaf = opened.name.rpartition("/")
        add_to_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, variable)
        with context.scope(names=((scope, None),)):
            return Variable(variable.numpy, trainable=False, name=leaf)

    def average(self, var):
        """The variable with the mean of another one; None if there is none."""
        return self._averages.find(self._name, var)

    def average_name(self, var):
        """What the mean of a variable is called in checkpoints."""
        return f"{var.path}/{self._name}"

    def variables_to_restore(self, moving_avg_variables=None):
        """Dict from name in a checkpoint to variable, by which variables are set to their means,
        and those without one to themselves.

        Args:
            moving_avg_variables: variables that have means; None takes all trainable ones and those
                that `apply` was called for.
        """
        averaged = trainable_variables() if moving_avg_variables is None else moving_avg_variables
        averaged = [*(variable for _, variable, _ in self._averages.items()), *averaged]
        names = {self.average_name(variable): variable for variable in averaged}
        known = {id(variable) for variable in averaged}
        for variable in global_variables():
            if id(variable) not in known:
                names.setdefault(variable.path, variable)
        return names
