"""Updates that count only where a condition holds, without asking for its value, so that they can
be traced.
"""

from estikeras import ops


def only_where(condition, variables, update):
    """Run `update`, and let what it assigned stay only where a condition is true.

    Args:
        condition: scalar bool tensor.
        variables: list of all variables that `update` assigns to.
        update: function without arguments.
    """
    before = [variable.value for variable in variables]
    update()
    for variable, value in zip(variables, before, strict=True):
        variable.assign(ops.where(condition, variable.value, value))
