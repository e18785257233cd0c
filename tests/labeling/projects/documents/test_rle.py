"""Masks as run lengths, against pycocotools and against hostile counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.projects.documents import rle
from labeling.projects.documents.types import Rle
from tests.labeling.projects.documents.strategies import HEIGHT, WIDTH, masks, rings


def runs_of(mask):
    """Run lengths down the columns, the plain way."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flat))))
    return np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()


@given(masks())
def test_a_mask_comes_back_with_its_area_and_box(mask):
    encoded = rle.from_mask(mask)
    assert encoded["size"] == [HEIGHT, WIDTH]
    assert (rle.to_mask(encoded) == mask).all()
    assert rle.area(encoded) == mask.sum()
    rows, columns = np.nonzero(mask)
    assert rle.bounding_box(encoded) == (
        columns.min(),
        rows.min(),
        columns.max() - columns.min() + 1,
        rows.max() - rows.min() + 1,
    )


@given(masks())
def test_compressed_and_plain_runs_say_the_same(mask):
    encoded = rle.from_mask(mask)
    assert rle.runs(encoded["counts"]).tolist() == runs_of(mask)
    assert rle.from_runs(runs_of(mask), HEIGHT, WIDTH) == encoded


@given(masks())
def test_the_complement_is_every_other_pixel(mask):
    assert (rle.to_mask(rle.complement(rle.from_mask(mask))) == 1 - mask).all()


@given(rings, rings)
def test_a_hole_is_cut_out_of_its_polygon(outline, hole):
    whole = rle.to_mask(rle.from_polygon(outline, [], HEIGHT, WIDTH))
    inner = rle.to_mask(rle.from_polygon(hole, [], HEIGHT, WIDTH))
    cut = rle.to_mask(rle.from_polygon(outline, [hole], HEIGHT, WIDTH))
    assert (cut == whole * (1 - inner)).all()


def test_whole_pixels_of_a_square_are_filled():
    square = rle.from_polygon([[2, 2], [6, 2], [6, 6], [2, 6]], [], 10, 10)
    assert rle.area(square) == 16
    assert rle.bounding_box(square) == (2, 2, 4, 4)


@pytest.mark.parametrize(
    "counts",
    [
        "",
        "1",
        "P",
        "oooooooooooo",
        "0" * 50,
        "\x00",
        "é",
        "~",
        "PPPPPPPPPP0",
        "ooooooo0",
        "O",
    ],
)
def test_counts_that_are_no_mask_of_the_size_are_refused_before_anything_is_written(counts):
    with pytest.raises(rle.RleError):
        rle.measure(Rle(size=[HEIGHT, WIDTH], counts=counts))
    with pytest.raises(rle.RleError):
        rle.to_mask(Rle(size=[HEIGHT, WIDTH], counts=counts))


@given(st.text(st.characters(min_codepoint=48, max_codepoint=111), max_size=30))
def test_any_counts_are_refused_or_decode_to_what_was_measured(counts):
    encoded = Rle(size=[4, 5], counts=counts)
    try:
        area = rle.measure(encoded)
    except rle.RleError:
        return
    assert rle.to_mask(encoded).sum() == area


@pytest.mark.parametrize("runs", [[], [-1, 21], [21], [0, 19], [2**63 - 1], [10, 10, 1]])
def test_plain_runs_that_do_not_fit_are_refused(runs):
    with pytest.raises(rle.RleError):
        rle.from_runs(runs, 4, 5)
