"""Programs with layers of `tf.compat.v1.layers`: outputs, and how variables are called."""

import numpy as np

_random = np.random.RandomState(3)
BATCH = {
    "rows": _random.normal(size=(4, 6)).astype("float32"),
    "steps": _random.normal(size=(2, 5, 3)).astype("float32"),
    "images": _random.normal(size=(2, 4, 3, 3)).astype("float32"),
    "volumes": _random.normal(size=(1, 3, 3, 3, 2)).astype("float32"),
}


def _normalized(layers, x, **options):
    return layers.batch_normalization(x, training=True, momentum=0.8, **options)


ROWS = {
    "dense": lambda t, b: t.layers.dense(b["rows"], 3),
    "dense without bias": lambda t, b: t.layers.dense(b["rows"], 3, t.nn.relu, use_bias=False),
    "dense of steps": lambda t, b: t.layers.dense(b["steps"], 2, activation=t.tanh),
    "dense, named": lambda t, b: t.layers.dense(b["rows"], 3, name="logits"),
    "conv1d": lambda t, b: t.layers.conv1d(b["steps"], 2, 3, padding="same"),
    "conv2d": lambda t, b: t.layers.conv2d(b["images"], 4, 3, activation=t.nn.relu),
    "conv2d with strides": lambda t, b: t.layers.conv2d(b["images"], 4, [3, 2], (2, 1), "same"),
    "conv2d, dilated": lambda t, b: t.layers.conv2d(b["images"], 2, 2, dilation_rate=2),
    "conv3d": lambda t, b: t.layers.conv3d(b["volumes"], 2, 2),
    "conv2d_transpose": lambda t, b: t.layers.conv2d_transpose(b["images"], 2, 3, 2, "same"),
    "conv3d_transpose": lambda t, b: t.layers.conv3d_transpose(b["volumes"], 2, 2, 2),
    "separable_conv1d": lambda t, b: t.layers.separable_conv1d(b["steps"], 2, 3),
    "separable_conv2d": lambda t, b: t.layers.separable_conv2d(
        b["images"], 4, 3, depth_multiplier=2
    ),
    "max_pooling1d": lambda t, b: t.layers.max_pooling1d(b["steps"], 2, 2),
    "max_pooling2d": lambda t, b: t.layers.max_pooling2d(b["images"], [2, 2], 2, "same"),
    "max_pooling3d": lambda t, b: t.layers.max_pooling3d(b["volumes"], 2, 2),
    "average_pooling1d": lambda t, b: t.layers.average_pooling1d(b["steps"], 2, 1),
    "average_pooling2d": lambda t, b: t.layers.average_pooling2d(b["images"], 2, 2, "same"),
    "average_pooling3d": lambda t, b: t.layers.average_pooling3d(b["volumes"], 2, 2),
    "flatten": lambda t, b: t.layers.flatten(b["images"]),
    "flatten, channels first": lambda t, b: t.layers.flatten(
        b["images"], data_format="channels_first"
    ),
    "dropout at rest": lambda t, b: t.layers.dropout(b["rows"], 0.5),
    "batch_normalization at rest": lambda t, b: t.layers.batch_normalization(b["images"]),
    "batch_normalization": lambda t, b: _normalized(t.layers, b["images"]),
    "batch_normalization, not fused": lambda t, b: _normalized(t.layers, b["images"], fused=False),
    "batch_normalization of rows": lambda t, b: _normalized(t.layers, b["rows"], scale=False),
    "batch_normalization of channels first": lambda t, b: _normalized(
        t.layers, b["images"], axis=1, center=False
    ),
    "embedding": lambda t, b: t.nn.embedding_lookup(t.get_variable("table", [5, 2]), [3, 0, 3]),
}


def _recurrent(cell, **options):
    """A row that runs a cell over the steps: outputs and last states one after the other."""

    def row(t, b):
        outputs, state = t.nn.dynamic_rnn(
            cell(t.nn.rnn_cell), b["steps"], dtype=t.float32, **options
        )
        leaves = [outputs, *_leaves(state)]
        return t.concat([t.reshape(x, [-1]) for x in leaves], 0)

    return row


def _leaves(state):
    if isinstance(state, tuple):
        return [leaf for part in state for leaf in _leaves(part)]
    return [state]


def _bidirectional(t, b):
    cell = t.nn.rnn_cell.GRUCell
    outputs, states = t.nn.bidirectional_dynamic_rnn(
        cell(2), cell(3), b["steps"], [3, 5], dtype=t.float32
    )
    return t.concat([t.reshape(x, [-1]) for x in [*outputs, *states]], 0)


def _static(t, b):
    cells = [t.nn.rnn_cell.BasicLSTMCell(3, forget_bias=0.5) for _ in range(2)]
    cell = t.nn.rnn_cell.ResidualWrapper(t.nn.rnn_cell.MultiRNNCell(cells))
    state = cell.zero_state(2, t.float32)
    outputs, state = t.nn.static_rnn(cell, t.unstack(b["steps"], axis=1), state)
    return t.stack([*outputs, *_leaves(state)])


