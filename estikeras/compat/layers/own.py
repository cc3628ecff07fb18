"""`tf.compat.v1.layers.Layer`, of which layers of one's own are made."""

from estikeras import errors
from estikeras.compat.layers.scoped import NAMED, ScopedLayer
from estikeras.keras import layers
from estikeras.public import public

_LAYER = {**NAMED, "activity_regularizer": None}

InputSpec = public("compat.v1.layers.InputSpec")(layers.InputSpec)


@public("compat.v1.layers.Layer")
class Layer(ScopedLayer, layers.Layer):
    """A Keras layer that has a variable scope of its own: `build` and `call` are in it, so that
    `tf.get_variable` and the layers that `call` makes or calls belong to it.

    Args:
        trainable: whether the weights are to be trained.
        name: name of the layer and its scope; None makes one from the class's name.
        dtype: name of the weights' dtype; None is float32.
        activity_regularizer: function of the outputs that gives a loss, or None.
    """

    parameters = _LAYER
    _names_numbers = False  # as only Keras 3 asks for

    def add_weight(
        self,
        name,
        shape,
        dtype=None,
        initializer=None,
        regularizer=None,
        trainable=True,
        constraint=None,
        use_resource=None,
        synchronization="auto",
        aggregation="none",
        partitioner=None,
    ):
        """The variable of a name in the layer's scope.

        Args:
            name: name of the variable.
            shape: sequence of int.
            dtype: name of a dtype; None is the layer's.
            initializer: what gives the first values; None is the scope's.
            regularizer: function of the value that gives a loss, or None.
            trainable: whether optimizers train it, if the layer is trainable.
            constraint: function that projects the value after each step, or None.
            use_resource: of no consequence.
            synchronization: as in `tf.Variable`; "on_read" is for what is not trained.
            aggregation: as in `tf.Variable`.
            partitioner: must be None.
        """
        if partitioner is not None:
            raise errors.unsupported("`partitioner`", "Leave it out: variables are never cut.")
        read = str(getattr(synchronization, "value", synchronization)).lower() == "on_read"
        return super().add_weight(
            shape,
            initializer,
            dtype,
            trainable=bool(trainable) and not read,
            regularizer=regularizer,
            constraint=constraint,
            aggregation=aggregation,
            name=name,
        )

    add_variable = add_weight

    def apply(self, inputs, *args, **kwargs):
        """Call it."""
        return self(inputs, *args, **kwargs)
