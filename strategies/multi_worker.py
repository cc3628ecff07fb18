"""All ranks of the job are replicas of one model."""

from strategies import cluster, errors
from strategies.communication import CommunicationOptions
from strategies.resolvers import MPIClusterResolver
from strategies.strategy import Strategy
from strategies.tf_config import check_tf_config


class MultiWorkerMirroredStrategy(Strategy):
    """Synchronous training on all ranks, on one machine or many.

    Args:
        cluster_resolver: a ClusterResolver whose task is this rank, or None. The world itself
            comes from MPI.
        communication_options: a CommunicationOptions, or None.
        communicator: "auto", "shared", "flat" or "naive".
        compression: None, or "bf16" to halve what goes over the network.
        shard_update: whether the ranks of a machine have one copy of the weights and of the
            optimizer's variables, of which each updates its pieces.

    Raises:
        StartError: if TF_CONFIG, or the resolver, describes another world than MPI's.
    """

    def __init__(
        self,
        cluster_resolver=None,
        communication_options=None,
        communicator="auto",
        compression=None,
        shard_update=False,
    ):
        if not isinstance(communication_options, CommunicationOptions | None):
            raise TypeError(
                "`communication_options`: expected CommunicationOptions or None, got "
                f"{communication_options!r}."
            )
        world = cluster.world()
        of_environment = check_tf_config(world)
        super().__init__(world, communicator, compression, shard_update)
        if cluster_resolver is not None:
            _check_resolver(cluster_resolver, world)
        self.cluster_resolver = cluster_resolver or of_environment or MPIClusterResolver(world)


def _check_resolver(resolver, world):
    """Raise StartError unless the resolver's tasks are as many as the ranks."""
    spec = resolver.cluster_spec()
    tasks = sum(spec.num_tasks(job) for job in spec.jobs if job in ("chief", "master", "worker"))
    if tasks not in (0, world.size):
        raise errors.StartError(
            f"`cluster_resolver`: it has {tasks} training tasks, but {world.size} ranks were "
            f"started. Start as many: estikeras run -n {tasks} SCRIPT."
        )
