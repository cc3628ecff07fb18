"""Every primitive and every layer has a row of cases."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import estikeras.primitives
from estikeras import namespace
from estikeras.engine.primitive import REGISTRY
from estikeras.keras import layers

TESTS = Path(__file__).resolve().parents[1] / "estikeras"
# Layer -> why it has no row of its own.
WITHOUT_ROW = {
    "Layer": "the base of all",
    "InputLayer": "takes no input; the tests of models use it",
    "Wrapper": "has no call; the wrappers have rows",
    "Pipeline": "takes no dtype, which every row gives; it has tests of its own",
    "DenseFeatures": "takes columns; tests/estikeras/feature_column has a table of them",
}


def first_arguments(function_name, folder):
    """The first argument of every call of `function_name`: a string's value or a name."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == function_name:
                first = node.args[0] if node.args else None
                found.add(getattr(first, "value", getattr(first, "id", None)))
                found.add(getattr(first, "attr", None))
    return found


def test_every_primitive_has_a_row():
    for module in pkgutil.iter_modules(estikeras.primitives.__path__):
        importlib.import_module(f"estikeras.primitives.{module.name}")
    files = (TESTS / "primitives").glob("test_*.py")
    names = [f"tests.estikeras.primitives.{path.stem}" for path in files]
    rows = {row.name for name in names for row in importlib.import_module(name).ROWS}
    rows |= first_arguments("row", TESTS / "primitives")
    assert sorted(set(REGISTRY) - rows) == []


def test_every_layer_has_a_row():
    rows = first_arguments("case", TESTS / "keras" / "layers")
    classes = {name: getattr(layers, name) for name in namespace.names("keras.layers")}
    missing = {
        cls.__name__
        for cls in classes.values()
        if inspect.isclass(cls) and issubclass(cls, layers.Layer)
    }
    assert sorted(missing - rows - set(WITHOUT_ROW)) == []
