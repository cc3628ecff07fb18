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


def add_weight(layer, role, shape, name=None):
    """Add the weight of a role; its name is the role's unless given."""
    return layer.add_weight(
        name=name or role,
        shape=shape,
        initializer=getattr(layer, f"{role}_initializer"),
        regularizer=getattr(layer, f"{role}_regularizer", None),
        constraint=getattr(layer, f"{role}_constraint", None),
    )


def config(layer, *roles):
    """Return the serialized options of the roles, as `get_config` needs them."""
    return {
        f"{role}_{kind}": family.serialize(getattr(layer, f"{role}_{kind}"))
        for kind, family in _FAMILIES.items()
        for role in roles
    }
