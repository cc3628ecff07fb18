"""TensorFlow's names for boxes in images: drawing, drawing by chance, and choosing among many.

A box is (top, left, bottom, right), from 0 to 1 where it is of an image; `name` arguments change
nothing.
"""

import numpy as np

from estikeras import errors
from estikeras.engine.operation import op
from estikeras.engine.tensor import as_tensor
from estikeras.ops import (
    arithmetic,
    comparison,
    core,
    encoding,
    indexing,
    loops,
    math,
    reduction,
    shaping,
)

# TensorFlow's colours: yellow, blue, red, lime, purple, olive, maroon, navy, aqua, fuchsia.
_COLORS = np.array(
    [
        (1, 1, 0, 1),
        (0, 0, 1, 1),
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0.5, 0, 0.5, 1),
        (0.5, 0.5, 0, 1),
        (0.5, 0, 0, 1),
        (0, 0, 0.5, 1),
        (0, 1, 1, 1),
        (1, 0, 1, 1),
    ],
    np.float32,
)
_NEVER = -np.inf


@op("image.draw_bounding_boxes")
def draw_bounding_boxes(images, boxes, colors=None, name=None):
    """Images with the outlines of boxes, of which later ones cover earlier ones.

    Args:
        images: (batch, height, width, channels), a float dtype.
        boxes: (batch, count, 4) float32.
        colors: (n, channels), taken in turn; None for ten colours, of which grey images have one.
        name: no effect.
    """
    images, boxes = as_tensor(images), core.tensor(boxes, "float32")
    if images.ndim != 4 or boxes.ndim != 3 or boxes.shape[-1] != 4:
        raise errors.shape_mismatch(
            "boxes",
            got=(images.shape, boxes.shape),
            expected="images (batch, height, width, channels) and boxes (batch, count, 4)",
        )
    height, width, channels = images.shape[1:]
    if colors is None:
        colors = np.ones((1, 1), np.float32) if channels == 1 else _COLORS[:, :channels]
    count = boxes.shape[1]
    palette = indexing.take(core.tensor(colors, images.dtype), np.arange(count) % len(colors), 0)

    def between(axis, size):
        """Which rows or columns lie within a box, and which at its ends."""
        ends = core.cast(boxes * np.float32(size - 1), "int32")
        low, high = ends[..., axis, None], ends[..., axis + 2, None]
        places = np.arange(size, dtype="int32")
        # An end outside of the image is not seen.
        return (places >= low) & (places <= high), (places == low) | (places == high)

    rows, row_ends = between(0, height)
    columns, column_ends = between(1, width)
    outline = (row_ends[..., :, None] & columns[..., None, :]) | (
        rows[..., :, None] & column_ends[..., None, :]
    )
    number = np.arange(1, count + 1, dtype="int32")[:, None, None]
    last = reduction.max(core.cast(outline, "int32") * number, axis=1)
    painted = indexing.take(palette, math.clip(last - 1, 0, count - 1), 0)
    return comparison.where((last > 0)[..., None], painted, images)


def _sides(boxes):
    low = arithmetic.minimum(boxes[..., :2], boxes[..., 2:])
    return low, arithmetic.maximum(boxes[..., :2], boxes[..., 2:])


def _overlap(low, high):
    """The areas of what lies between two corners, 0 where they are exchanged."""
    return reduction.prod(arithmetic.maximum(high - low, 0.0), axis=-1)


def _chosen(boxes, scores, count, iou_threshold, score_threshold, sigma=0.0):
    """The best boxes that are unlike each other, one after the other.

    Returns:
        Places (..., count) int32, their scores, and which of them there are.

    Reference: Bodla et al., 2017, Soft-NMS, section 3.
    """
    boxes, scores = core.tensor(boxes, "float32"), core.tensor(scores, "float32")
    low, high = _sides(boxes)
    areas, places = _overlap(low, high), boxes.shape[-2]

    def choose(alive, _):
        best = reduction.argmax(alive, axis=-1)
        mask = encoding.one_hot(best, places, dtype="bool")
        score = reduction.max(alive, axis=-1)
        corners = [
            reduction.sum(comparison.where(mask[..., None], x, 0.0), axis=-2, keepdims=True)
            for x in (low, high)
        ]
        shared = _overlap(arithmetic.maximum(low, corners[0]), arithmetic.minimum(high, corners[1]))
        whole = areas + _overlap(*corners) - shared
        likeness = comparison.where(
            shared > 0, shared / comparison.where(shared > 0, whole, 1.0), 0.0
        )
        faded = alive * math.exp(-0.5 / sigma * likeness**2) if sigma else alive
        left = comparison.where(mask | (likeness > iou_threshold), _NEVER, faded)
        return left, (core.cast(best, "int32"), score)

    alive = comparison.where(scores > score_threshold, scores, _NEVER)
    _, (order, best) = loops.scan(choose, alive, length=int(count))
    order, best = (shaping.moveaxis(x, 0, -1) for x in (order, best))
    found = (best > score_threshold) & (best > _NEVER)
    return comparison.where(found, order, 0), comparison.where(found, best, 0.0), found


