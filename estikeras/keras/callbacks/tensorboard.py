"""Writes a training's scalars, histograms and graph into files that TensorBoard shows."""

import time
from pathlib import Path

import numpy as np

from estikeras import errors, settings
from estikeras.formats.events import EventWriter
from estikeras.keras.callbacks import learning_rates
from estikeras.keras.callbacks.callback import Callback
from estikeras.public import public


@public("keras.callbacks.TensorBoard")
class TensorBoard(Callback):
    """Write logs for TensorBoard: `tensorboard --logdir LOG_DIR` shows them.

    Args:
        log_dir: path; a folder for each run lets TensorBoard compare them.
        histogram_freq: int, epochs between two histograms of the weights; 0 for none.
        write_graph: bool, write the graph of a functional or sequential model.
        write_images: bool, write the weights as images too, with the histograms.
        write_steps_per_second: bool, write the training's pace.
        update_freq: `"epoch"`, or the number of batches between two points (`"batch"` is 1).
        profile_batch: must be 0.
        embeddings_freq: must be 0.
        embeddings_metadata: must be None.

    Raises:
        NotImplementedError: for profiles and embeddings.
    """

    chief_only = True

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        super().__init__()
        if profile_batch:
            raise errors.unsupported("`profile_batch`", "Leave it at 0.")
        if embeddings_freq or embeddings_metadata:
            raise errors.unsupported(
                "`embeddings_freq`", "Save the embedding's weights with `ModelCheckpoint`."
            )
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self._train_batches = self._test_batches = 0
        self._writers = {}

    def _listens_to(self, hook):
        if hook in ("on_train_batch_begin", "on_train_batch_end", "on_test_batch_begin"):
            changed = type(self) is not TensorBoard
            return self.update_freq != "epoch" or changed
        return super()._listens_to(hook)

    def set_model(self, model):
        """Take the model that runs, and write its graph."""
        super().set_model(model)
        has_graph = {"Functional", "Sequential"} & {cls.__name__ for cls in type(model).__mro__}
        if self.write_graph and has_graph and model.built:
            self._writer("train").keras_model("keras", model.to_json(), step=0)

    def on_train_begin(self, logs=None):
        self._train_batches = 0

    def on_train_end(self, logs=None):
        for writer in self._writers.values():
            writer.close()
        self._writers = {}

    def on_train_batch_begin(self, batch, logs=None):
        self._train_batches += 1
        self._batch_begin_s = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        if self.update_freq == "epoch" or self._train_batches % self.update_freq:
            return
        logs = dict(logs or {})
        if self.write_steps_per_second:
            logs["steps_per_second"] = 1 / (time.perf_counter() - self._batch_begin_s)
        self._scalars("train", "batch_{}", logs, self._train_batches)

    def on_test_batch_begin(self, batch, logs=None):
        self._test_batches += 1

    def on_test_end(self, logs=None):
        optimizer = self.model.optimizer
        if optimizer is not None and hasattr(optimizer, "iterations"):
            step = int(optimizer.iterations)
            self._scalars("validation", "evaluation_{}_vs_iterations", logs or {}, step)

    def on_epoch_begin(self, epoch, logs=None):
        if self.write_steps_per_second:
            self._epoch_begin_s = time.perf_counter()
            self._epoch_begin_step = int(self.model.optimizer.iterations)

    def on_epoch_end(self, epoch, logs=None):
        logs = logs or {}
        training = {name: value for name, value in logs.items() if not name.startswith("val_")}
        if training or logs:
            learning_rates.log(self.model, training)
            if self.write_steps_per_second:
                steps = int(self.model.optimizer.iterations) - self._epoch_begin_step
                training["steps_per_second"] = steps / (time.perf_counter() - self._epoch_begin_s)
            self._scalars("train", "epoch_{}", training, epoch)
        validation = {n.removeprefix("val_"): v for n, v in logs.items() if n.startswith("val_")}
        if validation:
            self._scalars("validation", "epoch_{}", validation, epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)

    def _writer(self, name):
        if name not in self._writers:
            self._writers[name] = EventWriter(Path(self.log_dir) / name)
        return self._writers[name]

    def _scalars(self, writer, tag, values, step):
        writer = self._writer(writer)
        for name, value in values.items():
            writer.scalar(tag.format(name), value, step)
        writer.flush()

    def _write_weights(self, epoch):
        writer = self._writer("train")
        for weight in self.model.weights:
            values = weight.numpy()
            writer.histogram(f"{weight.path}/histogram", values, epoch)
            images = _as_images(values) if self.write_images else None
            if images is not None:
                writer.images(f"{weight.path}/image", images, epoch)
        writer.flush()


def _as_images(values):
    """An array of weights as a batch of images (batch, height, width, channels), or None."""
    values = np.squeeze(values).astype(np.float32)
    if values.ndim == 1:
        return values.reshape(1, -1, 1, 1)
    if values.ndim == 2:
        wide = values.T if values.shape[0] > values.shape[1] else values
        return wide[None, :, :, None]
    if values.ndim == 3:
        if settings.image_data_format() == "channels_last":
            values = values.transpose(2, 0, 1)
        return values[..., None]
    return values if values.ndim == 4 and values.shape[-1] in (1, 3, 4) else None
