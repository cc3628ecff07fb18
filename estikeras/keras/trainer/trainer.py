"""A place holder until the training loop is written: models inherit from `Trainer`, which has nothing yet."""


class Trainer:
    """What `Model` inherits compile, fit, evaluate and predict from."""
