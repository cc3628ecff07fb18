"""`tf.saved_model.save`: functions of tensors as signatures."""

import inspect
import os
from dataclasses import dataclass

from estikeras import errors
from estikeras.engine import context, tree
from estikeras.engine.function import BoundFunction, Function, SpecifiedFunction
from estikeras.engine.specs import TensorSpec
from estikeras.engine.tensor import Spec, Tensor, as_tensor
from estikeras.engine.variable import Variable
from estikeras.export.saved_model import writer
from estikeras.export.saved_model.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from estikeras.export.saved_model.options import SaveOptions, check
from estikeras.export.saved_model.traced import ScopedGraph, Signature, Traced, stand_in_length
from estikeras.public import public

_KINDS = (Function, BoundFunction, SpecifiedFunction)


@dataclass(frozen=True)
class Endpoint:
    """A function that is to be saved.

    Args:
        function: what is called.
        args: its positional arguments, structures of TensorSpecs, of which a size that is None is
            that of a batch, or not known.
        kwargs: its arguments by name, likewise.
        names: names of the arguments' TensorSpecs, flat.
    """

    function: object
    args: tuple
    kwargs: dict
    names: tuple


@public("saved_model.save")
def save(obj, export_dir, signatures=None, options=None):
    """Write a SavedModel, which TensorFlow and TensorFlow Serving load too.

    Args:
        obj: a Keras model, or an object with methods, or functions as attributes, that
            `tf.function(input_signature=...)` made. Each of them is a signature by its name; if
            there is one only, it is `"serving_default"` too.
        export_dir: path of the folder to make. What is there is replaced.
        signatures: a function with an input signature, or what `get_concrete_function(...)` gives,
            for `"serving_default"`; or a dict from names to such; None takes what `obj` has.
        options: a `tf.saved_model.SaveOptions`, or None.

    Raises:
        ValueError: if there is no function with an input signature.
        NotImplementedError: for what has no counterpart in TensorFlow; it names the layer and the
            primitive.
    """
    check(options, SaveOptions)
    endpoints = _of_object(obj)
    if signatures is not None:
        given = signatures
        if not isinstance(signatures, dict):
            given = {DEFAULT_SERVING_SIGNATURE_DEF_KEY: signatures}
        endpoints |= {name: _endpoint(name, function) for name, function in given.items()}
    if not endpoints:
        raise errors.invalid(
            "obj",
            got=obj,
            expected="an object with functions that have an input signature",
            hint="Decorate a method with `tf.function(input_signature=[tf.TensorSpec(...)])`, or "
            "pass `signatures`.",
        )
    save_endpoints(export_dir, endpoints)


def save_endpoints(export_dir, endpoints, scope=context.current_path):
    """Write functions as signatures of a SavedModel.

    Args:
        export_dir: path of the folder to make.
        endpoints: dict from names of signatures to Endpoints; one that comes twice is traced once.
        scope: function that gives the path of the scope that is open, such as a layer's.
    """

    def trace(batch):
        graph, done = ScopedGraph(scope), {}
        for endpoint in endpoints.values():
            if id(endpoint) not in done:
                done[id(endpoint)] = _traced(graph, endpoint, batch)
        return Traced(graph, {name: done[id(one)] for name, one in endpoints.items()})

    writer.write(os.fspath(export_dir), trace)


def _traced(graph, endpoint, batch):
    """The Signature of a function that is traced for one size of a batch."""
    inputs = []

    def place(spec):
        if not isinstance(spec, TensorSpec):
            return spec
        if spec.shape is None:
            raise errors.invalid(
                "input_signature", got=spec, expected="a shape with a known number of axes"
            )
        sizes = (
            size if size is not None else batch if axis == 0 else stand_in_length(batch, axis - 1)
            for axis, size in enumerate(spec.shape)
        )
        inputs.append(graph.add_input(Spec(tuple(sizes), str(spec.dtype))))
        return inputs[-1]

    args, kwargs = tree.map_structure(place, (endpoint.args, endpoint.kwargs))
    with context.scope(trace=graph, tapes=(), autocast=None):
        outputs = _outputs(endpoint.function(*args, **kwargs))
        outputs = {name: graph.own(y) for name, y in outputs.items()}
    return Signature(dict(zip(endpoint.names, inputs, strict=True)), outputs)


def _outputs(outputs):
    """What a function returned as a dict of tensors."""
    if isinstance(outputs, dict):
        pairs = [(str(name), y) for name, y in outputs.items()]
    else:
        flat = tree.flatten(outputs)
        pairs = [(f"output_{i}", y) for i, y in enumerate(flat)]
    if not pairs or any(not isinstance(y, Tensor | Variable) for _, y in pairs):
        raise errors.invalid(
            "signatures", got=outputs, expected="functions that return tensors, or a dict of them"
        )
    return {name: as_tensor(y) for name, y in pairs}


def _of_object(obj):
    """The Endpoints that an object has itself."""
    own = getattr(obj, "saved_model_endpoints", None)
    if own is not None:
        return own()
    names = {
        *getattr(obj, "__dict__", ()),
        *(name for cls in type(obj).__mro__ for name in vars(cls)),
    }
    found = {}
    for name in sorted(names):
        if isinstance(inspect.getattr_static(obj, name, None), Function):
            function = getattr(obj, name)
            if function.input_signature is not None:
                found[name] = _endpoint(name, function)
    if len(found) == 1:
        (only,) = found.values()
        found[DEFAULT_SERVING_SIGNATURE_DEF_KEY] = only
    return found


def _endpoint(name, function):
    """The Endpoint of a function that knows what it will be called with."""
    if not isinstance(function, _KINDS):
        raise errors.wrong_type(
            f"signatures[{name!r}]", got=function, expected="a function of `tf.function`"
        )
    if not isinstance(function, SpecifiedFunction):
        if function.input_signature is None:
            raise errors.invalid(
                f"signatures[{name!r}]",
                got=function,
                expected="a function with an input signature",
                hint="Use `tf.function(input_signature=...)` or `get_concrete_function(...)`.",
            )
        function = function.get_concrete_function()
    args, kwargs = tree.map_structure(_spec, function.structured_input_signature)
    return make_endpoint(function.function, args, kwargs)


def _spec(x):
    return TensorSpec.from_tensor(x) if isinstance(x, Tensor | Variable) else x


def make_endpoint(function, args, kwargs=None):
    """An Endpoint whose inputs are called as their specs, or else as the function's arguments.

    Args:
        function: what is called.
        args: tuple of structures of TensorSpecs.
        kwargs: dict of such, or None.
    """
    parameters = [*inspect.signature(function).parameters.values()]
    if isinstance(function, BoundFunction):
        del parameters[0]  # the object
    named = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    named += [f"args_{i}" for i in range(len(named), len(args))]
    pairs = [*zip(named, args, strict=False), *(kwargs or {}).items()]
    names, taken = [], {}
    for argument, structure in pairs:
        for spec in tree.flatten(structure):
            if isinstance(spec, TensorSpec):
                name = spec.name or argument
                number = taken[name] = taken.get(name, -1) + 1
                names.append(f"{name}_{number}" if number else name)
    return Endpoint(function, tuple(args), dict(kwargs or {}), tuple(names))
