"""Methods that put elements together, or take them apart."""

import numpy as np

from estikeras import errors
from estikeras.data import batching, structure
from estikeras.data.arguments import integer
from estikeras.data.structure import leaves_of
from estikeras.engine import dtypes
from estikeras.engine.tensor import Tensor


class BatchMethods:
    """What `Dataset` has of them. `name` arguments change nothing."""

    def batch(
        self,
        batch_size,
        drop_remainder=False,
        num_parallel_calls=None,
        deterministic=None,
        name=None,
    ):
        """Elements stacked: `(batch_size, *shape)` from `batch_size` elements of one shape.

        Args:
            batch_size: int.
            drop_remainder: whether a last batch of fewer elements is left out.
            num_parallel_calls: of no effect: rows in memory are gathered many batches at a time.
            deterministic: of no effect: batches come in order.
            name: no effect.
        """
        size = integer("batch_size", batch_size, 1)
        return self.with_plan(batching.Batch(self.plan, size, bool(drop_remainder)))

    def padded_batch(
        self,
        batch_size,
        padded_shapes=None,
        padding_values=None,
        drop_remainder=False,
        name=None,
    ):
        """Elements stacked after each was filled up to a common shape.

        Args:
            batch_size: int.
            padded_shapes: structure of shapes, with None or -1 for the largest size in the batch;
                by default the shapes of `element_spec`.
            padding_values: value, or structure of values, that fills up; by default 0, or `""`.
            drop_remainder: whether a last batch of fewer elements is left out.
            name: no effect.
        """
        size = integer("batch_size", batch_size, 1)
        spec = self.element_spec
        shapes = None if padded_shapes is None else _flat_shapes(spec, padded_shapes)
        values = None if padding_values is None else _flat_values(spec, padding_values)
        for leaf, shape in zip(
            leaves_of(spec), shapes or [None] * len(leaves_of(spec)), strict=True
        ):
            if leaf.shape is None and shape is None:
                raise errors.invalid(
                    "padded_shapes", got=padded_shapes, expected="shapes, as none are known"
                )
        node = batching.PaddedBatch(self.plan, size, shapes, values, bool(drop_remainder))
        return self.with_plan(node)

    def unbatch(self, name=None):
        """The rows of each element, `shape[1:]`, one after the other.

        Args:
            name: no effect.
        """
        node = batching.Unbatch(self.plan)
        node.declared  # noqa: B018  raises for elements without rows
        return self.with_plan(node)

    def rebatch(self, batch_size, drop_remainder=False, name=None):
        """Batches of other sizes.

        Args:
            batch_size: int, or a list of the sizes to give in turn.
            drop_remainder: whether a last batch of fewer elements is left out.
            name: no effect.
        """
        sizes = np.atleast_1d(np.asarray(batch_size)).tolist()
        sizes = [integer("batch_size", size, 1) for size in sizes]
        node = batching.Rebatch(self.plan, sizes, bool(drop_remainder))
        node.declared  # noqa: B018  raises for elements without rows
        return self.with_plan(node)

    def window(self, size, shift=None, stride=1, drop_remainder=False, name=None):
        """Datasets of `size` consecutive elements; structures become structures of datasets.

        Args:
            size: int, elements in a window.
            shift: int, how far a window begins after the one before; by default `size`.
            stride: int, distance between a window's elements.
            drop_remainder: whether last windows of fewer elements are left out.
            name: no effect.
        """
        size = integer("size", size, 1)
        shift = size if shift is None else integer("shift", shift, 1)
        stride = integer("stride", stride, 1)
        made = self._of_list
        return self.with_plan(
            batching.Window(self.plan, size, shift, stride, bool(drop_remainder), made)
        )

    def bucket_by_sequence_length(
        self,
        element_length_func,
        bucket_boundaries,
        bucket_batch_sizes,
        padded_shapes=None,
        padding_values=None,
        pad_to_bucket_boundary=False,
        no_padding=False,
        drop_remainder=False,
        name=None,
    ):
        """Padded batches of elements of similar lengths.

        Args:
            element_length_func: function of an element, gives its length, an int.
            bucket_boundaries: list of ints, the lengths at which the next bucket begins.
            bucket_batch_sizes: list of ints, one more than boundaries.
            padded_shapes: as for `padded_batch`.
            padding_values: as for `padded_batch`.
            pad_to_bucket_boundary: whether unknown sizes are filled up to the longest length of the
                bucket; elements beyond the last boundary are then refused.
            no_padding: whether elements are stacked as they are.
            drop_remainder: whether last batches of fewer elements are left out.
            name: no effect.
        """
        boundaries = [integer("bucket_boundaries", bound) for bound in bucket_boundaries]
        sizes = [integer("bucket_batch_sizes", size, 1) for size in bucket_batch_sizes]
        if len(sizes) != len(boundaries) + 1:
            raise errors.invalid(
                "bucket_batch_sizes",
                got=sizes,
                expected=f"{len(boundaries) + 1} sizes, one more than boundaries",
            )

        def bucket(*element):
            length = int(element_length_func(*element))
            return int(np.searchsorted(boundaries, length, "right"))

        def batch(key, dataset):
            number = int(key)
            size = sizes[number]
            if no_padding:
                return dataset.batch(size, drop_remainder)
            shapes = padded_shapes
            if pad_to_bucket_boundary:
                if number == len(boundaries):
                    raise errors.InvalidArgumentError(
                        message="`pad_to_bucket_boundary`: an element is longer than the last "
                        f"boundary, {boundaries[-1]}."
                    )
                shapes = _with_size(dataset.element_spec, padded_shapes, boundaries[number] - 1)
            return dataset.padded_batch(size, shapes, padding_values, drop_remainder)

        if no_padding or pad_to_bucket_boundary:
            plan = batching.Batch(self.plan, 1)
        else:
            shapes = (
                None if padded_shapes is None else _flat_shapes(self.element_spec, padded_shapes)
            )
            plan = batching.PaddedBatch(self.plan, 1, shapes, None, False)
        return self._grouped(bucket, batch, lambda key: sizes[key], plan.declared)

    def ragged_batch(self, batch_size, drop_remainder=False, row_splits_dtype="int64", name=None):
        """Not supported: there are no ragged tensors here."""
        raise errors.unsupported("`ragged_batch`", "Use `padded_batch`, and masks.")

    def sparse_batch(self, batch_size, row_shape, name=None):
        """Elements of different shapes as SparseTensors `(batch_size, *row_shape)` of all their
        entries.

        Args:
            batch_size: int.
            row_shape: shape that no element is larger than; None or -1 for the largest size in the
                batch.
            name: no effect.
        """
        size = integer("batch_size", batch_size, 1)
        return self.with_plan(batching.SparseBatch(self.plan, size, _shape(row_shape)))


