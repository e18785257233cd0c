"""Working hours: written as people write them, set by whom they concern, used by the estimate."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from labeling.core.errors import Forbidden, Invalid
from labeling.jobs.estimates.crew import hours_of, shifted
from labeling.jobs.hours.writing import days_in, spans_in, words_of, words_of_days
from labeling.jobs.models import Event, WorkingHours

OFFICE = {
    "time_zone": "UTC",
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9-12:30, 13:00-17"),
}
MINUTES = [[540, 750], [780, 1020]]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", []),
        ("9-17", [[540, 1020]]),
        ("13:00 – 17:00; 9.30-12", [[570, 720], [780, 1020]]),
        ("22:00-06:00", [[1320, 1800]]),
        ("0-24", [[0, 1440]]),
    ],
)
def test_hours_are_read_as_people_write_them(text, spans):
    assert spans_in(text) == spans


@pytest.mark.parametrize("text", ["nine to five", "9", "9-25", "9:70-10", "8-10, 9-11", "9-9"])
def test_what_is_no_time_is_refused_with_a_reason(text):
    with pytest.raises(ValidationError):
        spans_in(text)


@given(st.lists(st.integers(0, 95), min_size=2, max_size=8, unique=True))
def test_hours_written_out_read_the_same(quarters):
    edges = [each * 15 for each in sorted(quarters)]
    spans = [list(pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    assert spans_in(words_of(spans)) == spans


def test_days_off_are_dates_and_ranges():
    days = days_in("2026-12-24..2026-12-26, 2027-01-01")
    assert days == ["2026-12-24", "2026-12-25", "2026-12-26", "2027-01-01"]
    assert words_of_days(days) == "2026-12-24..2026-12-26, 2027-01-01"
    for text in ("tomorrow", "2026-13-01", "2026-12-26..2026-12-24", "2000-01-01..2026-01-01"):
        with pytest.raises(ValidationError):
            days_in(text)


def test_hours_of_another_zone_move_over_midnight_and_the_week():
    sunday_night = [[], [], [], [], [], [], [[1320, 1440]]]
    assert shifted(sunday_night, 180)[0] == [(60, 180)]
    assert sum(end - begin for day in shifted(sunday_night, 60) for begin, end in day) == 120


def test_an_annotator_sets_own_hours_and_nobody_elses(team, annotator, annotator2, act):
    act(annotator, team, "set-own-hours", **OFFICE)
    row = WorkingHours.objects.get()
    assert (row.user, row.week[0], row.week[6]) == (annotator, MINUTES, [])
    with pytest.raises(Forbidden):
        act(annotator, team, "set-team-hours", person=annotator2.pk, **OFFICE)


def test_a_manager_sets_those_of_the_team_and_of_a_person(team, manager, annotator, act):
    act(manager, team, "set-team-hours", **OFFICE)
    act(
        manager, team, "set-team-hours", person=annotator.pk, **{**OFFICE, "days_off": "2026-12-24"}
    )
    assert set(WorkingHours.objects.values_list("user", flat=True)) == {None, annotator.pk}
    assert WorkingHours.objects.get(user=annotator).days_off == ["2026-12-24"]


def test_an_empty_week_takes_them_away(team, annotator, act):
    act(annotator, team, "set-own-hours", **OFFICE)
    act(annotator, team, "set-own-hours", time_zone="UTC")
    assert not WorkingHours.objects.exists()


def test_nonsense_is_refused_field_by_field(team, annotator, act):
    with pytest.raises(Invalid) as refused:
        act(annotator, team, "set-own-hours", time_zone="Mars/Base", monday="late")
    assert set(refused.value.errors) == {"time_zone", "monday"}


def test_others_of_another_team_cannot_be_named(team, manager, outsider, act):
    with pytest.raises(Invalid):
        act(manager, team, "set-team-hours", person=outsider.pk, **OFFICE)


def test_own_hours_count_before_the_teams_in_the_teams_zone(team, annotator, annotator2):
    WorkingHours.objects.create(team=team, time_zone="Europe/Berlin", week=[MINUTES] * 7)
    own = {"time_zone": "Asia/Kolkata", "week": [[[540, 600]]] * 7, "days_off": ["2026-12-24"]}
    WorkingHours.objects.create(team=team, user=annotator, **own)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    zone, found = hours_of(team.pk, [annotator.pk, annotator2.pk], now)
    assert zone == ZoneInfo("Europe/Berlin")
    assert found[annotator2.pk].week[0] == [(540, 750), (780, 1020)]
    # 9:00 in Kolkata is 4:30 in Berlin in winter.
    assert found[annotator.pk].week[0] == [(270, 330)]
    assert found[annotator.pk].days_off == {"2026-12-24"}


def test_the_page_shows_them_with_their_history(client_for, manager, annotator, team, act):
    act(annotator, team, "set-own-hours", **OFFICE)
    page = client_for(manager).get(reverse("jobs:working-hours", args=[team.pk])).content.decode()
    assert "09:00-12:30, 13:00-17:00" in page
    assert "Ana set the working hours of Ana" in page
    assert f"?person={annotator.pk}" in page


def test_a_restricted_annotator_sees_only_the_teams_and_own_ones(
    client_for, manager, annotator, annotator2, team, act
):
    annotator.memberships.update(restricted=True)
    act(manager, team, "set-team-hours", **OFFICE)
    act(annotator2, team, "set-own-hours", **OFFICE)
    page = client_for(annotator).get(reverse("jobs:working-hours", args=[team.pk])).content.decode()
    assert "The team" in page
    assert "Ben" not in page


def test_the_form_begins_with_the_hours_of_whoever_the_address_names(
    client_for, manager, annotator, team, act
):
    act(annotator, team, "set-own-hours", time_zone="Asia/Tokyo", monday="6-7")
    url = reverse("jobs:set-team-hours", args=[team.pk])
    page = client_for(manager).get(f"{url}?person={annotator.pk}").content.decode()
    assert "Asia/Tokyo" in page
    assert "06:00-07:00" in page
    assert f'value="{annotator.pk}" selected' in page


def test_it_is_saved_from_the_page_and_by_scripts(client_for, api_for, manager, annotator, team):
    url = reverse("jobs:set-own-hours", args=[team.pk])
    assert client_for(annotator).post(url, OFFICE).status_code == 302
    answer = api_for(manager).post(
        f"/api/teams/{team.pk}/set-team-hours/", {**OFFICE, "person": annotator.pk}, format="json"
    )
    assert answer.status_code == 200, answer.json()
    assert WorkingHours.objects.get().user == annotator
    assert Event.objects.filter(verb__in=("set-own-hours", "set-team-hours")).count() == 2
