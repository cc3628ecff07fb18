"""Elements: nested tuples and dicts whose leaves are what NumPy indexing gives (arrays, NumPy
numbers, bytes), SparseTensors, or Datasets; and blocks, the same structures with rows stacked.

Lists are values, as everywhere in `tf.data`: they become tensors.
"""

import numpy as np

from estikeras import errors
from estikeras.engine import dtypes
from estikeras.engine.specs import SparseTensor, SparseTensorSpec, TensorSpec
from estikeras.engine.tensor import Spec, Tensor, TracedTensor, as_tensor, borrowed
from estikeras.engine.variable import Variable


class Planned:
    """What has a plan: a Dataset, by a name that its own steps may know.

    Args:
        plan: the last step.
    """

    def __init__(self, plan):
        self.plan = plan


def checked_dataset(argument, made):
    """What a user's function returned, a Dataset.

    Raises:
        TypeError: if it is none.
    """
    if not isinstance(made, Planned):
        raise errors.wrong_type(argument, got=made, expected="a function that returns a Dataset")
    return made


def is_structure(value):
    """Whether a value is a tuple or dict, and not a leaf."""
    return isinstance(value, tuple | dict)


def map_leaves(function, element, *others):
    """`function` on corresponding leaves; None stays None.

    Raises:
        TypeError: when the structures differ.
    """
    kind = type(element)
    if not others:  # the usual cases at once: this runs for every batch
        if kind is np.ndarray:
            return function(element)
        if kind is tuple:
            return tuple(
                [
                    function(child) if type(child) is np.ndarray else map_leaves(function, child)
                    for child in element
                ]
            )
    if isinstance(element, tuple):
        for other in others:
            if not isinstance(other, tuple) or len(other) != len(element):
                raise TypeError(f"Two structures differ: {describe(element)}, {describe(other)}.")
        children = [map_leaves(function, *parts) for parts in zip(element, *others, strict=True)]
        return kind(*children) if hasattr(element, "_fields") else tuple(children)
    if isinstance(element, dict):
        for other in others:
            if not isinstance(other, dict) or other.keys() != element.keys():
                raise TypeError(f"Two structures differ: {describe(element)}, {describe(other)}.")
        return {
            key: map_leaves(function, value, *[other[key] for other in others])
            for key, value in element.items()
        }
    if any(map(is_structure, others)):
        raise TypeError(f"Two structures differ: {', '.join(map(describe, (element, *others)))}.")
    return None if element is None else function(element, *others)


def leaves_of(element):
    """The leaves in order; dicts by their sorted keys, None left out."""
    if isinstance(element, tuple):
        return [leaf for child in element for leaf in leaves_of(child)]
    if isinstance(element, dict):
        return [leaf for key in sorted(element) for leaf in leaves_of(element[key])]
    return [] if element is None else [element]


def pack(template, leaves):
    """Leaves in the order of `leaves_of`, in the form of `template`."""
    return _filled(template, iter(leaves))


def _filled(part, leaves):
    # No inner function of `pack`: one that calls itself would keep the leaves' memory from being
    # used again until garbage is collected.
    if isinstance(part, tuple):
        children = [_filled(child, leaves) for child in part]
        return type(part)(*children) if hasattr(part, "_fields") else tuple(children)
    if isinstance(part, dict):
        filled = {key: _filled(part[key], leaves) for key in sorted(part)}
        return {key: filled[key] for key in part}
    return None if part is None else next(leaves)


def describe(element):
    """The form of an element in a few words, for messages."""
    if isinstance(element, tuple):
        return f"({', '.join(map(describe, element))})"
    if isinstance(element, dict):
        return (
            "{" + ", ".join(f"{key!r}: {describe(value)}" for key, value in element.items()) + "}"
        )
    if isinstance(element, np.ndarray | np.generic | Tensor):
        return f"{np.asarray(element).dtype}{list(np.shape(element))}"
    return type(element).__name__


def as_element(value):
    """An element from what a user gave: leaves become arrays of the dtype that tensors have."""
    return map_leaves(_leaf, value)


