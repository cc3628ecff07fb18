"""What the launchers' variables say about a process."""

import pytest

from strategies import launched

OPENMPI = {
    "OMPI_COMM_WORLD_SIZE": "4",
    "OMPI_COMM_WORLD_RANK": "3",
    "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
}
MPICH = {"PMI_SIZE": "4", "PMI_RANK": "3", "MPI_LOCALNRANKS": "2"}
SLURM = {
    "SLURM_STEP_NUM_TASKS": "5",
    "SLURM_PROCID": "4",
    "SLURM_STEP_TASKS_PER_NODE": "2(x2),1",
    "SLURM_NODEID": "2",
}
BATCH_SCRIPT = {"SLURM_NTASKS": "8", "SLURM_PROCID": "0"}


@pytest.mark.parametrize(
    ("variables", "size", "rank", "local_size"),
    [
        ({}, 1, 0, 1),
        (OPENMPI, 4, 3, 2),
        (MPICH, 4, 3, 2),
        (SLURM, 5, 4, 1),
        ({**SLURM, "SLURM_NODEID": "1", "SLURM_PROCID": "2"}, 5, 2, 2),
        (BATCH_SCRIPT, 1, 0, 1),
    ],
    ids=["alone", "openmpi", "mpich", "slurm", "slurm, second node", "slurm, batch script"],
)
def test_the_launcher_says_who_a_process_is(variables, size, rank, local_size, monkeypatch):
    for name in (*OPENMPI, *MPICH, *SLURM, *BATCH_SCRIPT):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert launched.launched_size() == size
    assert launched.launched_rank() == rank
    assert launched.launched_local_size() == local_size


def test_other_texts_are_no_numbers_of_tasks():
    with pytest.raises(ValueError, match="tasks per node"):
        launched.tasks_of_nodes("2x3")
