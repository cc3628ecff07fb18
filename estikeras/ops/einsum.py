"""`einsum`: each contraction of two operands becomes transposes, reshapes and one batched matrix
product.
"""

import math

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.ops.core import promote
from estikeras.ops.diagonals import diagonal
from estikeras.ops.linalg import product
from estikeras.primitives import reduce, shaping

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@op("keras.ops.einsum", "keras.ops.numpy.einsum")
def einsum(subscripts, *operands, **kwargs):
    """Sums of products by Einstein's notation, such as `einsum("bij,bjk->bik", a, b)`.

    Args:
        subscripts: a label for each axis of each operand, and of the result after `->`; `...`
            stands for further axes, which are broadcast.
        *operands: tensors.
        **kwargs: `optimize` changes nothing: operands are joined from left to right.
    """
    wrong = set(kwargs) - {"optimize"}
    if wrong:
        raise TypeError(f"einsum() has no argument {min(wrong)!r}.")
    operands = list(promote(*operands))
    inputs, output = _parse(subscripts, [x.shape for x in operands])
    terms = [_distinct(x, labels) for x, labels in zip(operands, inputs, strict=True)]
    while len(terms) > 1:
        (a, left), (b, right) = terms[:2]
        wanted = set(output).union(*[labels for _, labels in terms[2:]])
        terms[:2] = [_contract(a, left, b, right, wanted)]
    x, labels = _sum_out(*terms[0], set(output))
    order = tuple(labels.index(label) for label in output)
    return x if order == tuple(range(x.ndim)) else shaping.transpose(x, axes=order)


def _parse(subscripts, shapes):
    """Labels of each operand and of the output, with letters of their own in place of `...`."""
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    parts = left.split(",")
    if len(parts) != len(shapes):
        expected = f"labels for {len(shapes)} operands"
        raise errors.invalid("subscripts", got=subscripts, expected=expected)
    free = [letter for letter in _LETTERS if letter not in text]
    deepest = max(len(s) - len(p.replace("...", "")) for p, s in zip(parts, shapes, strict=True))
    dots = "".join(free[: max(deepest, 0)]) if "..." in text else ""
    inputs = []
    for part, shape in zip(parts, shapes, strict=True):
        count = len(shape) - len(part.replace("...", ""))
        labels = (
            part.replace("...", dots[len(dots) - count :]) if count else part.replace("...", "")
        )
        if len(labels) != len(shape):
            raise errors.shape_mismatch("operands", got=shape, expected=f"axes for {part!r}")
        inputs.append(labels)
    if not arrow:
        once = [c for c in sorted(set(left) - set(",.")) if left.count(c) == 1]
        return inputs, dots + "".join(once)
    output = right.replace("...", dots)
    if not set(output) <= set("".join(inputs)) or len(set(output)) != len(output):
        expected = "an output of labels of the inputs, each once"
        raise errors.invalid("subscripts", got=subscripts, expected=expected)
    return inputs, output


def _distinct(x, labels):
    """An operand with the diagonal taken where a label occurs twice."""
    for label in labels:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            x = diagonal(x, 0, first, second)
            labels = labels[:first] + labels[first + 1 : second] + labels[second + 1 :] + label
    return x, labels


def _sum_out(x, labels, wanted):
    """An operand without the axes that are needed nowhere else."""
    axes = tuple(i for i, label in enumerate(labels) if label not in wanted)
    if axes:
        x = reduce.reduce_sum(x, axes=axes, keepdims=False)
    return x, "".join(label for label in labels if label in wanted)


def _contract(a, left, b, right, wanted):
    """Two operands joined: shared labels that are wanted later are batches, other shared ones are
    summed.
    """
    a, left = _sum_out(a, left, wanted | set(right))
    b, right = _sum_out(b, right, wanted | set(left))
    shared = [c for c in left if c in right]
    batch = [c for c in shared if c in wanted]
    inner = [c for c in shared if c not in wanted]
    rows = [c for c in left if c not in right]
    columns = [c for c in right if c not in left]
    sizes = _sizes(a, left, b, right)
    x = _grouped(a, left, sizes, batch, rows, inner)
    y = _grouped(b, right, sizes, batch, inner, columns)
    z = product(x, y)
    labels = "".join([*batch, *rows, *columns])
    return shaping.reshape(z, shape=tuple(sizes[c] for c in labels)), labels


def _sizes(a, left, b, right):
    sizes = {}
    for x, labels in ((a, left), (b, right)):
        for label, size in zip(labels, x.shape, strict=True):
            known = sizes.setdefault(label, size)
            if known != size and 1 not in (known, size):
                expected = f"size {known} for label {label!r}, as another operand has"
                raise errors.shape_mismatch("operands", got=x.shape, expected=expected)
            sizes[label] = max(known, size) if known else size
    return sizes


def _grouped(x, labels, sizes, *groups):
    """An operand with its axes in the order of the groups, and each group but the batch as one
    axis.
    """
    batch, first, second = groups
    order = [labels.index(c) for group in groups for c in group]
    full = tuple(sizes[c] for c in labels)
    if x.shape != full:
        x = shaping.broadcast_to(x, shape=full)
    if order != list(range(x.ndim)):
        x = shaping.transpose(x, axes=tuple(order))
    tail = (math.prod(sizes[c] for c in first), math.prod(sizes[c] for c in second))
    return shaping.reshape(x, shape=(*[sizes[c] for c in batch], *tail))