ROWS.update(
    {
        "BasicRNNCell": _recurrent(lambda c: c.BasicRNNCell(3)),
        "BasicLSTMCell": _recurrent(lambda c: c.BasicLSTMCell(2)),
        "GRUCell": _recurrent(lambda c: c.GRUCell(3), sequence_length=[2, 5]),
        "LSTMCell": _recurrent(lambda c: c.LSTMCell(2, name="own"), sequence_length=[5, 1]),
        "LSTMCell with peepholes": _recurrent(
            lambda c: c.LSTMCell(3, True, cell_clip=0.3, num_proj=2, proj_clip=0.2), scope="s"
        ),
        "MultiRNNCell": _recurrent(
            lambda c: c.MultiRNNCell([c.LSTMCell(2), c.DropoutWrapper(c.GRUCell(3))])
        ),
        "bidirectional_dynamic_rnn": _bidirectional,
        "static_rnn": _static,
    }
)


def program(row):
    """A program that gives a layer's output and runs the updates in the collection."""

    def build(v1, fed):
        output = row(v1, fed)
        return {"output": output, "updates": v1.group(*v1.get_collection("update_ops"))}

    return build


# What variables are called, and how many regularization losses there are.


def _two(t, x):
    t.layers.dense(t.layers.dense(x, 3), 2)


def _scoped(t, x):
    with t.variable_scope("tower"):
        t.layers.dense(x, 3)
        t.layers.dense(x, 3, name="last")
        t.get_variable("w", [2])
        t.Variable(1.0, name="v")
    t.layers.dense(x, 3)


def _reused(t, x):
    for reuse in (False, True):
        with t.variable_scope("tower", reuse=reuse):
            t.layers.dense(t.layers.dense(x, 3), 2)


def _auto_reused(t, x):
    for _ in range(2):
        with t.variable_scope("tower", reuse=t.AUTO_REUSE):
            t.layers.dense(x, 3, name="fc")
            t.get_variable("w", [2], regularizer=t.nn.l2_loss)


def _nested(t, x):
    with t.variable_scope("a"):
        with t.variable_scope("b") as scope:
            t.get_variable("w", [2])
        with t.variable_scope("b"):
            t.layers.dense(x, 2)
            t.Variable(2.0)
    with t.variable_scope(scope):
        t.get_variable("u", [2])
        t.Variable(2.0)
    with t.variable_scope(scope, reuse=True):
        t.get_variable("w", [2])


def _default_names(t, x):
    for _ in range(2):
        with t.variable_scope(None, "block"):
            t.get_variable("w", [2])
            with t.variable_scope(None, "inner"):
                t.get_variable("w", [2])


def _name_scopes(t, x):
    for _ in range(2):
        with t.name_scope("n"):
            t.Variable(1.0, name="v")
            t.get_variable(f"w{_}", [2])
            t.layers.dense(x, 2)


def _slots(t, x):
    with t.variable_scope("net"):
        loss = t.reduce_sum(t.layers.dense(x, 2))
    with t.name_scope("train"):
        t.train.AdamOptimizer().minimize(loss)
    with t.variable_scope("second"):
        t.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        t.train.AdamOptimizer(name="Other").minimize(loss)


def _regularized(t, x):
    with t.variable_scope("r", regularizer=t.nn.l2_loss, initializer=t.ones_initializer()):
        t.layers.dense(x, 2, bias_regularizer=t.nn.l2_loss)
        t.get_variable("w", [2])


def _plain(t, x):
    t.Variable(1.0)
    t.Variable(1.0)
    t.Variable(1.0, name="v")
    t.Variable(1.0, name="v")
    t.train.get_or_create_global_step()
    t.get_variable("count", [], dtype=t.int32)
    t.Variable(3, trainable=False, name="fixed", dtype=t.int64)


def _classes(t, x):
    layer = t.layers.Dense(2)
    layer(layer(t.layers.Dense(6, name="wide")(x))[:, :1] * x)


def _layers_of_all_kinds(t, x):
    images = t.reshape(x, [4, 3, 2, 1])
    t.layers.conv2d(images, 2, 1)
    t.layers.conv2d(images, 2, 1)
    t.layers.separable_conv2d(images, 2, 1)
    t.layers.conv2d_transpose(images, 2, 1)
    t.layers.batch_normalization(images)
    t.layers.max_pooling2d(images, 1, 1)
    t.layers.conv1d(images[..., 0], 2, 1)


def _local(t, x):
    t.metrics.accuracy(x, x)
    t.metrics.accuracy(x, x)
    t.metrics.auc(x > 0, t.nn.sigmoid(x), name="area")
    t.metrics.mean(x)
    t.get_local_variable("mine", [2], initializer=t.zeros_initializer())


NAMES = {
    "two layers": _two,
    "a scope": _scoped,
    "a scope again": _reused,
    "a scope that makes or reuses": _auto_reused,
    "scopes in scopes": _nested,
    "default names": _default_names,
    "name scopes": _name_scopes,
    "slots": _slots,
    "regularizers": _regularized,
    "plain variables": _plain,
    "classes of layers": _classes,
    "layers of all kinds": _layers_of_all_kinds,
    "local variables": _local,
}


def names(make):
    """A function of `tf.compat.v1` and a batch that gives names of variables."""

    def build(v1, fed):
        make(v1, fed["rows"])
        return {
            "all": sorted(_name(v) for v in v1.global_variables()),
            "trainable": sorted(_name(v) for v in v1.trainable_variables()),
            "local": sorted(_name(v) for v in v1.local_variables()),
            "with colon": sorted(v.name for v in v1.trainable_variables()),
            "shapes": {_name(v): list(v.shape) for v in v1.global_variables()},
            "penalties": len(v1.losses.get_regularization_losses()),
        }

    return build


def _name(variable):
    return variable.op.name
