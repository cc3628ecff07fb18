"""The layers of `core` in the harness."""

import numpy as np

from estikeras import ops
from estikeras.keras.layers import (
    Dense,
    EinsumDense,
    Embedding,
    Identity,
    Lambda,
    Masking,
    ReversibleEmbedding,
)
from tests.support.layers import case, layer_checks

CASES = [
    case(Dense, {"units": 3}, (2, 4)),
    case(Dense, {"units": 3, "use_bias": False}, (2, 5, 4)),
    case(Dense, {"units": 3, "activation": "tanh", "kernel_initializer": "he_normal"}, (2, 4)),
    case(Dense, {"units": 3, "kernel_regularizer": "l2", "bias_constraint": "non_neg"}, (2, 4)),
    case(Dense, {"units": 3, "activity_regularizer": "l1"}, (2, 4)),
    case(Dense, {"units": 3}, (2, 4), dtype="float16"),
    case(Dense, {"units": 3}, (2, 4), dtype="mixed_bfloat16", input_dtype="float32"),
    case(EinsumDense, {"equation": "ab,bc->ac", "output_shape": 3, "bias_axes": "c"}, (2, 4)),
    case(EinsumDense, {"equation": "abc,cd->abd", "output_shape": (None, 5)}, (2, 3, 4)),
    case(
        EinsumDense, {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y"}, (2, 3, 4)
    ),
    case(
        EinsumDense,
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "de"},
        (2, 3, 4),
    ),
    case(
        EinsumDense, {"equation": "ab...,bc->ac...", "output_shape": 3, "bias_axes": "c"}, (2, 4, 3)
    ),
    case(
        Embedding, {"input_dim": 10, "output_dim": 3}, (2, 5), input_dtype="int32", low=0, high=10
    ),
    case(
        Embedding,
        {"input_dim": 10, "output_dim": 3, "mask_zero": True},
        (2, 5),
        input_dtype="int32",
        low=0,
        high=10,
    ),
    case(
        Embedding,
        {"input_dim": 10, "output_dim": 3},
        (2, 5),
        dtype="mixed_float16",
        input_dtype="int32",
        low=0,
        high=10,
    ),
    case(
        ReversibleEmbedding,
        {"input_dim": 10, "output_dim": 3},
        (2, 5),
        input_dtype="int32",
        low=0,
        high=10,
    ),
    case(Identity, {}, (2, 4)),
    case(Masking, {"mask_value": 0.5}, (2, 3, 4)),
    case(Lambda, lambda keras: {"function": keras.ops.tanh}, (2, 4)),
]
test_layer = layer_checks(CASES)


def test_masking_masks_the_steps_that_all_equal_the_value():
    x = np.array([[[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]], "float32")
    y = Masking()(x)
    assert y._keras_mask.numpy().tolist() == [[False, True, True]]


def test_embedding_masks_zero_and_begins_with_given_weights():
    table = np.arange(8.0, dtype="float32").reshape(4, 2)
    layer = Embedding(4, 2, mask_zero=True, weights=[table])
    y = layer(np.array([[0, 3]]))
    np.testing.assert_array_equal(y.numpy(), table[[[0, 3]]])
    assert y._keras_mask.numpy().tolist() == [[False, True]]


def test_lambda_gets_its_arguments_and_an_output_shape():
    layer = Lambda(
        lambda x, factor: ops.concatenate([x, x * factor], axis=-1),
        arguments={"factor": 2.0},
        output_shape=(4,),
    )
    np.testing.assert_array_equal(layer(np.ones((1, 2), "float32")).numpy(), [[1, 1, 2, 2]])
    assert layer.compute_output_shape((None, 2)) == (None, 4)


def test_reversible_embedding_goes_back_to_scores():
    table = np.eye(3, dtype="float32")
    layer = ReversibleEmbedding(3, 3, logit_soft_cap=2.0)
    layer.build((None,))
    layer.set_weights([table])
    scores = layer(np.array([[1.0, 0.0, 5.0]], "float32"), reverse=True)
    np.testing.assert_allclose(
        scores.numpy(), 2 * np.tanh(np.array([[1.0, 0.0, 5.0]]) / 2), rtol=1e-6
    )
