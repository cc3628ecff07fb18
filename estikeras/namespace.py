"""Lazy access to public names over the generated table `_names.py`.

Touching a name imports the one file that defines it. A package says
`__getattr__, __dir__ = attach(__name__)`. A namespace without a folder (`keras.ops`, `math`, `nn`)
becomes a real, importable module by the finder at the end. This file knows the table and nothing
of what is in it; it and the resolver of kernel names alone import modules by name.
"""

import difflib
import functools
import importlib
import importlib.machinery
import sys
import types

from estikeras import errors

_ROOT = "estikeras"
# `from estikeras import ops` is how the project's own code reaches the operations. Nested
# namespaces (`keras.ops.linalg`) are not served there: `estikeras.ops.linalg` is the file.
_PREFIX_OF_MODULE = {"estikeras.ops": "keras.ops"}
# Names of TensorFlow for namespaces of Keras.
_ALIASES = {
    "initializers": "keras.initializers",
    "losses": "keras.losses",
    "metrics": "keras.metrics",
    "optimizers": "keras.optimizers",
    "optimizers.schedules": "keras.optimizers.schedules",
    "optimizers.legacy": "keras.optimizers.legacy",
}
# Namespaces in which all public names are there once more, as an older or the same TensorFlow had
# them.
_GENERATIONS = ("compat.v1", "compat.v2")


def attach(module_name):
    """The `__getattr__` and `__dir__` that serve the public names of a module from the table.

    Args:
        module_name: the module's `__name__`.

    Returns:
        Two functions to be bound to `__getattr__` and `__dir__` in that module.
    """
    prefix = _PREFIX_OF_MODULE.get(module_name, module_name[len(_ROOT) + 1 :])
    sys.modules[module_name].__class__ = _Namespace

    def __getattr__(name):
        return _get(module_name, prefix, name)

    def __dir__():
        public = _members(prefix) or {}
        return sorted({*vars(sys.modules[module_name]), *public})

    return __getattr__, __dir__


def lookup(prefix, name):
    """The public object called `name` in a namespace, such as `lookup("keras.losses", "mse")`.

    Args:
        prefix: a namespace, with or without the leading `keras.`.
        name: a name directly in it.

    Raises:
        ValueError: if there is no such name; the nearest ones are named.
    """
    prefix = _full_prefix(prefix)
    target = _tree().get(prefix, {}).get(name)
    if target is None:
        raise errors.unknown_name(f"name in {prefix}", name, names(prefix))
    return load(target)


def names(prefix):
    """All public names directly in a namespace (with or without the leading `keras.`), sorted."""
    members = _tree().get(_full_prefix(prefix), {})
    return tuple(sorted(name for name, target in members.items() if target is not None))


def public_names(thing):
    """All public names of a class or function, such as `("keras.layers.Dense",)`; may be none."""
    target = f"{getattr(thing, '__module__', '')}:{getattr(thing, '__qualname__', '')}"
    return _names_by_target().get(target, ())


@functools.cache
def load(target):
    """The object that a `"module:object"` text names, for what a lower layer may not import.

    Raises:
        ImportError: if the module fails to load, or has no such object.
    """
    module_name, _, attribute = target.partition(":")
    try:
        module = importlib.import_module(module_name)
    except AttributeError as error:
        # As an AttributeError, it would read as if a public name did not exist.
        raise ImportError(f"{module_name} cannot be loaded: {error}") from error
    if attribute not in vars(module):
        raise ImportError(f"{module_name} has no {attribute!r}; is the table of names fresh?")
    return vars(module)[attribute]


@functools.cache
def _table():
    return importlib.import_module("estikeras._names").NAMES


@functools.cache
def _tree(generation=""):
    """Namespace -> {name: target}, where the target of a nested namespace is None.

    Below `compat.v1` and `compat.v2` are names of their own, and the others' too.
    """
    table = _table()
    if generation:
        table = load("estikeras.compat.inherited:table")(generation, table)
    tree = {"": {}}
    for full_name, target in table.items():
        prefix, _, name = full_name.rpartition(".")
        tree.setdefault(prefix, {})[name] = target
        while prefix:
            parent, _, name = prefix.rpartition(".")
            tree.setdefault(parent, {}).setdefault(name, None)
            prefix = parent
    if not generation:
        for alias, source in _ALIASES.items():
            tree[alias] = tree.get(alias, {}) | tree[source]
            parent, _, name = alias.rpartition(".")
            tree[parent].setdefault(name, None)
    tree.setdefault("compat", {}).update(
        dict.fromkeys(name.rpartition(".")[2] for name in _GENERATIONS)
    )
    tree[""].setdefault("compat", None)
    return tree


@functools.cache
def _names_by_target():
    by_target = {}
    for full_name, target in _table().items():
        by_target[target] = (*by_target.get(target, ()), full_name)
    return by_target


