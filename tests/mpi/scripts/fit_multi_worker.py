"""Multi-worker training with Keras, as users of TensorFlow write it: per-worker batch size, model
and compile in the scope, callbacks that write, and one path to save to for each worker.

    TF_CONFIG='...' estikeras run -n 2 fit_multi_worker.py RESULTS FOLDER
"""

import json
import os
import pickle
import sys
from pathlib import Path

import numpy as np

import estikeras as tf

results_file, folder = Path(sys.argv[1]), Path(sys.argv[2])

per_worker_batch_size = 8
tf_config = json.loads(os.environ.get("TF_CONFIG", "{}"))
num_workers = len(tf_config["cluster"]["worker"]) if tf_config else 1

strategy = tf.distribute.MultiWorkerMirroredStrategy()
# The plain run must see the same global batch as the one of two workers.
global_batch_size = per_worker_batch_size * (num_workers if num_workers > 1 else 2)


def dataset():
    random = np.random.default_rng(0)
    x = random.uniform(size=(75, 8, 8)).astype("float32")
    y = (x.mean((1, 2)) * 100).astype("int64") % 3
    return x, y


def build_and_compile_cnn_model():
    model = tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(shape=(8, 8)),
            tf.keras.layers.Reshape((8, 8, 1)),
            tf.keras.layers.Conv2D(4, 3, activation="relu"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(8, activation="relu"),
            tf.keras.layers.Dense(3),
        ]
    )
    model.compile(
        loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=tf.keras.optimizers.SGD(learning_rate=0.1),
        metrics=["accuracy"],
    )
    return model


def is_chief(task_type, task_id):
    return task_type is None or task_type == "chief" or (task_type == "worker" and task_id == 0)


def write_filepath(filepath, task_type, task_id):
    path = Path(filepath)
    if not is_chief(task_type, task_id):
        path = path.parent / f"workertemp_{task_id}" / path.name
        path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)


tf.keras.utils.set_random_seed(3)
with strategy.scope():
    multi_worker_model = build_and_compile_cnn_model()

x, y = dataset()
callbacks = [
    tf.keras.callbacks.BackupAndRestore(backup_dir=str(folder / "backup")),
    tf.keras.callbacks.ModelCheckpoint(str(folder / "checkpoints" / "{epoch:02d}.keras")),
    tf.keras.callbacks.ModelCheckpoint(
        str(folder / "best.weights.h5"),
        monitor="val_loss",
        save_best_only=True,
        save_weights_only=True,
    ),
    tf.keras.callbacks.TensorBoard(str(folder / "logs")),
    tf.keras.callbacks.CSVLogger(str(folder / "log.csv")),
    tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True),
    tf.keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, verbose=1),
]
history = multi_worker_model.fit(
    x,
    y,
    batch_size=global_batch_size,
    epochs=3,
    validation_data=(x[:13], y[:13]),
    callbacks=callbacks,
    verbose=2,
)
scores = multi_worker_model.evaluate(x, y, batch_size=10, verbose=2)
multi_worker_model.summary()

task_type, task_id = strategy.cluster_resolver.task_type, strategy.cluster_resolver.task_id
path = write_filepath(folder / "model.keras", task_type, task_id)
multi_worker_model.save(path)
loaded = tf.keras.models.load_model(path)
assert all(
    np.array_equal(a, b)
    for a, b in zip(loaded.get_weights(), multi_worker_model.get_weights(), strict=True)
)
again = loaded.evaluate(x, y, batch_size=10, verbose=0)

if is_chief(task_type, task_id):
    results = {
        "history": history.history,
        "scores": scores,
        "again": again,
        "weights": multi_worker_model.get_weights(),
        "replicas": 1 if num_workers == 1 else strategy.num_replicas_in_sync / num_workers,
    }
    results_file.write_bytes(pickle.dumps(results))
