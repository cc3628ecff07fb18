"""The rows of all layers as signatures of one SavedModel, in inference."""

import importlib
from pathlib import Path

import numpy as np

import estikeras as tf
from estikeras import keras
from estikeras.engine import tree
from estikeras.export.saved_model.saving import make_endpoint, save_endpoints
from estikeras.keras.models.export import scope_path
from tests.support import layer_rows

_TESTS = Path(__file__).parents[1]


def all_rows():
    """The rows of all files that need no arguments beside the inputs, a list."""
    files = sorted((_TESTS / "estikeras" / "keras" / "layers").rglob("test_*.py"))
    names = [".".join(path.relative_to(_TESTS.parent).with_suffix("").parts) for path in files]
    rows = [row for name in names for row in getattr(importlib.import_module(name), "CASES", ())]
    return [row for row in rows if not row.mask and not set(row.call) - {"training"}]


class Layers:
    """All rows.

    Attributes:
        inputs: dict from names of signatures to dicts of arrays.
        outputs: likewise.
    """

    def __init__(self):
        self.inputs, self.outputs, self._endpoints = {}, {}, {}
        keras.utils.set_random_seed(0)
        for i, row in enumerate(all_rows()):
            self._add(f"{row.layer.__name__}_{i}", row)

    def save(self, folder):
        """Write the SavedModel."""
        save_endpoints(folder, self._endpoints, scope_path)

    def _add(self, name, row):
        layer, x = layer_rows.build(row, keras), layer_rows.inputs_of(row)
        arrays = [tf.constant(array) for array in (x if isinstance(x, list) else [x])]

        def compute(*tensors):
            given = list(tensors) if isinstance(x, list) else tensors[0]
            outputs = tree.flatten(layer(given, training=False))
            return {f"y{i}": y for i, y in enumerate(outputs) if y is not None}

        found = compute(*arrays)
        specs = tuple(tf.TensorSpec((None, *a.shape[1:]), a.dtype) for a in arrays)
        endpoint = self._endpoints[name] = make_endpoint(compute, specs)
        self.inputs[name] = {
            key: array.value for key, array in zip(endpoint.names, arrays, strict=True)
        }
        self.outputs[name] = {key: np.asarray(y) for key, y in found.items()}
