"""Runs a program of TensorFlow 1 several times, in TensorFlow's session or in a SessionGraph."""

import numpy as np


def run(tf, build, batches, values=None):
    """What a program gives for each of some batches.

    Args:
        tf: TensorFlow or estikeras.
        build: function of `tf.compat.v1` and a dict of placeholders that gives a dict from name to
            a tensor or operation, all of which are fetched together.
        batches: list of dicts from name to array, all of the same shapes.
        values: function of the name and the shape of a variable that gives its first value, or None
            to leave what initializers gave.

    Returns:
        dict: `runs`, for each batch a dict of nested lists (operations without a value left out);
        `variables`, those that checkpoints keep, by name, after the runs.
    """
    runner = _in_session_graph if tf.__name__ == "estikeras" else _in_session
    runs, variables = runner(tf, build, batches, values)
    return {
        "runs": [{name: _listed(y) for name, y in one.items() if y is not None} for one in runs],
        "variables": {name: _listed(value) for name, value in sorted(variables.items())},
    }


def start(name, shape):
    """A first value that differs from element to element and from variable to variable."""
    size = int(np.prod(shape))
    places = np.arange(size) + 1 + sum(map(ord, name)) % 7
    values = 0.5 * np.sin(places)
    return (abs(values) if "variance" in name else values).reshape(shape)


def _placeholders(v1, batch):
    arrays = {name: np.asarray(array) for name, array in batch.items()}
    return {name: v1.placeholder(str(a.dtype), a.shape, name) for name, a in arrays.items()}


def traced(tf, build, batch):
    """What a program returns that is not run, such as names.

    Args:
        tf: TensorFlow or estikeras.
        build: function of `tf.compat.v1` and a dict of placeholders.
        batch: dict from name to array.
    """
    if tf.__name__ != "estikeras":
        with tf.Graph().as_default():
            return build(tf.compat.v1, _placeholders(tf.compat.v1, batch))
    from estikeras.engine.session_graph import SessionGraph
    from estikeras.engine.variable_store import VariableStore

    graph = SessionGraph()
    with VariableStore().tracing(), graph.tracing():
        return build(tf.compat.v1, _placeholders(tf.compat.v1, batch))


def _in_session(tf, build, batches, values):
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        fed = _placeholders(v1, batches[0])
        fetches = build(v1, fed)
        with v1.Session() as session:
            session.run([v1.global_variables_initializer(), v1.local_variables_initializer()])
            for variable in v1.trainable_variables() if values else ():
                name = variable.op.name
                variable.load(values(name, variable.shape.as_list()), session)
            runs = []
            for batch in batches:
                feed = {placeholder: batch[name] for name, placeholder in fed.items()}
                runs.append(session.run(fetches, feed))
            kept = {v.op.name: session.run(v) for v in v1.global_variables()}
    return runs, kept


def _in_session_graph(tf, build, batches, values):
    from estikeras.engine.actions import Action
    from estikeras.engine.session_graph import SessionGraph
    from estikeras.engine.variable_store import VariableStore

    store, graph = VariableStore(), SessionGraph()
    with store.tracing(), graph.tracing():
        fed = _placeholders(tf.compat.v1, batches[0])
        fetches = build(tf.compat.v1, fed)
    for name, variable in store.saved().items():
        if values and variable.trainable:
            variable.assign(values(name, variable.shape))
    actions = graph.actions_of(fetches.values())
    tensors = {name: x.result if isinstance(x, Action) else x for name, x in fetches.items()}
    tensors = {name: graph.own(x) for name, x in tensors.items() if x is not None}
    updates = {**graph.updates, **graph.updates_of(actions)}
    runs = []
    for batch in batches:
        known = _interpreted(graph, {id(x): np.asarray(batch[name]) for name, x in fed.items()})
        runs.append({name: known[id(x)].numpy() for name, x in tensors.items()})
        for variable, value in updates.items():
            variable.assign(known[id(value)])
    return runs, {name: v.numpy() for name, v in store.saved().items()}


def _interpreted(graph, fed):
    """The values of all tensors of a graph, by NumPy references: nothing has to be compiled."""
    from estikeras.engine.tensor import Tensor

    known = {}
    for node in graph.nodes:
        if node.kind == "apply":
            results = node.primitive.evaluate([known[id(x)] for x in node.inputs], node.params)
            results = (results,) if node.single else results
        elif node.kind == "input":
            results = (Tensor(fed[id(node.outputs[0])]),)
        else:
            value = node.payload if node.kind == "constant" else node.payload.numpy()
            results = (value if node.kind == "constant" else Tensor(value),)
        known.update((id(y), result) for y, result in zip(node.outputs, results, strict=True))
    return known


def _listed(value):
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return np.vectorize(lambda x: float(f"{x:.8g}"), otypes=[float])(array).tolist()
    return array.tolist()
