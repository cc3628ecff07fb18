"""Changes of some rows of variables."""

from estikeras import ops
from estikeras.compat.variables import change_to
from estikeras.engine.tensor import as_tensor
from estikeras.ops import tf_indexing
from estikeras.public import public


def _rows(function):
    """A function that changes the rows at given numbers."""

    def scatter(ref, indices, updates, use_locking=False, name=None):
        indices = as_tensor(indices)
        shape = (*indices.shape, *ref.shape[1:])
        updates = ops.broadcast_to(ops.cast(updates, ref.dtype), shape)
        value = function(ref.value, ops.expand_dims(indices, -1), updates)
        return change_to(ref, value, name)

    return scatter


def _elements(function):
    """A function that changes what is at given places."""

    def scatter(ref, indices, updates, use_locking=False, name=None):
        return change_to(ref, function(ref.value, as_tensor(indices), as_tensor(updates)), name)

    return scatter


def _named(function, name, text):
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{text}; in a model function, the operation that does so."
    return function


scatter_update = public("compat.v1.scatter_update")(
    _named(
        _rows(tf_indexing.tensor_scatter_nd_update),
        "scatter_update",
        "Set the rows of a variable at given numbers",
    )
)
scatter_add = public("compat.v1.scatter_add")(
    _named(
        _rows(tf_indexing.tensor_scatter_nd_add),
        "scatter_add",
        "Add to the rows of a variable at given numbers",
    )
)
scatter_sub = public("compat.v1.scatter_sub")(
    _named(
        _rows(tf_indexing.tensor_scatter_nd_sub),
        "scatter_sub",
        "Subtract from the rows of a variable at given numbers",
    )
)
scatter_nd_update = public("compat.v1.scatter_nd_update")(
    _named(
        _elements(tf_indexing.tensor_scatter_nd_update),
        "scatter_nd_update",
        "Set what is in a variable at given places",
    )
)
scatter_nd_add = public("compat.v1.scatter_nd_add")(
    _named(
        _elements(tf_indexing.tensor_scatter_nd_add),
        "scatter_nd_add",
        "Add to what is in a variable at given places",
    )
)
scatter_nd_sub = public("compat.v1.scatter_nd_sub")(
    _named(
        _elements(tf_indexing.tensor_scatter_nd_sub),
        "scatter_nd_sub",
        "Subtract from what is in a variable at given places",
    )
)
