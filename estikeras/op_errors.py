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

    error_code = 3


@public("errors.NotFoundError")
class NotFoundError(OpError, FileNotFoundError):
    """A file, or another thing that was named, does not exist."""

    error_code = 5


@public("errors.AlreadyExistsError")
class AlreadyExistsError(OpError, FileExistsError):
    """What was to be made is there already."""

    error_code = 6


@public("errors.PermissionDeniedError")
class PermissionDeniedError(OpError, PermissionError):
    """The process may not do that."""

    error_code = 7


@public("errors.DataLossError")
class DataLossError(OpError, ValueError):
    """A file is truncated or damaged."""

    error_code = 15


@public("errors.FailedPreconditionError")
class FailedPreconditionError(OpError, RuntimeError):
    """Something had to be done before."""

    error_code = 9


@public("errors.UnimplementedError")
class UnimplementedError(OpError, NotImplementedError):
    """The operation is not there."""

    error_code = 12


@public("errors.ResourceExhaustedError")
class ResourceExhaustedError(OpError, MemoryError):
    """There is not enough memory or space."""

    error_code = 8


@public("errors.DeadlineExceededError")
class DeadlineExceededError(OpError, TimeoutError):
    """It took too long."""

    error_code = 4


@public("errors.AbortedError")
class AbortedError(OpError):
    """The operation was ended by another one."""

    error_code = 10


@public("errors.CancelledError")
class CancelledError(OpError):
    """Somebody cancelled the operation."""

    error_code = 1


@public("errors.InternalError")
class InternalError(OpError):
    """Something that cannot happen did."""

    error_code = 13


@public("errors.UnavailableError")
class UnavailableError(OpError):
    """What is needed cannot be reached now."""

    error_code = 14


@public("errors.UnauthenticatedError")
class UnauthenticatedError(OpError):
    """Who asks is not known."""

    error_code = 16


@public("errors.UnknownError")
class UnknownError(OpError):
    """Nobody knows what happened."""

    error_code = 2


# Reference: gRPC, "Status codes and their use in gRPC".
OK = public("errors.OK")(0)
CANCELLED = public("errors.CANCELLED")(1)
UNKNOWN = public("errors.UNKNOWN")(2)
INVALID_ARGUMENT = public("errors.INVALID_ARGUMENT")(3)
DEADLINE_EXCEEDED = public("errors.DEADLINE_EXCEEDED")(4)
NOT_FOUND = public("errors.NOT_FOUND")(5)
ALREADY_EXISTS = public("errors.ALREADY_EXISTS")(6)
PERMISSION_DENIED = public("errors.PERMISSION_DENIED")(7)
RESOURCE_EXHAUSTED = public("errors.RESOURCE_EXHAUSTED")(8)
FAILED_PRECONDITION = public("errors.FAILED_PRECONDITION")(9)
ABORTED = public("errors.ABORTED")(10)
OUT_OF_RANGE = public("errors.OUT_OF_RANGE")(11)
UNIMPLEMENTED = public("errors.UNIMPLEMENTED")(12)
INTERNAL = public("errors.INTERNAL")(13)
UNAVAILABLE = public("errors.UNAVAILABLE")(14)
DATA_LOSS = public("errors.DATA_LOSS")(15)
UNAUTHENTICATED = public("errors.UNAUTHENTICATED")(16)
