"""What all optimizers of TensorFlow 1 share: gradients of a loss, a step with them, and variables
beside each trained one (slots).
"""

from estikeras import errors, ops
from estikeras.compat import initializers
from estikeras.compat.beside import Beside
from estikeras.compat.collections import trainable_variables
from estikeras.compat.variable_scopes import variable_scope
from estikeras.compat.variables import Variable
from estikeras.engine import context, tree
from estikeras.engine.session_graph import action, session_graph
from estikeras.engine.tape import GradientTape
from estikeras.engine.tensor import Tensor, as_tensor
from estikeras.keras.optimizers.replicas import combined_gradients
from estikeras.keras.optimizers.selection import only_where
from estikeras.ops.embedding import used_rows
from estikeras.public import public
from strategies import context as replicas


@public("compat.v1.train.Optimizer")
class Optimizer:
    """The base of optimizers. A subclass makes slots in `_create_slots`, by `_zeros_slot` and its
    kin, and changes a variable in `_apply_dense`.

    Gradients are dense: rows of a table that a batch did not look up get a gradient of 0. Where
    that would change them, a class says `_spares_rows`.

    Args:
        use_locking: of no consequence: a step is done by one program.
        name: name of the optimizer and of its slots in checkpoints.
    """

    GATE_NONE, GATE_OP, GATE_GRAPH = 0, 1, 2

    # Whether a step leaves rows of a table that it did not look up as they are, with what is beside
    # them, though a gradient of 0 would change them.
    _spares_rows = False

    def __init__(self, use_locking, name):
        if not name:
            raise errors.invalid("name", got=name, expected="the name of the optimizer")
        self._name, self._use_locking = name, use_locking
        self._kept = Beside()

    def get_name(self):
        """The optimizer's name."""
        return self._name

    def minimize(
        self,
        loss,
        global_step=None,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        name=None,
        grad_loss=None,
    ):
        """One step down the gradient of a loss.

        Args:
            loss: tensor; outside of a model function, a function that gives it.
            global_step: variable that is counted up by the step, or None.
            var_list: variables to train; None takes all trainable ones.
            gate_gradients: of no consequence.
            aggregation_method: of no consequence.
            colocate_gradients_with_ops: of no consequence.
            name: name of the operation.
            grad_loss: gradient of the loss to begin with, or None.

        Returns:
            The operation that does the step, in a model function; elsewhere the step is done.

        Raises:
            ValueError: if the loss depends on no variable.
        """
        grads_and_vars = self.compute_gradients(loss, var_list, grad_loss=grad_loss)
        return self.apply_gradients(grads_and_vars, global_step, name)

    def compute_gradients(
        self,
        loss,
        var_list=None,
        gate_gradients=GATE_OP,
        aggregation_method=None,
        colocate_gradients_with_ops=False,
        grad_loss=None,
    ):
        """A list of pairs of gradient, None if there is none, and variable.

        Args:
            loss: tensor; outside of a model function, a function that gives it.
            var_list: variables to train; None takes all trainable ones.
            gate_gradients: of no consequence.
            aggregation_method: of no consequence.
            colocate_gradients_with_ops: of no consequence.
            grad_loss: gradient of the loss to begin with, or None.

        Raises:
            RuntimeError: for a tensor outside of a model function.
        """
        if callable(loss):
            with GradientTape() as tape:
                if var_list is not None:
                    tape.watch(tree.flatten(var_list))
                loss = loss()
            variables = tape.watched_variables() if var_list is None else var_list
        elif session_graph() is not None:
            tape = session_graph().tape
            variables = trainable_variables() if var_list is None else var_list
        else:
            raise RuntimeError(
                "`loss` must be a function outside of a model function, such as "
                "`minimize(lambda: loss_of(model(x)))`."
            )
        variables = tree.flatten(variables)
        if not variables:
            raise ValueError("No variables to optimize.")
        return list(zip(tape.gradient(loss, variables, grad_loss), variables, strict=True))

    def apply_gradients(self, grads_and_vars, global_step=None, name=None):
        """One step with given gradients.

        Args:
            grads_and_vars: pairs of gradient and variable.
            global_step: variable that is counted up by the step, or None.
            name: name of the operation.

        Returns:
            The operation that does the step, in a model function; elsewhere the step is done.

        Raises:
            ValueError: if there is no gradient.
        """
        pairs = list(grads_and_vars)
        if not pairs:
            raise ValueError("No variables provided.")
        # A gradient may be in a variable, where several were added up, or be IndexedSlices.
        pairs = [(as_tensor(g) if hasattr(g, "__tensor__") else g, v) for g, v in pairs]
        for gradient, _ in pairs:
            if gradient is not None and not isinstance(gradient, Tensor):
                raise errors.wrong_type("grads_and_vars", got=gradient, expected="tensors or None")
        known = [pair for pair in pairs if pair[0] is not None]
        if not known:
            paths = [variable.path for _, variable in pairs]
            raise ValueError(f"No gradients provided for any variable: {paths}.")
        replica = replicas.replica()
        if replica is not None and replica.strategy.shard_update:
            raise errors.unsupported(
                f"`shard_update` with {type(self).__name__}", "Use a keras optimizer."
            )
        self._create_slots([variable for _, variable in known])
        gradients, variables = map(list, zip(*known, strict=True))
        rows = [used_rows(g) if self._spares_rows else None for g in gradients]
        together = combined_gradients(self, gradients + rows, variables)
        acting = action(context.scoped_name(name or self._name), self)
        with acting as made, together as (combined, variables):
            self._prepare()
            count = len(variables)
            triples = zip(combined[:count], variables, combined[count:], strict=True)
            self._finish([self._step(*triple) for triple in triples], name or self._name)
            if global_step is not None:
                global_step.assign_add(1)
        return made

    def _step(self, gradient, variable, rows):
        gradient = ops.cast(gradient, variable.dtype)

        def apply():
            return self._resource_apply_dense(gradient, variable)

        if rows is None:
            done = apply()
        else:
            kept = [self.get_slot(variable, name) for name in self.get_slot_names()]
            slots = [slot for slot in kept if slot is not None]
            done = only_where(rows > 0, [variable, *slots], apply)
        if variable.constraint is not None:
            variable.assign(variable.constraint(variable))
        return done

    # What subclasses write.

    def _create_slots(self, var_list):
        """Make variables beside the trained ones."""

    def _prepare(self):
        """Read what holds for all variables."""

    def _resource_apply_dense(self, grad, handle):
        """Change a variable."""
        return self._apply_dense(grad, handle)

    def _apply_dense(self, grad, var):
        """Change a variable; a subclass writes this one, or that of before."""
        return var.assign(self._updated(grad, var, var.dtype))

    def _updated(self, gradient, variable, dtype):
        """The variable's new value."""
        raise NotImplementedError(f"{type(self).__name__} must define `_apply_dense`.")

    def _finish(self, update_ops, name_scope):
        """Change what holds for all variables, after the step.

        Args:
            update_ops: list of what changing the variables gave.
            name_scope: name of the operation.
        """

    # What subclasses use.

    @staticmethod
    def _call_if_callable(value):
        return value() if callable(value) else value

    def _now(self, value, dtype):
        """A hyperparameter's value in a dtype, as Python's number where it is one."""
        value = self._call_if_callable(value)
        return value if isinstance(value, int | float) else ops.cast(value, dtype)

    def _slot(self, variable, name, initial_value=0.0, called=None):
        """The variable beside `variable`, called after the optimizer; made by the first call."""
        initial_value = initializers.Constant(initial_value)
        return self._get_or_make_slot_with_initializer(
            variable, initial_value, variable.shape, variable.dtype, name, called or self._name
        )

    def _zeros_slot(self, var, slot_name, op_name):
        """The variable beside another one that begins with zeros; made by the first call.

        Args:
            var: the trained variable.
            slot_name: name for `get_slot`.
            op_name: name in checkpoints, below that of `var`.
        """
        return self._slot(var, slot_name, called=op_name)

    def _get_or_make_slot(self, var, val, slot_name, op_name):
        """The variable beside another one that begins with a value; made by the first call.

        Args:
            var: the trained variable.
            val: the value, a tensor.
            slot_name: name for `get_slot`.
            op_name: name in checkpoints, below that of `var`.
        """
        val = as_tensor(val)
        return self._get_or_make_slot_with_initializer(
            var, lambda shape, dtype: val, val.shape, val.dtype, slot_name, op_name
        )

    def _get_or_make_slot_with_initializer(
        self, var, initializer, shape, dtype, slot_name, op_name
    ):
        """The variable beside another one; made by the first call.

        Args:
            var: the trained variable.
            initializer: function of shape and dtype that gives the first value.
            shape: shape of the new variable.
            dtype: dtype of the new variable.
            slot_name: name for `get_slot`.
            op_name: name in checkpoints, below that of `var`.
        """
        slot = self._kept.get(slot_name, var)
        if slot is not None:
            return slot
        with variable_scope(None, f"{var.path}/{op_name}") as opened:
            scope, _, leaf = opened.name.rpartition("/")
        with context.scope(names=((scope, None),)):
            slot = Variable(initializer, trainable=False, name=leaf, dtype=dtype, shape=shape)
        return self._kept.put(slot, slot_name, var)

    def _create_non_slot_variable(self, initial_value, name, colocate_with):
        """A variable that is beside none, made by the first call.

        Args:
            initial_value: its first value.
            name: its name.
            colocate_with: of no consequence.
        """
        return self._other(name, initial_value)

    def _get_non_slot_variable(self, name, graph=None):
        """The variable of a name that is beside none; None if there is none."""
        return self._kept.get(name)

    def _other(self, name, initial_value):
        """A variable that is beside none, made by the first call."""
        other = self._kept.get(name)
        if other is not None:
            return other
        return self._kept.put(Variable(initial_value, trainable=False, name=name), name)

    def get_slot(self, var, name):
        """The variable that is kept beside another; None if there is none.

        Args:
            var: the trained variable.
            name: one of `get_slot_names()`.
        """
        return self._kept.find(name, var)

    def get_slot_names(self):
        """The sorted names of what is kept beside each variable."""
        return sorted({name for name, owner, _ in self._kept.items() if owner is not None})

    def variables(self):
        """The list of the optimizer's own variables."""
        kept = sorted(self._kept.items(), key=lambda item: item[1] is not None)
        return [variable for _, _, variable in kept]