def _members(prefix):
    """The part of the tree that is directly in a namespace, None if there is no such namespace."""
    for generation in _GENERATIONS:
        if prefix == generation or prefix.startswith(f"{generation}."):
            return _tree(generation).get(prefix[len(generation) + 1 :])
    return _tree().get(prefix)


def _full_prefix(prefix):
    return prefix if prefix in _tree() else f"keras.{prefix}"


def _get(module_name, prefix, name):
    members = _members(prefix) or {}
    full_name = f"{prefix}.{name}" if prefix else name
    target = members.get(name)
    if target is not None:
        thing = load(target)
        setattr(sys.modules[module_name], name, thing)
        return thing
    if name in members and module_name not in _PREFIX_OF_MODULE:
        return importlib.import_module(f"{_ROOT}.{_without_repetition(full_name)}")
    raise UnknownNameError(module_name, prefix, name)


def _without_repetition(full_name):
    """`compat.v1` for `compat.v1.compat.v1`, as scripts say that import `tf` from `compat.v1`."""
    inner = "compat." + full_name.partition(".compat.")[2]
    return inner if inner in _GENERATIONS else full_name


def _why_absent(full_name):
    """What to use in place of a name; None if there is nothing to say."""
    for generation in _GENERATIONS:
        if full_name.startswith(f"{generation}."):
            name = full_name[len(generation) + 1 :]
            changed = load("estikeras.compat.inherited:instead")(name)
            return changed or _why_absent(name)
    return load("estikeras.absent:ABSENT").get(full_name)


class UnknownNameError(AttributeError):
    """An AttributeError whose text is made when it is asked for: `from package import file` asks
    the package first, and throws it away.
    """

    def __str__(self):
        module_name, prefix, name = self.args
        return _unknown(f"module {module_name!r} has no attribute {name!r}.", prefix, name)


def _unknown(message, prefix, name):
    full_name = f"{prefix}.{name}" if prefix else name
    older = f"{_GENERATIONS[0]}.{full_name}"
    if name in (_members(older.rpartition(".")[0]) or {}):
        return f"{message} It is TensorFlow 1's: write `{older}`."
    absent = _why_absent(full_name) or _why_absent(prefix)
    if absent is not None:
        return f"{message} It is not supported. {absent}"
    near = difflib.get_close_matches(name, _members(prefix) or {}, n=3)
    return f"{message} Did you mean {' or '.join(map(repr, near))}?" if near else message


class _Namespace(types.ModuleType):
    """A package whose public names are not hidden by its files: `losses.circle` is the function.

    Importing the file `losses/circle.py` would bind the module under that name.
    """

    def __setattr__(self, name, value):
        prefix = _PREFIX_OF_MODULE.get(self.__name__, self.__name__[len(_ROOT) + 1 :])
        if isinstance(value, types.ModuleType) and (_members(prefix) or {}).get(name):
            return
        super().__setattr__(name, value)


class _NamespaceFinder:
    """Finds namespaces of the table that have no folder, where Python's finders found nothing."""

    @classmethod
    def find_spec(cls, full_name, path=None, target=None):
        """The spec of an alias namespace; an ImportError with near names for an unknown name."""
        parent, _, name = full_name.rpartition(".")
        ours = parent == _ROOT or parent.startswith(f"{_ROOT}.")
        if not ours or name.startswith("_"):
            return None
        if _members(full_name[len(_ROOT) + 1 :]) is not None:
            return importlib.machinery.ModuleSpec(
                full_name, cls, origin="a namespace of the table", is_package=True
            )
        prefix = _PREFIX_OF_MODULE.get(parent, parent[len(_ROOT) + 1 :])
        if _members(prefix) is not None:
            raise ModuleNotFoundError(
                _unknown(f"cannot import name {name!r} from {parent!r}.", prefix, name)
            )
        return None

    @staticmethod
    def create_module(spec):
        """Python's default module."""
        return None

    @staticmethod
    def exec_module(module):
        """Serve the namespace's names from the table."""
        prefix = module.__name__[len(_ROOT) + 1 :]
        module.__doc__ = f"The names of `{prefix}`; each is defined where `estikeras._names` says."
        module.__getattr__, module.__dir__ = attach(module.__name__)
        members = _members(prefix)
        # One file defines all: waiting saves nothing, and `tf.logging.__dict__["INFO"]` works.
        files = {target and target.partition(":")[0] for target in members.values()}
        if len(files) == 1 and None not in files:
            vars(module).update((name, load(target)) for name, target in members.items())


if _NamespaceFinder not in sys.meta_path:
    sys.meta_path.append(_NamespaceFinder)

# The names of `tf.errors`, in the module that this one imports.
errors.__getattr__, errors.__dir__ = attach(errors.__name__)
