"""A custom training loop as in TensorFlow's guides: `strategy.run` in a `tf.function`, losses by
`compute_average_loss`, metrics updated by the replicas, a last batch that is not full.

    estikeras run -n 2 custom_loop.py RESULTS
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import estikeras as tf

BUFFER_SIZE, GLOBAL_BATCH_SIZE, EPOCHS = 45, 16, 3

random = np.random.default_rng(0)
train_images = random.uniform(size=(BUFFER_SIZE, 6, 6, 1)).astype("float32")
train_labels = (train_images.mean((1, 2, 3)) * 50).astype("int64") % 4
test_images, test_labels = train_images[:17], train_labels[:17]


class Batches:
    """Stands for a tf.data.Dataset of batches."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __iter__(self):
        for start in range(0, len(self.images), GLOBAL_BATCH_SIZE):
            rows = slice(start, start + GLOBAL_BATCH_SIZE)
            yield self.images[rows], self.labels[rows]


strategy = tf.distribute.MultiWorkerMirroredStrategy()
train_dist_dataset = strategy.experimental_distribute_dataset(Batches(train_images, train_labels))
test_dist_dataset = strategy.experimental_distribute_dataset(Batches(test_images, test_labels))
tf.keras.utils.set_random_seed(7)


def create_model():
    regularizer = tf.keras.regularizers.L2(1e-3)
    return tf.keras.Sequential(
        [
            tf.keras.Input((6, 6, 1)),
            tf.keras.layers.Conv2D(4, 3, activation="relu", kernel_regularizer=regularizer),
            tf.keras.layers.MaxPooling2D(),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(4, kernel_regularizer=regularizer),
        ]
    )


with strategy.scope():
    loss_object = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")

    def compute_loss(labels, predictions, model_losses):
        per_example_loss = loss_object(labels, predictions)
        loss = tf.nn.compute_average_loss(per_example_loss, global_batch_size=GLOBAL_BATCH_SIZE)
        if model_losses:
            loss += tf.nn.scale_regularization_loss(tf.add_n(model_losses))
        return loss

    test_loss = tf.keras.metrics.Mean(name="test_loss")
    train_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="train_accuracy")
    test_accuracy = tf.keras.metrics.SparseCategoricalAccuracy(name="test_accuracy")
    model = create_model()
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.01)


def train_step(inputs):
    images, labels = inputs
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = compute_loss(labels, predictions, model.losses)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    train_accuracy.update_state(labels, predictions)
    return loss


def test_step(inputs):
    images, labels = inputs
    predictions = model(images, training=False)
    test_loss.update_state(loss_object(labels, predictions))
    test_accuracy.update_state(labels, predictions)


@tf.function
def distributed_train_step(dataset_inputs):
    per_replica_losses = strategy.run(train_step, args=(dataset_inputs,))
    return strategy.reduce(tf.distribute.ReduceOp.SUM, per_replica_losses, axis=None)


@tf.function
def distributed_test_step(dataset_inputs):
    return strategy.run(test_step, args=(dataset_inputs,))


log = []
for _ in range(EPOCHS):
    total_loss, num_batches = 0.0, 0
    for batch in train_dist_dataset:
        total_loss += distributed_train_step(batch)
        num_batches += 1
    train_loss = total_loss / num_batches
    for batch in test_dist_dataset:
        distributed_test_step(batch)
    line = [train_loss, train_accuracy.result(), test_loss.result(), test_accuracy.result()]
    log.append([float(number) for number in line])
    test_loss.reset_state()
    train_accuracy.reset_state()
    test_accuracy.reset_state()

# The guides also iterate by hand, and outside of a tf.function.
iterator = iter(train_dist_dataset)
for _ in range(2):
    losses = strategy.run(train_step, args=(next(iterator),))
    log.append([float(strategy.reduce("SUM", losses, axis=None))])
more = iterator.get_next_as_optional()
log.append([float(more.has_value()), float(iterator.get_next_as_optional().has_value())])

if strategy.extended.should_checkpoint:
    results = {"log": log, "weights": model.get_weights()}
    results["optimizer"] = [variable.numpy() for variable in optimizer.variables]
    Path(sys.argv[1]).write_bytes(pickle.dumps(results))
