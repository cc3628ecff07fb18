"""`tf.compat.v1.variable_scope` and `get_variable`: variables by name, made once and used again.

The scope that is open is kept among the context's names.
"""

import enum
import functools
from collections import Counter

from estikeras import errors
from estikeras.compat import name_scopes, named_variables
from estikeras.compat.collections import GraphKeys, get_collection
from estikeras.engine import context
from estikeras.public import public


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = public("compat.v1.AUTO_REUSE")(_ReuseMode.AUTO_REUSE)


@public("compat.v1.VariableScope")
class VariableScope:
    """The defaults of `get_variable` below a name.

    Args:
        reuse: True to use variables again, `AUTO_REUSE` to make those that are not there, None or
            False to make all.
        name: full name of the scope.
        initializer: first values where none are given.
        regularizer: regularizer where none is given.
        custom_getters: functions that are called in place of `get_variable`, the outermost last.
        dtype: dtype where none is given.
        constraint: constraint where none is given.
    """

    def __init__(
        self,
        reuse,
        name="",
        initializer=None,
        regularizer=None,
        custom_getters=(),
        dtype="float32",
        constraint=None,
    ):
        self._reuse, self._name = reuse, name
        self._initializer, self._regularizer = initializer, regularizer
        self._custom_getters, self._dtype, self._constraint = custom_getters, dtype, constraint
        self._original_name_scope = ""

    @property
    def name(self):
        return self._name

    @property
    def original_name_scope(self):
        return self._original_name_scope

    @property
    def reuse(self):
        return self._reuse

    @property
    def initializer(self):
        return self._initializer

    @property
    def regularizer(self):
        return self._regularizer

    @property
    def custom_getters(self):
        return self._custom_getters

    @property
    def dtype(self):
        return self._dtype

    @property
    def constraint(self):
        return self._constraint

    def reuse_variables(self):
        """Use variables again from here on."""
        self._reuse = True

    def set_initializer(self, initializer):
        """Give first values where none are given."""
        self._initializer = initializer

    def set_regularizer(self, regularizer):
        """Give a regularizer where none is given."""
        self._regularizer = regularizer

    def set_dtype(self, dtype):
        """Give the dtype where none is given."""
        self._dtype = dtype

    def get_collection(self, name):
        """What is in a collection and has a name below this scope."""
        return get_collection(name, f"{self._name}/" if self._name else None)

    def global_variables(self):
        """The variables below this scope that checkpoints keep."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def trainable_variables(self):
        """The variables below this scope that optimizers train."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def get_variable(self, name, *args, **kwargs):
        """See `tf.compat.v1.get_variable`."""
        getter = functools.partial(named_variables.get, self)
        for custom in self._custom_getters:
            getter = functools.partial(custom, getter)
        return getter(f"{self._name}/{name}" if self._name else name, *args, **kwargs)


@public("compat.v1.get_variable_scope")
def get_variable_scope():
    """The scope that is open, a VariableScope."""
    for _, scope in reversed(context.current.names):
        if isinstance(scope, VariableScope):
            return scope
    store = named_variables.store()
    if store.root is None:
        store.root = VariableScope(None)
    return store.root


