"""Iterators as input functions of TensorFlow 1 use them: `get_next()` gives tensors that stand for
another element in each step of a session.
"""

from estikeras import errors
from estikeras.data import structure
from estikeras.data.iterator import Iterator
from estikeras.data.outputs import Outputs
from estikeras.engine.session_graph import session_graph
from estikeras.ops.tf_control import no_op
from estikeras.public import public


class SessionIterator(Outputs):
    """Gives the elements of a dataset.

    Args:
        dataset: the Dataset.

    Attributes:
        initializer: the operation that begins a pass; None outside of input functions.
    """

    def __init__(self, dataset):
        if not isinstance(dataset, structure.Planned):
            raise errors.wrong_type("dataset", got=dataset, expected="a Dataset")
        self._dataset, self._given = dataset, False
        self._eager = None if session_graph() is not None else Iterator(dataset)
        self.initializer = no_op("initializer")
        if self.initializer is not None:
            self.initializer.begins = dataset

    @property
    def element_spec(self):
        """The spec of an element."""
        return self._dataset.element_spec

    def get_next(self, name=None):
        """The next element: in an input function tensors, whose values are another element in each
        step; elsewhere the element itself.

        Args:
            name: of no consequence.

        Raises:
            OutOfRangeError: at the end.
            NotImplementedError: when it is called twice in an input function.
        """
        if self._eager is not None:
            return self._eager.get_next()
        if self._given:
            raise errors.unsupported(
                "Calling get_next() of one iterator twice in an input function",
                "Keep what the first call gave; for pairs of elements use `dataset.batch(2)`.",
            )
        self._given = True
        return session_graph().next_elements(self._dataset)


@public(
    "compat.v1.data.make_one_shot_iterator",
    "compat.v1.data.make_initializable_iterator",
)
def make_iterator(dataset, shared_name=None):
    """An iterator over a dataset, for input functions.

    Args:
        dataset: a Dataset. It may be of placeholders, which are fed when its `initializer` is run.
        shared_name: of no consequence.

    Returns:
        An object with `get_next()`, and with `initializer`, which begins a new pass. The first pass
        needs it only where there are placeholders.
    """
    return SessionIterator(dataset)
