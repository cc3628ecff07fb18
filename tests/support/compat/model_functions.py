"""Programs as the guides and the model gardens of TensorFlow 1 have them, in small."""

import re

import numpy as np

_random = np.random.RandomState(4)
BATCHES = [
    {
        "images": _random.rand(4, 6, 6, 1).astype("float32"),
        "rows": _random.normal(size=(4, 5)).astype("float32"),
        # No word twice: TensorFlow's norm of a table's gradient does not add what is of one row.
        "words": _random.permutation(15)[:12].reshape(4, 3).astype("int64"),
        "labels": _random.randint(0, 3, 4).astype("int64"),
        "targets": _random.normal(size=4).astype("float32"),
    }
    for _ in range(4)
]


def guide(v1, fed):
    """The convolutional network of the guide to layers."""
    step = v1.train.get_or_create_global_step()
    x = v1.reshape(fed["images"], [-1, 6, 6, 1])
    x = v1.layers.conv2d(
        inputs=x, filters=3, kernel_size=[5, 5], padding="same", activation=v1.nn.relu
    )
    x = v1.layers.max_pooling2d(inputs=x, pool_size=[2, 2], strides=2)
    x = v1.layers.dense(inputs=v1.reshape(x, [-1, 27]), units=5, activation=v1.nn.relu)
    x = v1.layers.dropout(inputs=x, rate=0.4, training=False)
    logits = v1.layers.dense(inputs=x, units=3)
    loss = v1.losses.sparse_softmax_cross_entropy(labels=fed["labels"], logits=logits)
    train = v1.train.GradientDescentOptimizer(learning_rate=0.1).minimize(
        loss=loss, global_step=step
    )
    return {
        "loss": loss,
        "classes": v1.argmax(input=logits, axis=1),
        "probabilities": v1.nn.softmax(logits, name="softmax_tensor"),
        "train": train,
    }


