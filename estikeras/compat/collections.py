"""What a model function's graph keeps under names: losses, updates, summaries, variables.

Collections belong to the graph that is being traced, or that a hook is shown. Without one nothing
is collected, as in eager TensorFlow.
"""

import re

from estikeras.engine import context
from estikeras.engine.session_graph import default_graph
from estikeras.public import public


@public("compat.v1.GraphKeys")
class GraphKeys:
    """The names of the collections that TensorFlow uses itself."""

    GLOBAL_VARIABLES = "variables"
    LOCAL_VARIABLES = "local_variables"
    METRIC_VARIABLES = "metric_variables"
    MODEL_VARIABLES = "model_variables"
    TRAINABLE_VARIABLES = "trainable_variables"
    MOVING_AVERAGE_VARIABLES = "moving_average_variables"
    SUMMARIES = "summaries"
    QUEUE_RUNNERS = "queue_runners"
    TABLE_INITIALIZERS = "table_initializer"
    ASSET_FILEPATHS = "asset_filepaths"
    SUMMARY_OP = "summary_op"
    GLOBAL_STEP = "global_step"
    TRAIN_OP = "train_op"
    INIT_OP = "init_op"
    LOCAL_INIT_OP = "local_init_op"
    READY_OP = "ready_op"
    SAVEABLE_OBJECTS = "saveable_objects"
    SAVERS = "savers"
    WEIGHTS = "weights"
    BIASES = "biases"
    ACTIVATIONS = "activations"
    UPDATE_OPS = "update_ops"
    LOSSES = "losses"
    REGULARIZATION_LOSSES = "regularization_losses"


def made_variables():
    """The variables that the present trace of a model function has made, in order, as two lists:
    those that checkpoints keep, and the local ones.
    """
    store, shown = context.current.variables, context.current.shown
    if store is None and shown is not None:
        store = shown.store
    made = [] if store is None else store.made
    return (
        [variable for variable in made if variable.path not in store.local],
        [variable for variable in made if variable.path in store.local],
    )


def _items(key):
    """What is in a collection; those of variables need nobody to put them there."""
    graph = default_graph()
    if graph is None:
        return []
    put = list(graph.collections.get(key, ()))
    kept, local = made_variables()
    if key == GraphKeys.GLOBAL_VARIABLES:
        found = kept
    elif key == GraphKeys.LOCAL_VARIABLES:
        found = local
    elif key == GraphKeys.TRAINABLE_VARIABLES:
        found = [variable for variable in kept if variable.trainable]
    else:
        return put
    ids = {id(variable) for variable in found}
    return [*found, *(item for item in put if id(item) not in ids)]


def _name(item, graph):
    """The name by which scopes choose: a variable's path, what a tensor was called."""
    own = getattr(item, "path", None) or getattr(item, "name", None)
    if own is not None:
        return own
    return next((name for name, thing in graph.named.items() if thing is item), None)


@public("compat.v1.get_collection")
def get_collection(key, scope=None):
    """A list of what is in a collection.

    Args:
        key: name of the collection, see `GraphKeys`.
        scope: regular expression that the beginnings of names must match; None takes all. What has
            no name is left out then.

    Returns:
        A new list, empty outside of model functions.
    """
    found = _items(key)
    if scope is None:
        return found
    graph, pattern = default_graph(), re.compile(scope)
    return [
        item for item in found if pattern.match(_name(item, graph) or "") and _name(item, graph)
    ]


@public("compat.v1.get_collection_ref")
def get_collection_ref(key):
    """The list in which a collection is kept, to be changed."""
    graph = default_graph()
    return [] if graph is None else graph.collections[key]


@public("compat.v1.add_to_collection")
def add_to_collection(name, value):
    """Put something into a collection of the graph of a model function.

    Args:
        name: name of the collection, see `GraphKeys`.
        value: any object.
    """
    graph = default_graph()
    if graph is not None:
        graph.collections[name].append(value)


@public("compat.v1.add_to_collections")
def add_to_collections(names, value):
    """Put something into several collections.

    Args:
        names: name, or several; None for none.
        value: any object.
    """
    names = [names] if isinstance(names, str) else names or ()
    for name in dict.fromkeys(names):
        add_to_collection(name, value)


@public("compat.v1.global_variables", "compat.v1.all_variables")
def global_variables(scope=None):
    """The variables of the model function that checkpoints keep.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


@public("compat.v1.local_variables")
def local_variables(scope=None):
    """The variables of the model function that no checkpoint keeps, such as those of metrics.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


@public("compat.v1.trainable_variables")
def trainable_variables(scope=None):
    """The variables of the model function that optimizers train.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


@public("compat.v1.model_variables")
def model_variables(scope=None):
    """What was put into the collection `MODEL_VARIABLES`.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


@public("compat.v1.moving_average_variables")
def moving_average_variables(scope=None):
    """The variables of which an `ExponentialMovingAverage` keeps averages.

    Args:
        scope: regular expression for the beginnings of their names; None takes all.
    """
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)
