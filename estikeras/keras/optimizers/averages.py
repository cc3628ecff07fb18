"""Exponential moving averages of the weights, which an optimizer keeps if asked for."""

from estikeras import errors, ops


class KeepsAverages:
    """The part of `Optimizer` that follows weights with averages, and gives them to the weights."""

    def _average(self):
        # The first step sets the averages.
        is_later = ops.not_equal(self.iterations, 0)
        for variable, average in self._with_average(self._trainable_variables):
            momentum = ops.cast(is_later, variable.dtype) * self.ema_momentum
            average.assign(momentum * average + (1.0 - momentum) * variable)
        if self.ema_overwrite_frequency:
            overwrite = ops.equal((self.iterations + 1) % self.ema_overwrite_frequency, 0)
            for variable, average in self._with_average(self._trainable_variables):
                variable.assign(ops.where(overwrite, average, variable))

    def _with_average(self, variables):
        averages = self._model_variables_moving_average
        if len(variables) != len(averages):
            raise errors.invalid(
                "var_list", got=f"{len(variables)} variables", expected=f"{len(averages)} variables"
            )
        return [(v, a) for v, a in zip(variables, averages, strict=True) if a is not None]

    def finalize_variable_values(self, var_list):
        """Give variables their averages, at the end of training, if the optimizer keeps averages.

        Args:
            var_list: the variables that the optimizer was built for.
        """
        if self.use_ema:
            for variable, average in self._with_average(list(var_list)):
                variable.assign(average)
