"""Who shares weights, and what is refused. Started with the name of a file, which it does not need
when all is well.
"""

import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import strategies
from estikeras import keras

x, y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")


def model_of(optimizer, communicator="auto", **options):
    strategy = strategies.MultiWorkerMirroredStrategy(communicator=communicator, shard_update=True)
    with strategy.scope():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, **options)])
        model.compile(optimizer, "mse")
    return model, strategy


# One copy: what one rank writes the other reads.
model, strategy = model_of("adam")
model.fit(x, y, verbose=0)
slot = next(v for v in model.optimizer.variables if v.shape == (4, 1))
strategy.communicator.barrier()
if strategy.cluster.is_chief:
    slot.assign(np.full((4, 1), 7.0))
    model.layers[0].kernel.assign(np.full((4, 1), 5.0))
strategy.communicator.barrier()
assert (slot.numpy() == 7).all()
assert (model.layers[0].kernel.numpy() == 5).all()

# What is not done element by element is refused, and says so on every rank.
for optimizer, options, named in (
    (keras.optimizers.Adam(clipnorm=1.0), {}, "clipnorm"),
    (keras.optimizers.Lamb(), {}, "Lamb"),
    (keras.optimizers.SGD(), {"kernel_constraint": "max_norm"}, "constraint"),
):
    refused, _ = model_of(optimizer, **options)
    with pytest.raises(NotImplementedError, match=named):
        refused.fit(x, y, verbose=0)

# Where no memory is shared, there is a warning, and the training is the ordinary one.
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    plain, strategy = model_of("adam", communicator="flat")
    assert not strategy.shard_update
assert [w for w in caught if "shard_update" in str(w.message)] or not strategy.cluster.is_chief
plain.fit(x, y, verbose=0)

if strategy.cluster.is_chief:
    Path(sys.argv[1]).write_bytes(pickle.dumps({}))
