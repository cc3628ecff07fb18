"""A callback raises on the last rank alone, in the middle of a training."""

import numpy as np

import estikeras as tf

strategy = tf.distribute.MultiWorkerMirroredStrategy()


class Fails(tf.keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 3 and strategy.cluster.rank == strategy.num_replicas_in_sync - 1:
            raise ZeroDivisionError("the disk is full")


with strategy.scope():
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])
    model.compile("sgd", "mse")
x = np.ones((64, 3), "float32")
model.fit(x, x[:, :1], batch_size=8, epochs=100, verbose=0, callbacks=[Fails()])
