"""Which op serves which of Python's operators on tensors, variables and symbolic tensors, and which
of variables that several replicas write. The engine looks them up here.
"""

from estikeras.engine.session_graph import session_graph
from estikeras.engine.variable import Variable
from estikeras.ops import (
    arithmetic,
    comparison,
    core,
    joining,
    linalg,
    math,
    replicas,
    shaping,
    subscript,
)


def _reflected(function):
    """`function` with its operands exchanged, for `number - tensor` and the like."""

    def exchanged(x2, x1):
        return function(x1, x2)

    return exchanged


def _compared(function, same):
    """A comparison that says "not equal" to None rather than fail, and numbers to text, as
    Python's `==` does. In a model function variables are compared by what they are, so that
    `variable in variables` finds one.

    Args:
        function: the op that compares values.
        same: what is said of a variable and itself.
    """

    def compare(x1, x2):
        if isinstance(x1, Variable) and isinstance(x2, Variable) and session_graph() is not None:
            return (x1.identity == x2.identity) is same
        unlike = isinstance(x2, str) and x1.dtype != "string"
        return NotImplemented if x2 is None or unlike else function(x1, x2)

    return compare


_BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.true_divide,
    "floordiv": arithmetic.floor_divide,
    "mod": arithmetic.mod,
    "pow": arithmetic.power,
    "matmul": linalg.matmul,
    "and": comparison.bitwise_and,
    "or": comparison.bitwise_or,
    "xor": comparison.bitwise_xor,
    "lshift": comparison.left_shift,
    "rshift": comparison.right_shift,
}

OPERATORS = {
    **{f"__{name}__": function for name, function in _BINARY.items()},
    **{f"__r{name}__": _reflected(function) for name, function in _BINARY.items()},
    "__neg__": math.negative,
    "__pos__": lambda x: x,
    "__abs__": math.absolute,
    "__invert__": comparison.bitwise_not,
    "__round__": math.round,
    "__eq__": _compared(comparison.equal, True),
    "__ne__": _compared(comparison.not_equal, False),
    "__lt__": comparison.less,
    "__le__": comparison.less_equal,
    "__gt__": comparison.greater,
    "__ge__": comparison.greater_equal,
    "__getitem__": subscript.get_item,
    "cast": core.cast,
    "copy": core.copy,
    "stop_gradient": core.stop_gradient,
    "stack": joining.stack,
    "reshape": shaping.reshape,
    "squeeze": shaping.squeeze,
    "aggregated": replicas.aggregated,
    "aggregated_change": replicas.aggregated_change,
    "sum_over_replicas": replicas.sum_over_replicas,
    "sum_along": replicas.sum_along,
    "divided": arithmetic.true_divide,
    "gathered": replicas.gathered,
}
