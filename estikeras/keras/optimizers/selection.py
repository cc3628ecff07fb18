"""Updates that count only where a condition holds, without asking for its value, so that they can
be traced.
"""

from estikeras import ops


def only_where(condition, variables, update):
    """Run `update`, and let what it assigned stay only where a condition is true.

    Args:
        condition: bool tensor, a scalar or of a shape that broadcasts to that of the variables.
        variables: list of all variables that `update` assigns to.
        update: function without arguments.

    Returns:
        What `update` returned.
    """
    before = [variable.value for variable in variables]
    result = update()
    for variable, value in zip(variables, before, strict=True):
        variable.assign(ops.where(condition, variable.value, value))
    return result
