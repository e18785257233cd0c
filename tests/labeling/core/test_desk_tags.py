"""Tags that every page draws with."""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from labeling.core import charts, navigation, times
from labeling.core.badges import BADGES
from labeling.core.registry import Registry
from labeling.core.workflow import NoInput
from tests.source import ROOT

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


def drawn(source: str, **context) -> str:
    """A piece of template with our tags."""
    return Template("{% load desk %}" + source).render(Context(context))


# Statuses and icons


def symbols() -> set[str]:
    """The icons that there are."""
    sprite = (ROOT / "static/icons.svg").read_text(encoding="utf-8")
    return set(re.findall(r'<symbol id="([\w-]+)"', sprite))


def test_a_status_is_colour_icon_and_word():
    html = drawn("{% status_badge status %}", status="on_review")
    assert "tone-violet" in html
    assert "#eye" in html
    assert "on review" in html


def test_a_badge_of_an_object_wins_over_its_status():
    job = SimpleNamespace(status="in_progress", badge="sent_back")
    assert "sent back" in drawn("{% status_badge job %}", job=job)


def test_an_unknown_status_is_shown_not_hidden():
    assert "half baked" in drawn("{% status_badge s %}", s="half_baked")


def test_every_badge_has_a_drawn_icon():
    assert {badge.icon for badge in BADGES.values()} <= symbols()


def test_every_icon_that_a_template_names_is_drawn():
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= symbols()


# Progress


def test_the_bar_says_its_figures_and_its_parts_fill_their_share():
    job = SimpleNamespace(items=50, done=22, accepted=16, rejected=6)
    html = drawn("{% progress_bar job %}", job=job)
    assert "22 / 50" in html
    assert "50 items: 16 accepted, 6 done, 6 rejected, 22 left" in html
    assert 'class="bar-accepted" x="0%" y="0" width="32%"' in html
    assert 'class="bar-done" x="32%" y="0" width="12%"' in html
    assert 'class="bar-rejected" x="44%" y="0" width="12%"' in html


def test_a_bar_without_items_is_an_empty_track():
    assert "NaN" not in drawn("{% progress_bar c %}", c={"items": 0, "done": 0})


def test_no_chart_has_a_style_of_its_own_or_markup_from_its_words():
    evil = '"><script>'
    pictures = [
        charts.stacked_bar([charts.Segment("bar-done", 1)], 2, evil),
        charts.sparkline([1, 2, 0], evil),
        charts.bar_chart([charts.Bar(evil, 3)], evil),
        charts.burn_up([charts.Point(0, 0), charts.Point(1, 2)], 4, evil, marks=[(0, evil)]),
        charts.sparkline([], evil),
        charts.bar_chart([], evil),
        charts.burn_up([], 0, evil),
    ]
    for picture in pictures:
        assert "style=" not in picture
        assert "<script>" not in picture
        assert 'role="img"' in picture
        assert "<title>" in picture


def test_among_many_bars_only_some_have_words():
    bars = [charts.Bar(f"day {number}", number) for number in range(14)]
    picture = charts.bar_chart(bars, "a fortnight")
    assert picture.count(">day ") == 14 + 7  # each bar says its own to who points at it
    assert ">day 13</text>" in picture
    assert ">0</text>" not in picture


def test_of_very_many_bars_only_the_highest_says_its_value():
    bars = [charts.Bar(f"day {number}", number % 10) for number in range(30)]
    picture = charts.bar_chart(bars, "a month")
    assert re.findall(r'class="chart-value"[^>]*>(\d+)<', picture) == ["9"]
    assert "<title>day 3: 3</title>" in picture


def test_a_burn_up_ends_where_all_is_done():
    picture = charts.burn_up([charts.Point(0, 0), charts.Point(10, 50)], 50, "done")
    assert 'class="chart-line" points="0,100 100,0"' in picture


# Times


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-5), "5 min ago"),
        (timedelta(hours=-3), "3 h ago"),
        (timedelta(hours=3), "in 3 h"),
        (timedelta(days=-2), "Sun 12:00"),
        (timedelta(days=-20), "4 Nov"),
        (timedelta(days=-400), "20 Oct 2025"),
    ],
)
def test_a_time_is_said_as_people_say_it(delta, words):
    assert times.relative(NOW + delta, NOW) == words


@pytest.mark.parametrize(
    ("delta", "words", "is_late"),
    [
        (timedelta(hours=2), "2 h left", False),
        (timedelta(days=3), "Fri 12:00", False),
        (timedelta(hours=-26), "1 d late", True),
    ],
)
def test_a_deadline_says_what_is_left_or_how_late_it_is(delta, words, is_late):
    assert times.due(NOW + delta, NOW) == (words, is_late)


def test_a_time_carries_the_exact_one_in_the_readers_zone():
    with timezone.override("Europe/Vienna"):
        html = drawn("{% time t %}", t=NOW)
    assert 'title="Tue 24 Nov 2026, 13:00 CET"' in html


