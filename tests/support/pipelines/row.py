"""What a row of the tables of pipelines is."""

import collections
import dataclasses

Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass(frozen=True)
class Row:
    """One pipeline.

    Args:
        name: a few words, by which the recording is found.
        make: function of `tf`, which is TensorFlow or estikeras; gives a dataset, or a list of
            results. It runs in a folder that holds `files.write_files`'s files.
        limit: that many elements are compared; pipelines without end need it.
        spec_why: why the spec here may know less than the recorded one.
        error: what a wrong call raises here, where the reference's error is an accident.
    """

    name: str
    make: callable
    limit: int = 40
    spec_why: str | None = None
    error: str | None = None

    def __str__(self):
        return self.name


def row(name, make, **options):
    """A row for a table."""
    return Row(name, make, **options)
