"""The way of a call through a layer: which arguments are tensors, their shapes, training, masks
and dtypes.

Knows the contract of `layer.py` by its methods; the layer asks, this file does.
"""

import inspect
import threading
import warnings

from estikeras import errors
from estikeras.engine import context, tree
from estikeras.engine.operation import KerasTensor, Node, any_symbolic
from estikeras.engine.tensor import Tensor
from estikeras.engine.variable import Variable
from estikeras.keras.layers import input_spec as input_specs


class _State(threading.local):
    call = layer = None


_state = _State()


class CallContext:
    """What the outermost call of a layer has in common with the calls inside it.

    Args:
        entry_layer: the layer that was called from outside.
    """

    def __init__(self, entry_layer):
        self.entry_layer = entry_layer
        self.training = None
        self.symbolic = False


def current():
    """The CallContext of this thread, or None outside of calls."""
    return _state.call


def current_layer():
    """The innermost layer that is being called in this thread, or None."""
    return _state.layer


class entered:
    """Open the call context of `layer`, unless a call is going on already; gives the context."""

    def __init__(self, layer):
        self.layer = layer

    def __enter__(self):
        self.before, self.outer = _state.call, _state.layer
        _state.layer = self.layer
        if self.before is None:
            _state.call = CallContext(self.layer)
            self.layer._clear_losses()
        self.training = _state.call.training
        return _state.call

    def __exit__(self, *exception):
        _state.call.training = self.training
        _state.call, _state.layer = self.before, self.outer


class symbolic:
    """Within it, calls find out shapes only: losses and updates count for nothing."""

    def __init__(self, layer):
        self.layer = layer

    def __enter__(self):
        self.before = _state.call
        _state.call = CallContext(self.layer)
        _state.call.symbolic = True
        if self.before is not None:
            _state.call.training = self.before.training

    def __exit__(self, *exception):
        _state.call = self.before


def is_tensor(x):
    """Whether `x` is a tensor, a variable or a symbolic tensor."""
    return isinstance(x, Tensor | KerasTensor | Variable)


def _is_tensor_structure(x):
    if is_tensor(x):
        return True
    if not tree.is_nested(x):
        return False
    flat = [leaf for leaf in tree.flatten(x) if leaf is not None]
    return bool(flat) and all(is_tensor(leaf) for leaf in flat)


class CallSpec:
    """The arguments of one call by name, and which of them are tensors.

    Args:
        signature: of the layer's `call`.
        args: positional arguments.
        kwargs: keyword arguments.
    """

    __slots__ = ("all", "first", "given", "tensors")

    def __init__(self, signature, args, kwargs):
        bound = signature.bind(*args, **kwargs)
        self.given = bound.arguments
        flat = {}
        for name, value in self.given.items():
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                flat.update(value)
            else:
                flat[name] = value
        self.all = flat
        self.tensors = {name: value for name, value in flat.items() if _is_tensor_structure(value)}
        self.first = next(iter(flat.values()), None)

    def shapes(self):
        """`{"inputs_shape": (None, 3)}`: the shapes of the tensor arguments that are no masks."""
        out = {}
        for name, value in self.tensors.items():
            if name == "mask" or name.endswith("_mask"):
                continue
            out[f"{name}_shape"] = tree.map_structure(
                lambda x: None if x is None else tuple(x.shape), value
            )
        return out


def signature_of(function):
    """The signature of a bound method, with its arguments by name."""
    return inspect.signature(function)


def shapes_for(target, shapes, what):
    """The shapes as keyword arguments of `target` (a `build` or `compute_output_shape`).

    Args:
        target: a bound method.
        shapes: dict as `CallSpec.shapes` gives it.
        what: the name of the class, for messages.

    Raises:
        ValueError: if an argument of `target` is no shape that the call has.
    """
    parameters = inspect.signature(target).parameters.values()
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    names = [p.name for p in parameters if p.kind not in kinds]
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()), None)}
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return dict(shapes)
    for parameter in parameters:
        name = parameter.name
        if name in names and name not in shapes and parameter.default is inspect.Parameter.empty:
            hint = "Its arguments are named after those of `call`, with `_shape` at the end."
            raise errors.invalid(
                f"{what}.{target.__name__}({name})",
                got=list(shapes),
                expected=f"{name!r}",
                hint=hint,
            )
    return {name: shapes[name] for name in names if name in shapes}


