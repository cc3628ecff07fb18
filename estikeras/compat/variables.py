"""Variables of TensorFlow 1: `tf.Variable` with its old arguments, and functions that change
variables when they are run.
"""

import contextlib

from estikeras import errors
from estikeras.compat.collections import GraphKeys, add_to_collections
from estikeras.engine import context, variable, variable_store
from estikeras.engine.actions import Action
from estikeras.engine.session_graph import action, session_graph
from estikeras.engine.shapes import TensorShape
from estikeras.engine.tensor import NamedOp, as_tensor
from estikeras.ops import tf_arrays, tf_control
from estikeras.public import public

_KNOWN = (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
)


@public("compat.v1.Variable")
class Variable(variable.Variable):
    """State of a model function, kept in checkpoints under its name.

    In a model function, `assign` and its kin give an operation that changes the variable when it
    is run; elsewhere they change it at once.

    Args:
        initial_value: tensor, array or number, or a function that gives one.
        trainable: whether optimizers train it; None stands for True.
        collections: names of collections; `LOCAL_VARIABLES` keeps it out of checkpoints.
        validate_shape: must be True.
        caching_device: of no consequence.
        name: name, which gets a number if it is taken.
        variable_def: must be None.
        dtype: dtype of the value.
        expected_shape: must be None.
        import_scope: must be None.
        constraint: function of the value that optimizers apply after each step.
        use_resource: of no consequence.
        synchronization: as in `tf.Variable`.
        aggregation: as in `tf.Variable`.
        shape: shape of the value.
    """

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        use_resource=None,
        synchronization="auto",
        aggregation="none",
        shape=None,
    ):
        if initial_value is None:
            raise errors.invalid("initial_value", got=None, expected="a value or a function")
        if not validate_shape:
            raise errors.unsupported(
                "A variable of unknown shape (`validate_shape=False`)", "Give it its shape."
            )
        given = {
            "variable_def": variable_def,
            "expected_shape": expected_shape,
            "import_scope": import_scope,
        }
        for argument, value in given.items():
            if value is not None:
                raise errors.unsupported(f"`{argument}`", "Leave it out.")
        if callable(initial_value) and shape is None:
            with context.init_scope():
                initial_value = initial_value()
        name = name or "Variable"
        scope, _, leaf = name.rpartition("/")
        inside = context.name_scope(scope) if scope else contextlib.nullcontext()
        local = GraphKeys.LOCAL_VARIABLES in (collections or ())
        keep = variable_store.local_variables() if local else contextlib.nullcontext()
        with inside, keep:
            super().__init__(
                initial_value,
                shape=None if shape is None else tuple(shape),
                dtype=dtype,
                trainable=not local if trainable is None else trainable,
                autocast=False,
                aggregation=aggregation,
                synchronization=synchronization,
                name=leaf,
            )
        self.constraint = constraint
        add_to_collections([c for c in collections or () if c not in _KNOWN], self)

    @property
    def name(self):
        """The full name, with `:0` at its end."""
        return f"{self.path}:0"

    @property
    def op(self):
        """An object whose `name` is the full name, without `:0`."""
        return NamedOp(self.path)

    def initialized_value(self):
        """The value."""
        return self.value

    @property
    def initializer(self):
        """An operation that does nothing: the variable has its first value when it is made."""
        return _nothing(f"{self.path}/Assign")

    def load(self, value, session=None):
        """Set the value at once, also while a model function is traced.

        Args:
            value: array or number.
            session: of no consequence: the variable has one value for all.
        """
        with context.init_scope():
            super().assign(value)

    @property
    def shape(self):
        """The shape as a TensorShape."""
        return TensorShape(self._shape)

    def get_shape(self):
        """The shape as a TensorShape."""
        return self.shape

    def eval(self, session=None):
        """The value as a NumPy array."""
        return self.numpy()

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Set the value."""
        return self._change(super().assign, value, name or "Assign")

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Add to the value."""
        return self._change(super().assign_add, delta, name or "AssignAdd")

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtract from the value."""
        return self._change(super().assign_sub, delta, name or "AssignSub")

    def _change(self, change, value, name):
        graph = session_graph()
        if graph is None or graph.acting:
            change(value)
            return self
        return changed(self, change, value, name)


def changed(state, change, value, name):
    """The operation that changes a variable by `change(value)`; its value is the new one."""
    value = value.result if isinstance(value, Action) else value
    with action(context.scoped_name(name), state) as made:
        change(value)
        made.result = state.value
    return made


def change_to(ref, value, name=None):
    """Set a variable; in a model function, the operation that does so."""
    return _assign(ref, "assign", value, name)


def _assign(ref, method, value, name):
    if not isinstance(ref, variable.Variable):
        raise errors.wrong_type("ref", got=ref, expected="a variable")
    change = getattr(super(Variable, ref) if isinstance(ref, Variable) else ref, method)
    graph = session_graph()
    if graph is None or graph.acting:
        change(value)
        return ref.value
    return changed(ref, change, value, name or method)


@public("compat.v1.assign")
def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Set a variable; in a model function, the operation that does so.

    Args:
        ref: the variable.
        value: tensor of its shape.
        validate_shape: must not be False.
        use_locking: of no consequence.
        name: name of the operation.
    """
    if validate_shape is False:
        raise errors.unsupported("A new shape (`validate_shape=False`)", "Make a new variable.")
    return change_to(ref, value, name)


@public("compat.v1.assign_add")
def assign_add(ref, value, use_locking=None, name=None):
    """Add to a variable; in a model function, the operation that does so."""
    return _assign(ref, "assign_add", value, name)


@public("compat.v1.assign_sub")
def assign_sub(ref, value, use_locking=None, name=None):
    """Subtract from a variable; in a model function, the operation that does so."""
    return _assign(ref, "assign_sub", value, name)


def _nothing(name):
    return tf_control.no_op(name)


@public("compat.v1.global_variables_initializer", "compat.v1.initialize_all_variables")
def global_variables_initializer():
    """An operation that does nothing: variables have their first values when they are made."""
    return _nothing("init")


@public("compat.v1.local_variables_initializer", "compat.v1.initialize_local_variables")
def local_variables_initializer():
    """An operation that does nothing: variables have their first values when they are made."""
    return _nothing("init_local")


@public("compat.v1.tables_initializer", "compat.v1.initialize_all_tables")
def tables_initializer(name="init_all_tables"):
    """An operation that does nothing: tables are filled when they are made."""
    return _nothing(name)


@public("compat.v1.variables_initializer", "compat.v1.initialize_variables")
def variables_initializer(var_list, name="init"):
    """An operation that does nothing: variables have their first values when they are made.

    Args:
        var_list: of no consequence.
        name: name of the operation.
    """
    return _nothing(name)


@public("compat.v1.report_uninitialized_variables")
def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """No names: variables have their first values when they are made.

    Args:
        var_list: of no consequence.
        name: of no consequence.
    """
    return tf_arrays.constant([], "string", [0])


@public("compat.v1.is_variable_initialized")
def is_variable_initialized(variable):
    """True: variables have their first values when they are made."""
    return as_tensor(True)
