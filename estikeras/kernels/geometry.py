"""Sizes of convolutions and pooling, for planners: from shapes and parameters of ranks 1 and 2 to
plain numbers.
"""

import math


class Shape:
    """What a window's walk over x gives y, from shapes and parameters in the primitives' order.

    A rank of 1 is an image of height 1. Positions are (image, row, column) of y in order.
    """

    def __init__(self, x, window, y, params):
        self.images, self.channels, self.out = x[0], x[-1], y[-1]
        self.size, self.out_size = _pair(x[1:-1]), _pair(y[1:-1])
        self.window, self.strides = _pair(window), _pair(params["strides"])
        self.low = _pair([low for low, _ in params["padding"]], 0)
        self.dilation = _pair(params.get("dilation", (1,) * len(window)))
        self.measure()

    def measure(self):
        """Set what follows from the rest."""
        self.positions = self.images * math.prod(self.out_size)
        self.depth = math.prod(self.window) * self.channels
        self.work = -(-self.positions * self.depth * self.out // 8)  # eight multiplications at once

    @property
    def geometry(self):
        """Sizes of x and its channels, sizes of y, window, strides, zeros before, dilation: 13
        numbers, rows first.
        """
        y = *self.out_size, *self.window, *self.strides, *self.low, *self.dilation
        return *self.size, self.channels, *y

    @property
    def pointwise(self):
        """Whether every position sees one element and each element is seen once."""
        one = self.window == self.strides == (1, 1)
        return one and self.low == (0, 0) and self.size == self.out_size

    def turned(self):
        """The walk over y's gradient that gives x's gradient; strides must be one."""
        other = object.__new__(Shape)
        other.__dict__.update(self.__dict__)
        other.size, other.out_size = self.out_size, self.size
        other.channels, other.out = self.out, self.channels
        spans = zip(self.window, self.dilation, self.low, strict=True)
        other.low = tuple((size - 1) * by - low for size, by, low in spans)
        other.measure()
        return other


def _pair(values, filler=1):
    return (filler,) * (2 - len(values)) + tuple(values)