def test_being_late_is_said_in_words_and_with_an_icon():
    html = drawn('{% time t "due" %}', t=timezone.now() - timedelta(days=2))
    assert 'class="late"' in html
    assert "2 d late" in html
    assert "#clock" in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(45, "45 s"), (320, "5 min 20 s"), (7500, "2 h 05 min"), (273600, "3 d 4 h"), (60, "1 min")],
)
def test_a_span_has_its_two_largest_units(seconds, words):
    assert drawn("{{ s|duration }}", s=seconds) == words


# Links, buttons, fields


def test_a_query_is_changed_one_parameter_at_a_time():
    request = RequestFactory().get("/?q=lemon&state=new&state=done&page=3&empty=")
    html = drawn("{% query_with page=None state='old' %}", request=request)
    assert html == "?q=lemon&amp;state=old"


class Question(forms.Form):
    """Asks for one thing."""

    reason = forms.CharField(help_text="Ana reads it.")


def action(**facts):
    """An action as the buttons see it."""
    known = {"verb": "stop", "label": "Stop", "form": NoInput, "has_page": False}
    return SimpleNamespace(**{**known, "destructive": False, "primary": False, **facts})


def test_a_verb_without_input_is_a_form_that_posts_with_its_token():
    request = RequestFactory().get("/jobs/?page=2")
    html = drawn("{% verb_button a '/jobs/1/stop/' %}", a=action(), request=request)
    assert 'method="post" action="/jobs/1/stop/"' in html
    assert "csrfmiddlewaretoken" in html
    assert 'name="next" value="/jobs/?page=2"' in html


def test_a_verb_with_input_is_a_link_to_its_form():
    html = drawn(
        "{% verb_button a '/jobs/1/stop/' %}",
        a=action(form=Question, destructive=True),
        request=RequestFactory().get("/"),
    )
    assert 'href="/jobs/1/stop/"' in html
    assert "data-dialog" in html
    assert "danger" in html
    assert "<form" not in html


def test_a_form_that_is_a_page_of_its_own_opens_in_no_dialog():
    html = drawn(
        "{% verb_button a '/batches/1/rebalance/' %}",
        a=action(form=Question, has_page=True),
        request=RequestFactory().get("/"),
    )
    assert 'href="/batches/1/rebalance/"' in html
    assert "data-dialog" not in html


def test_a_field_is_tied_to_its_help_and_its_errors():
    form = Question(data={})
    html = drawn("{% field form.reason %}", form=form)
    assert 'aria-describedby="id_reason_help id_reason_errors"' in html
    assert 'id="id_reason_help"' in html
    assert 'id="id_reason_errors"' in html
    assert 'aria-invalid="true"' in html


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana", "AN"), ("Max Mustermann", "MM"), ("", ""), ("a b c", "AC")]
)
def test_a_name_has_initials(name, letters):
    assert drawn("{{ n|initials }}", n=name) == letters


def test_names_of_people_are_never_markup():
    user = SimpleNamespace(name="<b>Ana</b>")
    assert "<b>" not in drawn("{% person user %}", user=user)


# The sidebar


def reversed_url(name, args, kwargs):
    """Where a page of a team would be."""
    return f"/{kwargs['team_id']}/{name}/"


def test_the_sidebar_shows_what_the_role_may_see(monkeypatch, rf):
    monkeypatch.setattr(navigation, "items", Registry("navigation item"))
    monkeypatch.setattr(navigation, "reverse", reversed_url)
    navigation.nav_item("b", label="B", icon="jobs", url_name="b", order=20)(object)
    navigation.nav_item("a", label="A", icon="jobs", url_name="a", order=10, count=lambda r, t: 8)(
        object
    )
    navigation.nav_item("c", label="C", icon="jobs", url_name="c", capability="rule")(object)
    request = rf.get("/7/b/")
    request.actor = SimpleNamespace(can=lambda capability, team_id: False)
    links = navigation.links(request, SimpleNamespace(pk=7), None)
    assert [(link.key, link.count, link.current) for link in links] == [
        ("a", 8, False),
        ("b", None, True),
    ]


def test_an_entry_whose_page_nobody_brings_is_left_out(monkeypatch, rf):
    monkeypatch.setattr(navigation, "items", Registry("navigation item"))
    navigation.nav_item("x", label="X", icon="jobs", url_name="nowhere:at-all")(object)
    request = rf.get("/")
    request.actor = SimpleNamespace(can=lambda capability, team_id: True)
    assert navigation.links(request, SimpleNamespace(pk=7), None) == []


def test_a_phone_shows_four_entries_and_keeps_the_rest_behind_more():
    def link(key, on_phone=True, current=False):
        return navigation.NavLink(key, key, "jobs", "/", None, current, on_phone)

    shown = [link("a"), link("b", on_phone=False), *map(link, "cde"), link("f", current=True)]
    phone = navigation.phone_bar(shown)
    assert [each.key for each in phone.bar] == ["a", "c", "d", "e"]
    assert [each.key for each in phone.more] == ["b", "f"]
    assert phone.is_more_current