def check_positional(layer, args):
    """Positional arguments are tensors, or None.

    Raises:
        ValueError: naming the argument that is not.
    """
    for leaf in tree.flatten(args):
        if leaf is not None and not is_tensor(leaf):
            raise ValueError(
                f"Layer {layer.name!r} takes only tensors as positional arguments, got "
                f"{leaf!r} of type "
                f"{type(leaf).__name__}. Pass it by keyword, or make an array of it."
            )


def convert(layer, args, kwargs):
    """The arguments with arrays as tensors and floating ones in the layer's compute dtype."""
    policy, dtype = layer.dtype_policy, layer.input_dtype
    autocast = layer.autocast and layer._casts_inputs

    def one(x):
        # A symbolic tensor keeps its history here; it is cast where the outputs are found.
        if isinstance(x, KerasTensor) or (isinstance(x, Tensor) and x.dtype == dtype):
            return x
        return policy.convert_input(x, autocast, dtype)

    if len(args) == 1 and not kwargs and isinstance(args[0], Tensor):
        return (one(args[0]),), kwargs
    return tree.map_structure(one, (tuple(args), kwargs)) if args or kwargs else (args, kwargs)


def resolve_training(layer, spec, kwargs, given, now):
    """Put `training` into the keyword arguments: the caller's, else that of the call around, else
    the default.
    """
    if layer._call_has_training:
        given = spec.all.get("training")
    if given is None:
        given = now.training
    if layer._call_has_training:
        if given is None:
            given = layer._call_signature.parameters["training"].default
            given = None if given is inspect.Parameter.empty else given
        if given is not None and spec.all.get("training") is None:
            kwargs["training"] = given
    now.training = given


def get_mask(x):
    """The mask that goes with a tensor, or None."""
    return getattr(x, "_keras_mask", None)


def fill_masks(layer, spec, kwargs):
    """Put the masks of the tensor arguments into the mask arguments of `call` that were left out.

    Returns:
        The masks of the first argument, in its structure, or None where there are none.
    """
    names = [name for name in spec.tensors if name != "mask" and not name.endswith("_mask")]
    for name in names:
        mask_name = "mask" if len(names) == 1 else f"{name}_mask"
        if mask_name in layer._call_signature.parameters and spec.all.get(mask_name) is None:
            masks = tree.map_structure(get_mask, spec.tensors[name])
            if len(names) == 1 or any(mask is not None for mask in tree.flatten(masks)):
                kwargs[mask_name] = masks
    if spec.first is None:
        return None
    return tree.map_structure(get_mask, spec.first)


def attach_masks(layer, inputs, outputs, previous):
    """Give the outputs the masks that the layer computes from those of the inputs."""
    flat = tree.flatten(outputs)
    if all(get_mask(y) is not None for y in flat):
        return
    if not layer.supports_masking:
        if previous is not None and any(mask is not None for mask in tree.flatten(previous)):
            warnings.warn(
                f"Layer {layer.name!r} of type {type(layer).__name__} got an input with a "
                "mask and does not support "
                "masking, so the mask ends here: layers after it will not see it.",
                stacklevel=4,
            )
        return
    masks = layer.compute_mask(inputs, previous)
    if masks is None:
        return
    for y, mask in zip(flat, tree.flatten(masks), strict=False):
        if mask is not None and is_tensor(y) and get_mask(y) is None:
            y._keras_mask = mask


def autocast_scope(layer):
    """The context in which variables are read in the layer's compute dtype."""
    wanted = (
        layer.compute_dtype
        if layer.autocast and layer.compute_dtype != layer.variable_dtype
        else None
    )
    if context.current.autocast == wanted:
        return _NOTHING
    return context.scope(autocast=wanted)


