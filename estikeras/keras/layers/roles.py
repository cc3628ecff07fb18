"""Initializer, regularizer and constraint of a layer's weights, by role.

A role is the word before `_initializer`, `_regularizer` and `_constraint` in arguments: `kernel`,
`bias`, `gamma`. Knows the three families and how weights are added; it must not know any single
layer.
"""

from estikeras.keras import constraints, initializers, regularizers

_FAMILIES = {
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
}


def set_options(layer, **options):
    """Resolve options such as `kernel_initializer="zeros"` and keep each on the layer."""
    for name, identifier in options.items():
        family = _FAMILIES[name.rpartition("_")[2]]
        setattr(layer, name, family.get(identifier))


def add_weight(layer, role, shape, name=None, **kwargs):
    """Add the weight of a role; its name is the role's unless given. `kwargs` are the layer's."""
    return layer.add_weight(
        name=name or role,
        shape=shape,
        initializer=getattr(layer, f"{role}_initializer"),
        regularizer=getattr(layer, f"{role}_regularizer", None),
        constraint=getattr(layer, f"{role}_constraint", None),
        **kwargs,
    )


def config(layer, *roles, kinds=tuple(_FAMILIES)):
    """Return the serialized options of the roles, as `get_config` needs them."""
    return {
        f"{role}_{kind}": _FAMILIES[kind].serialize(getattr(layer, f"{role}_{kind}"))
        for kind in kinds
        for role in roles
    }
