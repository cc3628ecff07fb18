"""What hooks decide under a strategy: every rank has the same hooks and does the same steps, and
the chief alone writes and speaks.
"""

from strategies import get_strategy


def is_chief():
    """Whether this rank writes files and logs."""
    return get_strategy().cluster.is_chief


def chiefs(value):
    """The chief's value on every rank; all of them call it."""
    return get_strategy().bcast(value)
