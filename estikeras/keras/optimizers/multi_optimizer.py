"""Different optimizers for different variables: a map from paths to optimizers, and the optimizer
that asks it.
"""

import re
from collections.abc import MutableMapping

from estikeras import errors
from estikeras.keras.optimizers.base import Optimizer
from estikeras.keras.optimizers.loss_scale_optimizer import LossScaleOptimizer
from estikeras.keras.optimizers.replicas import combined_gradients
from estikeras.keras.saving.deserialize import deserialize_keras_object
from estikeras.keras.saving.serialize import serialize_keras_object
from estikeras.public import public


@public("keras.optimizers.OptimizerMap")
class OptimizerMap(MutableMapping):
    """Optimizers by paths of variables: an equal key, else the one regular expression that fits all
    of the path.

    Args:
        default_optimizer: the optimizer for other paths.
        optimizer_map: dict from paths or regular expressions to optimizers, or None.

    Raises:
        TypeError: for what is no optimizer or no dict.
    """

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, Optimizer):
            raise errors.wrong_type(
                "default_optimizer", got=default_optimizer, expected="a Keras optimizer"
            )
        if optimizer_map is not None and not isinstance(optimizer_map, dict):
            raise errors.wrong_type("optimizer_map", got=optimizer_map, expected="a dict")
        self._default_optimizer = default_optimizer
        self._optimizer_map = optimizer_map or {}

    @property
    def default_optimizer(self):
        """The optimizer for paths that no key fits."""
        return self._default_optimizer

    def __getitem__(self, key):
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        fitting = [pattern for pattern in self._optimizer_map if re.fullmatch(pattern, key)]
        if len(fitting) > 1:
            raise ValueError(
                f"Several optimizers are for the variable {key!r}: those of {fitting}."
            )
        return self._optimizer_map[fitting[0]] if fitting else self.default_optimizer

    def __setitem__(self, key, optimizer):
        if not isinstance(key, str) or key in self._optimizer_map:
            raise errors.invalid("key", got=key, expected="a string that is not in the map yet")
        _check_inner(optimizer)
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key):
        del self._optimizer_map[key]

    def __len__(self):
        return len(self._optimizer_map)

    def __iter__(self):
        return iter(self._optimizer_map)

    def __call__(self, variable):
        """The optimizer for a variable."""
        return self[variable.path]

    def get_config(self):
        """The arguments that make an equal map."""
        return {
            "default_optimizer": serialize_keras_object(self._default_optimizer),
            "optimizer_map": serialize_keras_object(self._optimizer_map),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """A map from what `get_config` gave."""
        return cls(
            deserialize_keras_object(config["default_optimizer"], custom_objects=custom_objects),
            deserialize_keras_object(config["optimizer_map"], custom_objects=custom_objects),
        )


@public("keras.optimizers.MultiOptimizer")
class MultiOptimizer(Optimizer):
    """Leaves each variable to the optimizer that a map, or a function of the variable, names for
    it.

    Args:
        optimizer_map: an `OptimizerMap`, or a function from a variable to an optimizer.
        loss_scale_factor: factor of the loss, for all optimizers.
        name: name of the optimizer.
    """

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        self._inner_optimizers = []
        super().__init__(learning_rate=0.0, loss_scale_factor=loss_scale_factor, name=name)
        self._optimizer_map = optimizer_map
        if isinstance(optimizer_map, OptimizerMap):
            for optimizer in (
                *optimizer_map._optimizer_map.values(),
                optimizer_map.default_optimizer,
            ):
                self._index_of(optimizer)

    def _index_of(self, optimizer):
        for index, known in enumerate(self._inner_optimizers):
            if known is optimizer:
                return index
        _check_inner(optimizer)
        optimizer.loss_scale_factor = self.loss_scale_factor
        self._inner_optimizers.append(optimizer)
        return len(self._inner_optimizers) - 1

    def build(self, variables):
        """Build each optimizer for its variables."""
        if self.built:
            return
        super().build(variables)
        self._index_of_variable = {
            v: self._index_of(self._optimizer_map(v)) for v in self._trainable_variables
        }
        for optimizer, own in self._split(self._trainable_variables, self._trainable_variables):
            optimizer.build(own)

    def _split(self, variables, items):
        """Pairs of optimizer and its part of `items`, which go along with `variables`; without
        empty parts.
        """
        parts = [[] for _ in self._inner_optimizers]
        for variable, item in zip(variables, items, strict=True):
            parts[self._index_of_variable[variable]].append(item)
        return [(o, part) for o, part in zip(self._inner_optimizers, parts, strict=True) if part]

    def apply(self, grads, trainable_variables=None):
        """Do one step of each optimizer.

        Args:
            grads: list of gradients.
            trainable_variables: the variables, in the same order; by default those that the
                optimizer was built for.
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._variables_of(grads, trainable_variables)
        with combined_gradients(self, grads, variables) as (grads, variables):
            for optimizer, pairs in self._split(
                variables, list(zip(grads, variables, strict=True))
            ):
                optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
            self._iterations.assign_add(1)

    def finalize_variable_values(self, var_list):
        """Give variables the averages that their optimizers keep, if any."""
        variables = list(var_list)
        for optimizer, own in self._split(variables, variables):
            optimizer.finalize_variable_values(own)

    @property
    def optimizers(self):
        """The optimizers that do the steps."""
        return self._inner_optimizers

    @property
    def variables(self):
        """This optimizer's variables, then those of the others."""
        return [
            *self._variables,
            *(v for optimizer in self._inner_optimizers for v in optimizer.variables),
        ]

    @property
    def iterations(self):
        """How many steps were done."""
        return self._iterations

    @property
    def learning_rate(self):
        """Each optimizer has its own; asking here raises an AttributeError."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate. Each of its `optimizers` has its own."
        )

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError(
            "A MultiOptimizer has no learning rate. Set that of each of its `optimizers`."
        )

    @property
    def loss_scale_factor(self):
        """Factor of the loss, for all optimizers. It can be set."""
        return self._loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in self._inner_optimizers:
            optimizer.loss_scale_factor = value

    def get_config(self):
        """The arguments that make an equal optimizer."""
        return {
            "optimizer_map": serialize_keras_object(self._optimizer_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """An optimizer from what `get_config` gave.

        Args:
            config: the dict.
            custom_objects: dict from names to the user's own classes and functions.
        """
        inner = deserialize_keras_object(config["optimizer_map"], custom_objects=custom_objects)
        return cls(**{**config, "optimizer_map": inner})


def _check_inner(optimizer):
    if not isinstance(optimizer, Optimizer) or isinstance(
        optimizer, LossScaleOptimizer | MultiOptimizer
    ):
        raise errors.invalid(
            "optimizer", got=optimizer, expected="a Keras optimizer that does its steps itself"
        )
