"""One pass over a dataset."""

from estikeras import errors
from estikeras.data import structure
from estikeras.data.node import Run, draws_of
from estikeras.engine.specs import ElementsSpec
from estikeras.public import public
from strategies import input

Optional = public("experimental.Optional", "data.experimental.Optional")(input.Optional)


class _Pass:
    """Elements of a plan, one after the other, with a position that can be saved.

    Args:
        dataset: the Dataset.
    """

    def __init__(self, dataset):
        self._dataset = dataset
        self._begin(Run(dataset.options()), 0)

    def _begin(self, run, position):
        self._run, self._position = run, 0
        self._elements = self._dataset.plan_to_run().elements(run)
        for _ in range(position):
            self._take()

    def _take(self):
        element = next(self._elements)
        self._position += 1
        return element

    def save(self):
        """The position, as a dict of numbers: how many elements were taken, and the random choices
        of this pass.
        """
        draws = draws_of(self._dataset.plan_to_run())
        passes = [d.passes(self._run) for d in draws]
        return {"position": self._position, "seeds": [d.base for d in draws], "passes": passes}

    def restore(self, state):
        """Go to a position; elements before it are made again and left out.

        Args:
            state: what `save` gave for a pass over the same pipeline.

        Raises:
            ValueError: if the pipeline has another number of random steps.
        """
        draws = draws_of(self._dataset.plan_to_run())
        if len(draws) != len(state["seeds"]):
            raise errors.invalid(
                "state",
                got=f"a position in a pipeline with {len(state['seeds'])} random steps",
                expected=f"one with {len(draws)}",
            )
        for one, seed in zip(draws, state["seeds"], strict=True):
            one.base = seed
        self._elements.close()
        passes = dict(zip(draws, state["passes"], strict=True))
        self._begin(Run(self._dataset.options(), passes), state["position"])

    def close(self):
        """End the pass: its files and threads are closed."""
        self._elements.close()

    def __iter__(self):
        return self


@public("data.Iterator")
class Iterator(_Pass):
    """Elements as Tensors.

    Args:
        dataset: the Dataset.
    """

    def __next__(self):
        return structure.as_tensors(self._take())

    @property
    def element_spec(self):
        """The spec of an element."""
        return self._dataset.element_spec

    def get_next(self):
        """The next element.

        Raises:
            OutOfRangeError: at the end.
        """
        try:
            return next(self)
        except StopIteration:
            raise errors.OutOfRangeError(message="The dataset is at its end.") from None

    def get_next_as_optional(self):
        """An Optional with the next element; without a value at the end."""
        try:
            return Optional(next(self))
        except StopIteration:
            return Optional()


@public("data.IteratorSpec")
class IteratorSpec(ElementsSpec):
    """The spec of an Iterator.

    Args:
        element_spec: structure of TensorSpecs.
    """

    @property
    def value_type(self):
        return Iterator


@public("data.NumpyIterator")
class NumpyIterator(_Pass):
    """Elements as NumPy arrays, which cannot be written to, numbers and bytes.

    Args:
        dataset: the Dataset.
    """

    def __next__(self):
        return structure.as_arrays(self._take())

    next = __next__
