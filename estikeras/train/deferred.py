"""What is left to do for an object once its variables are made. Layers and optimizers take it up
when they are built.
"""

from estikeras.engine import context

_ATTRIBUTE = "_when_built"


def defer(obj, action):
    """Have a function without arguments called once the object is built, in place of another."""
    object.__setattr__(obj, _ATTRIBUTE, action)


def take_up(obj):
    """Do what was deferred for an object that is built now; no tape or trace records it."""
    action = vars(obj).pop(_ATTRIBUTE, None)
    if action is not None:
        with context.init_scope(), context.scope(autocast=None):
            action()
