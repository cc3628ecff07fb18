"""The classes of `tf.errors`: what reading, decoding and parsing raise. Each is also Python's own
error of that kind, where there is one.
"""

import strategies.errors
from estikeras.public import public

OpError = public("errors.OpError")(strategies.errors.OpError)
OutOfRangeError = public("errors.OutOfRangeError")(strategies.errors.OutOfRangeError)


@public("errors.InvalidArgumentError")
class InvalidArgumentError(OpError, ValueError):
    """A value is not one that the operation takes."""


@public("errors.NotFoundError")
class NotFoundError(OpError, FileNotFoundError):
    """A file, or another thing that was named, does not exist."""


@public("errors.AlreadyExistsError")
class AlreadyExistsError(OpError, FileExistsError):
    """What was to be made is there already."""


@public("errors.PermissionDeniedError")
class PermissionDeniedError(OpError, PermissionError):
    """The process may not do that."""


@public("errors.DataLossError")
class DataLossError(OpError, ValueError):
    """A file is truncated or damaged."""


@public("errors.FailedPreconditionError")
class FailedPreconditionError(OpError, RuntimeError):
    """Something had to be done before."""


@public("errors.UnimplementedError")
class UnimplementedError(OpError, NotImplementedError):
    """The operation is not there."""


@public("errors.ResourceExhaustedError")
class ResourceExhaustedError(OpError, MemoryError):
    """There is not enough memory or space."""


@public("errors.DeadlineExceededError")
class DeadlineExceededError(OpError, TimeoutError):
    """It took too long."""


@public("errors.AbortedError")
class AbortedError(OpError):
    """The operation was ended by another one."""


@public("errors.CancelledError")
class CancelledError(OpError):
    """Somebody cancelled the operation."""


@public("errors.InternalError")
class InternalError(OpError):
    """Something that cannot happen did."""


@public("errors.UnavailableError")
class UnavailableError(OpError):
    """What is needed cannot be reached now."""


@public("errors.UnauthenticatedError")
class UnauthenticatedError(OpError):
    """Who asks is not known."""


@public("errors.UnknownError")
class UnknownError(OpError):
    """Nobody knows what happened."""
