"""`tf.compat.v1.summary`: what is to be written into event files.

In a model function a summary is noted in the collection of summaries, and whoever runs the graph
computes its tensor and writes it; elsewhere it is encoded at once.
"""

import re

from estikeras import errors
from estikeras.compat.collections import GraphKeys, add_to_collections, get_collection
from estikeras.compat.name_scopes import unique_leaf
from estikeras.engine import context, tree
from estikeras.engine.session_graph import session_graph
from estikeras.engine.tensor import as_tensor
from estikeras.formats import summary_values
from estikeras.public import public


class MergedSummary:
    """Summaries in the graph of a model function, which are fetched as one: bytes.

    Attributes:
        summaries: a list of SummaryOps.
    """

    def __init__(self, summaries):
        self.summaries = summaries

    @property
    def tensors(self):
        """The TracedTensors with what is summed up."""
        return [summary.tensor for summary in self.summaries]

    def encode(self, values):
        """The bytes of a summary with the tensors' values, NumPy arrays."""
        pairs = zip(self.summaries, values, strict=True)
        return b"".join(summary.encode_one(value) for summary, value in pairs)

    def __repr__(self):
        return f"<merged {self.summaries}>"


class SummaryOp(MergedSummary):
    """One summary.

    Attributes:
        tag: what it is called in the event file.
        tensor: TracedTensor with what is summed up.
        kind: "scalar", "histogram", "images" or "text".
    """

    def __init__(self, tag, tensor, kind, **options):
        super().__init__([self])
        self.tag, self.tensor, self.kind, self._options = tag, tensor, kind, options

    @property
    def name(self):
        return self.tag

    def encode_one(self, value):
        """The bytes of a summary with the tensor's value, a NumPy array."""
        return getattr(summary_values, self.kind)(self.tag, value, **self._options)

    def __repr__(self):
        return f"<summary {self.tag!r}, {self.kind}, of {self.tensor!r}>"


def _summary(kind, name, tensor, collections, family=None, **options):
    name = re.sub(r"[^-/\w.]", "_", name).lstrip("/")
    name = name if family is None else f"{family}/{name}"
    parts = name.split("/")
    with context.scope(names=(*context.current.names, *((part, None) for part in parts[:-1]))):
        path = context.current_path()
        leaf = unique_leaf(parts[-1])
    tag = f"{path}/{leaf}" if path else leaf
    tag = tag if family is None else f"{family}/{tag}"
    graph, tensor = session_graph(), as_tensor(tensor)
    made = SummaryOp(tag, tensor, kind, **options)
    if graph is None:
        return as_tensor(made.encode_one(tensor.numpy()))
    made.tensor = graph.own(tensor)
    add_to_collections([GraphKeys.SUMMARIES] if collections is None else collections, made)
    return made


@public("compat.v1.summary.scalar")
def scalar(name, tensor, collections=None, family=None):
    """A summary of one number.

    Args:
        name: what it is called, below the name scope.
        tensor: scalar.
        collections: names of collections that take it; None stands for that of all summaries.
        family: name in front, by which TensorBoard groups.

    Returns:
        What `merge` and `SummarySaverHook` take; outside of model functions, an encoded summary.
    """
    if as_tensor(tensor).size != 1:
        raise errors.shape_mismatch("tensor", got=as_tensor(tensor).shape, expected="a scalar")
    return _summary("scalar", name, tensor, collections, family)


@public("compat.v1.summary.histogram")
def histogram(name, values, collections=None, family=None):
    """A summary of how the numbers of a tensor are distributed.

    Args:
        name: what it is called, below the name scope.
        values: tensor of any shape.
        collections: names of collections that take it; None stands for that of all summaries.
        family: name in front, by which TensorBoard groups.
    """
    return _summary("histogram", name, values, collections, family)


@public("compat.v1.summary.image")
def image(name, tensor, max_outputs=3, collections=None, family=None):
    """A summary of pictures.

    Args:
        name: what it is called, below the name scope.
        tensor: (batch, height, width, channels): uint8, or floats, of which each picture uses the
            whole range; 1 channel is grey, 3 RGB, 4 RGBA.
        max_outputs: how many pictures of the batch are taken at most.
        collections: names of collections that take it; None stands for that of all summaries.
        family: name in front, by which TensorBoard groups.
    """
    shape = as_tensor(tensor).shape
    if len(shape) != 4 or shape[-1] not in (1, 3, 4):
        raise errors.shape_mismatch(
            "tensor", got=shape, expected="(batch, height, width, 1, 3 or 4 channels)"
        )
    return _summary("images", name, tensor, collections, family, max_outputs=max_outputs)


@public("compat.v1.summary.text")
def text(name, tensor, collections=None):
    """A summary of texts (Markdown).

    Args:
        name: what it is called, below the name scope.
        tensor: strings.
        collections: names of collections that take it; None stands for that of all summaries.

    Raises:
        ValueError: if the tensor has no strings.
    """
    if as_tensor(tensor).dtype != "string":
        raise errors.invalid("tensor", got=tensor, expected="strings")
    return _summary("text", name, tensor, collections)


@public("compat.v1.summary.merge")
def merge(inputs, collections=None, name=None):
    """Several summaries as one.

    Args:
        inputs: list of summaries.
        collections: names of collections that take it; None for none.
        name: of no consequence.

    Returns:
        What `SummarySaverHook` takes, and sessions fetch as bytes; outside of model functions, an
        encoded summary.
    """
    flat = tree.flatten(list(inputs))
    if session_graph() is None:
        return as_tensor(b"".join(as_tensor(x).numpy() for x in flat))
    made = MergedSummary([each for summary in flat for each in summary.summaries])
    for each in made.summaries:
        add_to_collections(collections, each)
    return made


@public("compat.v1.summary.merge_all")
def merge_all(key=GraphKeys.SUMMARIES, scope=None, name=None):
    """All summaries of a collection as one; None if there are none.

    Args:
        key: name of the collection.
        scope: regular expression for the beginnings of their names; None takes all.
        name: of no consequence.
    """
    found = get_collection(key, scope)
    return merge(found) if found else None
