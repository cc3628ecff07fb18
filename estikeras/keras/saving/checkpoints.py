"""Weights of models in TensorFlow's checkpoints, with the names that `tf.keras` gave them.

What reads and writes the files is reached by name when it is needed: native loops come with it.
"""

from pathlib import Path

from estikeras import namespace
from estikeras.train import state
from estikeras.train.restoration import Restoration


def is_checkpoint(path):
    """Whether there is a checkpoint at this path, without the files' endings."""
    return state.checkpoint_exists(path)


def save(model, path):
    """Write a checkpoint, and note it in the folder's file `checkpoint` as the last one."""
    namespace.lookup("train", "Checkpoint")(model).write(path)
    state.write(Path(path).parent, state.CheckpointState(str(path)))


def load(model, path):
    """Give a model the weights in a checkpoint, and its optimizer what is there for it.

    Raises:
        ValueError: if some of the model's weights are not in it, or do not fit; then none is
            changed.
        DataLossError: if it is damaged.
    """
    reader = namespace.lookup("train", "load_checkpoint")(path)
    Restoration(reader, str(path)).restore(model, needed=model.weights)
