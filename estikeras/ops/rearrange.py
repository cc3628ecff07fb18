"""`rearrange`: a reshape, a transpose and a reshape, said in one pattern of named axes."""

import math
import re

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.primitives import shaping


@op("keras.ops.rearrange")
def rearrange(tensor, pattern, **axes_lengths):
    """The axes of a tensor split, reordered and joined.

    Args:
        tensor: any tensor.
        pattern: such as `"b (h w) c -> b c h w"`: names in parentheses make up one axis.
        **axes_lengths: sizes of named axes, for all but one of each pair of parentheses.
    """
    x = as_tensor(tensor)
    left, arrow, right = pattern.partition("->")
    inputs, outputs = _groups(left), _groups(right)
    names = [name for group in inputs for name in group]
    if (
        not arrow
        or sorted(names) != sorted(n for g in outputs for n in g)
        or len(set(names)) < len(names)
    ):
        expected = "the same names on both sides of `->`, each once"
        raise errors.invalid("pattern", got=pattern, expected=expected)
    if len(inputs) != x.ndim:
        raise errors.shape_mismatch(
            "tensor", got=x.shape, expected=f"{len(inputs)} axes for {pattern!r}"
        )
    sizes = dict(axes_lengths)
    for group, size in zip(inputs, x.shape, strict=True):
        _complete(group, size, sizes)
    x = shaping.reshape(x, shape=tuple(sizes[n] for n in names))
    x = shaping.transpose(x, axes=tuple(names.index(n) for group in outputs for n in group))
    return shaping.reshape(x, shape=tuple(math.prod(sizes[n] for n in group) for group in outputs))


def _groups(side):
    """The axes of one side of a pattern as tuples of names."""
    if re.sub(r"\(([\w\s]*)\)|\w+|\s", "", side):
        raise errors.invalid(
            "pattern", got=side.strip(), expected="names and parentheses around names"
        )
    return [
        tuple(inner.split()) if not name else (name,)
        for inner, name in re.findall(r"\(([\w\s]*)\)|(\w+)", side)
    ]


def _complete(group, size, sizes):
    """Work out the one size of a group that is not given."""
    unknown = [name for name in group if name not in sizes]
    known = math.prod(sizes[name] for name in group if name in sizes)
    if len(unknown) > 1 or not known or size % known or (not unknown and known != size):
        expected = f"sizes for the axes {' '.join(group)} whose product is {size}"
        raise errors.invalid("axes_lengths", got=sizes, expected=expected)
    sizes.update(dict.fromkeys(unknown, size // known))
