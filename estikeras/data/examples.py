"""Datasets of `tf.train.Example`s in TFRecord files."""

import os

from estikeras import errors
from estikeras.data.arguments import AUTOTUNE, integer
from estikeras.data.dataset import Dataset
from estikeras.data.files import TFRecordDataset
from estikeras.data.records import TFRecordWriter
from estikeras.ops import io_examples
from estikeras.public import public

SHUFFLED, READERS = 10_000, 1


@public("data.experimental.parse_example_dataset")
def parse_example_dataset(features, num_parallel_calls=1, deterministic=None):
    """For `Dataset.apply`: parses batches of serialized Examples.

    Args:
        features: dict from key to a feature, such as `tf.io.FixedLenFeature`.
        num_parallel_calls: as for `Dataset.map`.
        deterministic: as for `Dataset.map`.
    """
    return lambda dataset: dataset.map(
        lambda batch: io_examples.parse_example(batch, features), num_parallel_calls, deterministic
    )


@public("data.experimental.make_batched_features_dataset")
def make_batched_features_dataset(
    file_pattern,
    batch_size,
    features,
    reader=None,
    label_key=None,
    reader_args=None,
    num_epochs=None,
    shuffle=True,
    shuffle_buffer_size=SHUFFLED,
    shuffle_seed=None,
    prefetch_buffer_size=None,
    reader_num_threads=None,
    parser_num_threads=None,
    sloppy_ordering=False,
    drop_final_batch=False,
):
    """Batches of parsed Examples of files: dicts of tensors, or pairs of a dict and the label.

    Args:
        file_pattern: str, or list of str: patterns or names of files.
        batch_size: int.
        features: dict from key to a feature.
        reader: function of a file's name that gives a Dataset of serialized Examples; by default
            `TFRecordDataset`.
        label_key: str, the key of the label, or None.
        reader_args: further arguments of `reader`.
        num_epochs: int, how often the files are read; None for no end.
        shuffle: whether files and Examples come in random order.
        shuffle_buffer_size: int, how many Examples are shuffled.
        shuffle_seed: int or None.
        prefetch_buffer_size: int, how many batches are kept ready; by default a few.
        reader_num_threads: int, how many files are read in turn; by default 1.
        parser_num_threads: of no effect: a batch is parsed in one native call.
        sloppy_ordering: of no effect: Examples come in the order of turns.
        drop_final_batch: whether a last batch of fewer Examples is left out.
    """
    if label_key is not None and label_key not in features:
        raise errors.invalid("label_key", got=label_key, expected=f"one of {sorted(features)}")
    reader = TFRecordDataset if reader is None else reader
    readers = (
        READERS if reader_num_threads is None else integer("reader_num_threads", reader_num_threads)
    )
    files = Dataset.list_files(file_pattern, shuffle, shuffle_seed)
    arguments = reader_args or ()
    dataset = files.interleave(lambda name: reader(name, *arguments), cycle_length=readers)
    if shuffle:
        dataset = dataset.shuffle(shuffle_buffer_size, shuffle_seed)
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size, drop_remainder=drop_final_batch or num_epochs is None)
    dataset = dataset.apply(parse_example_dataset(features))
    if label_key is not None:
        dataset = dataset.map(lambda columns: (columns, columns.pop(label_key)))
    return dataset.prefetch(AUTOTUNE if prefetch_buffer_size is None else prefetch_buffer_size)


@public("data.experimental.TFRecordWriter")
class DatasetWriter:
    """Writes a dataset of strings () into a TFRecord file.

    Args:
        filename: str.
        compression_type: `"GZIP"`, `"ZLIB"` or None.
    """

    def __init__(self, filename, compression_type=None):
        self.filename, self.compression_type = os.fspath(filename), compression_type

    def write(self, dataset):
        """Write all elements.

        Args:
            dataset: Dataset of strings ().
        """
        if not isinstance(dataset, Dataset):
            raise errors.wrong_type("dataset", got=dataset, expected="a Dataset of strings ()")
        with TFRecordWriter(self.filename, self.compression_type) as writer:
            for record in dataset.as_numpy_iterator():
                writer.write(record)
