"""Rows of layer cases, and the checks that every row goes through.

A layer's test file is a table and one line:

    from estikeras.keras.layers import Dense
    from tests.support.layers import case, layer_checks

    CASES = [
        case(Dense, {"units": 3}, (2, 4)),
        case(Dense, {"units": 3, "use_bias": False}, (2, 5, 4), dtype="float16"),
    ]
    test_layer = layer_checks(CASES)

Several inputs are a list of shapes; a configuration that holds layers is a function of `keras`, as
it is built with ours and with the real one:

    case(Add, {}, [(2, 3), (2, 3)])
    case(Bidirectional, lambda keras: {"layer": keras.layers.LSTM(3)}, (2, 5, 4))
    case(Embedding, {"input_dim": 10, "output_dim": 3}, (2, 5), input_dtype="int32", high=10)
    case(Dropout, {"rate": 0.5}, (2, 8), random=True)           # training=True is not compared
    case(LSTM, {"units": 3}, (2, 5, 4), mask=True)              # also called with a mask
    case(X, {}, (2, 4), tolerance=1e-4, why="sums 10,000 terms in another order")
"""

import json

import numpy as np
import pytest

from estikeras import keras as our_keras
from estikeras import ops
from tests.support.arrays import as_array, assert_close, dtype_name, random_array
from tests.support.layer_oracle import check_oracle, check_oracle_config
from tests.support.layer_rows import (
    build,
    call_arguments,
    call_layer,
    case,
    dense,
    flat,
    inputs_of,
    perturb,
    symbolic_arguments,
    symbols_of,
    tensors_of,
    training_argument,
)

__all__ = ["case", "layer_checks"]


def layer_checks(cases):
    """A test function over all checks and rows."""
    rows = []
    for check in CHECKS:
        for row in cases:
            if check in (check_oracle, check_oracle_config):
                if row.oracle:
                    rows.append(pytest.param(check, row, marks=pytest.mark.oracle))
            elif check is not check_gradient or row.gradient:
                rows.append(pytest.param(check, row))
    ids = [f"{p.values[0].__name__.removeprefix('check_')}-{p.values[1]}" for p in rows]

    @pytest.mark.parametrize(("check", "row"), rows, ids=ids)
    def test_layer(check, row, tmp_path):
        np.random.seed(0)
        if check is check_archive:
            check(row, tmp_path)
        else:
            check(row)

    return test_layer


def check_shapes(row):
    """Outputs have the shapes that compute_output_shape says."""
    layer, x = build(row, our_keras), inputs_of(row)
    outputs = layer(tensors_of(x), **call_arguments(row, x))
    expected = layer.compute_output_shape(row.input_shape)
    shapes = [tuple(o.shape) for o in flat(outputs)]
    if len(shapes) == 1:
        assert shapes[0] == tuple(expected)
    else:
        assert shapes == [tuple(shape) for shape in expected]


def check_dtypes(row):
    """A symbolic call gives the shapes and dtypes of an eager one, with an open batch too."""
    layer, x = build(row, our_keras), inputs_of(row)
    outputs = flat(layer(tensors_of(x), **call_arguments(row, x)))
    spec = flat(layer(symbols_of(row, x), **symbolic_arguments(row, x)))
    assert [s.dtype for s in spec] == [o.dtype for o in outputs]
    for symbol, output in zip(spec, outputs, strict=True):
        assert len(symbol.shape) == len(output.shape)
        for size, real in zip(symbol.shape, output.shape, strict=True):
            assert size is None or size == real, (symbol.shape, output.shape)


def check_mask(row):
    """A mask goes on only through a layer that supports masks, and has the batch's size."""
    layer, x = build(row, our_keras), inputs_of(row)
    layer(tensors_of(x), **call_arguments(row, x))
    mask = call_arguments(row, x).get("mask")
    result = layer.compute_mask(tensors_of(x), mask)
    for one in flat(result):
        if one is not None:
            assert as_array(one).shape[0] == (x[0] if isinstance(x, list) else x).shape[0]


def check_training_flag(row):
    """The layer runs in both modes, alike in shape and dtype."""
    layer, x = build(row, our_keras), inputs_of(row)
    specs = []
    for training in (False, True):
        outputs = call_layer(layer, x, row, training)
        specs.append([(tuple(o.shape), o.dtype) for o in flat(outputs)])
    assert specs[0] == specs[1]


def check_config(row):
    """from_config(get_config()) makes an equal layer, and the configuration is JSON."""
    layer, x = build(row, our_keras), inputs_of(row)
    expected = call_layer(layer, x, row, False)
    config = layer.get_config()
    json.dumps(our_keras.saving.serialize_keras_object(layer))
    copy = row.layer.from_config(config)
    assert copy.get_config() == layer.get_config()
    call_layer(copy, x, row, False)
    copy.set_weights(layer.get_weights())
    assert_close(flat(call_layer(copy, x, row, False)), flat(expected), tolerance=row.tolerance)


