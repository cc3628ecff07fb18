"""Boxes in images: those that are chosen, against the definition; those that are drawn."""

import numpy as np
import pytest

import estikeras as tf
from tests.support.arrays import assert_close

RNG = np.random.default_rng(0)
LOW = RNG.random((40, 2))
BOXES = np.concatenate([LOW, LOW + 0.5 * RNG.random((40, 2))], -1).astype("float32")
SCORES = RNG.random(40).astype("float32")


def likeness(a, b):
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    shared = np.prod(np.maximum(sides, 0))
    return shared / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - shared)


def by_definition(boxes, scores, most, limit, least):
    chosen = []
    for i in np.argsort(-scores, kind="stable"):
        unlike = all(likeness(boxes[i], boxes[j]) <= limit for j in chosen)
        if scores[i] > least and unlike and len(chosen) < most:
            chosen.append(int(i))
    return chosen


@pytest.mark.parametrize(("most", "limit", "least"), [(40, 0.5, -np.inf), (5, 0.1, 0.4), (3, 1, 2)])
def test_chosen_boxes_are_unlike_all_better_ones(most, limit, least):
    expected = by_definition(BOXES, SCORES, most, limit, least)
    chosen = tf.image.non_max_suppression(BOXES, SCORES, most, limit, least)
    assert chosen.numpy().tolist() == expected
    turned = BOXES[:, [2, 1, 0, 3]]
    assert tf.image.non_max_suppression(turned, SCORES, most, limit, least).tolist() == expected


@pytest.mark.parametrize("run", [lambda f: f, tf.function], ids=["eager", "traced"])
def test_places_are_filled_up_where_their_number_must_be_known(run):
    boxes, scores = np.stack([BOXES, BOXES[::-1]]), np.stack([SCORES, SCORES[::-1]])

    @run
    def choose(boxes, scores):
        return tf.image.non_max_suppression_padded(
            boxes, scores, 40, 0.3, pad_to_max_output_size=True
        )

    order, count = choose(boxes, scores)
    expected = by_definition(BOXES, SCORES, 40, 0.3, -np.inf)
    assert count.numpy().tolist() == [len(expected)] * 2
    filled = [0] * (40 - len(expected))
    assert order[0].numpy().tolist() == expected + filled
    assert order[1].numpy().tolist() == [39 - i for i in expected] + filled
    cut, number = tf.image.non_max_suppression_padded(BOXES, SCORES, 40, 0.3)
    assert (cut.numpy().tolist(), int(number)) == (expected, len(expected))


def test_scores_fade_by_likeness():
    boxes = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5], [0, 0.9, 1, 1]], "float32")
    places, scores = tf.image.non_max_suppression_with_scores(
        boxes, [1.0, 0.9, 0.8], 3, iou_threshold=1.0, soft_nms_sigma=0.5
    )
    assert places.numpy().tolist() == [0, 2, 1]
    assert_close(scores, np.float32([1, 0.8 * np.exp(-(0.1**2)), 0.9 * np.exp(-(0.5**2))]))


@pytest.mark.parametrize("run", [lambda f: f, tf.function], ids=["eager", "traced"])
def test_boxes_of_all_classes_are_sorted_and_filled_up(run):
    scores = np.stack([SCORES, SCORES[::-1]], -1)[None]

    @run
    def choose(boxes, scores):
        return tf.image.combined_non_max_suppression(boxes, scores, 3, 8, 0.3, clip_boxes=False)

    boxes, best, classes, count = (x.numpy()[0] for x in choose(BOXES[None, :, None], scores))
    pairs = [
        (scores[0, i, k], k, BOXES[i])
        for k in range(2)
        for i in by_definition(BOXES, scores[0, :, k], 3, 0.3, -np.inf)
    ]
    pairs.sort(key=lambda pair: -pair[0])
    assert count == len(pairs) == 6
    assert_close(best, np.float32([pair[0] for pair in pairs] + [0, 0]))
    assert classes[:6].tolist() == [pair[1] for pair in pairs]
    assert_close(boxes, np.stack([pair[2] for pair in pairs] + [np.zeros(4, "float32")] * 2))
    padded = tf.image.combined_non_max_suppression(
        BOXES[None, :, None], scores, 3, 8, 0.3, pad_per_class=True
    )
    assert padded[0].shape == (1, 6, 4)
    assert padded[0].numpy().max() <= 1


def test_outlines_are_drawn_and_later_ones_cover_earlier_ones():
    image = np.zeros((1, 5, 6, 3), "float32")
    boxes = np.array([[[0, 0, 0.75, 0.6], [0.25, 0.2, 2.0, 1.0]]], "float32")
    drawn = tf.image.draw_bounding_boxes(image, boxes, [[1.0, 0, 0], [0, 1, 0]]).numpy()[0]
    red = ["1111..", "1.....", "1..1..", "1.11..", "......"]
    green = ["......", ".11111", ".1...1", ".1...1", ".1...1"]
    for channel, rows in enumerate((red, green)):
        expected = [[float(mark == "1") for mark in row] for row in rows]
        np.testing.assert_array_equal(drawn[..., channel], expected)
    grey = tf.compat.v1.image.draw_bounding_boxes(image[..., :1], boxes)
    assert grey.numpy().sum() == drawn.sum()


def test_windows_cover_enough_of_a_box_and_have_the_sizes_asked_for():
    box = np.array([[[0.2, 0.2, 0.6, 0.7]]], "float32")
    tf.random.set_seed(0)
    for _ in range(20):
        begin, size, window = tf.image.sample_distorted_bounding_box(
            [100, 150, 3], box, 0, 0.5, (0.75, 1.33), (0.2, 0.9)
        )
        (y, x, _), (height, width, channels) = begin.tolist(), size.tolist()
        assert channels == -1
        assert 0.74 <= width / height <= 1.34
        assert 0.19 <= height * width / 15000 <= 0.91
        rows = min(60, y + height) - max(20, y)
        columns = min(105, x + width) - max(30, x)
        assert rows * columns >= 0.5 * 40 * 75 - 1e-3
        assert_close(
            window[0, 0],
            np.float32([y / 100, x / 150, (y + height) / 100, (x + width) / 150]),
        )


def test_without_a_window_that_fits_all_of_the_image_is_taken():
    whole = np.array([[[0, 0, 1, 1]]], "float32")
    args = ([100, 150, 3], whole, 0, 1.0, None, (0.1, 0.2))
    begin, size, _ = tf.image.sample_distorted_bounding_box(*args)
    assert (begin.tolist(), size.tolist()) == ([0, 0, 0], [100, 150, -1])
    with pytest.raises(ValueError, match="bounding_boxes"):
        tf.image.sample_distorted_bounding_box([9, 9, 3], np.zeros((1, 0, 4)))
