"""Layers made of `tf.compat.v1.layers.Layer`; names and counts are TensorFlow 2.15's."""

import inspect

import numpy as np
import pytest

import estikeras.compat.v1 as tf


class Scale(tf.layers.Layer):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def build(self, _):
        self.scale = tf.get_variable("scale", [self.size], initializer=tf.ones_initializer())
        self.built = True

    def call(self, x, factor=1.0):
        return x * self.scale * factor


class Linear(tf.layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = tf.layers.Dense(units, name="q", kernel_regularizer=tf.nn.l2_loss)

    def build(self, input_shape):
        size = int(input_shape[-1])
        self.w = self.add_weight("w", [size, size], regularizer=tf.nn.l2_loss)
        self.v = self.add_variable("v", shape=[size], trainable=False)
        super().build(input_shape)

    def call(self, x, bias, twice=False):
        self.add_loss(tf.constant(3.0))
        return self.inner(tf.matmul(x, self.w)) + self.v + bias + float(twice)


class Stack(tf.layers.Layer):
    def __init__(self):
        super().__init__()
        self.layers = [[Linear(4), Scale(4)] for _ in range(2)]
        self.end = Scale(4)

    def call(self, x, bias):
        for n, (linear, scale) in enumerate(self.layers):
            with tf.variable_scope(f"layer_{n}"):
                with tf.variable_scope("linear"):
                    x = linear(x, bias, True)
                x = scale(x)
        return self.end(x, 2.0)


NAMES = [
    *(
        f"Net/stack/layer_{n}/{name}:0"
        for n in range(2)
        for name in (
            "linear/linear/w",
            "linear/linear/v",
            "linear/linear/q/kernel",
            "linear/linear/q/bias",
            "scale/scale",
        )
    ),
    "Net/stack/scale/scale:0",
]


def test_variables_have_the_names_of_the_scopes_that_are_open_around_and_inside():
    seen = {}

    def model_fn(features, mode):
        stack = Stack()
        with tf.variable_scope("Net"):
            y = stack(stack(features, 1.0), bias=2.0)
            given = Linear(4, name="given")
            y = Linear(4, name="given")(given.apply(y, 1.0), 2.0)
        seen["names"] = [v.name for v in tf.global_variables() if "/given" not in v.name]
        seen["given"] = [v.name for v in tf.trainable_variables("Net/given")]
        seen["losses"] = len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
        seen["scopes"] = (stack.scope_name, given.scope_name)
        return tf.estimator.EstimatorSpec(mode, y)

    data = np.ones((2, 4), "float32")
    predict = tf.estimator.Estimator(model_fn).predict
    assert next(predict(lambda: tf.data.Dataset.from_tensors(data))).shape == (4,)
    assert seen["names"] == ["global_step:0", *NAMES]
    assert seen["given"] == [
        f"Net/{name}/{part}:0"
        for name in ("given", "given_1")
        for part in ("w", "q/kernel", "q/bias")
    ]
    assert seen["losses"] == 14  # of 4 layers 2 regularizers each, and of 6 calls
    assert seen["scopes"] == ("Net/stack", "Net/given")


class Total(tf.layers.Layer):
    def call(self, x, *more):
        return x + sum(more)


def test_a_call_takes_as_many_arguments_without_names_as_it_has():
    assert float(Total()(tf.constant(1.0), 2.0, tf.constant(3.0))) == 6
    with pytest.raises(TypeError, match="too many positional arguments"):
        Scale(1)(tf.ones([1]), 2.0, 3.0)


def test_wrong_arguments_are_refused():
    assert list(inspect.signature(Scale).parameters) == ["size"]
    assert "units" in inspect.signature(tf.layers.Dense).parameters
    with pytest.raises(TypeError, match="rate"):
        Linear(4, rate=3)
    with pytest.raises(NotImplementedError, match="partitioner"):
        tf.layers.Layer().add_weight("w", [1], partitioner=object())
