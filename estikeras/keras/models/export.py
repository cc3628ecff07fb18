"""`Model.export`: a model's inference as a SavedModel."""

import sys

from estikeras import errors
from estikeras.engine import tree
from estikeras.engine.specs import TensorSpec
from estikeras.export.saved_model.constants import DEFAULT_SERVING_SIGNATURE_DEF_KEY
from estikeras.export.saved_model.saving import make_endpoint, save_endpoints
from estikeras.keras.layers import call
from estikeras.keras.layers.shapes import as_shapes, specs_of
from estikeras.keras.models.functional import Functional

_SERVE = "serve"


def export(model, filepath, format="tf_saved_model", verbose=None, input_signature=None):
    """Write a model as a SavedModel, see `Model.export`."""
    if format != "tf_saved_model":
        raise errors.unsupported(f"model.export(format={format!r})", "Use 'tf_saved_model'.")
    endpoints = endpoints_of(model, input_signature)
    save_endpoints(filepath, endpoints, scope_path)
    if verbose or verbose is None:
        names = ", ".join(endpoints[_SERVE].names)
        sys.stdout.write(f"Saved artifact at {str(filepath)!r}: `{_SERVE}` of {names}.\n")


def endpoints_of(model, input_signature=None):
    """The Endpoints of a model: one, by the names `serve` and `serving_default`.

    Args:
        model: a built Model.
        input_signature: list of structures of InputSpecs, KerasTensors or TensorSpecs, one for each
            argument; None takes what the model was built for.

    Raises:
        ValueError: if the model is not built.
    """
    if input_signature is None:
        if not model.built:
            raise ValueError(
                f"The model {model.name!r} is not built: it is not known what inputs it takes. "
                "Call it on data, or pass `input_signature`."
            )
        input_signature = [_own_inputs(model)]

    def serve(*args):
        return model(*args, training=False)

    endpoint = make_endpoint(serve, tuple(tree.map_structure(_spec, tuple(input_signature))))
    return {_SERVE: endpoint, DEFAULT_SERVING_SIGNATURE_DEF_KEY: endpoint}


def scope_path():
    """The path of the layer that is being called, or its name without one; "" outside of calls."""
    layer = call.current_layer()
    return (layer.path or layer.name) if layer is not None else ""


def _own_inputs(model):
    """KerasTensors like the model's inputs, in their structure."""
    functional = getattr(model, "_functional", model)
    if isinstance(functional, Functional):
        return functional.input
    shapes = as_shapes(next(iter(model._build_shapes_dict.values())))
    return tree.map_structure(
        lambda x: TensorSpec((None, *x.shape[1:]), x.dtype), specs_of(shapes, model.compute_dtype)
    )


def _spec(x):
    """A TensorSpec of something with a shape, and maybe a dtype and a name."""
    if isinstance(x, TensorSpec):
        return x
    return TensorSpec(x.shape, x.dtype or "float32", x.name)
