"""Methods that keep datasets in files."""

from estikeras import errors
from estikeras.data import sources, storing, structure
from estikeras.data.arguments import integer
from estikeras.data.node import Run


class StorageMethods:
    """What `Dataset` has of them."""

    def save(self, path, compression=None, shard_func=None, checkpoint_args=None):
        """Write all elements into a folder, for `load`.

        Args:
            path: str, the folder; a dataset that was saved there before is replaced.
            compression: `"GZIP"`, or None or `"NONE"`.
            shard_func: function of an element, gives the number of the file it goes to, an int64.
            checkpoint_args: must be None.
        """
        if checkpoint_args is not None:
            raise errors.unsupported("`checkpoint_args`", "A folder is written whole, or not.")
        shard_of = (lambda element: 0) if shard_func is None else _shard_of(shard_func)
        storing.save(
            self.plan_to_run(), Run(self._options), path, _compression(compression), shard_of
        )

    @classmethod
    def load(cls, path, element_spec=None, compression=None, reader_func=None):
        """The elements that `save` wrote.

        Args:
            path: str, the folder.
            element_spec: structure of TensorSpecs that elements must fit, or None.
            compression: of no effect: the folder says what it has.
            reader_func: function of a Dataset of Datasets, one for each file, that gives the
                Dataset of the elements; by default one file after the other.
        """
        _compression(compression)
        parts, spec = storing.load(path, element_spec)
        if reader_func is None:
            return cls._of(storing.joined(parts, spec))
        shards = [cls._of(part) for part in parts]
        empty = cls._of(sources.Listed([], spec))
        return cls._of(sources.Listed(shards, empty.spec())).apply(reader_func)

    def snapshot(self, path, compression="AUTO", reader_func=None, shard_func=None, name=None):
        """Not supported."""
        raise errors.unsupported("`snapshot`", "Use `cache(filename)`, or `save` and `load`.")


def _compression(value):
    if value in (None, "NONE", ""):
        return None
    if value != "GZIP":
        raise errors.invalid("compression", got=value, expected="'GZIP', 'NONE' or None")
    return value


def _shard_of(function):
    def shard_of(element):
        element = structure.as_tensors(element)
        number = function(*element) if type(element) is tuple else function(element)
        return integer("shard_func", number, 0)

    return shard_of
