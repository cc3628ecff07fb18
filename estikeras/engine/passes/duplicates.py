"""Computes once what is computed twice from the same inputs. Primitives are pure, random ones too:
they take their key.

Collectives are none the less left alone: that two are the same may rest on the values of constants,
which differ between replicas, such as the sizes of their shares of a batch, and all replicas have
to exchange the same.
"""

from estikeras.engine.passes.replace import Replacements


def merge_duplicates(graph):
    """Replace each node by an earlier one with the same primitive, inputs and parameters, if there
    is one.
    """
    replacements, known, kept = Replacements(), {}, []
    for node in graph.nodes:
        replacements.in_node(node)
        key = _key(node)
        earlier = known.setdefault(key, node) if key is not None else node
        if earlier is node:
            kept.append(node)
        else:
            for y, same in zip(node.outputs, earlier.outputs, strict=True):
                replacements.replace(y, same)
    graph.nodes = kept
    replacements.in_results(graph)


def _key(node):
    if node.kind == "constant" and node.payload.size <= 16:
        value = node.payload.value
        return ("constant", node.payload.spec, value.tobytes())
    if node.kind != "apply" or node.primitive.collective or node.primitive.has_effect:
        return None
    key = (
        node.primitive.name,
        tuple([id(x) for x in node.inputs]),
        tuple(sorted(node.params.items())),
    )
    try:
        hash(key)
    except TypeError:
        return None
    return key
