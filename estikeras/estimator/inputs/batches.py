"""Batches of rows in memory, as the reference's queues give them."""

from estikeras import errors
from estikeras.data.dataset import Dataset


def check_shuffle(shuffle):
    """Raise unless it was said whether rows are shuffled."""
    if not isinstance(shuffle, bool):
        raise errors.invalid(
            "shuffle", got=shuffle, expected="True, as for training, or False, said explicitly"
        )


def batches(rows, batch_size, num_epochs, shuffle, queue_capacity, num_threads):
    """A Dataset of batches that go on from one epoch to the next.

    Args:
        rows: structure of arrays.
        batch_size: int, rows of a batch; the last one may have fewer.
        num_epochs: how often the rows come; None for ever.
        shuffle: whether each row is chosen at random among some.
        queue_capacity: int, among how many.
        num_threads: int, how many readers there are, each of which gives all epochs, as the
            reference's do. The order is as of one.
    """
    for argument, value in (("num_threads", num_threads), ("queue_capacity", queue_capacity)):
        if not hasattr(value, "__index__") or value < 1:
            raise errors.invalid(argument, got=value, expected="a positive int")
    times = None if num_epochs is None else num_epochs * num_threads
    dataset = Dataset.from_tensor_slices(rows).repeat(times)
    if shuffle:
        dataset = dataset.shuffle(queue_capacity)
    return dataset.batch(batch_size)
