"""`tf.data.Dataset`: a plan of steps with the reference's methods. Each method makes a dataset with
one step more; nothing runs before it is iterated over.
"""

from functools import cached_property

import numpy as np

from estikeras import errors
from estikeras.data import rewriting, sharding, sources, structure
from estikeras.data.iterator import Iterator, NumpyIterator
from estikeras.data.methods.batches import BatchMethods
from estikeras.data.methods.functions import FunctionMethods
from estikeras.data.methods.mixtures import MixtureMethods
from estikeras.data.methods.rows import RowMethods
from estikeras.data.methods.sources import SourceMethods
from estikeras.data.methods.storage import StorageMethods
from estikeras.data.node import INFINITE
from estikeras.data.options import Options
from estikeras.data.outputs import Outputs
from estikeras.data.session_iterator import SessionIterator
from estikeras.engine.session_graph import session_graph
from estikeras.engine.specs import ElementsSpec
from estikeras.engine.tensor import Tensor
from estikeras.public import public


@public("data.Dataset")
class Dataset(
    SourceMethods,
    RowMethods,
    BatchMethods,
    FunctionMethods,
    MixtureMethods,
    StorageMethods,
    Outputs,
    structure.Planned,
):
    """Elements that come one after the other: tensors, or tuples and dicts of tensors.

    Datasets are made by `from_tensor_slices`, `from_generator`, `range` and the like, by classes
    such as `TFRecordDataset`, and by methods of other datasets. `name` arguments change nothing.

    Example:
        >>> dataset = Dataset.range(5).map(lambda x: x * x).batch(3)
        >>> [batch.tolist() for batch in dataset.as_numpy_iterator()]
        [[0, 1, 4], [9, 16]]
    """

    def __init__(self, plan, options=None):
        super().__init__(plan)
        self._options = Options() if options is None else options

    def with_plan(self, plan):
        """A dataset with the same options.

        Args:
            plan: its last step.
        """
        return Dataset(plan, self._options)

    @staticmethod
    def _of(plan, options=None):
        return Dataset(plan, options)

    @staticmethod
    def _of_list(elements, spec):
        return Dataset(sources.Listed(elements, spec))

    @staticmethod
    def _checked(dataset, argument):
        if not isinstance(dataset, Dataset):
            raise errors.wrong_type(argument, got=dataset, expected="a Dataset")
        return dataset.plan

    @cached_property
    def _rewritten(self):
        return rewriting.rewrite(self.plan)

    def plan_to_run(self):
        """The plan as it is run: rewritten, unless `Options` say that it must not be."""
        if self._options.experimental_optimization.apply_default_optimizations is False:
            return self.plan
        return self._rewritten

    def __iter__(self):
        if session_graph() is not None:
            raise RuntimeError(
                "A Dataset was iterated in a model function or input function, which would make "
                "one element the same in every step. Return the Dataset itself, or use "
                "`tf.compat.v1.data.make_one_shot_iterator(dataset).get_next()`."
            )
        return Iterator(self)

    def make_one_shot_iterator(self):
        """See `tf.compat.v1.data.make_one_shot_iterator`."""
        return SessionIterator(self)

    def make_initializable_iterator(self, shared_name=None):
        """See `tf.compat.v1.data.make_initializable_iterator`."""
        return self.make_one_shot_iterator()

    def __len__(self):
        """The number of elements; TypeError if it is not known, or there is no end."""
        count = self.plan.cardinality()
        if count < 0:
            kind = "is infinite" if count == INFINITE else "is not known"
            raise TypeError(
                f"The length of this dataset {kind}. Where you know better, say so by "
                "`tf.data.experimental.assert_cardinality`."
            )
        return count

    def __bool__(self):
        return True

    def __repr__(self):
        spec = self.plan.declared
        kind = type(self.plan).__name__
        return f"<{kind} dataset, element_spec={'not known yet' if spec is None else spec}>"

    @property
    def element_spec(self):
        """The structure of the TensorSpecs of an element.

        Where a function runs in Python, a first element is made to see what it returns, and all
        sizes count as unknown.
        """
        return self.plan.spec

    def spec(self):
        """The DatasetSpec of this dataset."""
        return DatasetSpec(self.element_spec)

    def cardinality(self):
        """The number of elements, an int64 tensor (): INFINITE_CARDINALITY and UNKNOWN_CARDINALITY
        are negative.
        """
        return Tensor(np.array(self.plan.cardinality(), np.int64))

    def as_numpy_iterator(self):
        """An iterator over elements as NumPy arrays, numbers and bytes."""
        return NumpyIterator(self)

    def get_single_element(self, name=None):
        """The only element, as Tensors.

        Args:
            name: no effect.

        Raises:
            InvalidArgumentError: if there is none, or more than one.
        """
        elements = list(self.take(2))
        if len(elements) != 1:
            raise errors.InvalidArgumentError(
                message="`get_single_element`: expected one element, got "
                f"{'more' if elements else 'none'}."
            )
        return elements[0]

    def options(self):
        """The Options of this dataset."""
        return Options().merge(self._options)

    def with_options(self, options, name=None):
        """This dataset, run as options say; what they do not say stays.

        Args:
            options: Options.
            name: no effect.
        """
        if not isinstance(options, Options):
            raise errors.wrong_type("options", got=options, expected="Options")
        return Dataset(self.plan, self._options.merge(options))

    # What `strategies.input` asks of a dataset: which files there are, and the same random choices
    # on all ranks.

    @property
    def files(self):
        """The names of the files that are read, if the dataset is made of files; else None."""
        return sharding.files_of(self.plan)

    def with_files(self, files):
        """This dataset over some of its files."""
        return self.with_plan(sharding.over_files(self.plan, files))

    def with_common_seed(self, seed):
        """This dataset with random choices that follow from `seed` where it had no seed."""
        return self.with_plan(sharding.with_common_seed(self.plan, seed))


@public("data.DatasetSpec")
class DatasetSpec(ElementsSpec):
    """The spec of a dataset.

    Args:
        element_spec: structure of TensorSpecs.
        dataset_shape: must be ().
    """

    def __init__(self, element_spec, dataset_shape=()):
        if tuple(dataset_shape):
            raise errors.invalid("dataset_shape", got=dataset_shape, expected="()")
        super().__init__(element_spec)

    @property
    def value_type(self):
        return Dataset

    def most_general(self, other):
        """The spec that datasets of both kinds fit."""
        return DatasetSpec(structure.common_spec(self.element_spec, other.element_spec))

    def is_subtype_of(self, other):
        """Whether all datasets of this spec fit the other."""
        return self.most_specific_common_supertype([other]) == other

    def most_specific_common_supertype(self, others):
        """The spec that datasets of this spec and of the others fit; None if there is none.

        Args:
            others: list of DatasetSpecs.
        """
        spec = self
        for other in others:
            if not isinstance(other, DatasetSpec):
                return None
            try:
                spec = spec.most_general(other)
            except TypeError:
                return None
        return spec

    def stand_in(self):
        """A dataset without elements."""
        return Dataset(sources.Listed([], self.element_spec))

    def of_any_size(self):
        """The same: the sizes of a dataset's elements are its own."""
        return self
