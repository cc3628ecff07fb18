"""How `tf.distribute` lets one ask for a way of communication; here MPI is the only one."""

import enum
from dataclasses import dataclass


class CommunicationImplementation(enum.Enum):
    """What carries the collectives. MPI chooses its algorithms itself: AUTO and RING are equal."""

    AUTO = "AUTO"
    RING = "RING"
    NCCL = "NCCL"


@dataclass(frozen=True)
class CommunicationOptions:
    """Wishes about the collectives.

    Args:
        bytes_per_pack: must be 0: all that a step sums is one pack.
        timeout_seconds: must be None: `estikeras run --stall-timeout` says how long is too long.
        implementation: a CommunicationImplementation, not NCCL.

    Raises:
        NotImplementedError: for a wish that is not granted, with what to do instead.
    """

    bytes_per_pack: int = 0
    timeout_seconds: float | None = None
    implementation: CommunicationImplementation = CommunicationImplementation.AUTO

    def __post_init__(self):
        if self.bytes_per_pack:
            raise NotImplementedError(
                "`bytes_per_pack` has no effect here: all that a step sums is one pack."
            )
        if self.timeout_seconds is not None:
            raise NotImplementedError(
                "`timeout_seconds` has no effect here. Use `estikeras run --stall-timeout S`, or "
                "the variable ESTIKERAS_STALL_TIMEOUT."
            )
        if CommunicationImplementation(self.implementation) is CommunicationImplementation.NCCL:
            raise NotImplementedError(
                "NCCL is for GPUs. Leave `implementation` out: MPI carries the collectives."
            )
