"""The variables of a model function by their names, so that tracing it again finds the same ones.

A model function makes its variables each time it runs. For a batch of another size it runs again,
and what it makes then under a name that is known is the variable that it made before.
"""

import contextlib
from collections import Counter

from estikeras import errors
from estikeras.engine import context, naming


class VariableStore:
    """What one model function made.

    Attributes:
        variables: dict from unique path to Variable, in the order in which they were made.
        local: paths of those that no checkpoint keeps, such as what metrics sum up.
        seed_generator: what random tensors without a seed draw from, or None before they do.
        spare: paths of those that a checkpoint may lack, such as what optimizers have that are made
            and take no step.
        made: the Variables that the present trace made, in order.
        initialized: paths of those that got their first values from elsewhere, which happens once.
    """

    def __init__(self):
        self.variables, self.local, self.spare, self.made = {}, set(), set(), []
        self.initialized, self.seed_generator = set(), None
        self._seen = Counter()
        self._marks_local = False

    @contextlib.contextmanager
    def tracing(self):
        """Names begin anew inside, and variables of known names are found again."""
        self._seen.clear()
        self.made = []
        with naming.fresh_names(), context.scope(variables=self, names=()):
            yield self

    def reopened(self):
        """A `with` block in which more is made, under names that the last trace has not used."""
        return context.scope(variables=self, names=())

    @contextlib.contextmanager
    def making_local(self):
        """What is made inside belongs to no checkpoint."""
        before, self._marks_local = self._marks_local, True
        try:
            yield
        finally:
            self._marks_local = before

    def unique(self, path):
        """The path, or `path_1`, `path_2`, ... when it was used in this trace."""
        count = self._seen[path]
        self._seen[path] += 1
        if not count:
            return path
        return self.unique(f"{path}_{count}")

    def has_made(self, path):
        """Whether this trace has made a variable of a path."""
        return path in self._seen

    def find(self, path, shape):
        """The variable of a unique path that an earlier trace made, or None.

        Raises:
            ValueError: when it has another shape.
        """
        known = self.variables.get(path)
        if known is not None and shape is not None and tuple(shape) != known.shape:
            raise errors.shape_mismatch(
                path,
                got=tuple(shape),
                expected=known.shape,
                hint="The model function made it for an earlier batch. Shapes of variables must "
                "not depend on the batch.",
            )
        return known

    def add(self, path, variable):
        """Keep a variable that was made."""
        self.variables[path] = variable
        if self._marks_local:
            self.local.add(path)

    def remove(self, variable):
        """Do not keep a variable that something else stands for."""
        self.variables.pop(variable.path, None)

    def saved(self):
        """What checkpoints keep, as a dict from path to Variable."""
        return {path: v for path, v in self.variables.items() if path not in self.local}


def local_variables():
    """A `with` block whose variables belong to no checkpoint, in a model function."""
    store = context.current.variables
    return contextlib.nullcontext() if store is None else store.making_local()