def _block(v1, inputs, filters, training, strides):
    def normalized(x):
        return v1.nn.relu(
            v1.layers.batch_normalization(
                inputs=x,
                axis=3,
                momentum=0.9,
                epsilon=1e-5,
                center=True,
                scale=True,
                training=training,
                fused=True,
            )
        )

    def convolved(x, size, strides):
        if strides > 1:
            x = v1.pad(x, [[0, 0], [size // 2] * 2, [size // 2] * 2, [0, 0]])
        return v1.layers.conv2d(
            inputs=x,
            filters=filters,
            kernel_size=size,
            strides=strides,
            padding="SAME" if strides == 1 else "VALID",
            use_bias=False,
            kernel_initializer=v1.variance_scaling_initializer(),
            data_format="channels_last",
        )

    x = normalized(inputs)
    shortcut = convolved(x, 1, strides)
    x = convolved(normalized(convolved(x, 3, strides)), 3, 1)
    return x + shortcut


def resnet(v1, fed):
    """A residual network with weight decay, momentum and updates beside the step."""
    step = v1.train.get_or_create_global_step()
    with v1.variable_scope("resnet_model"):
        x = v1.layers.conv2d(fed["images"], 2, 3, padding="SAME", use_bias=False)
        x = v1.identity(x, "initial_conv")
        x = _block(v1, x, 3, True, 2)
        x = v1.identity(v1.reduce_mean(x, [1, 2], keepdims=True), "final_reduce_mean")
        logits = v1.layers.dense(inputs=v1.squeeze(x, [1, 2]), units=3)
    entropy = v1.losses.sparse_softmax_cross_entropy(logits=logits, labels=fed["labels"])
    v1.identity(entropy, name="cross_entropy")
    v1.summary.scalar("cross_entropy", entropy)
    decayed = [v for v in v1.trainable_variables() if "batch_normalization" not in v.name]
    penalty = 1e-2 * v1.add_n([v1.nn.l2_loss(v1.cast(v, v1.float32)) for v in decayed])
    loss = entropy + penalty
    rate = v1.train.piecewise_constant(step, [1, 2], [0.1, 0.05, 0.01])
    v1.identity(rate, name="learning_rate")
    optimizer = v1.train.MomentumOptimizer(learning_rate=rate, momentum=0.9)
    train = v1.group(optimizer.minimize(loss, step), v1.get_collection(v1.GraphKeys.UPDATE_OPS))
    return {"loss": loss, "rate": rate, "train": train}


def _decaying_adam(v1):
    class AdamWeightDecayOptimizer(v1.train.Optimizer):
        """Adam without correction, with decay beside the gradient: an optimizer of one's own."""

        def __init__(self, rate, name="AdamWeightDecayOptimizer"):
            super().__init__(False, name)
            self.rate = rate

        def apply_gradients(self, grads_and_vars, global_step=None, name=None):
            assignments = []
            for gradient, variable in grads_and_vars:
                path = re.match("^(.*):\\d+$", variable.name).group(1)
                m, v = (
                    v1.get_variable(
                        name=f"{path}/{slot}",
                        shape=variable.shape.as_list(),
                        dtype=v1.float32,
                        trainable=False,
                        initializer=v1.zeros_initializer(),
                    )
                    for slot in ("adam_m", "adam_v")
                )
                next_m = v1.multiply(0.9, m) + v1.multiply(0.1, gradient)
                next_v = v1.multiply(0.99, v) + v1.multiply(0.01, v1.square(gradient))
                update = next_m / (v1.sqrt(next_v) + 1e-3)
                if not re.search("bias", path):
                    update += 0.01 * variable
                assignments.extend(
                    [variable.assign(variable - self.rate * update), m.assign(next_m)]
                )
                assignments.append(v.assign(next_v))
            return v1.group(*assignments, name=name)

    return AdamWeightDecayOptimizer


def transformer(v1, fed):
    """A text classifier with an optimizer of its own, as BERT has it."""
    step = v1.train.get_or_create_global_step()
    rate = v1.train.polynomial_decay(
        v1.constant(value=0.1, shape=[], dtype=v1.float32), step, 10, 0.0, power=1.0, cycle=False
    )
    warm = v1.cast(v1.cast(step, v1.int32) < 2, v1.float32)
    rate = (1.0 - warm) * rate + warm * 0.1 * v1.cast(step, v1.float32) / 2.0
    with v1.variable_scope("bert", default_name=None):
        with v1.variable_scope("embeddings"):
            table = v1.get_variable(
                name="word_embeddings",
                shape=[15, 4],
                initializer=v1.truncated_normal_initializer(stddev=0.02),
            )
            words = v1.reshape(v1.gather(table, v1.reshape(fed["words"], [-1])), [4, 3, 4])
        with v1.variable_scope("attention"):
            query = v1.layers.dense(words, 4, name="query")
            key = v1.layers.dense(words, 4, name="key")
            weights = v1.nn.softmax(v1.matmul(query, key, transpose_b=True) / 2.0)
            mixed = v1.matmul(weights, words)
        with v1.variable_scope("pooler"):
            first = v1.squeeze(mixed[:, 0:1, :], axis=1)
            pooled = v1.layers.dense(first, 4, activation=v1.tanh)
    kernel = v1.get_variable("output_weights", [3, 4])
    bias = v1.get_variable("output_bias", [3], initializer=v1.zeros_initializer())
    logits = v1.nn.bias_add(v1.matmul(pooled, kernel, transpose_b=True), bias)
    one_hot = v1.one_hot(fed["labels"], depth=3, dtype=v1.float32)
    losses = -v1.reduce_sum(one_hot * v1.nn.log_softmax(logits, axis=-1), axis=-1)
    loss = v1.reduce_mean(losses)
    variables = v1.trainable_variables()
    gradients = v1.gradients(loss, variables)
    gradients, norm = v1.clip_by_global_norm(gradients, clip_norm=1.0)
    gradients = [v1.convert_to_tensor(gradient) for gradient in gradients]
    optimizer = _decaying_adam(v1)(rate)
    train = optimizer.apply_gradients(zip(gradients, variables, strict=True), global_step=step)
    train = v1.group(train, [step.assign(step + 1)])
    return {"loss": loss, "norm": norm, "rate": rate, "train": train}


def regression(v1, fed):
    """Two towers, losses in the collection, two optimizers on parts of the variables."""
    step = v1.train.get_or_create_global_step()
    with v1.variable_scope("wide"):
        wide = v1.layers.dense(fed["rows"], 1, kernel_regularizer=lambda w: 0.1 * v1.nn.l2_loss(w))
    with v1.variable_scope("deep", initializer=v1.ones_initializer()):
        deep = v1.layers.dense(v1.layers.dense(fed["rows"], 3, v1.nn.elu), 1)
    predictions = v1.squeeze(wide + deep, 1)
    v1.losses.huber_loss(fed["targets"], predictions)
    loss = v1.losses.get_total_loss()
    parts = [
        v1.get_collection(v1.GraphKeys.TRAINABLE_VARIABLES, scope) for scope in ("wide", "deep")
    ]
    optimizers = [v1.train.FtrlOptimizer(0.2), v1.train.AdagradOptimizer(0.05)]
    steps = [
        optimizer.minimize(loss, var_list=part)
        for optimizer, part in zip(optimizers, parts, strict=True)
    ]
    with v1.control_dependencies([v1.group(*steps)]):
        train = v1.assign_add(step, 1)
    return {"loss": loss, "train": train}


def getters(v1, fed):
    """Variables by a getter of one's own, shared by two towers, and the gradient by the input."""
    step = v1.train.get_or_create_global_step()

    def doubled(getter, name, *args, **kwargs):
        return getter(f"{name}_doubled", *args, **kwargs)

    def tower(x, reuse):
        with v1.variable_scope("tower", custom_getter=doubled, reuse=reuse):
            return v1.matmul(x, v1.get_variable("w", [5, 2]))

    y = tower(fed["rows"], False) * tower(fed["rows"] + 1.0, True)
    loss = v1.reduce_sum(v1.square(y))
    (slope,) = v1.gradients(loss, [fed["rows"]])
    total = loss + 0.1 * v1.reduce_sum(v1.stop_gradient(slope))
    train = v1.train.AdamOptimizer(0.01).minimize(total, step)
    return {"loss": loss, "slope": slope, "train": train}


PROGRAMS = {
    "guide": guide,
    "resnet": resnet,
    "transformer": transformer,
    "regression": regression,
    "getters": getters,
}
