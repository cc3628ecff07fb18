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
        here: parts of the outcome that are not what was recorded, as `{"cardinality": 3}`.
        error: what a wrong call raises here, where it is not what was recorded.
        moment: when it does, where that is not what was recorded.
        why: the reason for such a difference.
    """

    name: str
    make: callable
    limit: int = 40
    here: dict | None = None
    error: str | None = None
    moment: str | None = None
    why: str | None = None

    def __post_init__(self):
        differs = self.here or self.error or self.moment
        assert bool(differs) == bool(self.why), f"{self.name}: a difference needs its reason"

    def __str__(self):
        return self.name


def row(name, make, **options):
    """A row for a table."""
    return Row(name, make, **options)
