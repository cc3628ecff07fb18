"""Images of another size: each new pixel is a weighted sum of a few old ones along each axis."""

from numpy import float32, int64

from estikeras.kernels.abi import loop


@loop
def resample(
    pixels: "uint8[height, length]",
    down: "int64[rows, taps]",
    down_weights: "float32[rows, taps]",
    across: "int64[columns, steps]",
    across_weights: "float32[columns, steps]",
    line: "float32[length]",
    out: "float32[rows, columns, channels]",
    height,
    length,
    rows,
    taps,
    columns,
    steps,
    channels,
):
    """`pixels` are rows of `length` numbers, pixel by pixel; `line` is for one row that is
    finished downwards and not yet across.
    """
    for i in range(rows):
        for k in range(taps):
            source, weight = down[i, k], down_weights[i, k]
            if k == 0:
                for j in range(length):
                    line[j] = weight * float32(pixels[source, j])
            else:
                for j in range(length):
                    line[j] += weight * float32(pixels[source, j])
        for j in range(columns):
            for c in range(channels):
                total = float32(0)
                for k in range(steps):
                    total += across_weights[j, k] * line[int64(across[j, k] * channels + c)]
                out[i, j, c] = total