def _shape(value):
    if isinstance(value, Tensor):
        value = value.numpy()
    if value is None:
        return None
    sizes = np.atleast_1d(np.asarray(value, object)).tolist()
    return tuple(None if n is None or n == -1 else integer("padded_shapes", n, 0) for n in sizes)


def _flat_shapes(spec, given):
    """One shape for each leaf of `spec`, in order; shapes may be lists or tuples."""
    if isinstance(spec, dict):
        if not isinstance(given, dict) or given.keys() != spec.keys():
            raise _mismatch("padded_shapes", spec, given)
        return [shape for key in sorted(spec) for shape in _flat_shapes(spec[key], given[key])]
    if isinstance(spec, tuple):
        if not isinstance(given, tuple) or len(given) != len(spec):
            raise _mismatch("padded_shapes", spec, given)
        return [shape for s, g in zip(spec, given, strict=True) for shape in _flat_shapes(s, g)]
    shape = _shape(given)
    if spec.shape is not None and len(shape) != len(spec.shape):
        raise errors.invalid(
            "padded_shapes", got=given, expected=f"{len(spec.shape)} sizes for elements of {spec}"
        )
    for wanted, size in zip(shape, spec.shape or shape, strict=True):
        if None not in (wanted, size) and wanted < size:
            raise errors.invalid(
                "padded_shapes", got=given, expected=f"sizes of at least those of {spec}"
            )
    return [shape]


def _flat_values(spec, given):
    """One value of the leaf's dtype, or None, for each leaf of `spec`."""
    leaves = leaves_of(spec)
    values = (
        [given] * len(leaves) if not structure.is_structure(given) else _flatten_like(spec, given)
    )
    return [_value(leaf, value) for leaf, value in zip(leaves, values, strict=True)]


def _flatten_like(spec, given):
    if isinstance(spec, dict) and isinstance(given, dict) and given.keys() == spec.keys():
        return [v for key in sorted(spec) for v in _flatten_like(spec[key], given[key])]
    if isinstance(spec, tuple) and isinstance(given, tuple) and len(given) == len(spec):
        return [v for s, g in zip(spec, given, strict=True) for v in _flatten_like(s, g)]
    if structure.is_structure(spec):
        raise _mismatch("padding_values", spec, given)
    return [given]


def _value(leaf, value):
    if value is None:
        return None
    array = structure.as_element(value)
    dtype = dtypes.to_numpy(str(leaf.dtype))
    kinds = {"i": "iu", "u": "iu", "f": "iuf"}.get(dtype.kind, dtype.kind)
    typed = isinstance(value, np.generic | np.ndarray | Tensor) and dtype.kind != "O"
    if array.ndim or array.dtype.kind not in kinds or (typed and array.dtype != dtype):
        raise errors.wrong_type("padding_values", got=value, expected=f"a scalar of {leaf.dtype}")
    return array.item() if dtype.kind == "O" else array.astype(dtype)


def _mismatch(argument, spec, given):
    return errors.wrong_type(argument, got=given, expected=f"the structure of {spec}")


def _with_size(spec, shapes, size):
    """Padded shapes with `size` where they leave it open."""
    leaves = leaves_of(spec)
    flat = [leaf.shape for leaf in leaves] if shapes is None else _flat_shapes(spec, shapes)
    filled = [tuple(size if n is None else n for n in shape) for shape in flat]
    return structure.pack(spec, filled)
