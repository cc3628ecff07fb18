"""What callbacks share that read or set learning rates of an optimizer, or of several in one."""

from estikeras import errors


def optimizers(model):
    """Pairs (name to show, optimizer) of a model; the name is empty if there is one only."""
    several = getattr(model.optimizer, "optimizers", None)
    if several is None:
        return [("", model.optimizer)]
    return [(optimizer.name, optimizer) for optimizer in several]


def get(optimizer):
    """The present learning rate as a float."""
    if not hasattr(optimizer, "learning_rate"):
        raise errors.wrong_type("optimizer", got=optimizer, expected="one with a `learning_rate`")
    return float(optimizer.learning_rate)


def log(model, logs):
    """Put the learning rates into the logs."""
    for name, optimizer in optimizers(model):
        logs[f"learning_rate_{name}" if name else "learning_rate"] = get(optimizer)
