"""Recurrent networks as TensorFlow's operations, one time step after the other."""

from estikeras.engine.dtypes import DType
from estikeras.export.saved_model.emission import entering
from estikeras.export.saved_model.pairing import is_known

TABLE = {}
emits = entering(TABLE)


class _Cell:
    """What the three networks have in common: products with the inputs of all times at once, and
    then step after step.
    """

    def __init__(self, e, x, mask, reverse):
        self.e, self.mask, self.reverse = e, mask, reverse
        if not is_known(x.shape[1]):
            raise e.unsupported(
                "sequences of any length",
                "Give the model inputs of a length that is known, such as `Input((20,))`.",
            )
        self.batch, self.time, _ = x.shape

    def products(self, x, kernel, bias):
        """A list of the inputs' products for each time, (batch, gates * units)."""
        e, flat = self.e, self.e.reshape(x, (self.batch * self.time, x.shape[2]))
        y = e.op("BiasAdd", e.op("MatMul", flat, kernel), bias)
        return self.times(e.reshape(y, (self.batch, self.time, kernel.shape[1])))

    def times(self, x):
        """The entries of the second axis, a list."""
        e = self.e
        return e.op("Unpack", x, outputs=[x.dtype] * self.time, num=self.time, axis=1)

    def run(self, inputs, states, step):
        """The first states of all times, and the last states.

        Args:
            inputs: list of what the step reads at each time.
            states: tuple of Values.
            step: function of an input and the states that gives new states.
        """
        e = self.e
        masks = self.times(e.op("ExpandDims", self.mask, e.constant(-1, "int32"))) if (
            self.mask
        ) else None  # fmt: skip
        outputs = [None] * self.time
        order = range(self.time - 1, -1, -1) if self.reverse else range(self.time)
        for t in order:
            new = step(inputs[t], *states)
            if masks is not None:
                new = tuple(
                    e.op("SelectV2", masks[t], a, b, gives=a.dtype, T=DType(a.dtype))
                    for a, b in zip(new, states, strict=True)
                )
            outputs[t], states = new[0], new
        return e.op("Pack", *outputs, N=self.time, axis=1), states

    def split(self, x, count):
        """The gates of a product."""
        e = self.e
        return e.op(
            "Split", e.constant(1, "int32"), x, outputs=[x.dtype] * count,
            T=DType(x.dtype), num_split=count,
        )  # fmt: skip


@emits("lstm")
def _lstm(e, x, h0, c0, kernel, recurrent_kernel, bias, *mask, reverse):
    cell = _Cell(e, x, mask[0] if mask else None, reverse)

    def step(z, h, c):
        z = e.op("AddV2", z, e.op("MatMul", h, recurrent_kernel))
        i, f, candidate, o = cell.split(z, 4)
        kept = e.op("Mul", e.op("Sigmoid", f), c)
        c = e.op("AddV2", kept, e.op("Mul", e.op("Sigmoid", i), e.op("Tanh", candidate)))
        return e.op("Mul", e.op("Sigmoid", o), e.op("Tanh", c)), c

    hidden, (h, c) = cell.run(cell.products(x, kernel, bias), (h0, c0), step)
    return hidden, h, c, None, None


@emits("gru")
def _gru(e, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    cell = _Cell(e, x, mask[0] if mask else None, reverse)
    first, second = e.op("Unpack", bias, outputs=[bias.dtype] * 2, num=2)

    def step(z, h):
        recurrent = e.op("BiasAdd", e.op("MatMul", h, recurrent_kernel), second)
        (zu, zr, zc), (ru, rr, rc) = cell.split(z, 3), cell.split(recurrent, 3)
        update = e.op("Sigmoid", e.op("AddV2", zu, ru))
        reset = e.op("Sigmoid", e.op("AddV2", zr, rr))
        candidate = e.op("Tanh", e.op("AddV2", zc, e.op("Mul", reset, rc)))
        rest = e.op("Mul", e.op("Sub", e.like(1, x), update), candidate)
        return (e.op("AddV2", e.op("Mul", update, h), rest),)

    hidden, (h,) = cell.run(cell.products(x, kernel, first), (h0,), step)
    return hidden, h, None


@emits("simple_rnn")
def _simple_rnn(e, x, h0, kernel, recurrent_kernel, bias, *mask, reverse):
    cell = _Cell(e, x, mask[0] if mask else None, reverse)

    def step(z, h):
        return (e.op("Tanh", e.op("AddV2", z, e.op("MatMul", h, recurrent_kernel))),)

    hidden, (h,) = cell.run(cell.products(x, kernel, bias), (h0,), step)
    return hidden, h
