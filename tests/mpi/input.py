"""Every rank runs this: what the ranks read together, counted on all of them."""

import itertools

import numpy as np
import pytest

from strategies import cluster, communicators
from strategies.errors import DisagreementError
from strategies.input import AutoShardPolicy, DistributedDataset, distribute_from_function

WORLD = communicators.create("naive", cluster.world())
RANK, SIZE = WORLD.rank, WORLD.size


class Strategy:
    communicator = WORLD


class Files:
    """A data set of files that each hold some numbers; how many batches they make is not told."""

    def __init__(self, files, batch):
        self.files, self.batch = files, batch

    def with_files(self, files):
        return Files(files, self.batch)

    def __iter__(self):
        rows = np.array(list(itertools.chain(*self.files)))
        yield from (rows[i : i + self.batch] for i in range(0, len(rows), self.batch))


def batches(rows, batch):
    return [np.arange(i, min(i + batch, rows)) for i in range(0, rows, batch)]


def seen(dataset):
    """What all ranks got: per step, the rows of the ranks one after the other."""
    parts = WORLD.allgather([part.tolist() for part in dataset])
    assert len({len(part) for part in parts}) == 1, "ranks made different numbers of steps"
    return [list(itertools.chain(*step)) for step in zip(*parts, strict=True)]


@pytest.mark.parametrize("rows", [0, 1, 7, 24, 25])
@pytest.mark.parametrize("batch", [1, 4, 6])
@pytest.mark.parametrize("told", [True, False])
def test_every_row_is_seen_once_and_in_order(rows, batch, told):
    data = batches(rows, batch)
    steps = seen(DistributedDataset(data if told else iter(data), WORLD, AutoShardPolicy.DATA))
    assert steps == [part.tolist() for part in data]


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_every_row_of_every_file_is_seen_once(batch):
    files = [[100 * number + row for row in range(3 * number)] for number in range(SIZE + 2)]
    dataset = DistributedDataset(Files(files, batch), WORLD)
    assert dataset.policy is AutoShardPolicy.FILE
    steps = seen(dataset)
    assert sorted(itertools.chain(*steps)) == sorted(itertools.chain(*files))
    assert max(map(len, steps)) <= batch
    assert seen(dataset) == steps


def test_without_shards_every_rank_sees_every_row():
    rows = list(itertools.chain(*seen(DistributedDataset(batches(10, 4), WORLD, -1))))
    assert sorted(rows) == sorted(SIZE * list(range(10)))


@pytest.mark.parametrize("told", [True, False])
def test_unequal_lengths_end_together(told):
    mine = [np.full((2, 3), RANK, np.float32) for _ in range(3 * RANK)]
    dataset = distribute_from_function(lambda context: mine if told else iter(mine), Strategy())
    got = list(dataset)
    assert len(got) == 3 * (SIZE - 1)
    assert [len(part) for part in got] == [2] * len(mine) + [0] * (len(got) - len(mine))
    assert all(part.shape[1:] == (3,) and part.dtype == np.float32 for part in got)


def test_a_loop_that_agrees_by_itself_gets_none_at_the_end():
    iterator = iter(distribute_from_function(lambda context: iter([np.ones(2)] * RANK), Strategy()))
    shares = [iterator.next_share() for _ in range(SIZE)]
    assert [rows for _, rows in shares] == [2] * RANK + [0] * (SIZE - RANK)
    assert shares[-1] == (None, 0)


@pytest.mark.skipif(SIZE == 1, reason="there is nobody to disagree with")
@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: [np.ones((4, 2 + RANK))], "the batches of the dataset"),
        (lambda: [np.ones(4)] * (1 + RANK), "the number of batches of the dataset"),
        (lambda: Files([[RANK]] * SIZE, 1), "file 0 of the dataset"),
        (lambda: Files([[1]] * (SIZE + RANK), 1), "the number of files of the dataset"),
    ],
)
def test_what_differs_is_named_on_every_rank(make, what):
    with pytest.raises(DisagreementError, match=f"disagree about {what}.*rank 0: .*rank 1: "):
        iter(DistributedDataset(make(), WORLD))
