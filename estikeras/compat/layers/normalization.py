"""Batch normalization, whose moving averages are updated by operations in a collection."""

from estikeras import errors
from estikeras.compat.collections import GraphKeys, add_to_collection
from estikeras.compat.initializers import Ones, Zeros
from estikeras.compat.layers.scoped import ScopedLayer, as_function
from estikeras.engine import context
from estikeras.engine.session_graph import action
from estikeras.keras import layers
from estikeras.public import public

_RENORM = {"renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99}
_BATCHES = {"virtual_batch_size": None, "adjustment": None}
_LATER = {**_RENORM, "fused": None, **_BATCHES}
_PARAMETERS = {
    "axis": -1,
    "momentum": 0.99,
    "epsilon": 1e-3,
    "center": True,
    "scale": True,
    "beta_initializer": Zeros(),
    "gamma_initializer": Ones(),
    "moving_mean_initializer": Zeros(),
    "moving_variance_initializer": Ones(),
    "beta_regularizer": None,
    "gamma_regularizer": None,
    "beta_constraint": None,
    "gamma_constraint": None,
    **_RENORM,
    "fused": None,
    "trainable": True,
    **_BATCHES,
    "name": None,
}


@public("compat.v1.layers.BatchNormalization")
class BatchNormalization(ScopedLayer, layers.BatchNormalization):
    """Gives each channel mean 0 and variance 1, then a learnt scale and offset.

    In a model function, what updates the moving averages is in the collection `UPDATE_OPS`, and
    must be run together with the training step. Of images, the variance that goes into its average
    is that of the population of which the batch is a sample.

    Args: those of `keras.layers.BatchNormalization`, and:
        fused: None or True; False takes the batch's own variance for images, too.
        virtual_batch_size: must be None.
        adjustment: must be None.
    """

    later = _LATER
    parameters = _PARAMETERS

    def _options(self, given):
        for name in ("virtual_batch_size", "adjustment"):
            if given.pop(name) is not None:
                raise errors.unsupported(f"`{name}`", "Leave it out.")
        fused = given.pop("fused")
        self._fused = fused if fused is not None else not given["renorm"]
        self._factor = 1.0
        return given

    def call(self, inputs, training=False, mask=None):
        """The outputs."""
        count = inputs.size // inputs.shape[self.axis]
        self._factor = (
            count / (count - 1) if self._fused and inputs.ndim == 4 and count > 1 else 1.0
        )
        return super().call(inputs, training=training, mask=mask)

    def _move(self, mean, variance):
        with action(context.scoped_name("AssignMovingAvg"), self) as made:
            super()._move(mean, variance * self._factor)
        if made is not None:
            add_to_collection(GraphKeys.UPDATE_OPS, made)


batch_normalization = public("compat.v1.layers.batch_normalization")(
    as_function(BatchNormalization, training=False)
)
