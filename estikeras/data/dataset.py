"""`tf.data.Dataset`: a plan of steps with the reference's methods. Each method makes a dataset with
one step more; nothing runs before it is iterated over.
"""

import itertools
import os
from functools import cached_property
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.data import mixing, rewriting, sharding, sources, storing, structure
from estikeras.data.arguments import integer
from estikeras.data.iterator import Iterator, NumpyIterator
from estikeras.data.methods.batches import BatchMethods
from estikeras.data.methods.functions import FunctionMethods
from estikeras.data.methods.rows import RowMethods
from estikeras.data.node import INFINITE, Draws, Run
from estikeras.data.options import Options
from estikeras.data.selection import Shuffle, Zip
from estikeras.engine import dtypes
from estikeras.engine.specs import TensorSpec, TypeSpec
from estikeras.engine.tensor import Tensor
from estikeras.public import public


@public("data.Dataset")
class Dataset(RowMethods, BatchMethods, FunctionMethods):
    """Elements that come one after the other: tensors, or tuples and dicts of tensors.

    Datasets are made by `from_tensor_slices`, `from_generator`, `range` and the like, by classes
    such as `TFRecordDataset`, and by methods of other datasets. `name` arguments change nothing.

    Example:
        >>> dataset = Dataset.range(5).map(lambda x: x * x).batch(3)
        >>> [batch.tolist() for batch in dataset.as_numpy_iterator()]
        [[0, 1, 4], [9, 16]]
    """

    def __init__(self, plan, options=None):
        self._plan = plan
        self._options = Options() if options is None else options

    def _with(self, plan):
        return Dataset(plan, self._options)

    @staticmethod
    def _of_list(elements, spec):
        return Dataset(sources.Listed(elements, spec))

    @staticmethod
    def _checked(dataset, argument):
        if not isinstance(dataset, Dataset):
            raise errors.wrong_type(argument, got=dataset, expected="a Dataset")
        return dataset._plan

    @cached_property
    def _rewritten(self):
        return rewriting.rewrite(self._plan)

    def plan_to_run(self):
        """The plan as it is run: rewritten, unless `Options` say that it must not be."""
        if self._options.experimental_optimization.apply_default_optimizations is False:
            return self._plan
        return self._rewritten

    def __iter__(self):
        return Iterator(self)

    def __len__(self):
        """The number of elements; TypeError if it is not known, or there is no end."""
        count = self._plan.cardinality()
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
        spec = self._plan.declared
        kind = type(self._plan).__name__
        return f"<{kind} dataset, element_spec={'not known yet' if spec is None else spec}>"

    @property
    def element_spec(self):
        """The structure of the TensorSpecs of an element.

        Where a function runs in Python, a first element is made to see what it returns, and all
        sizes count as unknown.
        """
        return self._plan.spec

    def spec(self):
        """The DatasetSpec of this dataset."""
        return DatasetSpec(self.element_spec)

    def cardinality(self):
        """The number of elements, an int64 tensor (): INFINITE_CARDINALITY and UNKNOWN_CARDINALITY
        are negative.
        """
        return Tensor(np.array(self._plan.cardinality(), np.int64))

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
        return Dataset(self._plan, self._options.merge(options))

    @staticmethod
    def from_tensors(tensors, name=None):
        """One element.

        Args:
            tensors: tensor, or structure of tensors.
            name: no effect.
        """
        return Dataset(sources.Tensors(structure.as_element(tensors)))

    @staticmethod
    def from_tensor_slices(tensors, name=None):
        """One element for each row.

        Args:
            tensors: tensor `(rows, *shape)`, or structure of such; all have equally many rows.
            name: no effect.

        Returns:
            Dataset of elements of shape `shape`.
        """
        return Dataset(sources.Slices(structure.as_element(tensors)))

    @staticmethod
    def from_generator(
        generator,
        output_types=None,
        output_shapes=None,
        args=None,
        output_signature=None,
        name=None,
    ):
        """The elements that a Python generator gives; it is called anew for each pass.

        Args:
            generator: function that returns an iterable of elements.
            output_types: structure of dtypes; or give `output_signature`.
            output_shapes: structure of shapes, with None for unknown sizes; by default nothing is
                known of shapes.
            args: arguments of `generator`; it gets them as NumPy arrays.
            output_signature: structure of TensorSpecs that elements must fit.
            name: no effect.
        """
        if not callable(generator):
            raise errors.wrong_type("generator", got=generator, expected="a function")
        if (output_signature is None) == (output_types is None):
            raise TypeError(
                "Expected either `output_signature` or `output_types`, got "
                f"{'none of them' if output_types is None else 'both'}."
            )
        if output_signature is None:
            output_signature = _signature(output_types, output_shapes)
        for leaf in structure.leaves_of(output_signature):
            if not isinstance(leaf, TypeSpec):
                raise errors.wrong_type(
                    "output_signature", got=leaf, expected="TensorSpecs, in tuples or dicts"
                )
        arguments = () if args is None else tuple(args)
        arguments = [structure.as_arrays(structure.as_element(a)) for a in arguments]
        return Dataset(sources.Generated(generator, arguments, output_signature))

    @staticmethod
    def range(*args, output_type="int64", name=None):
        """Numbers as Python's `range` gives them.

        Args:
            *args: `stop`; or `start`, `stop` and maybe `step`: ints.
            output_type: dtype of the numbers.
            name: no effect.
        """
        if not 1 <= len(args) <= 3:
            raise errors.invalid("args", got=args, expected="one to three ints")
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        start, stop, step = map(integer, ("start", "stop", "step"), (start, stop, step))
        return Dataset(sources.Range(start, stop, step, dtypes.standardize(output_type)))

    @staticmethod
    def counter(start=0, step=1, dtype="int64", name=None):
        """Numbers without end.

        Args:
            start: int, the first number.
            step: int, from one number to the next.
            dtype: dtype of the numbers.
            name: no effect.
        """
        start, step = integer("start", start), integer("step", step)
        return Dataset(sources.Range(start, None, step, dtypes.standardize(dtype)))

    @staticmethod
    def random(seed=None, rerandomize_each_iteration=None, name=None):
        """Random int64 numbers from 0 to 2**32 - 1, without end.

        Args:
            seed: int or None.
            rerandomize_each_iteration: whether each pass has other numbers; by default it has not.
            name: no effect.
        """
        return Dataset(sources.Random(Draws(seed, bool(rerandomize_each_iteration))))

    @staticmethod
    def list_files(file_pattern, shuffle=None, seed=None, name=None):
        """The names of the files that match, strings ().

        Args:
            file_pattern: str, or list or tensor of them: patterns as the shell has them.
            shuffle: whether they come in random order, another one in each pass; by default they
                do. Else they are sorted.
            seed: int or None, for the order.
            name: no effect.

        Raises:
            InvalidArgumentError: if there is no such file.
        """
        patterns = np.atleast_1d(structure.as_element(file_pattern)).tolist()
        matched = [name for pattern in patterns for name in _matching(os.fsdecode(pattern))]
        if not matched:
            raise errors.InvalidArgumentError(
                message=f"`file_pattern`: no file matches {[os.fsdecode(p) for p in patterns]}."
            )
        slices = sources.Slices(structure.as_element(sorted(matched)))
        if shuffle is False:
            return Dataset(slices)
        return Dataset(Shuffle(slices, len(matched), Draws(seed)))

    @staticmethod
    def zip(*args, datasets=None, name=None):
        """Elements of several datasets side by side, until the first is at its end.

        Args:
            *args: datasets; or one tuple or dict of datasets, maybe nested.
            datasets: the same structure, by name.
            name: no effect.
        """
        if bool(args) == (datasets is not None):
            raise TypeError("Expected datasets as arguments, or `datasets`, and not both.")
        if datasets is None:
            datasets = args[0] if len(args) == 1 else args
        leaves = structure.leaves_of(datasets)
        plans = [Dataset._checked(leaf, "datasets") for leaf in leaves]
        if not plans:
            raise errors.invalid("datasets", got=datasets, expected="at least one Dataset")
        template = structure.pack(datasets, itertools.count())
        return Dataset(Zip(*plans, template=template), leaves[0]._options)

    @staticmethod
    def sample_from_datasets(
        datasets,
        weights=None,
        seed=None,
        stop_on_empty_dataset=False,
        rerandomize_each_iteration=None,
    ):
        """Elements of datasets that are drawn at random; each dataset's come in their own order.

        Args:
            datasets: list of Datasets.
            weights: list or tensor (datasets,) of how likely each is drawn, or a Dataset of such;
                by default all are equally likely.
            seed: int or None.
            stop_on_empty_dataset: whether all ends with the first dataset that ends; else the
                others go on.
            rerandomize_each_iteration: whether each pass draws anew; by default it does not if a
                `seed` is given.
        """
        plans = _plans(datasets)
        anew = seed is None if rerandomize_each_iteration is None else rerandomize_each_iteration
        draws = Draws(seed, bool(anew))
        if isinstance(weights, Dataset):
            plans, weights = [weights._plan, *plans], None
        else:
            weights = np.ones(len(plans)) if weights is None else np.asarray(weights, np.float64)
            if weights.shape != (len(plans),) or (weights < 0).any() or not weights.any():
                raise errors.invalid(
                    "weights",
                    got=weights.tolist(),
                    expected=f"{len(plans)} numbers that are not negative",
                )
            if np.count_nonzero(weights) == 1:  # the only one too
                return datasets[int(weights.argmax())]
        node = mixing.Sample(
            *plans, weights=weights, draws=draws, stop_on_empty=stop_on_empty_dataset
        )
        node.declared  # noqa: B018  raises for elements of different kinds
        return Dataset(node)

    @staticmethod
    def choose_from_datasets(datasets, choice_dataset, stop_on_empty_dataset=True):
        """Elements of the datasets that another one names.

        Args:
            datasets: list of Datasets.
            choice_dataset: Dataset of int64 numbers ().
            stop_on_empty_dataset: whether all ends when the chosen one is at its end; else it is
                passed over.
        """
        choices = Dataset._checked(choice_dataset, "choice_dataset")
        spec = choices.declared
        if spec is not None and spec != TensorSpec((), "int64"):
            raise errors.wrong_type("choice_dataset", got=spec, expected="elements int64 ()")
        node = mixing.Choose(choices, *_plans(datasets), stop_on_empty=stop_on_empty_dataset)
        node.declared  # noqa: B018  raises for elements of different kinds
        return Dataset(node)

    def save(self, path, compression=None, shard_func=None, checkpoint_args=None):
        """Write all elements into a folder, for `load`.

        Args:
            path: str, the folder.
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

    @staticmethod
    def load(path, element_spec=None, compression=None, reader_func=None):
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
        shards = Dataset(sources.Listed([Dataset(part) for part in parts], DatasetSpec(spec)))
        if reader_func is not None:
            return shards.apply(reader_func)
        return Dataset(storing.joined(parts, spec))

    def snapshot(self, path, compression="AUTO", reader_func=None, shard_func=None, name=None):
        """Not supported."""
        raise errors.unsupported("`snapshot`", "Use `cache(filename)`, or `save` and `load`.")

    def rejection_resample(self, class_func, target_dist, initial_dist=None, seed=None, name=None):
        """Not supported."""
        raise errors.unsupported(
            "`rejection_resample`",
            "Filter the classes into datasets of their own and use `sample_from_datasets`.",
        )

    # What the trainer asks of a dataset: arrays in place of Tensors, many batches at once.

    def arrays(self):
        """An iterator over elements as arrays, numbers and bytes, as they lie in memory."""
        return self.plan_to_run().elements(Run(self._options))

    def blocks(self, times):
        """An iterator over elements stacked along a new axis, many at once, of one shape in each
        block; None where elements are made one by one.

        Args:
            times: how many times more than would be made at once to take.
        """
        plan = self.plan_to_run()
        return plan.blocks(Run(self._options), times * plan.rows_at_once())

    # What `strategies.input` asks of a dataset: which files there are, and the same random choices
    # on all ranks.

    @property
    def files(self):
        """The names of the files that are read, if the dataset is made of files; else None."""
        return sharding.files_of(self._plan)

    def with_files(self, files):
        """This dataset over some of its files."""
        return self._with(sharding.over_files(self._plan, files))

    def with_common_seed(self, seed):
        """This dataset with random choices that follow from `seed` where it had no seed."""
        return self._with(sharding.with_common_seed(self._plan, seed))


@public("data.DatasetSpec")
class DatasetSpec(TypeSpec):
    """The spec of a dataset.

    Args:
        element_spec: structure of TensorSpecs.
        dataset_shape: must be ().
    """

    def __init__(self, element_spec, dataset_shape=()):
        if tuple(dataset_shape):
            raise errors.invalid("dataset_shape", got=dataset_shape, expected="()")
        self.element_spec = element_spec

    @classmethod
    def from_value(cls, value):
        """The spec of a Dataset."""
        return cls(value.element_spec)

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

    def __eq__(self, other):
        return isinstance(other, DatasetSpec) and self.element_spec == other.element_spec

    def __hash__(self):
        return hash(str(self.element_spec))

    def __repr__(self):
        return f"DatasetSpec({self.element_spec})"


def _plans(datasets):
    plans = [Dataset._checked(dataset, "datasets") for dataset in datasets]
    if not plans:
        raise errors.invalid("datasets", got=datasets, expected="at least one Dataset")
    return plans


def _signature(types, shapes):
    """The TensorSpecs of dtypes and shapes."""
    if isinstance(types, dict):
        inner = {key: None if shapes is None else shapes[key] for key in types}
        return {key: _signature(types[key], inner[key]) for key in types}
    if isinstance(types, tuple):
        inner = [None] * len(types) if shapes is None else shapes
        return tuple(_signature(t, s) for t, s in zip(types, inner, strict=True))
    return TensorSpec(shapes, dtypes.standardize(types))


def _matching(pattern):
    path = Path(pattern)
    anchor = Path(path.anchor) if path.is_absolute() else Path()
    parts = path.parts[1:] if path.is_absolute() else path.parts
    found = anchor.glob(str(Path(*parts))) if parts else ()
    return [str(name) for name in found if name.is_file()]


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
