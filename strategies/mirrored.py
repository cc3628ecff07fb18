"""The ranks of this machine are replicas of one model."""

from strategies import cluster, errors
from strategies.launching import restart_under_ranks
from strategies.strategy import Strategy


class MirroredStrategy(Strategy):
    """Synchronous training on the ranks of this machine.

    Started by `mpirun -n N` or `estikeras run -n N`, those N ranks are the replicas. In a plain
    script, `num_replicas=N` starts the same command again on N ranks, once.

    Args:
        devices: list of CPU names, one for each replica, or None.
        cross_device_ops: must be None.
        num_replicas: how many replicas there must be, or None for as many as there are ranks.
        communicator: "auto", "shared", "flat" or "naive".
        shard_update: whether the ranks have one copy of the weights and of the optimizer's
            variables, of which each updates its pieces.

    Raises:
        StartError: if there are other ranks than were asked for, and none can be started.
        ValueError: for devices other than CPUs.
    """

    def __init__(
        self,
        devices=None,
        cross_device_ops=None,
        num_replicas=None,
        communicator="auto",
        shard_update=False,
    ):
        if cross_device_ops is not None:
            raise NotImplementedError(
                "`cross_device_ops` have no effect here. Choose a `communicator`: 'auto', "
                "'shared', 'flat' or 'naive'."
            )
        if devices is not None:
            foreign = [device for device in devices if "CPU" not in str(device).upper()]
            if foreign:
                raise ValueError(
                    f"`devices`: expected CPUs, got {foreign}. Leave `devices` out; the ranks of "
                    "this machine are the replicas."
                )
            num_replicas = num_replicas or len(devices)
        machine = cluster.world().machine()
        if num_replicas not in (None, machine.size):
            if machine.size == 1:
                restart_under_ranks(num_replicas)
            raise errors.StartError(
                f"`num_replicas`: {num_replicas} were asked for, but {machine.size} ranks run on "
                f"this machine. Start them: estikeras run -n {num_replicas} SCRIPT."
            )
        super().__init__(machine, communicator, shard_update=shard_update)
