# ruff: noqa: F821 - annotations are shapes by name
import math

import numpy as np
import pytest
from scipy import special

from estikeras.kernels import abi, compiler, mathematics

REFERENCES = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sigmoid": special.expit,
    "erf": special.erf,
}


@pytest.fixture(autouse=True)
def _folder_of_its_own(tmp_path, monkeypatch):
    """The name of the common folder knows nothing of loops in tests."""
    monkeypatch.setattr(compiler, "folder", lambda: tmp_path)


def _identity(x):
    return x


function = abi.inline(_identity)


@abi.loop(split="size")
def apply(x: "real[size]", y: "real[size]", size):
    for i in range(size):
        y[i] = function(x[i])


def _run(name, x, call):
    loop = apply.variant(name, function=getattr(mathematics, name))
    job = abi.Job([], [], {}, 1)
    job.call(
        loop, abi.Operand(("in", 0), str(x.dtype)), abi.Operand(("out", 0), str(x.dtype)), len(x)
    )
    y = np.empty_like(x)
    call(job.calls[0], {"in": x, "out": y}, 0, 1)
    return y


@pytest.mark.parametrize("name", REFERENCES)
def test_functions_are_right_to_a_few_units_in_the_last_place(rng, call, name):
    scales = (1e-6, 1e-3, 0.1, 1, 10, 60)
    x = np.concatenate(
        [rng.standard_normal(20_000) * s for s in scales] + [np.linspace(-105, 90, 20_001)]
    )
    x = x.astype("float32")
    x = np.abs(x) if name == "log" else np.maximum(x, -0.999) if name == "log1p" else x
    got = _run(name, x, call).astype("float64")
    with np.errstate(all="ignore"):
        want = REFERENCES[name](x.astype("float64")).astype("float32")
        error = np.abs(got - want) / np.spacing(np.abs(want))
    error[(got == want) | (np.isinf(got) & np.isinf(want))] = 0
    assert error.max() <= 3


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_special_values_are_those_of_ieee(call, name, dtype):
    x = np.array([0, math.inf, -math.inf, math.nan, -2, 200, -200, 1e-40, 3e38], dtype)
    with np.errstate(all="ignore"):
        want = REFERENCES[name](x.astype("float64")).astype(dtype)
    np.testing.assert_allclose(_run(name, x, call), want, rtol=1e-6, atol=0)
