"""The graph of a model as a picture, by way of pydot and Graphviz. Knows models by their methods
only.
"""

import html
import itertools
from pathlib import Path

from estikeras import errors
from estikeras.public import public

_NODE = {"fontname": "Helvetica", "border": 0, "margin": 0}


@public("keras.utils.plot_model")
def plot_model(
    model,
    to_file="model.png",
    show_shapes=False,
    show_dtype=False,
    show_layer_names=False,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """Draw a model into an image file.

    Args:
        model: the model, built.
        to_file: path; its ending says the format, such as `.png` or `.svg`.
        show_shapes: bool, write shapes.
        show_dtype: bool, write dtypes.
        show_layer_names: bool, write the layers' names.
        rankdir: `"TB"` from top to bottom, `"LR"` from left to right.
        expand_nested: bool, draw the layers of models inside.
        dpi: int, dots per inch.
        show_layer_activations: bool, write activations.
        show_trainable: bool, mark what is trained.
        splines: how edges run: `"ortho"`, `"curved"`, `"polyline"`, `"spline"` or `"line"`.
        **kwargs: none.

    Raises:
        ImportError: if pydot or Graphviz is not installed.
        ValueError: if the model is not built.
    """
    dot = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
        **kwargs,
    )
    path = Path(to_file)
    try:
        path.write_bytes(dot.create(format=path.suffix[1:] or "png"))
    except FileNotFoundError as error:
        raise ImportError(
            "Drawing needs Graphviz, whose program `dot` was not found: see graphviz.org/download."
        ) from error


@public("keras.utils.model_to_dot")
def model_to_dot(
    model,
    show_shapes=False,
    show_dtype=False,
    show_layer_names=True,
    rankdir="TB",
    expand_nested=False,
    dpi=200,
    subgraph=False,
    show_layer_activations=False,
    show_trainable=False,
    splines="ortho",
    **kwargs,
):
    """A model as a graph of pydot.

    Args:
        model: the model, built.
        show_shapes: bool, write shapes.
        show_dtype: bool, write dtypes.
        show_layer_names: bool, write the layers' names.
        rankdir: `"TB"` from top to bottom, `"LR"` from left to right.
        expand_nested: bool, draw the layers of models inside.
        dpi: int, dots per inch.
        subgraph: bool, return a cluster to be put into another graph.
        show_layer_activations: bool, write activations.
        show_trainable: bool, mark what is trained.
        splines: how edges run.
        **kwargs: none.

    Returns:
        `pydot.Dot`, or `pydot.Cluster` with `subgraph`.

    Raises:
        ImportError: if pydot is not installed.
        ValueError: if the model is not built.
    """
    if kwargs:
        raise errors.invalid("arguments", got=sorted(kwargs), expected="documented ones only")
    if not model.built:
        raise ValueError(f"The model {model.name!r} is not built. Call it on data first.")
    shown = (show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    pydot = _pydot()
    if subgraph:
        graph = pydot.Cluster(graph_name=model.name, style="dashed", label=model.name)
        graph.set("labeljust", "l")
    else:
        graph = pydot.Dot(rankdir=rankdir, concentrate="true", dpi=dpi, splines=splines)
        graph.set_node_defaults(shape="record")
    _draw(graph, model, shown, expand_nested)
    return graph


def _pydot():
    try:
        import pydot  # noqa: PLC0415  optional
    except ImportError as error:
        raise ImportError("Drawing models needs pydot: `pip install pydot`.") from error
    return pydot


def _draw(graph, model, shown, expand):
    """Add a model's operations and the edges between them."""
    pydot = _pydot()
    operations, edges = _operations(model)
    for operation in operations:
        if expand and _is_model(operation):
            cluster = pydot.Cluster(graph_name=operation.name, style="dashed", label=operation.name)
            cluster.set("labeljust", "l")
            _draw(cluster, operation, shown, expand)
            graph.add_subgraph(cluster)
        else:
            graph.add_node(pydot.Node(str(id(operation)), label=_label(operation, shown), **_NODE))
    for source, target in edges:
        source = _end(source, last=True) if expand else source
        target = _end(target, last=False) if expand else target
        graph.add_edge(pydot.Edge(str(id(source)), str(id(target)), penwidth="2"))


def _operations(model):
    """What is drawn for a model, and pairs of what feeds what."""
    if hasattr(model, "operations"):
        own = {id(node) for node in model._nodes}
        pairs = {
            (id(parent.operation), id(operation)): (parent.operation, operation)
            for operation in model.operations
            for node in operation._inbound_nodes
            if id(node) in own
            for parent in node.parent_nodes
        }
        return list(model.operations), list(pairs.values())
    layers = list(model.layers)
    in_a_row = "Sequential" in {cls.__name__ for cls in type(model).__mro__}
    return layers, list(itertools.pairwise(layers)) if in_a_row else []


def _is_model(operation):
    return hasattr(operation, "layers") and hasattr(operation, "fit")


def _end(operation, last):
    """The first or last operation that is drawn for a model inside."""
    while _is_model(operation) and _operations(operation)[0]:
        operation = _operations(operation)[0][-1 if last else 0]
    return operation


def _label(operation, shown):
    show_shapes, show_dtype, show_name, show_activation, show_trainable = shown
    kind = type(operation).__name__
    if kind == "FunctionOperation":
        kind = operation.function.__name__.replace("_", " ").title().replace(" ", "")
    title = f"<b>{html.escape(operation.name)}</b> ({kind})" if show_name else f"<b>{kind}</b>"
    cells = []
    if show_activation and getattr(operation, "activation", None) is not None:
        activation = getattr(operation.activation, "__name__", type(operation.activation).__name__)
        cells.append(("white", f"Activation: <b>{html.escape(activation)}</b>"))
    ends = getattr(operation, "_inbound_nodes", None)
    if show_shapes and ends:
        if ends[0].input_tensors:
            cells.append(("white", f"Input shape: <b>{_shapes(ends[0].input_tensors)}</b>"))
        cells.append(("white", f"Output shape: <b>{_shapes(ends[0].output_tensors)}</b>"))
    if show_dtype and ends:
        dtypes = ", ".join(tensor.dtype for tensor in ends[0].output_tensors)
        cells.append(("white", f"Output dtype: <b>{dtypes}</b>"))
    if show_trainable and getattr(operation, "weights", None):
        color, text = (
            ("forestgreen", "Trainable") if operation.trainable else ("firebrick", "Frozen")
        )
        cells.append((color, f'<font color="white"><b>{text}</b></font>'))
    row = "".join(
        f'<td bgcolor="{color}"><font point-size="14">{text}</font></td>' for color, text in cells
    )
    return (
        '<<table border="0" cellborder="1" bgcolor="black" cellpadding="10">'
        f'<tr><td colspan="{max(len(cells), 1)}" bgcolor="black">'
        f'<font point-size="16" color="white">{title}</font></td></tr>'
        f"{f'<tr>{row}</tr>' if row else ''}</table>>"
    )


def _shapes(tensors):
    shapes = [str(tuple(tensor.shape)) for tensor in tensors]
    return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
