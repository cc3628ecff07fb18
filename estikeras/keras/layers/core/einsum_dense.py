"""A dense layer over any axes, told by an equation."""

import re

from estikeras import errors, ops
from estikeras.keras import activations
from estikeras.keras.layers import roles
from estikeras.keras.layers.core.dense import refuse_variants
from estikeras.keras.layers.layer import Layer
from estikeras.public import public


@public("keras.layers.EinsumDense")
class EinsumDense(Layer):
    """`activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: such as "abc,cd->abd" or "...x,xy->...y": inputs, kernel, outputs.
        output_shape: sizes of the outputs without the batch (and without the dots); None for one
            that is the inputs'.
        activation: activation, or its name; None is linear.
        bias_axes: letters of the outputs along which there is a bias, or None.
        kernel_initializer: initializer of the kernel.
        bias_initializer: initializer of the bias.
        kernel_regularizer: regularizer of the kernel.
        bias_regularizer: regularizer of the bias.
        kernel_constraint: constraint of the kernel.
        bias_constraint: constraint of the bias.
        lora_rank: not supported.
        lora_alpha: not supported.
        gptq_unpacked_column_size: not supported.
        quantization_config: not supported.

    Call arguments:
        inputs: tensor as the equation has it.

    Raises:
        ValueError: if the equation does not fit the shapes.
    """

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        gptq_unpacked_column_size=None,
        quantization_config=None,
        **kwargs,
    ):
        refuse_variants(lora_rank, quantization_config or gptq_unpacked_column_size)
        super().__init__(**kwargs)
        self.equation = equation
        self.partial_output_shape = (
            (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        )
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        roles.set_options(
            self,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )

    def build(self, input_shape):
        """Make kernel and bias of the shapes that the equation says."""
        kernel, bias, self.full_output_shape = shapes_of(
            self.equation, self.bias_axes, tuple(input_shape), self.partial_output_shape
        )
        self.kernel = roles.add_weight(self, "kernel", kernel)
        self.bias = None if bias is None else roles.add_weight(self, "bias", bias)

    def call(self, inputs, training=None):
        """The outputs, as the equation has them."""
        x = ops.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            x = ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def compute_output_shape(self, input_shape):
        """As the equation has it."""
        return shapes_of(
            self.equation, self.bias_axes, tuple(input_shape), self.partial_output_shape
        )[2]

    def get_config(self):
        """The arguments as plain values."""
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            **roles.config(self, "kernel", "bias"),
            "activity_regularizer": super().get_config().get("activity_regularizer"),
            "quantization_config": None,
        }


def shapes_of(equation, bias_axes, input_shape, output_shape):
    """The shapes that an equation gives.

    Args:
        equation: "inputs,kernel->outputs".
        bias_axes: letters of the outputs, or None.
        input_shape: tuple of int or None, the batch first.
        output_shape: sizes of the outputs' letters behind the first (or of all, if the outputs
            begin with dots).

    Returns:
        The kernel's shape, the bias's (or None) and the outputs'.

    Raises:
        ValueError: if they do not fit.
    """
    match = re.fullmatch(
        r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?",
        equation.replace(" ", ""),
    )
    if match is None or bool(match[1]) != bool(match[5]) or bool(match[3]) != bool(match[7]):
        raise errors.invalid(
            "equation",
            got=equation,
            expected="letters such as 'ab,bc->ac', with dots on both sides or none",
        )
    before, inputs, after, kernel, outputs = match[1], match[2], match[3], match[4], match[6]
    extra = len(input_shape) - len(inputs)
    if extra < 0 or (extra and not (before or after)):
        raise errors.shape_mismatch(
            "inputs", got=input_shape, expected=f"{len(inputs)} axes, as {equation!r} has"
        )
    dots = (
        input_shape[:extra] if before else input_shape[len(input_shape) - extra :] if after else ()
    )
    named = input_shape[extra:] if before else input_shape[: len(inputs)]
    sizes = dict(zip(inputs, named, strict=True))
    given = outputs if before else outputs[1:]
    if len(given) != len(output_shape):
        raise errors.shape_mismatch(
            "output_shape",
            got=output_shape,
            expected=f"{len(given)} sizes, one for each of {given!r}",
        )
    out = dict(zip(given, output_shape, strict=True))
    for letter, size in out.items():
        if size is not None and sizes.get(letter) not in (None, size) and letter in sizes:
            raise errors.shape_mismatch(
                "output_shape", got=output_shape, expected=f"{sizes[letter]} for {letter!r}"
            )
    sizes.update(
        {letter: size for letter, size in out.items() if size is not None or letter not in sizes}
    )
    unknown = [letter for letter in kernel if sizes.get(letter) is None]
    if unknown:
        raise errors.invalid(
            "equation",
            got=equation,
            expected=f"a known size for {unknown[0]!r}",
            hint=f"Inputs: {input_shape}.",
        )
    missing = [letter for letter in outputs if letter not in sizes]
    if missing:
        raise errors.invalid(
            "equation", got=equation, expected=f"{missing[0]!r} in the inputs or the kernel"
        )
    full = tuple(sizes[letter] for letter in outputs)
    full = (*dots, *full) if before else (*full, *dots)
    return (
        tuple(sizes[letter] for letter in kernel),
        _bias_shape(bias_axes, outputs, sizes, after and extra),
        full,
    )


def _bias_shape(bias_axes, outputs, sizes, trailing):
    if bias_axes is None:
        return None
    wrong = [letter for letter in bias_axes if letter not in outputs]
    if wrong:
        raise errors.invalid(
            "bias_axes", got=bias_axes, expected=f"letters of the outputs {outputs!r}"
        )
    first = min(outputs.index(letter) for letter in bias_axes)
    shape = tuple(sizes[letter] if letter in bias_axes else 1 for letter in outputs[first:])
    return (*shape, *(1,) * (trailing or 0))
