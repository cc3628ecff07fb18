"""Variables by their full names: made once in a graph, and used again.

What was made is kept in the collections of the graph of a model function. Elsewhere nothing is
kept, and no variable can be used again.
"""

import inspect
from collections import Counter

from estikeras import errors
from estikeras.compat import initializers
from estikeras.compat.collections import GraphKeys, add_to_collection
from estikeras.compat.variables import Variable
from estikeras.engine import context, dtypes
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import as_tensor

_STORE = ("__variable_store",)


class Store:
    """What a graph knows of variables by name.

    Attributes:
        variables: dict from full name to Variable.
        opened: how often each scope was opened.
        root: the outermost VariableScope, or None before it was asked for.
    """

    def __init__(self):
        self.variables, self.opened, self.root = {}, Counter(), None


def store():
    """The Store of the graph that is being traced; elsewhere a new one."""
    graph = session_graph()
    if graph is None:
        return Store()
    kept = graph.collections[_STORE]
    if not kept:
        kept.append(Store())
    return kept[0]


def no_partitioner(partitioner):
    """Refuse to cut variables."""
    if partitioner is not None:
        raise errors.unsupported("`partitioner`", "Leave it out: variables are never cut.")


def get(
    scope,
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    validate_shape=True,
    constraint=None,
    synchronization="auto",
    aggregation="none",
    caching_device=None,
    partitioner=None,
    use_resource=None,
):
    """The variable of a full name, with the defaults of a scope; see `get_variable`."""
    no_partitioner(partitioner)
    known = store().variables
    if name in known:
        return _used_again(known[name], shape, dtype, scope)
    if scope.reuse is True:
        raise ValueError(
            f"Variable {name} does not exist, or was not created with tf.get_variable(). Did you "
            "mean to set reuse=tf.AUTO_REUSE in VarScope?"
        )
    initializer = scope.initializer if initializer is None else initializer
    is_value = not callable(initializer) and initializer is not None
    if dtype is None and not is_value:
        dtype = scope.dtype
    if initializer is None:
        initializer = _default_initializer(dtype)
    initializer = initializer() if isinstance(initializer, type) else initializer
    if is_value:
        initializer = as_tensor(initializer)
    elif shape is not None:
        initializer = _called_with_lists(initializer)
    elif any(p.default is p.empty for p in inspect.signature(initializer).parameters.values()):
        raise errors.invalid("shape", got=None, expected=f"the shape of the new variable {name!r}")
    prefix, _, leaf = name.rpartition("/")
    with context.scope(names=((prefix, None),) if prefix else ()):
        made = Variable(
            initializer,
            trainable,
            collections,
            validate_shape,
            name=leaf,
            dtype=dtype,
            constraint=scope.constraint if constraint is None else constraint,
            synchronization=synchronization,
            aggregation=aggregation,
            shape=_sizes(initializer.shape if is_value else shape),
        )
    known[name] = made
    regularizer = scope.regularizer if regularizer is None else regularizer
    if regularizer is not None:
        loss = regularizer(made)
        if loss is not None:
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
    return made


def _called_with_lists(initializer):
    """An initializer, called by a list as in TensorFlow 1, with `partition_info` if asked for."""
    known = inspect.signature(initializer).parameters
    whole = {"partition_info": None} if "partition_info" in known else {}
    return lambda shape, dtype: initializer(list(shape), dtype=dtype, **whole)


def _sizes(shape):
    if shape is None:
        return None
    return (int(shape),) if isinstance(shape, int) else tuple(int(size) for size in shape)


def _default_initializer(dtype):
    name = dtypes.standardize(dtype)
    return initializers.GlorotUniform() if dtypes.is_float(name) else initializers.Zeros()


def _used_again(variable, shape, dtype, scope):
    if not scope.reuse:
        raise ValueError(
            f"Variable {variable.path} already exists, disallowed. Did you mean to set reuse=True "
            "or reuse=tf.AUTO_REUSE in VarScope?"
        )
    if shape is not None and _sizes(shape) != variable.shape:
        raise ValueError(
            f"Trying to share variable {variable.path}, but specified shape {_sizes(shape)} and "
            f"found shape {variable.shape}."
        )
    if dtype is not None and dtypes.standardize(dtype) != variable.dtype:
        raise ValueError(
            f"Trying to share variable {variable.path}, but specified dtype "
            f"{dtypes.standardize(dtype)} and found dtype {variable.dtype}."
        )
    return variable
