"""Drawing from a buffer, as `tf.data.Dataset.shuffle` does, over numbers."""

from estikeras.kernels.abi import loop


@loop
def exchange(
    chances: "float64[count]",
    numbers: "int64[count]",
    buffer: "int64[size]",
    out: "int64[count]",
    count,
    size,
):
    """Each number takes the place of a drawn one, which goes out."""
    for i in range(count):
        place = int(chances[i] * size)
        out[i] = buffer[place]
        buffer[place] = numbers[i]


@loop
def drain(chances: "float64[count]", buffer: "int64[size]", out: "int64[count]", count, size):
    """Draw `count` numbers; the last of the buffer takes the place of each."""
    for i in range(count):
        left = size - i
        place = int(chances[i] * left)
        out[i] = buffer[place]
        buffer[place] = buffer[left - 1]
