"""Reading TFRecord files in a loop of one's own."""

from estikeras import data
from estikeras.public import public


@public("compat.v1.io.tf_record_iterator", "compat.v1.python_io.tf_record_iterator")
def tf_record_iterator(path, options=None):
    """The records of a file.

    Args:
        path: the file.
        options: TFRecordOptions, or None for a file that is not compressed.

    Yields:
        bytes.
    """
    compression = None if options is None else options.compression_type
    for record in data.TFRecordDataset(path, compression):
        yield record.numpy()


@public("compat.v1.io.TFRecordCompressionType", "compat.v1.python_io.TFRecordCompressionType")
class TFRecordCompressionType:
    """How a file is compressed, for `TFRecordOptions`."""

    NONE, ZLIB, GZIP = "", "ZLIB", "GZIP"
