"""The table of a model's layers. Knows models by their properties only."""

import math
import re
import sys

from estikeras import errors
from estikeras.engine import dtypes, tree
from estikeras.engine.operation import KerasTensor

_BLUE, _GREEN = "color(33)", "color(34)"
# Shares of the columns by (inputs shown, trainable shown).
_SHARES = {
    (False, False): (0.45, 0.3375, 0.2),
    (False, True): (0.4, 0.3125, 0.175, 0.1),
    (True, False): (0.3, 0.25, 0.175, 0.2625),
    (True, True): (0.2625, 0.2375, 0.1625, 0.225, 0.1),
}


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print the table; the arguments are those of `Model.summary`, and the model. Of the ranks of
    a strategy the chief alone prints.
    """
    text = to_text(model, line_length, positions, expand_nested, show_trainable, layer_range)
    if print_fn is not None:
        print_fn(text)
        return
    if not model.distribute_strategy.cluster.is_chief:
        return
    if sys.stdout.isatty():
        text = to_text(
            model, line_length, positions, expand_nested, show_trainable, layer_range, colors=True
        )
    sys.stdout.write(text + "\n")


def to_text(
    model,
    line_length=None,
    positions=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
    colors=False,
):
    """The table as text.

    Args:
        model: it.
        line_length: width in characters; 80, or more where inputs are shown.
        positions: shares of the columns, cumulative.
        expand_nested: whether to show the layers of inner models.
        show_trainable: whether to show what is trained.
        layer_range: names of the first and last layer to show.
        colors: whether to mark parts for a terminal.
    """
    import rich.console
    import rich.markup
    import rich.table

    connected = _shows_connections(model)
    columns = ["Layer (type)", "Output Shape", "Param #"]
    columns += ["Connected to"] * connected + ["Trainable"] * show_trainable
    width, shares = _widths(line_length, positions, connected, show_trainable)
    console = rich.console.Console(
        width=width,
        highlight=False,
        force_terminal=colors,
        color_system="256" if colors else None,
        no_color=not colors,
    )
    table = rich.table.Table(width=width, show_lines=True)
    for title, share in zip(columns, shares, strict=True):
        justify = {"Param #": "right", "Trainable": "center"}.get(title, "left")
        table.add_column(rich.markup.escape(title), justify=justify, width=share)
    for layer, depth in _chosen(model, expand_nested, layer_range):
        table.add_row(
            *_row(
                model,
                layer,
                depth,
                connected and not depth,
                len(columns),
                show_trainable,
                rich.markup.escape,
            )
        )
    with console.capture() as capture:
        console.print(f'[bold]Model: "{rich.markup.escape(model.name)}"[/bold]')
        console.print(table)
        for line in _totals(model):
            console.print(line)
    return "\n".join(
        line.rstrip() if not colors else line for line in capture.get().rstrip("\n").split("\n")
    )


def _shows_connections(model):
    nodes = getattr(model, "_nodes", None)
    if nodes is None:
        return False
    straight = all(len(node.input_tensors) <= 1 for node in nodes)
    users = [id(x) for node in nodes for x in node.input_tensors]
    calls = [id(node.operation) for node in nodes]
    return not (
        straight
        and len(users) == len(set(users))
        and len(calls) == len(set(calls))
        and len(model.inputs) == 1
    )


def _widths(line_length, positions, connected, show_trainable):
    """The width of the table, and those of the texts in its columns."""
    width = line_length or 80
    if positions is None:
        shares = _SHARES[connected, show_trainable]
    else:
        shares = [end - start for start, end in zip([0, *positions], positions, strict=False)]
        if positions[-1] > 1:
            shares = [share / positions[-1] for share in shares]
    count = 3 + connected + show_trainable
    if len(shares) != count:
        raise errors.invalid("positions", got=positions, expected=f"{count} numbers, one a column")
    sizes = [max(int(width * share) - 3, 4) for share in shares]
    sizes[-1] += width - sum(sizes) - 3 * count - 1
    return width, sizes


def _chosen(model, expand_nested, layer_range):
    rows = []
    layers = model.operations if hasattr(model, "_nodes") else model.layers
    for layer in layers:
        rows.append((layer, 0))
        if expand_nested:
            rows.extend(_inner(layer, 1))
    if layer_range is None:
        return rows
    if len(layer_range) != 2:
        raise errors.invalid(
            "layer_range", got=layer_range, expected="two names, of the first and the last layer"
        )
    found = [
        [i for i, (layer, depth) in enumerate(rows) if depth == 0 and re.match(name, layer.name)]
        for name in layer_range
    ]
    if not found[0] or not found[1]:
        raise errors.invalid(
            "layer_range",
            got=layer_range,
            expected=f"names among {[layer.name for layer in layers]}",
        )
    first, last = min(found[0]), max(found[1])
    return rows[min(first, last) : max(first, last) + 1]


def _inner(layer, depth):
    inner = getattr(layer, "layers", None)
    if not inner:
        return []
    return [row for sub in inner for row in [(sub, depth), *_inner(sub, depth + 1)]]


def _row(model, layer, depth, connected, columns, show_trainable, escape):
    name = f"{'   ' * depth}└ {layer.name}" if depth else layer.name
    cells = [
        f"{escape(name)} ([{_BLUE}]{escape(_type_name(layer))}[/])",
        _shape_text(layer),
        _parameters_text(layer),
    ]
    shows_connections = columns - 3 - show_trainable > 0
    if shows_connections:
        cells.append(escape(_connections(model, layer)) if connected else "-")
    if show_trainable:
        weights = getattr(layer, "weights", ())
        cells.append(
            ("[bold][color(34)]Y[/][/]" if layer.trainable else "[bold][color(9)]N[/][/]")
            if weights
            else "-"
        )
    return cells


def _type_name(layer):
    function = getattr(layer, "function", None)
    if not hasattr(layer, "weights") and function is not None:
        return "".join(part.capitalize() for part in function.__name__.split("_"))
    return type(layer).__name__


def _shape_text(layer):
    try:
        shapes = _output_shapes(layer)
    except (NotImplementedError, AttributeError, TypeError, ValueError, KeyError, IndexError):
        shapes = None
    if not shapes:
        return "?"
    texts = [str(tuple(shape)) if shape is not None else "?" for shape in shapes]
    return _colored(texts[0] if len(texts) == 1 else ", ".join(texts))


def _colored(text):
    return re.sub(
        r"\d+|None", lambda match: f"[{_GREEN if match[0] != 'None' else _BLUE}]{match[0]}[/]", text
    )


def _output_shapes(layer):
    if layer._inbound_nodes:
        return [y.shape for y in layer._inbound_nodes[0].output_tensors]
    if hasattr(layer, "_nodes"):
        return [y.shape for y in layer.outputs]
    shapes = getattr(layer, "_build_shapes_dict", None)
    if not shapes:
        return None
    output = layer.compute_output_shape(*shapes.values())
    if output and (output[0] is None or isinstance(output[0], int)):
        return [output]
    flat = tree.flatten(output)
    return output if not isinstance(flat[0], KerasTensor) else [y.shape for y in flat]


def _parameters_text(layer):
    if not hasattr(layer, "weights"):
        return f"[{_GREEN}]0[/]"
    if not layer.built:
        return f"[{_GREEN}]0[/] (unbuilt)"
    return f"[{_GREEN}]{sum(v.size for v in layer.weights):,}[/]"


def _connections(model, layer):
    in_model = {id(node) for node in model._nodes}
    texts = []
    for node in layer._inbound_nodes:
        if id(node) in in_model:
            for x in node.input_tensors:
                history = x._keras_history
                texts.append(
                    f"{history.operation.name}[{history.node_index}][{history.tensor_index}]"
                )
    return ", ".join(texts) if texts else "-"


def _totals(model):
    trainable, fixed = _counted(model.trainable_weights), _counted(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None) if getattr(model, "compiled", False) else None
    slots = (
        _counted(optimizer.variables)
        if optimizer is not None and getattr(optimizer, "built", False)
        else (0, 0)
    )
    total = [sum(parts) for parts in zip(trainable, fixed, slots, strict=True)]
    lines = [("Total", total), ("Trainable", trainable), ("Non-trainable", fixed)]
    if slots[0]:
        lines.append(("Optimizer", slots))
    return [
        f"[bold] {name} params: [/][{_GREEN}]{count:,}[/] ({_size_text(size)})"
        for name, (count, size) in lines
    ]


def _counted(variables):
    """Number of values and of bytes."""
    variables = list({id(v): v for v in variables}.values())
    return sum(v.size for v in variables), sum(v.size * _bytes(v) for v in variables)


def _bytes(variable):
    return dtypes.to_numpy(variable.dtype).itemsize


def _size_text(size):
    units = ("B", "KB", "MB", "GB", "TB", "PB")
    power = min(int(math.log(size, 1024)), len(units) - 1) if size else 0
    return f"{size / 1024**power:.2f} {units[power]}"
