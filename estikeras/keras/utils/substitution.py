"""Variables that hold other values for a while: what the `stateless_` methods of the reference's
contract need.
"""

import contextlib

from estikeras import errors


@contextlib.contextmanager
def substituted(variables, values):
    """Give variables other values inside a `with` block; afterwards they have their own again.

    Args:
        variables: list of variables.
        values: list of tensors or arrays, one for each.

    Raises:
        ValueError: if there are more or fewer values than variables.
    """
    if len(values) != len(variables):
        raise errors.invalid(
            "values",
            got=f"a list of {len(values)}",
            expected=f"one value for each of {len(variables)} variables",
        )
    before = [variable.value for variable in variables]
    try:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
