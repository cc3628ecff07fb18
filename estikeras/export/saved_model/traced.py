"""What a SavedModel is made of: a graph that was traced, and which of its tensors signatures name.

A graph has sizes that are numbers. What is to hold for batches of any size is traced with two
sizes, `STAND_INS`; a size that differs is not known before the graph runs.
"""

from dataclasses import dataclass, field

from estikeras.engine import context
from estikeras.engine.graph import Graph
from estikeras.export.saved_model.constants import PREDICT_METHOD_NAME

# An odd and an even number that hardly any layer has for a size of its own.
STAND_INS = (83, 118)


def stand_in_length(batch, number=0):
    """A stand-in for a size other than the batch's that is not known either.

    Args:
        batch: the batch's stand-in.
        number: int, which of several such sizes.
    """
    return (number + 2) * batch + 1


@dataclass(frozen=True)
class Signature:
    """What can be asked of a SavedModel.

    Args:
        inputs: dict from names to TracedTensors whose values are given.
        outputs: dict from names to TracedTensors whose values are wanted.
        method_name: what kind of question it is, for TensorFlow Serving.
    """

    inputs: dict
    outputs: dict
    method_name: str = PREDICT_METHOD_NAME


@dataclass(frozen=True)
class Traced:
    """A graph and what of it is to be saved.

    Args:
        graph: a Graph.
        signatures: dict from names to Signatures.
        variable_names: dict from Variables to the names of their values in the file; others go by
            their paths.
        assets: dict from Tables to paths of text files whose lines are their keys, in the order of
            their values from 0 on. The files are copied.
    """

    graph: Graph
    signatures: dict
    variable_names: dict = field(default_factory=dict)
    assets: dict = field(default_factory=dict)


class NotesScopes:
    """What graphs inherit that remember in which scope, such as a layer's, their nodes were made.

    Args:
        scope: function that gives the path of the scope that is open.
        **options: arguments of the graph.

    Attributes:
        scopes: dict from the id of a node to the path of its scope.
    """

    has_loops = False  # they are not written to SavedModels yet: pairing would compare two Loops

    def __init__(self, scope=context.current_path, **options):
        super().__init__(**options)
        self._scope, self.scopes = scope, {}

    def add(self, primitive, inputs, params, specs):
        """Add a node, and note its scope."""
        y = super().add(primitive, inputs, params, specs)
        self.scopes[id(self.nodes[-1])] = self._scope()
        return y


class ScopedGraph(NotesScopes, Graph):
    """A graph that remembers in which scope its nodes were made; see NotesScopes."""
