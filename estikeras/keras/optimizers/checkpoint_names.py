"""What the state of an optimizer is called in checkpoints of TensorFlow 2.15's Estimators, whose
optimizers are those of Keras 2.

There, what is kept for a trained variable is a slot of it, `m`, and all numbers of the optimizer
are values too. The classes of optimizers say which of their attributes these are; how they are
written and read is known by `train`.
"""

from estikeras.engine import naming
from estikeras.engine.variable import Variable


class NamedInCheckpoints:
    """The part of `Optimizer` that gives its state by Keras 2's names."""

    # Pairs of a slot's name there, and the attribute with a variable for each trained one.
    legacy_slots = ()
    # Pairs of the name of one value there, and an attribute, or the number that stands there.
    # Without any, Keras 2 has no such optimizer.
    legacy_scalars = ()
    _outer_scope = ""

    def checkpoint_slots(self):
        """What is kept for each trained variable, once the optimizer is built.

        Returns:
            A dict from a slot's name to a list of pairs of a trained variable and what is kept.
        """
        found = {}
        for slot, attribute in self.legacy_slots:
            if own := getattr(self, attribute, None):
                pairs = zip(self._trainable_variables, own, strict=True)
                found[slot] = [(variable, kept) for variable, kept in pairs if kept is not None]
        return found

    def checkpoint_scalars(self):
        """What is kept once.

        Returns:
            A dict from a name to a Variable, or to a number where the value is part of the
            program.
        """
        if not self.legacy_scalars:
            return {}
        found = {"iter": self._iterations}
        if isinstance(self._learning_rate, Variable):
            found["learning_rate"] = self._learning_rate
        for name, what in self.legacy_scalars:
            value = getattr(self, what, None) if isinstance(what, str) else what
            if value is not None:
                found[name] = value
        return found

    def checkpoint_names(self, scope=None, without=()):
        """The names of the state in a checkpoint that goes by names.

        What Keras 2 does not know, such as averages of the weights, goes by its own path.

        Args:
            scope: str, what stands before the names, by default `checkpoint_scope`.
            without: variables that have names already, such as the global step that counts the
                optimizer's steps.

        Returns:
            A dict from a name to a Variable, or to a number where the value is part of the
            program.
        """
        scope = self.checkpoint_scope if scope is None else scope
        named = {f"{scope}/{name}": value for name, value in self.checkpoint_scalars().items()}
        for slot, pairs in self.checkpoint_slots().items():
            named |= {f"{scope}/{variable.path}/{slot}": kept for variable, kept in pairs}
        known = {_identity(value) for value in named.values()}
        named |= {v.path: v for v in self.variables if _identity(v) not in known}
        left_out = {_identity(variable) for variable in without}
        return {name: value for name, value in named.items() if _identity(value) not in left_out}

    @property
    def checkpoint_scope(self):
        """The optimizer's name in the name scope where it was built; in place of a name that came
        by itself its class's, as in Keras 2.
        """
        own = type(self).__name__
        name, _, number = self.name.rpartition("_")
        automatic = naming.to_snake_case(own)
        is_automatic = automatic in (self.name, name if number.isdigit() else None)
        return "/".join(filter(None, (self._outer_scope, own if is_automatic else self.name)))


def _identity(value):
    """Equal for the objects of one variable: each trace of a model function has its own."""
    return value.identity if isinstance(value, Variable) else id(value)