def _leaf(value):
    if isinstance(value, SparseTensor | Planned):
        return value
    if isinstance(value, Variable):
        value = value.value
    if isinstance(value, Tensor):
        return value.value
    try:
        return as_tensor(value).value
    except ValueError as error:
        raise errors.invalid(
            "tensors",
            got=value,
            expected="an even nesting of numbers or strings",
            hint="Pad rows of different lengths with `keras.utils.pad_sequences`, or give them one "
            "by one with `from_generator`.",
        ) from error


def pending_spec(value):
    """The structure of TensorSpecs of what a user gave, if some of it is being traced and has no
    value; else None.
    """
    if not any(isinstance(leaf, TracedTensor) for leaf in leaves_of(value)):
        return None
    return map_leaves(
        lambda leaf: (
            TensorSpec(leaf.shape, leaf.dtype)
            if isinstance(leaf, TracedTensor)
            else _spec(_leaf(leaf))
        ),
        value,
    )


def as_tensors(element):
    """An element as users see it: with Tensors, whose `numpy()` is a copy: what they write there
    must not get into the data that come again.
    """
    return map_leaves(_tensor, element)


def _tensor(leaf):
    if isinstance(leaf, np.ndarray):
        return borrowed(leaf)
    if isinstance(leaf, bytes):
        return Tensor(np.array(leaf, object))
    if isinstance(leaf, np.generic):
        return Tensor(np.asarray(leaf))
    return leaf


def as_arrays(element):
    """An element as NumPy users see it: read-only arrays, numbers, bytes."""
    return map_leaves(_array, element)


def _array(leaf):
    if isinstance(leaf, np.ndarray):
        if not leaf.ndim:
            return leaf[()]
        leaf = leaf.view()
        leaf.flags.writeable = False
    return leaf


def spec_of(element):
    """The structure of specs of an element."""
    return map_leaves(_spec, element)


def _spec(leaf):
    if isinstance(leaf, bytes):
        return TensorSpec((), "string")
    if isinstance(leaf, np.ndarray | np.generic):
        return TensorSpec(leaf.shape, dtypes.from_numpy(leaf.dtype))
    if isinstance(leaf, SparseTensor):
        return SparseTensorSpec(leaf.shape, leaf.dtype)
    return leaf.spec()  # a Dataset in an element, of `window`


def spec_of_row(block):
    """The structure of specs of the elements of a block."""
    return map_leaves(lambda leaf: _spec(leaf).unbatched(), block)


def trace_specs(spec):
    """The structure with the engine's Specs; None if some size, or the number of sizes, is unknown,
    or a leaf is no tensor.
    """
    leaves = leaves_of(spec)
    if not all(isinstance(leaf, TensorSpec) and leaf.is_static for leaf in leaves):
        return None
    return map_leaves(lambda leaf: Spec(leaf.shape, str(leaf.dtype)), spec)


def have_one_shape(spec):
    """Whether all elements of a spec have the same shapes, so that any of them make a block."""
    return spec is not None and trace_specs(spec) is not None


def spec_from_traced(template):
    """The structure of TensorSpecs for the engine's Specs; other specs stay."""
    return map_leaves(
        lambda leaf: TensorSpec(leaf.shape, leaf.dtype) if isinstance(leaf, Spec) else leaf,
        template,
    )


def batched(spec, size):
    """The spec of `size` elements (None for unknown) in one."""
    return map_leaves(lambda leaf: leaf.batched(size), spec)


def unbatched(spec):
    """The spec of a row of elements; ValueError if some have none."""
    return map_leaves(lambda leaf: leaf.unbatched(), spec)


def common_spec(first, second):
    """The spec that elements of both fit; TypeError if there is none."""
    try:
        return map_leaves(lambda a, b: a.most_general(b), first, second)
    except ValueError as error:
        raise TypeError(f"Elements of different kinds: {first} and {second}: {error}.") from error


def stand_in(spec):
    """An element of zeros, and of one where sizes are not known."""
    return map_leaves(lambda leaf: leaf.stand_in(), spec)


