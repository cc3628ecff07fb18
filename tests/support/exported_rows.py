"""The rows of all primitives as signatures of one SavedModel."""

import functools
import importlib
import pkgutil
from pathlib import Path

import numpy as np

import estikeras.primitives
from estikeras.engine import context
from estikeras.engine.primitive import REGISTRY
from estikeras.engine.tensor import Tensor
from estikeras.export.saved_model import traced, writer
from tests.support.primitives import arrays_of

_FOLDER = Path(__file__).parents[1] / "estikeras" / "primitives"
# Outputs that only gradients read.
_UNWRITTEN = {"lstm": (3, 4), "gru": (2,)}
# Primitives of which nothing is saved: gradients, random numbers, what replicas do together, and
# what TensorFlow has no operation for.
WITHOUT_ENTRY = (
    "along_axis_add",
    "attention_gradient",
    "average_pool_gradient",
    "batch_normalization_gradient",
    "check",
    "conv_kernel_gradient",
    "ctc_beam_search",
    "ctc_greedy_decode",
    "ctc_loss",
    "ctc_loss_gradient",
    "depthwise_conv_kernel_gradient",
    "eig",
    "embedding_gradient",
    "example_key",
    "exchange",
    "gcd",
    "gru_gradient",
    "layer_normalization_gradient",
    "lcm",
    "linear_recurrence",
    "loop",
    "lstm_gradient",
    "lu_factor",
    "max_pool_gradient",
    "max_pool_pick",
    "polygamma",
    "random_bernoulli",
    "random_beta",
    "random_binomial",
    "random_bits",
    "random_candidates",
    "random_gamma",
    "random_normal",
    "random_permutation",
    "random_poisson",
    "random_randint",
    "random_truncated_normal",
    "random_uniform",
    "sdca",
    "simple_rnn_gradient",
    "softmax_cross_entropy_gradient",
    "softmax_gradient",
    "sparse_cross_entropy_gradient",
    "sparse_softmax_cross_entropy_gradient",
    "told",
    "while_loop",
)


def _is_left_out(row):
    """Cases of primitives that have an entry for others."""
    params = row.params
    return (
        row.name not in writer.TABLE
        or (row.name == "parse_padded_example")  # as long as its longest row, in SavedModels
        or (row.name == "depthwise_conv" and len(set(params["strides"])) > 1)
        or (row.name == "depthwise_conv_input_gradient" and len(params["strides"]) != 2)
        or (row.name == "scatter_update" and params["reduction"] == "mul")
        or (row.name in ("tokenize", "count_tokens") and params["text"].split == "character")
    )


@functools.cache
def all_rows():
    """The rows of all files, a list."""
    for module in pkgutil.iter_modules(estikeras.primitives.__path__):
        importlib.import_module(f"estikeras.primitives.{module.name}")
    names = [f"tests.estikeras.primitives.{path.stem}" for path in _FOLDER.glob("test_*.py")]
    return [row for name in sorted(names) for row in importlib.import_module(name).ROWS]


class Rows:
    """All rows that can be saved.

    Attributes:
        names: dict from names of signatures to Rows.
        inputs: dict from these to dicts of arrays.
        outputs: likewise.
    """

    def __init__(self):
        rows = [row for row in all_rows() if not _is_left_out(row)]
        self.names = {f"{row.name}_{i}": row for i, row in enumerate(rows)}
        self.inputs, self.outputs = {}, {}
        for name, row in self.names.items():
            arrays = arrays_of(row)
            self.inputs[name] = {f"x{i}": Tensor(a).value for i, a in enumerate(arrays)}
            found = self._outputs(row, [Tensor(a) for a in arrays])
            self.outputs[name] = {key: np.asarray(y) for key, y in found.items()}

    def save(self, folder):
        """Write the SavedModel."""

        def trace(_):
            graph = traced.ScopedGraph()
            with context.scope(trace=graph, tapes=(), autocast=None):
                return traced.Traced(
                    graph, {name: self._signature(graph, name) for name in self.names}
                )

        writer.write(folder, trace)

    def _signature(self, graph, name):
        inputs = {
            key: graph.add_input(Tensor(array).spec) for key, array in self.inputs[name].items()
        }
        outputs = self._outputs(self.names[name], inputs.values())
        return traced.Signature(inputs, outputs)

    @staticmethod
    def _outputs(row, inputs):
        found = REGISTRY[row.name](*inputs, **row.params)
        found = found if isinstance(found, tuple) else (found,)
        kept = _UNWRITTEN.get(row.name, ())
        return {f"y{i}": y for i, y in enumerate(found) if i not in kept}
