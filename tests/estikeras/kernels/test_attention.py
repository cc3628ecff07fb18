import numpy as np
import pytest

from estikeras.primitives import attention

SIZES = [(1, 1, 1, 1, 1, 1), (2, 5, 7, 3, 4, 6), (2, 33, 33, 2, 16, 16), (3, 4, 1, 2, 5, 5)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("sizes", SIZES)  # batch, time, source, heads, size, width
def test_attention_equals_the_reference(check, rng, sizes, causal, dtype):
    batch, time, source, heads, size, width = sizes

    def new(*shape):
        return rng.standard_normal(shape).astype(dtype)

    query, key, value = (
        new(batch, time, heads, size),
        new(batch, source, heads, size),
        new(batch, source, heads, width),
    )
    params = {"scale": size**-0.5, "causal": causal}
    check("attention", query, key, value, **params)
    for shape in [
        (batch, heads, time, source),
        (batch, 1, 1, source),
        (heads, 1, 1),
        (time, source),
        (1, 1, time, 1),
    ]:
        check("attention", query, key, value, new(*shape), **params)
    _, probabilities = attention.attention.reference(query, key, value, **params)
    inputs = new(batch, time, heads, width), query, key, value, probabilities
    check("attention_gradient", *inputs, scale=params["scale"], tolerance=5e-5)


def test_a_row_of_hidden_places_is_uniform(check, rng):
    query, key, value = (rng.standard_normal((1, 2, 1, 4)).astype("float32") for _ in range(3))
    bias = np.full((1, 1, 2, 2), -0.7 * np.finfo("float32").max, "float32")
    check("attention", query, key, value, bias, scale=0.5, causal=False)
