"""SavedModels that TensorFlow wrote, and its answers; made by `scripts/record_saved_models`."""

import base64
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent
NAMES = ("convolutions", "estimator", "recurrent", "session", "words")


def recorded(name):
    """A signature's name, its inputs and its outputs, dicts of arrays."""
    values = json.loads((FOLDER / name / "values.json").read_text())
    parts = ({k: _array(v) for k, v in values[part].items()} for part in ("inputs", "outputs"))
    return values["signature"], *parts


def _array(described):
    values, shape = described["values"], described["shape"]
    if described["dtype"] != "string":
        return np.array(values, described["dtype"]).reshape(shape)
    array = np.empty(len(values), object)
    array[:] = [base64.b64decode(text) for text in values]
    return array.reshape(shape)