def check_archive(row, folder):
    """A model with the layer predicts the same after `.keras` and back."""
    x = inputs_of(row)
    symbols = [
        our_keras.Input(a.shape[1:], batch_size=None if row.dynamic_batch else a.shape[0],
                    dtype=dtype_name(a))
        for a in (x if isinstance(x, list) else [x])
    ]  # fmt: skip
    layer = build(row, our_keras)
    outputs = layer(symbols if isinstance(x, list) else symbols[0], **row.call)
    model = our_keras.Model(symbols, outputs)
    perturb(layer)
    model.save(folder / "model.keras")
    loaded = our_keras.models.load_model(folder / "model.keras", safe_mode=False)
    assert_close(flat(loaded(tensors_of(x))), flat(model(tensors_of(x))), tolerance=row.tolerance)


def check_traced(row):
    """A traced call computes what an eager one does, states included."""
    from estikeras.engine.function import function

    modes = (False,) if row.random else (False, True)
    for training in modes:
        eager, traced, x = build(row, our_keras), build(row, our_keras), inputs_of(row)
        call_layer(eager, x, row, False)
        call_layer(traced, x, row, False)
        perturb(eager)
        traced.set_weights(eager.get_weights())
        arguments = {**call_arguments(row, x), **training_argument(traced, training)}
        program = function(lambda v, layer=traced, arguments=arguments: layer(v, **arguments))
        expected = flat(call_layer(eager, x, row, training))
        assert_close(flat(program(tensors_of(x))), expected, tolerance=row.tolerance)
        assert_close(traced.get_weights(), eager.get_weights(), tolerance=row.tolerance)


def check_batch(row):
    """A built layer takes another batch size, and treats each sample by itself."""
    if not row.dynamic_batch:
        return
    layer, x = build(row, our_keras), inputs_of(row, batch=5)
    call_layer(layer, inputs_of(row), row, False)
    whole = flat(call_layer(layer, x, row, False))
    head = [a[:3] for a in x] if isinstance(x, list) else x[:3]
    arguments = call_arguments(row, x)
    if "mask" in arguments:
        mask = arguments["mask"]
        arguments["mask"] = [m[:3] for m in mask] if isinstance(mask, list) else mask[:3]
    part = flat(layer(tensors_of(head), **arguments, **training_argument(layer, False)))
    assert_close(part, [as_array(o)[:3] for o in whole], tolerance=row.tolerance)


def check_gradient(row):
    """Taped gradients by inputs and weights equal numeric ones, in float64."""
    from estikeras.engine.tape import GradientTape

    layer = build(row, our_keras, dtype="float64")
    x = inputs_of(row, dtype="float64")
    call_layer(layer, x, row, False)
    perturb(layer)
    arrays = list(x) if isinstance(x, list) else [x]
    places = [i for i, a in enumerate(arrays) if a.dtype == np.float64]
    weights = list(layer.trainable_weights)
    points = [arrays[i] for i in places] + [as_array(w) for w in weights]
    if not points:
        return
    directions = [random_array(p.shape, "float64", seed=90 + i) for i, p in enumerate(points)]
    weight_of_output = {}

    def loss(values):
        for i, value in zip(places, values, strict=False):
            arrays[i] = value
        for weight, value in zip(weights, values[len(places) :], strict=True):
            weight.assign(value)
        inputs = tensors_of(arrays if isinstance(x, list) else arrays[0])
        sources = [flat(inputs)[i] for i in places]
        with GradientTape() as tape:
            tape.watch(sources)
            total = 0.0
            for i, output in enumerate(flat(call_layer(layer, inputs, row, False, tensors=True))):
                if "float" in output.dtype:
                    if i not in weight_of_output:
                        weight_of_output[i] = random_array(output.shape, "float64", seed=i)
                    total = total + ops.sum(output * weight_of_output[i])
        return total, tape, [*sources, *weights]

    total, tape, sources = loss(points)
    gradients = tape.gradient(total, sources, unconnected_gradients="zero")
    taped = sum(float(np.sum(dense(g) * d)) for g, d in zip(gradients, directions, strict=True))
    step = 1e-6
    ends = [
        float(as_array(loss([p + s * d for p, d in zip(points, directions, strict=True)])[0]))
        for s in (step, -step)
    ]
    numeric = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(taped, numeric, rtol=2e-5, atol=2e-6)


CHECKS = (
    check_shapes,
    check_dtypes,
    check_mask,
    check_training_flag,
    check_config,
    check_archive,
    check_traced,
    check_batch,
    check_gradient,
    check_oracle,
    check_oracle_config,
)
