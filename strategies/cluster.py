"""Who am I, how many are we, who shares my machine: from MPI itself.

MPI is imported when the process was started by a launcher, or somebody asks for its communicator;
one process alone works without it.
"""

import functools
import socket

from strategies import guard, mpi
from strategies.launched import launched_size, machine_name


class Cluster:
    """The ranks of a communicator.

    Args:
        communicator: an mpi4py communicator, or None for one process alone.
        hosts: for each rank the name of its machine; None asks the machines. Tests give names of
            their own, and so make several machines of one.

    Attributes:
        rank: number of this process, from 0.
        size: number of processes.
        hosts: list of the names of the machines, by rank.
        local_rank: number of this process among those of its machine.
        local_size: how many processes this machine has.
        communicator: a private duplicate of the communicator, or None.
        local_communicator: that of the ranks of this machine, or None.
        peer_communicator: that of the ranks which have the same `local_rank` on their machines, or
            None.
    """

    def __init__(self, communicator=None, hosts=None):
        if communicator is None:
            self.rank, self.size, self.local_rank, self.local_size = 0, 1, 0, 1
            self.hosts = [socket.gethostname()]
            self.communicator = self.local_communicator = self.peer_communicator = None
            return
        self.communicator = communicator.Dup()
        self.rank, self.size = communicator.Get_rank(), communicator.Get_size()
        self.hosts = hosts or self.communicator.allgather(machine_name())
        mine = self.hosts[self.rank]
        number = sorted(set(self.hosts)).index(mine)
        self.local_communicator = self.communicator.Split(number, self.rank)
        self.local_rank = self.local_communicator.Get_rank()
        self.local_size = self.local_communicator.Get_size()
        self.peer_communicator = self.communicator.Split(self.local_rank, self.rank)

    @property
    def host(self):
        """The name of this machine."""
        return self.hosts[self.rank]

    @property
    def is_chief(self):
        """Whether this is rank 0, which alone prints and writes files."""
        return self.rank == 0

    def machine(self):
        """The Cluster of the ranks of this machine."""
        if self.size == self.local_size:
            return self
        return Cluster(self.local_communicator, [self.host] * self.local_size)


@functools.cache
def world():
    """The Cluster of all ranks of this job; one process alone where no launcher started it."""
    cluster = Cluster(mpi.start().COMM_WORLD if launched_size() > 1 else None)
    if cluster.is_chief:
        mpi.warn_of_binding(cluster.local_size)
    if guard.is_wanted(cluster):
        guard.start(cluster)
    return cluster
