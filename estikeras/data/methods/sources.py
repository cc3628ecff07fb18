"""Methods that make datasets of what is no dataset."""

import os
from pathlib import Path

import numpy as np

from estikeras import errors
from estikeras.data import sources, structure
from estikeras.data.arguments import integer
from estikeras.data.node import Draws
from estikeras.data.selection import Shuffle
from estikeras.data.sparse_slices import SparseSlices
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor, TensorSpec, TypeSpec
from estikeras.formats import paths


class SourceMethods:
    """What `Dataset` has of them. `name` arguments change nothing."""

    @classmethod
    def from_tensors(cls, tensors, name=None):
        """One element.

        Args:
            tensors: tensor, or structure of tensors.
            name: no effect.
        """
        spec = structure.pending_spec(tensors)
        if spec is not None:
            return cls._of(sources.Pending(spec, tensors, sources.Tensors))
        return cls._of(sources.Tensors(structure.as_element(tensors)))

    @classmethod
    def from_tensor_slices(cls, tensors, name=None):
        """One element for each row.

        Args:
            tensors: tensor or SparseTensor `(rows, *shape)`, or structure of such; all have equally
                many rows.
            name: no effect.

        Returns:
            Dataset of elements of shape `shape`.
        """
        spec = structure.pending_spec(tensors)
        if spec is not None:
            return cls._of(sources.Pending(structure.unbatched(spec), tensors, sources.Slices))
        block = structure.as_element(tensors)
        is_sparse = any(isinstance(leaf, SparseTensor) for leaf in structure.leaves_of(block))
        return cls._of((SparseSlices if is_sparse else sources.Slices)(block))

    @classmethod
    def from_generator(
        cls,
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
        return cls._of(sources.Generated(generator, arguments, output_signature))

    @classmethod
    def range(cls, *args, output_type="int64", name=None):
        """Numbers as Python's `range` gives them.

        Args:
            *args: `stop`; or `start`, `stop` and maybe `step`: ints.
            output_type: dtype of the numbers.
            name: no effect.
        """
        if not 1 <= len(args) <= 3:
            raise errors.invalid("args", got=args, expected="one to three ints")
        if structure.pending_spec(args) is not None:
            return cls._of(sources.Pending(TensorSpec((), output_type)))
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        start, stop, step = map(integer, ("start", "stop", "step"), (start, stop, step))
        return cls._of(sources.Range(start, stop, step, dtypes.standardize(output_type)))

    @classmethod
    def counter(cls, start=0, step=1, dtype="int64", name=None):
        """Numbers without end.

        Args:
            start: int, the first number.
            step: int, from one number to the next.
            dtype: dtype of the numbers.
            name: no effect.
        """
        start, step = integer("start", start), integer("step", step)
        return cls._of(sources.Range(start, None, step, dtypes.standardize(dtype)))

    @classmethod
    def random(cls, seed=None, rerandomize_each_iteration=None, name=None):
        """Random int64 numbers from 0 to 2**32 - 1, without end.

        Args:
            seed: int or None.
            rerandomize_each_iteration: whether each pass has other numbers; by default it has not.
            name: no effect.
        """
        return cls._of(sources.Random(Draws(seed, bool(rerandomize_each_iteration))))

    @classmethod
    def list_files(cls, file_pattern, shuffle=None, seed=None, name=None):
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
        matched = [
            name
            for pattern in patterns
            for name in paths.matching(os.fsdecode(pattern))
            if Path(name).is_file()
        ]
        if not matched:
            raise errors.InvalidArgumentError(
                message=f"`file_pattern`: no file matches {[os.fsdecode(p) for p in patterns]}."
            )
        slices = sources.Slices(structure.as_element(sorted(matched)))
        if shuffle is False:
            return cls._of(slices)
        return cls._of(Shuffle(slices, len(matched), Draws(seed)))


def _signature(types, shapes):
    """The TensorSpecs of dtypes and shapes."""
    if isinstance(types, dict):
        inner = {key: None if shapes is None else shapes[key] for key in types}
        return {key: _signature(types[key], inner[key]) for key in types}
    if isinstance(types, tuple):
        inner = [None] * len(types) if shapes is None else shapes
        return tuple(_signature(t, s) for t, s in zip(types, inner, strict=True))
    return TensorSpec(shapes, dtypes.standardize(types))