class _Nothing:
    def __enter__(self):
        return None

    def __exit__(self, *exception):
        return None


_NOTHING = _Nothing()


def run(layer, args, kwargs):
    """Call `layer`: convert, check, build, resolve training and masks, compute, remember.

    Args:
        layer: a Layer.
        args: positional arguments.
        kwargs: keyword arguments.

    Returns:
        What its `call` gives, with masks attached; KerasTensors if there is one among the
        arguments.
    """
    training = None if layer._call_has_training else kwargs.pop("training", None)
    args, kwargs = convert(layer, args, kwargs)
    if layer._names_numbers:
        check_positional(layer, args)
    try:
        spec = CallSpec(layer._call_signature, args, kwargs)
    except TypeError as error:
        raise TypeError(f"{type(layer).__name__} {layer.name!r}: {error}.") from None
    input_specs.check(layer.input_spec, spec.first, layer.name)
    if layer.built:
        return _proceed(layer, spec, args, dict(kwargs), training)
    with layer._open_name_scope():
        by_default = not _build(layer, spec)
        outputs = _proceed(layer, spec, args, dict(kwargs), training)
    if by_default:
        layer.built = True
        layer._build_shapes_dict = {"input_shape": next(iter(spec.shapes().values()), None)}
        layer._post_build()
        layer._lock_state()
    return outputs


def _build(layer, spec):
    """Build by the layer's own `build`; False if it has none, so that its sublayers are built by
    calling them.
    """
    if getattr(type(layer).build, "is_default", False):
        return False
    shapes = spec.shapes()
    layer.build(**shapes_for(layer.build, shapes, type(layer).__name__))
    input_specs.check(layer.input_spec, spec.first, layer.name)
    return True


def _proceed(layer, spec, args, kwargs, training):
    with entered(layer) as now:
        resolve_training(layer, spec, kwargs, training, now)
        previous = fill_masks(layer, spec, kwargs)
        if any_symbolic(args, kwargs):
            outputs = _symbolic_outputs(layer, args, kwargs)
        else:
            with autocast_scope(layer):
                outputs = _call(layer, args, kwargs)
            _regularize(layer, outputs, now)
        if previous is not None or layer.supports_masking:
            attach_masks(layer, spec.first, outputs, previous)
    return outputs


def _call(layer, args, kwargs):
    try:
        return layer.call(*args, **kwargs)
    except Exception as error:
        if hasattr(error, "add_note") and not hasattr(error, "__notes__"):
            shapes = tree.map_structure(
                lambda x: tuple(x.shape) if is_tensor(x) else x, (args, kwargs)
            )
            error.add_note(
                f"In the call of layer {layer.name!r} ({type(layer).__name__}) with {shapes}."
            )
        raise


def _symbolic_outputs(layer, args, kwargs):
    dtype, policy = layer.input_dtype, layer.dtype_policy
    autocast = layer.autocast and layer._casts_inputs

    def cast(x):
        return policy.convert_input(x, autocast, dtype) if isinstance(x, KerasTensor) else x

    cast_args, cast_kwargs = tree.map_structure(cast, (args, kwargs))
    outputs = layer.compute_output_spec(*cast_args, **cast_kwargs)
    outputs = tree.map_structure(
        lambda y: (
            KerasTensor(y.shape, y.dtype)
            if hasattr(y, "_keras_history") or not y.record_history
            else y
        ),
        outputs,
    )
    Node(layer, call_args=args, call_kwargs=kwargs, outputs=outputs)
    return outputs


def _regularize(layer, outputs, now):
    """Add the activity regularizer's loss, per sample as the reference has it."""
    if layer.activity_regularizer is None or now.symbolic:
        return
    for y in tree.flatten(outputs):
        if is_tensor(y):
            loss = layer.activity_regularizer(y)
            layer.add_loss(loss / y.shape[0] if y.shape else loss)
