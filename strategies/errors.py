"""How errors of distributed training read: what happened, on which rank, what to do."""


class OpError(Exception):
    """What an operation raises, as `tf.errors` has it.

    Args:
        node_def: kept for the reference's sake; None.
        op: likewise.
        message: str.
        error_code: int, the number of the kind of error; None for the class's own.
        *args: nothing that is used.
    """

    error_code = None

    def __init__(self, node_def=None, op=None, message="", error_code=None, *args):
        super().__init__(message)
        self.node_def, self.op, self.message = node_def, op, message
        if error_code is not None:
            self.error_code = error_code

    def __str__(self):
        return self.message

    def __reduce__(self):
        return type(self), (self.node_def, self.op, self.message)


class OutOfRangeError(OpError, LookupError):
    """The data are at an end."""

    error_code = 11


class DistributionError(RuntimeError):
    """Something about the ranks, rather than about one of them, is wrong."""


class StartError(DistributionError):
    """The ranks were not started as they must be; the message has the command that works."""


class DisagreementError(DistributionError):
    """The ranks do not run the same program; the message names the difference and the ranks."""


class RemoteError(DistributionError):
    """What a rank raised, with its traceback there."""


def disagreement(what, values, hint=None):
    """A DisagreementError that says which ranks have which value.

    Args:
        what: what differs, such as "the shape of variable 'dense/kernel'".
        values: list with the value of every rank, by rank.
        hint: what to do about it, or None.
    """
    by_value = {}
    for rank, value in enumerate(values):
        by_value.setdefault(repr(value), []).append(rank)
    told = "; ".join(f"{ranks_text(ranks)}: {value}" for value, ranks in by_value.items())
    hint = hint or "All ranks must run the same program on the same settings."
    return DisagreementError(f"The ranks disagree about {what}. {told}. {hint}")


def ranks_text(ranks):
    """`rank 3`, or `ranks 0, 2, 3`."""
    ranks = list(ranks)
    return f"rank{'s' if len(ranks) > 1 else ''} {', '.join(map(str, ranks))}"
