"""What makes a Keras layer one of TensorFlow 1: arguments in their old order, a variable scope, and
collections for what comes of a call besides its outputs.
"""

import contextlib
import inspect

from estikeras.compat.collections import (
    GraphKeys,
    add_to_collection,
    get_collection,
    global_variables,
)
from estikeras.compat.initializers import Zeros
from estikeras.compat.name_scopes import name_scope
from estikeras.compat.variable_scopes import get_variable, variable_scope
from estikeras.engine import naming
from estikeras.engine.session_graph import session_graph

REQUIRED = inspect.Parameter.empty


def weights(*roles):
    """The arguments of the weights of some roles, such as `kernel` and `bias`, in v1's order."""
    initial = {f"{role}_initializer": Zeros() if role == "bias" else None for role in roles}
    regularizers = {f"{role}_regularizer": None for role in roles}
    constraints = {f"{role}_constraint": None for role in roles}
    return {**initial, **regularizers, "activity_regularizer": None, **constraints}


NAMED = {"trainable": True, "name": None}
_NONE = {}


class ScopedLayer:
    """Mixed into a Keras layer in front of it.

    A subclass says in `parameters` which arguments `__init__` has, in order, and their defaults.
    """

    parameters = NAMED
    later = _NONE  # those that come after `name` and `reuse` where the layer is made by a function

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        cls._arguments = inspect.Signature(
            [inspect.Parameter(name, kind, default=d) for name, d in cls.parameters.items()]
        )
        # A class of a user's has the signature of its own `__init__`.
        is_ours = "parameters" in vars(cls)
        cls.__signature__ = cls._arguments if is_ours else None

    def __init__(self, *args, **kwargs):
        common = {key: kwargs.pop(key) for key in ("_scope", "_reuse") if key in kwargs}
        options = {key: kwargs.pop(key) for key in ("dtype",) if key in kwargs}
        bound = self._arguments.bind(*args, **kwargs)
        bound.apply_defaults()
        given = self._options({**bound.arguments, **options})
        name = given.pop("name", None)
        self._base_name = name or naming.to_snake_case(type(self).__name__)
        self._given_scope, self._reuse = common.get("_scope"), common.get("_reuse")
        self._scope = None
        super().__init__(**given, name=self._base_name.replace("/", "_"))

    def _options(self, given):
        """Keras's arguments for those that were given."""
        return given

    def __call__(self, inputs, *args, scope=None, **kwargs):
        self._open(scope)
        reuse = True if self.built else self._reuse
        scoped = variable_scope(self._scope, reuse=reuse, auxiliary_name_scope=False)
        with scoped, name_scope(self._scope.original_name_scope):
            outputs = super().__call__(inputs, *args, **kwargs)
        kept = {id(loss) for loss in get_collection(GraphKeys.REGULARIZATION_LOSSES)}
        for loss in self.losses:
            if id(loss) not in kept:  # by a layer that this one called
                add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
        return outputs

    def _open(self, scope):
        if self._scope is not None:
            return
        wanted = self._given_scope if scope is None else scope
        if self._reuse and wanted is None:
            wanted = self._base_name
        with variable_scope(wanted, default_name=self._base_name) as self._scope:
            pass

    def _open_name_scope(self):
        self._path = self._scope.name  # which names all that the layer makes
        return contextlib.nullcontext()

    @property
    def scope_name(self):
        """The full name of the variable scope; known from the first call on."""
        return self._scope.name

    @property
    def graph(self):
        """The graph of the model function, or None."""
        return session_graph()

    def add_weight(
        self,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
    ):
        """The variable of a name in the layer's scope."""
        known = {id(variable) for variable in global_variables()}
        variable = get_variable(
            name,
            shape=() if shape is None else shape,
            dtype=self.variable_dtype if dtype is None else dtype,
            initializer=initializer,
            trainable=trainable and self.trainable,
            constraint=constraint,
            aggregation=aggregation,
        )
        if regularizer is not None and id(variable) not in known:  # and the scope's has been used
            add_to_collection(GraphKeys.REGULARIZATION_LOSSES, regularizer(variable))
        self._track_variable(variable)
        return variable


def as_function(layer, **call):
    """A function of the inputs and a layer's arguments that makes it and calls it.

    Args:
        layer: a class on ScopedLayer.
        **call: arguments of its call, with defaults, which come before `trainable` and `name`.

    Returns:
        The function; it has the further arguments `reuse` and those of the class that come after
        `name`.
    """
    before = {k: d for k, d in layer.parameters.items() if k not in NAMED and k not in layer.later}
    named = {k: d for k, d in layer.parameters.items() if k in NAMED}
    order = {"inputs": REQUIRED, **before, **call, **named, "reuse": None, **layer.later}
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [inspect.Parameter(name, kind, default=default) for name, default in order.items()]
    )

    def function(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = dict(bound.arguments)
        inputs, reuse = given.pop("inputs"), given.pop("reuse")
        called = {name: given.pop(name) for name in call}
        made = layer(**given, _scope=given.get("name"), _reuse=reuse)
        return made(inputs, **called)

    function.__name__ = function.__qualname__ = naming.to_snake_case(layer.__name__)
    function.__signature__ = signature
    function.__doc__ = (
        f"Make a layer `tf.compat.v1.layers.{layer.__name__}` and call it.\n\n"
        "    Its variables are in the scope `name`, which with `reuse=True` has them already; "
        "without a\n    name, in a new scope that is called after the layer.\n"
    )
    return function
