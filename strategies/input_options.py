"""How a program says which rank reads what, in the words of `tf.distribute`.

Knows nothing of data sets, and of no communication.
"""

import enum
from dataclasses import dataclass


@dataclass(frozen=True)
class InputContext:
    """Which of the input pipelines a function makes: one for each replica.

    Args:
        num_input_pipelines: how many there are.
        input_pipeline_id: the number of this one, from 0.
        num_replicas_in_sync: how many replicas there are.
    """

    num_input_pipelines: int = 1
    input_pipeline_id: int = 0
    num_replicas_in_sync: int = 1

    def get_per_replica_batch_size(self, global_batch_size):
        """The batch size of a replica; ValueError if the replicas' would not be equal."""
        size, left = divmod(global_batch_size, self.num_replicas_in_sync)
        if left:
            raise ValueError(
                f"`global_batch_size`: {global_batch_size} is not divisible by the "
                f"{self.num_replicas_in_sync} replicas."
            )
        return size


class AutoShardPolicy(enum.IntEnum):
    """How ranks divide the data of a data set.

    DATA: all read everything, and take their share of every batch. FILE: each reads its own files,
    in batches of its share. OFF: each sees everything, in batches of its share. AUTO: FILE where
    the data set has files for all ranks, else DATA.
    """

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class InputReplicationMode(enum.Enum):
    """How many input pipelines there are: a worker is one replica here, so both mean the same."""

    PER_WORKER = "PER_WORKER"
    PER_REPLICA = "PER_REPLICA"


@dataclass(frozen=True)
class InputOptions:
    """Options of distributed data sets, which are about accelerators: only the defaults are taken.

    Args:
        experimental_fetch_to_device: None or True.
        experimental_replication_mode: InputReplicationMode.
        experimental_place_dataset_on_device: False.
        experimental_per_replica_buffer_size: 1.

    Raises:
        NotImplementedError: for other values.
    """

    experimental_fetch_to_device: bool | None = None
    experimental_replication_mode: InputReplicationMode = InputReplicationMode.PER_WORKER
    experimental_place_dataset_on_device: bool = False
    experimental_per_replica_buffer_size: int = 1

    def __post_init__(self):
        for name, allowed in (
            ("experimental_fetch_to_device", (None, True)),
            ("experimental_place_dataset_on_device", (False,)),
            ("experimental_per_replica_buffer_size", (1,)),
        ):
            if getattr(self, name) not in allowed:
                raise NotImplementedError(
                    f"`{name}`: expected {allowed[-1]}, got {getattr(self, name)!r}. Data lie in "
                    "the memory that computes; there is no device to copy them to."
                )
