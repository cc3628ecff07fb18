"""What `tf.compat.v1` gives in TensorFlow and in estikeras: programs, and how each runs them."""

from tests.support.compat import (
    functions,
    layers,
    losses,
    metrics,
    model_functions,
    optimizers,
    summaries,
)
from tests.support.compat.running import run, start, traced


def _losses(tf):
    made = {
        name: (lambda v1, fed, call=call: {"loss": call(v1)})
        for name, call in losses.programs().items()
    }
    return {name: run(tf, build, [{}])["runs"][0]["loss"] for name, build in made.items()}


def _metrics(tf):
    return {name: outcome_of_metric(tf, build) for name, build in metrics.programs().items()}


def outcome_of_metric(tf, build):
    """The values of a metric's operation for three batches."""
    return [one["update"] for one in run(tf, build, metrics.BATCHES)["runs"]]


def outcome_of_training(tf, build):
    """What a program of `optimizers` gives, and the variables after it."""
    made = run(tf, build, optimizers.BATCHES, start)
    return {
        "runs": [next(iter(one.values())) for one in made["runs"]],
        "variables": made["variables"],
    }


def outcome_of_decay(tf, make):
    """The rates of the first steps."""
    runs = run(tf, optimizers.decay(make), [{}] * 15)["runs"]
    return [one["rate"] for one in runs]


def outcome_of_layer(tf, row):
    """A layer's output, and its variables after the updates in the collection."""
    made = run(tf, layers.program(row), [layers.BATCH], start)
    return {"output": made["runs"][0]["output"], "variables": made["variables"]}


def outcome_of_names(tf, make):
    """What the variables of a program are called."""
    return traced(tf, layers.names(make), layers.BATCH)


def outcome_of_model(tf, build):
    """What a program of `model_functions` gives, and the variables after it."""
    return run(tf, build, model_functions.BATCHES, start)


TABLES = {
    "summaries": lambda tf: {
        name: summaries.outcome(tf, row) for name, row in summaries.ROWS.items()
    },
    "functions": lambda tf: {
        name: functions.outcome(tf, row) for name, row in functions.ROWS.items()
    },
    "model_functions": lambda tf: {
        name: outcome_of_model(tf, build) for name, build in model_functions.PROGRAMS.items()
    },
    "layers": lambda tf: {name: outcome_of_layer(tf, row) for name, row in layers.ROWS.items()},
    "names": lambda tf: {name: outcome_of_names(tf, make) for name, make in layers.NAMES.items()},
    "losses": _losses,
    "metrics": _metrics,
    "optimizers": lambda tf: {
        name: outcome_of_training(tf, build) for name, build in optimizers.PROGRAMS.items()
    },
    "decays": lambda tf: {
        name: outcome_of_decay(tf, make) for name, make in optimizers.DECAYS.items()
    },
}
