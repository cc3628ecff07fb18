"""Models for tests, each a function of `keras`, so that ours and the real one are made by the same
lines.
"""


def sequential(keras):
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2, name="head"),
        ]
    )


def sequential_from_shape(keras):
    model = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(2)], name="from_shape")
    model.build((None, 4))
    return model


def sequential_in_sequential(keras):
    inner = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(3)])
    return keras.Sequential([keras.Input((4,)), inner, keras.layers.Dense(1)])


def two_inputs_two_outputs(keras):
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    x = keras.layers.Concatenate()([a, b])
    hidden = keras.layers.Dense(5, activation="tanh")(x)
    return keras.Model([a, b], [keras.layers.Dense(1)(hidden), keras.layers.Dense(2)(hidden)])


def dicts(keras):
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    x = keras.layers.Add()([a, b])
    y = keras.layers.Dense(2)(x)
    return keras.Model({"b": b, "a": a}, {"sum": x, "score": y})


def shared_layer(keras):
    a, b = keras.Input((4,)), keras.Input((4,))
    dense = keras.layers.Dense(3, name="both")
    return keras.Model([a, b], keras.layers.Subtract()([dense(a), dense(b)]))


def residual(keras):
    x = inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    y = keras.layers.Conv2D(4, 3, padding="same")(x)
    y = keras.layers.BatchNormalization()(y)
    x = keras.layers.Add()([x, y])
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))


def nested(keras):
    i = keras.Input((4,))
    inner = keras.Model(i, keras.layers.Dense(3)(i), name="inner")
    j = keras.Input((4,))
    return keras.Model(
        j, keras.layers.Dense(2)(inner(j) + inner(keras.layers.Dense(4)(j))), name="outer"
    )


def with_ops(keras):
    i = keras.Input((4, 6))
    x = keras.ops.relu(i) * 2.0 + 1
    x = keras.ops.mean(x[:, 1:3], axis=1, keepdims=True)
    x = keras.ops.concatenate([x, keras.ops.max(i, axis=-2, keepdims=True)], axis=-1)
    x = keras.ops.reshape(x, (-1, 12))
    x = keras.ops.transpose(keras.ops.expand_dims(1.0 - x, axis=1), axes=(0, 2, 1))
    x = keras.ops.einsum("abc,abd->acd", x, x)
    return keras.Model(i, keras.ops.softmax(x, axis=1))


def from_the_middle(keras):
    i = keras.Input((4,))
    x = keras.layers.Dense(5, name="first")(i)
    y = keras.layers.Dense(3, name="second")(x)
    z = keras.layers.Dense(2, name="third")(y)
    keras.Model(i, z)
    return keras.Model(i, [y, x], name="middle")


def on_an_inner_tensor(keras):
    i = keras.Input((4,))
    x = keras.layers.Dense(5, name="first")(i)
    return keras.Model(x, keras.layers.Dense(2, name="second")(x), name="rest")


def masked(keras):
    i = keras.Input((5,), dtype="int32")
    x = keras.layers.Embedding(10, 4, mask_zero=True)(i)
    x = keras.layers.Dense(3)(x)
    return keras.Model(i, keras.layers.LSTM(2)(x))


def explicit_training(keras):
    i = keras.Input((4,))
    x = keras.layers.Dropout(0.3)(i, training=False)
    return keras.Model(i, keras.layers.GaussianNoise(0.1)(x))


def mixed_precision(keras):
    i = keras.Input((4,))
    x = keras.layers.Dense(3, dtype="mixed_float16")(i)
    return keras.Model(i, keras.layers.Dense(2, dtype="float32")(x))


def nested_structures(keras):
    a, b, c = (keras.Input((3,), name=name) for name in "abc")
    x = keras.layers.Add()([a, b, c])
    return keras.Model({"a": a, "b": b, "c": c}, {"x": x, "pair": [keras.layers.Dense(2)(x), a]})


def deep_branches(keras):
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    x = keras.layers.Dense(3, name="x1")(a)
    x = keras.layers.Dense(3, name="x2")(x)
    late = keras.layers.Dense(3, name="late")(b)
    x = keras.layers.Multiply()([x, late])
    side = keras.layers.Dense(1, name="side")(a)
    return keras.Model([a, b], [side, keras.layers.Dense(2, name="end")(x), late])


ALL = [
    sequential,
    sequential_from_shape,
    sequential_in_sequential,
    two_inputs_two_outputs,
    dicts,
    shared_layer,
    residual,
    nested,
    with_ops,
    from_the_middle,
    on_an_inner_tensor,
    masked,
    explicit_training,
    mixed_precision,
    nested_structures,
    deep_branches,
]
