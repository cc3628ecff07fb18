"""`tf.data.experimental`: functions for what `Dataset` has as methods."""

import sys

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
    return lambda dataset: dataset.with_plan(Counted(dataset.plan, count))


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


@public("data.experimental.save")
def save(dataset, path, compression=None, shard_func=None, checkpoint_args=None):
    """See `Dataset.save`."""
    dataset.save(path, compression, shard_func, checkpoint_args)


@public("data.experimental.load")
def load(path, element_spec=None, compression=None, reader_func=None):
    """See `Dataset.load`."""
    return Dataset.load(path, element_spec, compression, reader_func)


@public("data.experimental.get_next_as_optional")
def get_next_as_optional(iterator):
    """See `Iterator.get_next_as_optional`."""
    return iterator.get_next_as_optional()


@public("data.experimental.bucket_by_sequence_length")
def bucket_by_sequence_length(
    element_length_func,
    bucket_boundaries,
    bucket_batch_sizes,
    padded_shapes=None,
    padding_values=None,
    pad_to_bucket_boundary=False,
    no_padding=False,
    drop_remainder=False,
):
    """For `Dataset.apply`: see `Dataset.bucket_by_sequence_length`."""
    return lambda dataset: dataset.bucket_by_sequence_length(
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes,
        padding_values,
        pad_to_bucket_boundary,
        no_padding,
        drop_remainder,
    )


@public("data.experimental.enumerate_dataset")
def enumerate_dataset(start=0):
    """For `Dataset.apply`: see `Dataset.enumerate`."""
    return lambda dataset: dataset.enumerate(start)


@public("data.experimental.group_by_window")
def group_by_window(key_func, reduce_func, window_size=None, window_size_func=None):
    """For `Dataset.apply`: see `Dataset.group_by_window`."""
    return lambda dataset: dataset.group_by_window(
        key_func, reduce_func, window_size, window_size_func
    )


@public("data.experimental.ignore_errors")
def ignore_errors(log_warning=False):
    """For `Dataset.apply`: see `Dataset.ignore_errors`."""
    return lambda dataset: dataset.ignore_errors(log_warning)


@public("data.experimental.parallel_interleave")
def parallel_interleave(
    map_func,
    cycle_length,
    block_length=1,
    sloppy=False,
    buffer_output_elements=None,
    prefetch_input_elements=None,
):
    """For `Dataset.apply`: see `Dataset.interleave`, with a thread for each open dataset.

    Args:
        map_func: function of an element; returns a Dataset.
        cycle_length: int, how many datasets are open at once.
        block_length: int, how many elements of one come in succession.
        sloppy: of no effect: elements come in the order of turns.
        buffer_output_elements: of no effect.
        prefetch_input_elements: of no effect.
    """
    return lambda dataset: dataset.interleave(
        map_func, cycle_length, block_length, num_parallel_calls=cycle_length
    )


@public("data.experimental.map_and_batch")
def map_and_batch(
    map_func,
    batch_size,
    num_parallel_batches=None,
    drop_remainder=False,
    num_parallel_calls=None,
):
    """For `Dataset.apply`: see `Dataset.map` and `Dataset.batch`.

    Args:
        map_func: function of an element.
        batch_size: int.
        num_parallel_batches: int, of how many batches the elements are made at once; an older
            way to say `num_parallel_calls`.
        drop_remainder: whether a last batch of fewer elements is left out.
        num_parallel_calls: int, how many elements are made at once, or `AUTOTUNE`.
    """
    if num_parallel_batches is not None:
        if num_parallel_calls is not None:
            raise errors.invalid(
                "num_parallel_batches",
                got=num_parallel_batches,
                expected="None where `num_parallel_calls` is given",
            )
        num_parallel_calls = batch_size * integer("num_parallel_batches", num_parallel_batches, 1)
    return lambda dataset: dataset.map(map_func, num_parallel_calls).batch(
        batch_size, drop_remainder
    )


@public("data.experimental.rejection_resample")
def rejection_resample(class_func, target_dist, initial_dist=None, seed=None):
    """For `Dataset.apply`: see `Dataset.rejection_resample`."""
    return lambda dataset: dataset.rejection_resample(class_func, target_dist, initial_dist, seed)


@public("data.experimental.scan")
def scan(initial_state, scan_func):
    """For `Dataset.apply`: see `Dataset.scan`."""
    return lambda dataset: dataset.scan(initial_state, scan_func)


@public("data.experimental.shuffle_and_repeat")
def shuffle_and_repeat(buffer_size, count=None, seed=None):
    """For `Dataset.apply`: see `Dataset.shuffle` and `Dataset.repeat`."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


@public("data.experimental.take_while")
def take_while(predicate):
    """For `Dataset.apply`: see `Dataset.take_while`."""
    return lambda dataset: dataset.take_while(predicate)


@public("data.experimental.unbatch")
def unbatch():
    """For `Dataset.apply`: see `Dataset.unbatch`."""
    return lambda dataset: dataset.unbatch()


@public("data.experimental.unique")
def unique():
    """For `Dataset.apply`: see `Dataset.unique`."""
    return lambda dataset: dataset.unique()


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
    for number, element in enumerate(elements):
        if Dataset.from_tensors(element).element_spec != spec:
            raise errors.invalid(
                f"elements[{number}]", got=element, expected=f"an element like the first, {spec}"
            )
    return Dataset.from_generator(rows, output_signature=spec).apply(
        assert_cardinality(len(elements))
    )


@public("data.experimental.Reducer")
class Reducer:
    """How `group_by_reducer` reduces the elements of a key.

    Args:
        init_func: function of a key, int64 (); gives the first state.
        reduce_func: function of a state and an element; gives the new state.
        finalize_func: function of the last state; gives the result.
    """

    def __init__(self, init_func, reduce_func, finalize_func):
        self.init_func, self.reduce_func = init_func, reduce_func
        self.finalize_func = finalize_func


@public("data.experimental.group_by_reducer")
def group_by_reducer(key_func, reducer):
    """For `Dataset.apply`: one result for each key, in the order of keys.

    Args:
        key_func: function of an element; gives an int64 key.
        reducer: the Reducer.
    """

    def reduced(key, elements):
        state = elements.reduce(reducer.init_func(key), reducer.reduce_func)
        return Dataset.from_tensors(reducer.finalize_func(state))

    return lambda dataset: dataset.group_by_window(
        key_func, reduced, window_size_func=lambda key: sys.maxsize
    )