def size_bytes(spec):
    """How many bytes an element has; None if that is not known from its spec."""
    specs = trace_specs(spec)
    if specs is None:
        return None
    return sum(leaf.size * dtypes.to_numpy(leaf.dtype).itemsize for leaf in leaves_of(specs))


def _is_row(element):
    """Whether an element is a plain tuple of leaves, as most are: there is a faster way for it."""
    return type(element) is tuple and not any(
        leaf is None or isinstance(leaf, tuple | dict) for leaf in element
    )


def stack(elements):
    """A block of elements of one form.

    Raises:
        InvalidArgumentError: when leaves differ in shape or dtype; it names both.
    """
    first = elements[0]
    if not is_structure(first):
        return None if first is None else stack_leaves(elements)
    if _is_row(first):
        return tuple(map(stack_leaves, zip(*elements, strict=True)))
    columns = zip(*map(leaves_of, elements), strict=True)
    return pack(first, [stack_leaves(column) for column in columns])


def stack_leaves(leaves):
    """Equal leaves, along a new first axis."""
    first = leaves[0]
    if isinstance(first, bytes):
        return np.array(leaves, object)
    if isinstance(first, SparseTensor):
        return _stack_sparse(leaves)
    if not isinstance(first, np.ndarray | np.generic):
        raise TypeError(
            f"Elements with {type(first).__name__}s cannot be batched. Use `flat_map` to get at "
            "what is in them."
        )
    out = np.empty((len(leaves), *first.shape), first.dtype)
    shape, dtype = first.shape, first.dtype
    for i, leaf in enumerate(leaves):
        if leaf.shape != shape or leaf.dtype != dtype:
            raise errors.InvalidArgumentError(
                message=f"Elements of one batch have different shapes: the first has {dtype}"
                f"{list(shape)}, number {i} has {leaf.dtype}{list(leaf.shape)}. Pad them with "
                "`padded_batch`, or make them alike with `map`."
            )
        out[i] = leaf[()]  # the string itself out of an array without axes
    return out


def _stack_sparse(leaves):
    shapes = np.array([leaf.dense_shape.value for leaf in leaves])
    rows = np.repeat(np.arange(len(leaves)), [len(leaf.values.value) for leaf in leaves])
    indices = np.concatenate([leaf.indices.value for leaf in leaves])
    values = np.concatenate([leaf.values.value for leaf in leaves])
    dense_shape = np.concatenate([[len(leaves)], shapes.max(0)])
    return SparseTensor(np.column_stack([rows, indices]), values, dense_shape)


def rows_of(block):
    """How many rows a block has."""
    first = leaves_of(block)[0]
    return first.shape[0] if isinstance(first, SparseTensor) else len(first)


def unstack(block):
    """The elements of a block, one after the other."""
    if not is_structure(block):
        return iter(block)
    if _is_row(block):
        return zip(*block, strict=True)
    leaves = leaves_of(block)
    return (pack(block, row) for row in zip(*leaves, strict=True))


def take_row(block, row):
    """One element of a block."""
    return map_leaves(lambda leaf: leaf[row], block)


def take_slice(block, start, stop):
    """Some rows of a block, as views."""
    return map_leaves(lambda leaf: leaf[start:stop], block)


def concatenate(blocks):
    """Blocks one after the other as one."""
    if len(blocks) == 1:
        return blocks[0]
    return map_leaves(lambda *leaves: np.concatenate(leaves), *blocks)


def rechunk(pieces, size, unit=1):
    """Blocks of exactly `size` rows, the last maybe of fewer, from blocks of any.

    An error in their making comes after the rows before it: all whole `unit`s of them.
    """
    held, count = [], 0
    try:
        for piece in pieces:
            rows = rows_of(piece)
            start = 0
            while count + rows - start >= size:
                stop = start + size - count
                whole = start == 0 and stop == rows
                held.append(piece if whole else take_slice(piece, start, stop))
                yield concatenate(held)
                held, count, start = [], 0, stop
            if start < rows:
                held.append(take_slice(piece, start, rows) if start else piece)
                count += rows - start
    except Exception:
        if count >= unit:
            yield take_slice(concatenate(held), 0, count - count % unit)
        raise
    if held:
        yield concatenate(held)