def _counted(found):
    return reduction.sum(core.cast(found, "int32"), axis=-1)


def _cut(function, found, *tensors):
    size = core.value_for_size(
        _counted(found), f"`{function}`", "Use `tf.image.combined_non_max_suppression`."
    )
    return tuple(x[: int(size)] for x in tensors)


@op("image.non_max_suppression")
def non_max_suppression(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    name=None,
):
    """Places of the best boxes, of which none overlaps much with a better one (needs values).

    Args:
        boxes: (count, 4) float32.
        scores: (count) float32.
        max_output_size: int, how many at most.
        iou_threshold: the largest quotient of what two share and what they cover together.
        score_threshold: the score that all must exceed.
        name: no effect.

    Returns:
        int32 (chosen), the best first.
    """
    order, _, found = _chosen(boxes, scores, max_output_size, iou_threshold, score_threshold)
    return _cut("non_max_suppression", found, order)[0]


@op("image.non_max_suppression_with_scores")
def non_max_suppression_with_scores(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    soft_nms_sigma=0.0,
    name=None,
):
    """Places and scores of the best boxes, whose scores fall the more they overlap with better
    ones; see `non_max_suppression`.
    """
    order, best, found = _chosen(
        boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma
    )
    return _cut("non_max_suppression_with_scores", found, order, best)


@op("image.non_max_suppression_padded")
def non_max_suppression_padded(
    boxes,
    scores,
    max_output_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_to_max_output_size=False,
    name=None,
    sorted_input=False,
    canonicalized_coordinates=False,
    tile_size=512,
):
    """Places of the best boxes, and how many there are; see `non_max_suppression`.

    Args:
        boxes: (..., count, 4) float32; without padding (count, 4).
        scores: (..., count) float32.
        max_output_size: int, how many at most.
        iou_threshold: see `non_max_suppression`.
        score_threshold: see `non_max_suppression`.
        pad_to_max_output_size: whether the places are filled up with 0, so that their number is
            known.
        name: no effect.
        sorted_input: of no consequence: boxes may come in any order.
        canonicalized_coordinates: of no consequence: corners may be exchanged.
        tile_size: of no consequence.

    Returns:
        int32 (..., max_output_size), or (chosen) without padding, and int32 (...).
    """
    order, _, found = _chosen(boxes, scores, max_output_size, iou_threshold, score_threshold)
    if not pad_to_max_output_size:
        order = _cut("non_max_suppression_padded", found, order)[0]
    return order, _counted(found)


@op("image.combined_non_max_suppression")
def combined_non_max_suppression(
    boxes,
    scores,
    max_output_size_per_class,
    max_total_size,
    iou_threshold=0.5,
    score_threshold=float("-inf"),
    pad_per_class=False,
    clip_boxes=True,
    name=None,
):
    """The best boxes of all classes, for each image of a batch.

    Args:
        boxes: (batch, count, 1 or classes, 4) float32.
        scores: (batch, count, classes) float32.
        max_output_size_per_class: int, how many of one class at most.
        max_total_size: int, how many at most.
        iou_threshold: see `non_max_suppression`.
        score_threshold: see `non_max_suppression`.
        pad_per_class: whether there are no more places than all classes' together.
        clip_boxes: whether boxes are cut to lie within 0 and 1.
        name: no effect.

    Returns:
        Boxes (batch, size, 4), scores and classes (batch, size) float32, filled up with 0, and
        int32 (batch), how many there are.
    """
    boxes, scores = core.tensor(boxes, "float32"), core.tensor(scores, "float32")
    classes, per_class = scores.shape[2], int(max_output_size_per_class)
    boxes = shaping.transpose(boxes, (0, 2, 1, 3))
    boxes = shaping.broadcast_to(boxes, (boxes.shape[0], classes, *boxes.shape[2:]))
    order, best, found = _chosen(
        boxes,
        shaping.transpose(scores, (0, 2, 1)),
        per_class,
        iou_threshold,
        score_threshold,
    )
    boxes = indexing.take_along_axis(boxes, order[..., None], axis=2)
    size = min(int(max_total_size), classes * per_class)
    flat = comparison.where(found, best, _NEVER)
    flat = shaping.reshape(flat, (flat.shape[0], -1))
    best, places = indexing.top_k(flat, size)
    kept = best > _NEVER
    boxes = indexing.take_along_axis(
        shaping.reshape(boxes, (boxes.shape[0], -1, 4)), places[..., None], axis=1
    )
    boxes = math.clip(boxes, 0.0, 1.0) if clip_boxes else boxes
    results = (boxes, best, core.cast(places // per_class, "float32"))
    filled = 0 if pad_per_class else int(max_total_size) - size
    results = [
        shaping.pad(
            comparison.where(kept[..., None] if x.ndim == 3 else kept, x, 0.0),
            ((0, 0), (0, filled), (0, 0))[: x.ndim],
        )
        for x in results
    ]
    return (*results, _counted(kept))
