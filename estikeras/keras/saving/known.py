"""Which names a config may use, and what they stand for here and in the reference.

Only kinds that a model consists of resolve: layers, losses, metrics, ... and what the user
registered. Functions of `keras.utils`, `keras.saving` and the like never do: a config that may call
anything public is a hole.
"""

from estikeras import namespace

MODELING_NAMESPACES = (
    "keras.layers",
    "keras.activations",
    "keras.losses",
    "keras.metrics",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.optimizers.legacy",
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.dtype_policies",
    "keras.models",
    "keras.quantizers",
)
_OTHERS = {
    "keras": (
        *(
            "Sequential",
            "Model",
            "Layer",
            "Loss",
            "Metric",
            "Optimizer",
            "Initializer",
            "Regularizer",
        ),
        *("DTypePolicy", "FloatDTypePolicy", "Quantizer", "Function"),
    ),
    "keras.random": ("SeedGenerator",),
    "keras.utils": ("FeatureSpace",),
}
# Classes without a public name: the module that the reference writes, and where ours is.
_PRIVATE = {
    "Functional": ("keras.src.models.functional", "estikeras.keras.models.functional:Functional"),
    **{
        name: (
            "keras.src.layers.preprocessing.feature_space",
            f"estikeras.keras.layers.preprocessing.features:{name}",
        )
        for name in ("Feature", "Cross", "TFDIdentity")
    },
}
_NOT_MODELING = {
    "get",
    "serialize",
    "deserialize",
    "load_model",
    "save_model",
    "model_from_json",
    "clone_model",
}
_FUNCTION_NAMESPACES = ("keras.activations", "keras.losses", "keras.metrics", "keras.ops")


def written_name(cls):
    """The pair (module, class name) under which the reference knows one of our classes, else
    None.
    """
    module, target = _PRIVATE.get(cls.__name__, (None, None))
    if f"{cls.__module__}:{cls.__qualname__}" == target:
        return module, cls.__name__
    found = [name for name in namespace.public_names(cls) if name.startswith("keras.")]
    if not found:
        return None
    best = min(found, key=lambda name: (not name.endswith(f".{cls.__name__}"), len(name)))
    return tuple(best.rsplit(".", 1))


def find_class(module, name):
    """Our class for a module and class name as files hold them; None if there is no such modeling
    class.

    Args:
        module: str such as `"keras.layers"` or `"keras.src.models.functional"`, or None.
        name: str, the class name.
    """
    if not isinstance(module, str) or not (module == "keras" or module.startswith("keras.")):
        return None
    if module.startswith("keras.src."):
        return _find_private(module, name)
    return _class(module, name)


def find_anywhere(name):
    """Our class for a name without a module, as older files have it; None if there is none."""
    if name in _PRIVATE:
        return namespace.load(_PRIVATE[name][1])
    for prefix in MODELING_NAMESPACES:
        found = _class(prefix, name)
        if found is not None:
            return found
    return None


def is_modeling(module, name):
    """Whether a config may name this: it lies in a modeling namespace and is no loader of other
    things.
    """
    if name in _NOT_MODELING or name.startswith("_"):
        return False
    return module in MODELING_NAMESPACES or name in _OTHERS.get(module, ())


def find_function(name):
    """An activation, loss, metric or operation by its name, or None."""
    for prefix in _FUNCTION_NAMESPACES:
        if name not in _NOT_MODELING:
            found = _lookup(prefix, name)
            if found is not None and not isinstance(found, type):
                return found
    return None


def modeling_names(module=None):
    """The names that configs may use, for suggestions: those of a module, or all."""
    prefixes = (module,) if module in MODELING_NAMESPACES else MODELING_NAMESPACES
    return sorted({n for prefix in prefixes for n in namespace.names(prefix) if n[0].isupper()})


def _find_private(module, name):
    if name in _PRIVATE:
        return namespace.load(_PRIVATE[name][1])
    for prefix in MODELING_NAMESPACES:
        kind = prefix.removeprefix("keras.")
        if module.startswith(f"keras.src.{kind}"):
            return _class(prefix, name)
    return None


def _class(prefix, name):
    found = _lookup(prefix, name) if is_modeling(prefix, name) else None
    return found if isinstance(found, type) else None


def _lookup(prefix, name):
    return namespace.lookup(prefix, name) if name in namespace.names(prefix) else None
