"""A distributed data set as an iterable of this rank's own batches, whatever the others have."""


class OwnShares:
    """This rank's batches of a DistributedDataset; who reads them agrees on the end of data.

    Args:
        dataset: the DistributedDataset.
    """

    def __init__(self, dataset):
        self._dataset = dataset

    def __iter__(self):
        iterator = iter(self._dataset)
        while True:
            batch, _ = iterator.next_share()
            if batch is None:
                return
            yield batch
