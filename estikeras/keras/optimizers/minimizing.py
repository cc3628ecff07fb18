"""One step from a loss: `minimize` and `get_updates` of Keras 2, as model functions and loops of
one's own call them.
"""

from estikeras import errors
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tape import GradientTape


class Minimizes:
    """The part of `Optimizer` that computes gradients itself."""

    def minimize(self, loss, var_list, grad_loss=None, name=None, tape=None):
        """Do one step towards a smaller loss.

        Args:
            loss: scalar tensor, or a function of no arguments that gives it.
            var_list: list of variables to train, or a function that gives it.
            grad_loss: the gradient to begin with, None for 1.
            name: of no consequence.
            tape: the GradientTape that recorded `loss`, where it is a tensor; not needed in a model
                function.

        Returns:
            What `apply_gradients` gives.

        Raises:
            ValueError: for a tensor without a tape.
        """
        if callable(loss):
            tape = GradientTape() if tape is None else tape
            with tape:
                loss = loss()
        tape = self._tape(tape)
        variables = list(var_list() if callable(var_list) else var_list)
        seeds = None if grad_loss is None else [grad_loss]
        gradients = tape.gradient([loss], variables, seeds)
        return self.apply_gradients(list(zip(gradients, variables, strict=True)))

    def get_updates(self, loss, params):
        """The operation that does one step, a list of one; for model functions.

        Args:
            loss: scalar tensor.
            params: list of variables to train.
        """
        return [self.minimize(loss, params)]

    @staticmethod
    def _tape(tape):
        if tape is not None:
            return tape
        graph = session_graph()
        if graph is None:
            raise errors.invalid(
                "tape",
                got=None,
                expected="the GradientTape that recorded `loss`, since that is a tensor",
                hint="Or give `loss` as a function of no arguments.",
            )
        return graph.tape
