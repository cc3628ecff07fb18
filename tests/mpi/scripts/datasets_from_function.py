"""Every replica makes its own data set: `distribute_datasets_from_function` with an InputContext.

The replicas have batches of a size of their own, and not all equally many.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import estikeras as tf

GLOBAL_BATCH_SIZE, ROWS = 12, 31
strategy = tf.distribute.MultiWorkerMirroredStrategy()

random = np.random.default_rng(0)
x = random.normal(size=(ROWS, 3)).astype("float32")
y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")


class Rows:
    """A small stand-in for a tf.data.Dataset of rows: `shard` and `batch`."""

    def __init__(self, numbers, size=1):
        self.numbers, self.size = numbers, size

    def shard(self, num_shards, index):
        return Rows(self.numbers[index::num_shards])

    def batch(self, size):
        return Rows(self.numbers, size)

    def __iter__(self):
        for start in range(0, len(self.numbers), self.size):
            rows = self.numbers[start : start + self.size]
            yield x[rows], y[rows]


seen = []


def dataset_fn(context):
    seen.append((context.num_input_pipelines, context.input_pipeline_id))
    assert context.num_replicas_in_sync == strategy.num_replicas_in_sync
    rows = Rows(np.arange(ROWS)).shard(context.num_input_pipelines, context.input_pipeline_id)
    return rows.batch(context.get_per_replica_batch_size(GLOBAL_BATCH_SIZE))


dataset = strategy.distribute_datasets_from_function(dataset_fn)
assert seen == [(strategy.num_replicas_in_sync, strategy.cluster.rank)]

tf.keras.utils.set_random_seed(1)
with strategy.scope():
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
    optimizer = tf.keras.optimizers.SGD(0.05)
    model.compile(optimizer, "mse", metrics=["mae"])


@tf.function
def train_step(batch):
    def step(inputs):
        features, labels = inputs
        with tf.GradientTape() as tape:
            errors = tf.reduce_sum(tf.square(model(features) - labels), axis=-1)
            loss = tf.nn.compute_average_loss(errors, global_batch_size=GLOBAL_BATCH_SIZE)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(step, args=(batch,)), axis=None)


losses = [[float(train_step(batch)) for batch in dataset] for _ in range(3)]
by_hand = model.get_weights()

# `fit` takes such a data set too; its batches count by their rows.
history = model.fit(dataset, epochs=2, verbose=0)
scores = model.evaluate(dataset, verbose=0)
if strategy.cluster.is_chief:
    results = {
        "losses": losses,
        "by hand": by_hand,
        "history": history.history,
        "scores": scores,
        "weights": model.get_weights(),
    }
    Path(sys.argv[1]).write_bytes(pickle.dumps(results))