@public("compat.v1.variable_scope")
class variable_scope:
    """Open a scope for `get_variable`, as a context manager that gives the VariableScope.

    Args:
        name_or_scope: name below the scope that is open; a VariableScope to open again; None takes
            `default_name`.
        default_name: name that gets a number if it is taken, in place of None.
        values: of no consequence.
        initializer: first values where `get_variable` is given none.
        regularizer: regularizer where `get_variable` is given none.
        caching_device: of no consequence.
        partitioner: must be None.
        custom_getter: function that is called as `custom_getter(getter, name, ...)` in place of
            `get_variable`.
        reuse: True to use variables again, `AUTO_REUSE` to make those that are not there; None and
            False take it from the scope around this one.
        dtype: dtype where `get_variable` is given none.
        use_resource: of no consequence.
        constraint: constraint where `get_variable` is given none.
        auxiliary_name_scope: whether `tf.Variable`, too, has the name in front.

    Raises:
        ValueError: without a name.
    """

    def __init__(
        self,
        name_or_scope,
        default_name=None,
        values=None,
        initializer=None,
        regularizer=None,
        caching_device=None,
        partitioner=None,
        custom_getter=None,
        reuse=None,
        dtype=None,
        use_resource=None,
        constraint=None,
        auxiliary_name_scope=True,
    ):
        if name_or_scope is None and default_name is None:
            raise errors.invalid(
                "name_or_scope", got=None, expected="a name or a scope, or a `default_name`"
            )
        if not isinstance(name_or_scope, str | VariableScope | None):
            raise errors.wrong_type("name_or_scope", got=name_or_scope, expected="a name or scope")
        if name_or_scope is None and reuse:
            raise errors.invalid("reuse", got=reuse, expected="None, where no name is given")
        named_variables.no_partitioner(partitioner)
        self._name_or_scope, self._default_name = name_or_scope, default_name
        self._initializer, self._regularizer = initializer, regularizer
        self._custom_getter, self._reuse = custom_getter, reuse
        self._dtype, self._constraint = dtype, constraint
        self._auxiliary_name_scope = auxiliary_name_scope

    def __enter__(self):
        self._before, self._store = context.current.names, named_variables.store()
        self._opened_before = None
        outer = get_variable_scope()
        if isinstance(self._name_or_scope, VariableScope):
            like, name = self._name_or_scope, self._name_or_scope.name
            self._opened_before = Counter(self._store.opened)
            leaf = name.rpartition("/")[2]
        else:
            like = outer
            leaf = self._name_or_scope
            if leaf is None:
                leaf = _unique(self._default_name, outer.name, self._store)
            name = f"{outer.name}/{leaf}" if outer.name and leaf else leaf or outer.name
        self._store.opened[name] += 1
        self._scope = self._scope_like(like, name, outer)
        path = context.current.names
        if self._auxiliary_name_scope and leaf:
            parts = leaf.split("/")
            path = (*path, *((part, None) for part in parts[:-1]))
            with context.scope(names=path):
                path = (*path, (name_scopes.unique_leaf(parts[-1]), self._scope))
        else:
            path = (*path, ("", self._scope))
        context.current.names = path
        here = context.current_path()
        self._scope._original_name_scope = f"{here}/" if here else ""
        return self._scope

    def __exit__(self, *exception):
        context.current.names = self._before
        if self._opened_before is not None:
            self._store.opened = self._opened_before
            return
        for name in self._store.opened:
            if name.startswith(f"{self._scope.name}/"):
                self._store.opened[name] = 0

    def _scope_like(self, like, name, outer):
        def either(mine, other):
            return other if mine is None else mine

        own = () if self._custom_getter is None else (self._custom_getter,)
        return VariableScope(
            self._reuse or like.reuse,
            name,
            either(self._initializer, like.initializer),
            either(self._regularizer, like.regularizer),
            (*like.custom_getters, *own),
            either(self._dtype, like.dtype),
            either(self._constraint, like.constraint),
        )


def _unique(name, prefix, store):
    full = f"{prefix}/{name}" if prefix else name
    if not store.opened[full]:
        return name
    count = 1
    while store.opened[f"{full}_{count}"]:
        count += 1
    return f"{name}_{count}"


def finding_again(function):
    """The step of a loop, which TensorFlow calls once: all calls find the variables and scopes that
    the first one made.
    """
    opened = None

    @functools.wraps(function)
    def step(*args, **kwargs):
        nonlocal opened
        store, scope = named_variables.store(), get_variable_scope()
        if opened is None:
            opened = Counter(store.opened)
            return function(*args, **kwargs)
        kept, reuse = store.opened, scope._reuse
        store.opened, scope._reuse = Counter(opened), True
        try:
            return function(*args, **kwargs)
        finally:
            store.opened, scope._reuse = kept, reuse

    return step


@public("compat.v1.get_variable")
def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization="auto",
    aggregation="none",
):
    """The variable of a name in the scope that is open.

    Args:
        name: name below the scope.
        shape: sequence of int; may be left out if the initializer is a value.
        dtype: dtype; None takes the scope's, or that of the initial value.
        initializer: first value, or function of shape and dtype; None takes the scope's, else
            `glorot_uniform`, and zeros for integers.
        regularizer: function of the variable, whose value goes into the collection
            `REGULARIZATION_LOSSES`.
        trainable: whether optimizers train it; None stands for True.
        collections: names of collections that take it besides those that it is in by its kind.
        caching_device: of no consequence.
        partitioner: must be None.
        validate_shape: must be True.
        use_resource: of no consequence.
        custom_getter: function that is called as `custom_getter(getter, name, ...)`.
        constraint: function of the value that optimizers apply after each step.
        synchronization: as in `tf.Variable`.
        aggregation: as in `tf.Variable`.

    Raises:
        ValueError: if it is there and the scope does not say `reuse`; if it is to be used again and
            is not there, or has another shape or dtype.
    """
    named_variables.no_partitioner(partitioner)
    scope = get_variable_scope()
    getter = scope.get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, getter)
    return getter(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        validate_shape=validate_shape,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


@public("compat.v1.get_local_variable")
def get_local_variable(name, *args, **kwargs):
    """Like `get_variable`, of what no checkpoint keeps and no optimizer trains."""
    collections = [*(kwargs.pop("collections", None) or ()), GraphKeys.LOCAL_VARIABLES]
    kwargs["trainable"] = False
    return get_variable(name, *args, collections=collections, **kwargs)
