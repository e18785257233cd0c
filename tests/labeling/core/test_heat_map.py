"""The heat map says in words what it shows in colours, and brings no style of its own."""

import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from labeling.core.heat_map import LEVELS, heat_map, level_of

HOURS = st.dictionaries(
    st.tuples(st.integers(0, 6), st.integers(0, 23)), st.integers(0, 10_000), max_size=168
)


def squares(hours) -> list[tuple[str, str]]:
    """Class and words of each square, Monday's first hour first."""
    soup = BeautifulSoup(heat_map(hours, "Items by hour"), "html.parser")
    return [(str(rect["class"][0]), rect.get_text()) for rect in soup.select("rect")]


@given(HOURS)
def test_every_hour_has_a_square_that_says_its_figure(hours):
    drawn = squares(hours)
    assert len(drawn) == 7 * 24
    for place, (css, words) in enumerate(drawn):
        count = hours.get(divmod(place, 24), 0)
        assert words.endswith(f": {count}")
        assert (css == "heat-0") == (count == 0)


@given(st.integers(1, 10_000), st.data())
def test_more_is_never_drawn_weaker(top, data):
    less = data.draw(st.integers(0, top))
    more = data.draw(st.integers(less, top))
    assert 0 <= level_of(less, top) <= level_of(more, top) <= LEVELS
    assert level_of(top, top) == LEVELS


def test_the_description_names_the_busiest_hour():
    picture = heat_map({(1, 9): 3, (4, 14): 12}, "Items by hour")
    assert "<desc>Most on Friday 14:00 to 15:00: 12.</desc>" in picture
    assert "<desc>Nothing yet.</desc>" in heat_map({}, "Items by hour")


@pytest.mark.parametrize("hours", [{}, {(0, 0): 1}])
def test_it_has_no_style_and_no_markup_from_its_words(hours):
    picture = heat_map(hours, '"><script>')
    assert "style=" not in picture
    assert "<script>" not in picture
    assert 'role="img"' in picture


def test_it_stays_within_its_width():
    places = re.findall(
        r'<rect class="heat-\d" x="([\d.]+)%" y="\d+" width="([\d.]+)%"',
        heat_map({(0, 23): 1}, "x"),
    )
    assert len(places) == 168
    assert max(float(x) + float(width) for x, width in places) <= 100
