"""The variables that an optimizer keeps: how they are made, named, listed, set and saved. Knows
nothing of steps.
"""

import warnings

from estikeras import errors
from estikeras.engine import context
from estikeras.engine.variable import Variable
from estikeras.keras import initializers
from estikeras.keras.optimizers.checkpoint_names import NamedInCheckpoints


class KeepsVariables(NamedInCheckpoints):
    """The part of `Optimizer` that owns variables. Variables that become attributes are listed
    too.
    """

    @property
    def variables(self):
        """The optimizer's own variables, a new list: steps, learning rate, averages, then the
        subclass's.
        """
        return self._variables[:]

    def add_variable(
        self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None
    ):
        """A new variable of the optimizer.

        Args:
            shape: tuple of int.
            initializer: an initializer, its name, or a callable `(shape, dtype=...)`.
            dtype: name of a dtype, by default `keras.config.floatx()`.
            aggregation: how replicas combine their values.
            layout: must be None.
            name: name of the variable.

        Returns:
            A `keras.Variable`.
        """
        if layout is not None:
            raise errors.unsupported(
                "A variable's `layout`", "Use a strategy of `estikeras.distribute`."
            )
        return self._new_variable(shape, initializer, dtype, name, aggregation=aggregation)

    def _new_variable(self, shape, initializer, dtype, name, **kind):
        with context.name_scope(self.name, caller=self):
            variable = Variable(
                initializers.get(initializer),
                shape=tuple(shape),
                dtype=dtype,
                trainable=False,
                name=name,
                **kind,
            )
        if context.current.variables is not None:
            context.current.variables.spare.add(variable.path)
        self._track(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """A new variable of the shape and dtype of another, whose path is in its name.

        Args:
            reference_variable: the other variable.
            name: last part of the name.
            initializer: as in `add_variable`.
        """
        path = getattr(reference_variable, "path", None) or reference_variable.name.replace(
            ":", "_"
        )
        return self._new_variable(
            reference_variable.shape,
            initializer,
            reference_variable.dtype,
            f"{path.replace('/', '_')}_{name or 'var'}",
            synchronization="on_write",
        )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """New variables, one or several for each variable to train.

        Args:
            trainable_variables: the variables to train.
            name: last part of the names, or a list of them.
            initializer: an initializer, or a list of one for each name.

        Returns:
            A list with one variable (or None, where the gradient is the new value) for each
            variable to train; with
            a list of names, a tuple of such lists.
        """
        names = [name] if isinstance(name, str) else list(name)
        several = isinstance(initializer, list | tuple)
        starts = list(initializer) if several else [initializer] * len(names)
        if len(starts) != len(names):
            raise errors.invalid(
                "initializer", got=initializer, expected=f"one for each of {names}"
            )
        rows = [
            [
                None
                if takes_gradient(variable)
                else self.add_variable_from_reference(variable, name=n, initializer=start)
                for n, start in zip(names, starts, strict=True)
            ]
            for variable in trainable_variables
        ]
        columns = tuple([row[i] for row in rows] for i in range(len(names)))
        return columns[0] if isinstance(name, str) else columns

    def set_weights(self, weights):
        """Give the optimizer's variables values.

        Args:
            weights: list of arrays in the order of `variables`.

        Raises:
            ValueError: if the optimizer is not built, or shapes differ.
        """
        if not self.built:
            raise ValueError(
                "set_weights() needs a built optimizer: call `optimizer.build(variables)` first."
            )
        for variable, weight in zip(self.variables, weights, strict=False):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Put the values of `variables` into a store, under their numbers."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store):
        """Take the values of `variables` from a store, or warn if it has another number of them."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"The saved state of the optimizer {self.name!r} is not loaded: "
                f"it has {len(store.keys())} variables, the optimizer {len(self.variables)}. "
                "Was it built, and for the same model?",
                stacklevel=2,
            )
            return
        for index, variable in enumerate(self.variables):
            variable.assign(store[str(index)])

    def _scalar_variable(self, name, value, dtype):
        start = initializers.Constant(value)
        return self.add_variable(
            (), start, dtype=dtype, aggregation="only_first_replica", name=name
        )

    def _track(self, variable):
        if "_variables" not in vars(self):
            raise RuntimeError(
                f"{type(self).__name__}.__init__() must call super().__init__() first."
            )
        if not any(variable is other for other in self._variables):
            self._variables.append(variable)

    def __setattr__(self, name, value):
        if isinstance(value, Variable):
            self._track(value)
        super().__setattr__(name, value)


def takes_gradient(variable):
    """Whether a variable's gradient is its new value, as in float8 training."""
    return getattr(variable, "overwrite_with_gradient", False)
