"""Gradients that are cut to a norm or value."""

from estikeras import ops


def clipped(grads, clipnorm=None, clipvalue=None, global_clipnorm=None):
    """Gradients whose norms, values or common norm are within a bound; at most one bound is given.

    Args:
        grads: list of tensors.
        clipnorm: greatest norm of each, or None.
        clipvalue: greatest absolute value, or None.
        global_clipnorm: greatest norm of all together, or None.

    Returns:
        A list of tensors.

    Reference: Pascanu et al., 2013, On the difficulty of training recurrent neural networks,
    algorithm 1.
    """
    if clipnorm:
        return [
            g * clipnorm / ops.maximum(ops.sqrt(ops.sum(ops.square(g))), clipnorm) for g in grads
        ]
    if global_clipnorm:
        norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in grads))
        # A norm that is not finite makes all gradients NaN, so that it is noticed.
        factor = global_clipnorm * ops.minimum(1.0 / norm, 1.0 / global_clipnorm) + (norm - norm)
        return [g * factor for g in grads]
    if clipvalue:
        return [ops.clip(g, -clipvalue, clipvalue) for g in grads]
    return grads
