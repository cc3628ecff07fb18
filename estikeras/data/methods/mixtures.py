"""Methods that take elements from several datasets."""

import itertools

import numpy as np

from estikeras import errors
from estikeras.data import mixing, structure
from estikeras.data.node import Draws
from estikeras.data.selection import Zip
from estikeras.data.user_function import UserFunction
from estikeras.engine.specs import TensorSpec


class MixtureMethods:
    """What `Dataset` has of them. `name` arguments change nothing."""

    @classmethod
    def zip(cls, *args, datasets=None, name=None):
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
        plans = [cls._checked(leaf, "datasets") for leaf in leaves]
        if not plans:
            raise errors.invalid("datasets", got=datasets, expected="at least one Dataset")
        template = structure.pack(datasets, itertools.count())
        return cls._of(Zip(*plans, template=template), leaves[0]._options)

    @classmethod
    def sample_from_datasets(
        cls,
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
        plans = _plans(cls, datasets)
        anew = seed is None if rerandomize_each_iteration is None else rerandomize_each_iteration
        draws = Draws(seed, bool(anew))
        if isinstance(weights, structure.Planned):
            plans, weights = [weights.plan, *plans], None
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
        return cls._of(node)

    @classmethod
    def choose_from_datasets(cls, datasets, choice_dataset, stop_on_empty_dataset=True):
        """Elements of the datasets that another one names.

        Args:
            datasets: list of Datasets.
            choice_dataset: Dataset of int64 numbers ().
            stop_on_empty_dataset: whether all ends when the chosen one is at its end; else it is
                passed over.
        """
        choices = cls._checked(choice_dataset, "choice_dataset")
        spec = choices.declared
        if spec is not None and spec != TensorSpec((), "int64"):
            raise errors.wrong_type("choice_dataset", got=spec, expected="elements int64 ()")
        node = mixing.Choose(choices, *_plans(cls, datasets), stop_on_empty=stop_on_empty_dataset)
        node.declared  # noqa: B018  raises for elements of different kinds
        return cls._of(node)

    def rejection_resample(self, class_func, target_dist, initial_dist=None, seed=None, name=None):
        """Pairs of a class, int64 (), and an element; some are left out at random, so that the
        classes come as often as is wanted.

        Args:
            class_func: function of an element; gives its class, an int from 0.
            target_dist: list or tensor (classes,) of how often each class is wanted.
            initial_dist: how often each class comes; None to estimate it from those that came.
            seed: int or None.
            name: no effect.
        """
        target = _distribution("target_dist", target_dist)
        initial = None if initial_dist is None else _distribution("initial_dist", initial_dist)
        if initial is not None and initial.shape != target.shape:
            raise errors.shape_mismatch("initial_dist", got=initial.shape, expected=target.shape)
        function = UserFunction(class_func, "class_func")
        return self.with_plan(mixing.Resample(self.plan, function, target, initial, Draws(seed)))


def _distribution(name, value):
    weights = np.asarray(value, np.float64)
    if weights.ndim != 1 or (weights < 0).any() or not weights.any():
        raise errors.invalid(name, got=value, expected="numbers that are not negative")
    return weights / weights.sum()


def _plans(cls, datasets):
    plans = [cls._checked(dataset, "datasets") for dataset in datasets]
    if not plans:
        raise errors.invalid("datasets", got=datasets, expected="at least one Dataset")
    return plans
