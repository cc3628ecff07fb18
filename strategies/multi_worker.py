"""All ranks of the job are replicas of one model."""

from strategies import cluster
from strategies.resolvers import check_tf_config
from strategies.strategy import Strategy

_IMPLEMENTATIONS = ("AUTO", "RING", "CollectiveCommunication.AUTO", "CollectiveCommunication.RING")


class MultiWorkerMirroredStrategy(Strategy):
    """Synchronous training on all ranks, on one machine or many.

    Args:
        cluster_resolver: a ClusterResolver whose task must be this rank, or None. The world itself
            comes from MPI.
        communication_options: a CommunicationOptions, or None.
        communicator: "auto", "shared", "flat" or "naive".
        compression: None, or "bf16" to halve what goes over the network.

    Raises:
        StartError: if TF_CONFIG, or the resolver, describes another world than MPI's.
    """

    def __init__(
        self,
        cluster_resolver=None,
        communication_options=None,
        communicator="auto",
        compression=None,
    ):
        implementation = getattr(communication_options, "implementation", "AUTO")
        if str(getattr(implementation, "value", implementation)) not in _IMPLEMENTATIONS:
            raise ValueError(
                f"`communication_options`: expected the implementation AUTO or RING, got "
                f"{implementation!r}. Gradients are averaged over MPI."
            )
        world = cluster.world()
        check_tf_config(world)
        super().__init__(world, communicator, compression)
        if cluster_resolver is not None:
            self.cluster_resolver = cluster_resolver
