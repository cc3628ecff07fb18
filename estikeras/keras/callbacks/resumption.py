"""Where a training goes on, and how that is kept in a weights file: beside the weights, in a group
that readers of weights pass over, so that one file is renamed and all of it is there or nothing.

Knows the global random generators, variables and HDF5; nothing of epochs as they run.
"""

import dataclasses
import json
import random

import numpy as np

from estikeras.formats import atomic, hdf5
from estikeras.keras.saving import weights
from estikeras.ops.seeds import global_seed_generator, has_global_seed
from strategies import context

_GROUP = "estikeras_training"
_VARIABLES, _METRICS = f"{_GROUP}/variables", f"{_GROUP}/metrics"


@dataclasses.dataclass
class Resumption:
    """Where a training goes on. Plain values: a rank sends them to others.

    Attributes:
        epoch: number of the epoch.
        batches: how many batches of it are done.
        steps: how many batches an epoch had, or None.
        beginning: what `random_state` gave before the first epoch, for data that draw from it.
        order: what it gave before the epoch's order of rows was drawn.
        randomness: what it gave where the training goes on.
        logs: dict, what the last batch logged.
        metrics: list of arrays, the variables of the metrics.
    """

    epoch: int = 0
    batches: int = 0
    steps: int | None = None
    beginning: str | None = None
    order: str | None = None
    randomness: str | None = None
    logs: dict = dataclasses.field(default_factory=dict)
    metrics: list = dataclasses.field(default_factory=list)


def random_state():
    """The states of NumPy's, Python's and estikeras's global generators, a text."""
    name, key, position, has_gauss, gauss = np.random.get_state()  # noqa: NPY002 (the global one)
    version, words, next_gauss = random.getstate()
    # Asking for the generator would make it.
    seed = global_seed_generator().state.numpy().tolist() if has_global_seed() else None
    return json.dumps(
        {
            "numpy": [name, key.tolist(), position, has_gauss, gauss],
            "python": [version, words, next_gauss],
            "estikeras": seed,
        }
    )


def set_random_state(state):
    """Set the generators to what `random_state` gave."""
    state = json.loads(state)
    if state["estikeras"] is not None:
        with context.scope(None):  # all ranks do this, or one alone
            generator = global_seed_generator()
        generator.state.assign(np.array(state["estikeras"], "uint32"))
    name, key, position, has_gauss, gauss = state["numpy"]
    np.random.set_state((name, np.array(key, "uint32"), position, has_gauss, gauss))  # noqa: NPY002
    version, words, next_gauss = state["python"]
    random.setstate((version, tuple(words), next_gauss))


def metric_variables(model):
    """The variables of all metrics of a model, those of `compile` among them."""
    found = {id(v): v for metric in model.metrics for v in metric.variables}
    return list(found.values())


def write(path, model, resumption):
    """Replace the file at `path` by one with the model's state and where its training goes on."""
    groups, attributes = weights.collect(model)
    plain = dataclasses.asdict(dataclasses.replace(resumption, metrics=[]))
    content = json.dumps(plain, default=np.ndarray.tolist).encode()
    groups[_GROUP] = {"state": np.frombuffer(content, np.uint8)}
    groups[_VARIABLES] = _numbered(v.numpy() for v in _not_saved(model))
    groups[_METRICS] = _numbered(resumption.metrics)
    atomic.write_bytes(path, hdf5.write(groups, attributes))


def read(path, model):
    """Give a model, with its optimizer, the state in a file.

    Returns:
        The Resumption, or None if the file has weights only.

    Raises:
        OSError: if the file is damaged; the model is as before then.
        ValueError: if it does not fit the model, likewise.
    """
    name = repr(str(path))
    groups, _ = hdf5.read(path, name)
    try:
        resumption = _resumption(groups)
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"{name} is damaged: {error}") from error
    weights.load(model, groups, name)
    if resumption is not None:
        assign(_not_saved(model), _in_order(groups[_VARIABLES]))
    return resumption


def assign(variables, arrays):
    """Give variables the values of as many arrays; if they do not fit, none. Returns whether."""
    fit = [v.shape for v in variables] == [array.shape for array in arrays]
    if fit:
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
    return fit


def _resumption(groups):
    if _GROUP not in groups:
        return None
    plain = json.loads(groups[_GROUP]["state"].tobytes())
    return Resumption(**{**plain, "metrics": _in_order(groups[_METRICS])})


def _not_saved(model):
    """The states of the layers' seeds, which weights files lack."""
    saved = {id(v) for v in model.weights}
    return [v for v in model.variables if id(v) not in saved]


def _numbered(arrays):
    return {str(number): array for number, array in enumerate(arrays)}


def _in_order(group):
    return [group[str(number)] for number in range(len(group))]
