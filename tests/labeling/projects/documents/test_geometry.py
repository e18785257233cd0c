"""Areas and boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.projects.documents import geometry
from tests.labeling.projects.documents.strategies import HEIGHT, WIDTH, points, rectangles, rings


@given(rectangles())
def test_a_box_given_as_corner_and_size_is_the_same_box(corners):
    [(x1, y1), (x2, y2)] = geometry.box_points(*geometry.bounding_box(corners))
    assert [x1, y1] == corners[0]
    assert [x2, y2] == pytest.approx(corners[1], abs=2 * geometry.LAST_BITS)
    assert x2 <= WIDTH
    assert y2 <= HEIGHT


@given(st.lists(points, min_size=1, max_size=20))
def test_a_box_begins_at_its_leftmost_and_topmost_points_and_reaches_all_others(ring):
    x, y, width, height = geometry.bounding_box(ring)
    assert x == min(px for px, _ in ring)
    assert y == min(py for _, py in ring)
    assert x + width == pytest.approx(max(px for px, _ in ring))
    assert y + height == pytest.approx(max(py for _, py in ring))


@given(rings)
def test_the_area_of_a_ring_does_not_depend_on_where_or_which_way_it_begins(ring):
    area = geometry.ring_area(ring)
    assert geometry.ring_area(ring[::-1]) == pytest.approx(area, abs=1e-6)
    assert geometry.ring_area([*ring[1:], ring[0]]) == pytest.approx(area, abs=1e-6)
    # The ring's own box bounds a simple ring only; a star may wind around its middle twice.
    assert 0 <= area <= len(ring) * WIDTH * HEIGHT


def test_known_areas():
    square = [[1, 1], [5, 1], [5, 5], [1, 5]]
    assert geometry.ring_area(square) == 16
    assert geometry.polygon_area(square, [[[2, 2], [3, 2], [3, 3], [2, 3]]]) == 15
    assert geometry.spread([[0, 0], [1, 1], [7, 7]]) == 0
