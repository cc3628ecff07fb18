"""`tf.data.experimental`: functions that `Dataset` has as methods too."""

from estikeras import errors
from estikeras.data.arguments import integer
from estikeras.data.dataset import Dataset
from estikeras.data.mixing import Counted
from estikeras.data.node import UNKNOWN
from estikeras.public import public


@public("data.experimental.assert_cardinality")
def assert_cardinality(expected_cardinality):
    """For `Dataset.apply`: says how many elements there are; a pass with another number fails.

    Args:
        expected_cardinality: int, or INFINITE_CARDINALITY or UNKNOWN_CARDINALITY.
    """
    count = integer("expected_cardinality", expected_cardinality, UNKNOWN)
    return lambda dataset: dataset._with(Counted(dataset._plan, count))


@public("data.experimental.cardinality")
def cardinality(dataset):
    """The number of elements of a Dataset, see `Dataset.cardinality`."""
    return dataset.cardinality()


@public("data.experimental.get_single_element")
def get_single_element(dataset):
    """The only element of a Dataset, see `Dataset.get_single_element`."""
    return dataset.get_single_element()


@public("data.experimental.Counter")
def counter(start=0, step=1, dtype="int64"):
    """Numbers without end, see `Dataset.counter`."""
    return Dataset.counter(start, step, dtype)


@public("data.experimental.RandomDataset")
def random_dataset(seed=None, rerandomize_each_iteration=None, name=None):
    """Random numbers without end, see `Dataset.random`."""
    return Dataset.random(seed, rerandomize_each_iteration)


@public("data.experimental.choose_from_datasets")
def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=False):
    """See `Dataset.choose_from_datasets`."""
    return Dataset.choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset)


@public("data.experimental.sample_from_datasets")
def sample_from_datasets(datasets, weights=None, seed=None, stop_on_empty_dataset=False):
    """See `Dataset.sample_from_datasets`."""
    return Dataset.sample_from_datasets(datasets, weights, seed, stop_on_empty_dataset)


@public("data.experimental.from_list")
def from_list(elements, name=None):
    """The elements of a list of structures of tensors.

    Args:
        elements: list, not empty.
        name: no effect.
    """
    if not elements:
        raise errors.invalid("elements", got=elements, expected="at least one element")

    def rows():
        yield from elements

    spec = Dataset.from_tensors(elements[0]).element_spec
    return Dataset.from_generator(rows, output_signature=spec).apply(
        assert_cardinality(len(elements))
    )
