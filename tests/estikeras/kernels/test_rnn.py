import numpy as np
import pytest

from estikeras.primitives import rnn

SIZES = [(1, 1, 1, 1), (3, 5, 4, 6), (5, 7, 3, 17), (2, 3, 8, 32)]  # batch, time, features, units


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("name", "gates"), [("lstm", 4), ("gru", 3), ("simple_rnn", 1)])
def test_sequences_equal_the_reference(check, rng, name, gates, sizes, reverse, masked, dtype):
    batch, time, features, units = sizes

    def new(*shape):
        return (rng.standard_normal(shape) * 0.5).astype(dtype)

    states = [new(batch, units) for _ in range(2 if name == "lstm" else 1)]
    bias = new(2, gates * units) if name == "gru" else new(gates * units)
    x, weights, recurrent = (
        new(batch, time, features),
        new(features, gates * units),
        new(units, gates * units),
    )
    mask = [rng.random((batch, time)) < 0.6] if masked else []
    check(name, x, *states, weights, recurrent, bias, *mask, reverse=reverse)
    primitive = getattr(rnn, name)
    outputs = primitive.reference(x, *states, weights, recurrent, bias, *mask, reverse=reverse)
    hidden, kept = outputs[0], outputs[1 + len(states) :]
    sent = [new(batch, time, units), *(new(batch, units) for _ in states)]
    inputs = (*sent, x, *states, weights, recurrent, hidden, *kept, *mask)
    check(
        f"{name}_gradient",
        *inputs,
        reverse=reverse,
        tolerance=1e-4 if dtype == "float32" else 1e-10,
    )


def test_not_a_number_reaches_the_end(run, rng):
    x, h = rng.standard_normal((2, 3, 4)).astype("float32"), np.zeros((2, 5), "float32")
    x[1, 0, 0] = np.nan
    weights = [rng.standard_normal(s).astype("float32") for s in ((4, 20), (5, 20), (20,))]
    (hidden, *_), _ = run("lstm", x, h, h, *weights, reverse=False)
    assert np.isnan(hidden[1]).all()
    assert np.isfinite(hidden[0]).all()
