"""The default graph as TensorFlow 1 shows it, and what is fed into it by hand."""

import contextlib

from estikeras import errors
from estikeras.compat import collections
from estikeras.compat.name_scopes import name_scope
from estikeras.engine import context, dtypes
from estikeras.engine.actions import Action
from estikeras.engine.operation import KerasTensor
from estikeras.engine.session_graph import default_graph, session_graph
from estikeras.engine.tensor import TracedTensor, as_tensor
from estikeras.public import public


@public("Graph", "compat.v1.Graph")
class Graph:
    """The graph of the model function that is running, or that a hook is shown; elsewhere, an empty
    graph.

    A model function gets a graph of its own, so that none has to be made.
    """

    _session = None

    @classmethod
    def of(cls, session):
        """The graph of a session.

        Args:
            session: what has the SessionGraph `traced` and the VariableStore `store`.
        """
        graph = cls()
        graph._session = session
        return graph

    def as_default(self):
        """A `with` block in which things are looked up in this graph."""
        return self._shown()

    @contextlib.contextmanager
    def _shown(self):
        with context.scope(shown=self._session or context.current.shown):
            yield self

    def finalize(self):
        """Nothing: graphs change no more when the model function has returned."""

    def device(self, device_name_or_function):
        """A `with` block without consequence: all work is done by CPUs."""
        return contextlib.nullcontext()

    def control_dependencies(self, control_inputs):
        """See `tf.control_dependencies`."""
        graph = session_graph()
        return contextlib.nullcontext() if graph is None else graph.requiring(control_inputs or ())

    def name_scope(self, name):
        """See `tf.compat.v1.name_scope`."""
        return name_scope(name or "")

    def get_name_scope(self):
        """The path of the name scopes that are open."""
        return context.current_path()

    def get_collection(self, name, scope=None):
        """See `tf.compat.v1.get_collection`."""
        with self._shown():
            return collections.get_collection(name, scope)

    def get_collection_ref(self, name):
        """See `tf.compat.v1.get_collection_ref`."""
        with self._shown():
            return collections.get_collection_ref(name)

    def add_to_collection(self, name, value):
        """See `tf.compat.v1.add_to_collection`."""
        with self._shown():
            collections.add_to_collection(name, value)

    def add_to_collections(self, names, value):
        """See `tf.compat.v1.add_to_collections`."""
        with self._shown():
            collections.add_to_collections(names, value)

    def get_all_collection_keys(self):
        """The names of the collections in which there is something."""
        with self._shown():
            graph = default_graph()
        kept = {} if graph is None else graph.collections
        return [name for name, items in kept.items() if isinstance(name, str) and items]

    def clear_collection(self, name):
        """Take everything out of a collection."""
        self.get_collection_ref(name).clear()

    def get_tensor_by_name(self, name):
        """The tensor of a name such as `"loss:0"`.

        Raises:
            KeyError: if there is none, with the names that there are.
        """
        return as_tensor(self._named(name))

    def get_operation_by_name(self, name):
        """The operation of a name, or the tensor that it gives.

        Raises:
            KeyError: if there is none, with the names that there are.
        """
        return self._named(name)

    def as_graph_element(self, obj, allow_tensor=True, allow_operation=True):
        """The tensor or operation that is meant by itself or by its name."""
        if isinstance(obj, TracedTensor | Action):
            return obj
        return self._named(obj) if isinstance(obj, str) else as_tensor(obj)

    def _named(self, name):
        with self._shown():
            graph = default_graph()
        if graph is None:
            raise KeyError(f"The name {name!r} refers to nothing: no model function is running.")
        return graph.find(name)


@public("compat.v1.get_default_graph")
def get_default_graph():
    """The graph of the model function that is running, or that a hook is shown."""
    return Graph()


@public("compat.v1.placeholder")
def placeholder(dtype, shape=None, name=None):
    """A tensor that is fed by hand, in a model function or a serving input function. Elsewhere it
    tells of a shape and a dtype, as `tf.estimator.export.build_raw_serving_input_receiver_fn` asks.

    Args:
        dtype: dtype of what is fed.
        shape: sequence of int or None, where a size may differ.
        name: name by which it is fed.

    Returns:
        A tensor of the graph, elsewhere a KerasTensor.
    """
    if shape is None:
        raise errors.invalid(
            "shape", got=None, expected="the number of axes, such as [None] for a batch of strings"
        )
    graph = session_graph()
    if graph is None:
        return KerasTensor(tuple(shape), dtype, name=name)
    made = graph.add_placeholder(tuple(shape), dtypes.standardize(dtype))
    graph.note(made, context.scoped_name(name or "Placeholder"))
    return made


@public("compat.v1.placeholder_with_default")
def placeholder_with_default(input, shape, name=None):
    """A tensor that has a value where none is fed.

    Args:
        input: the value.
        shape: its shape, with None for sizes that may differ.
        name: name by which it is fed.

    Returns:
        In a model function a placeholder, elsewhere the value.
    """
    value = as_tensor(input)
    value.set_shape(shape)
    graph = session_graph()
    if graph is None:
        return value
    made = graph.add_placeholder(tuple(value.shape), value.dtype, value)
    graph.note(made, name or "PlaceholderWithDefault")
    return made


@public("compat.v1.reset_default_graph")
def reset_default_graph():
    """Nothing: each model function has a graph of its own."""


@public("compat.v1.disable_eager_execution")
def disable_eager_execution():
    """Nothing: model functions are traced in any case, and all else runs at once."""


@public("compat.v1.enable_eager_execution")
def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Nothing: what is outside of model functions runs at once.

    Args:
        config: of no consequence.
        device_policy: of no consequence.
        execution_mode: of no consequence.
    """


@public("compat.v1.disable_v2_behavior", "compat.v1.enable_v2_behavior")
def disable_v2_behavior():
    """Nothing: there is one behavior, in which shapes are tuples of int and tensors are compared
    element by element.
    """


@public("compat.v1.disable_resource_variables", "compat.v1.enable_resource_variables")
def enable_resource_variables():
    """Nothing: variables are of one kind."""


@public("compat.v1.disable_control_flow_v2", "compat.v1.enable_control_flow_v2")
def enable_control_flow_v2():
    """Nothing: control flow is of one kind."""


@public("compat.v1.disable_tensor_equality", "compat.v1.enable_tensor_equality")
def enable_tensor_equality():
    """Nothing: tensors are compared element by element."""


@public("compat.v1.resource_variables_enabled", "compat.v1.control_flow_v2_enabled")
def resource_variables_enabled():
    """True."""
    return True


@public("compat.v1.executing_eagerly_outside_functions")
def executing_eagerly_outside_functions():
    """Whether what is outside of functions runs at once: everywhere but in model functions."""
    return session_graph() is None


@public("compat.v1.disable_v2_tensorshape", "compat.v1.enable_v2_tensorshape")
def enable_v2_tensorshape():
    """Nothing: sizes are ints."""
