"""What people see of themselves: pace, streak, share of accepted items, earnings."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from labeling.jobs.models import Activity, LedgerEntry, Pace, WorkingHours
from labeling.jobs.models.activity import add_activity
from labeling.jobs.money.statements import Month

MY_WORK = "jobs:my-work"


@pytest.fixture
def tiles(page):
    """The figures by their words."""

    def ask(user, **query) -> dict[str, str]:
        soup = page(user, MY_WORK, **query)
        return {
            tile.select_one(".tile-label").get_text(strip=True): tile.select_one(
                ".tile-figure"
            ).get_text(" ", strip=True)
            for tile in soup.select("#own-figures .tile")
        }

    return ask


def test_it_counts_what_i_did_and_not_what_others_did(tiles, annotator, annotator2, team, labeled):
    add_activity(team.pk, annotator2.pk, timezone.now(), done=9)
    add_activity(team.pk, annotator.pk, timezone.now() - timedelta(days=3), done=4)
    found = tiles(annotator)
    assert found["items done today"] == "3"
    assert found["in seven days"] == "7"


def test_it_tells_my_pace(tiles, annotator, labeled):
    assert tiles(annotator)["an item takes you"] == "–"
    Pace.objects.filter(user=annotator).update(usual_seconds=75)
    assert tiles(annotator)["an item takes you"] == "1 min 15 s"


def test_it_tells_my_streak_by_my_own_calendar(tiles, annotator, team):
    """Every other day, and the days between are days off."""
    now = timezone.now()
    for ago in (0, 2, 4):
        add_activity(team.pk, annotator.pk, now - timedelta(days=ago), done=1)
    hours = [[540, 1020]]
    off = [(timezone.localdate() - timedelta(days=ago)).isoformat() for ago in (1, 3)]
    own = WorkingHours.objects.create(team=team, user=annotator, week=[hours] * 7)
    assert tiles(annotator)["working day in a row"] == "1"
    WorkingHours.objects.filter(pk=own.pk).update(days_off=off)
    assert tiles(annotator)["working days in a row"] == "3"


def test_it_tells_how_my_items_were_decided(tiles, act, annotator, reviewer, reviewed):
    assert tiles(annotator)["of decided items accepted"] == "–"
    first, second, third = reviewed.job_items.all()
    act(reviewer, first, "reject-item", reason="Too loose.")
    for row in (second, third):
        act(reviewer, row, "accept-item")
    assert tiles(annotator)["of decided items accepted"] == "67 %"


def owe(project, person, at, amount: str, currency: str = "EUR") -> None:
    LedgerEntry.objects.create(
        team=project.team,
        project=project,
        person=person,
        kind="owed",
        work="annotation",
        amount=Decimal(amount),
        currency=currency,
        at=at,
    )


def test_it_tells_what_i_earned_this_month_and_before(tiles, annotator, annotator2, dataset):
    month = Month.of(timezone.now())
    for person, at, amount in [
        (annotator, month.start, "1.25"),
        (annotator, month.start, "0.50"),
        (annotator, month.previous.start, "4"),
        (annotator2, month.start, "99"),
    ]:
        owe(dataset.project, person, at, amount)
    assert tiles(annotator)["earned this month; 4.00 last month"] == "1.75 EUR"


def test_without_pay_there_is_no_word_of_earnings(page, tiles, annotator, job):
    assert not any("earned" in words for words in tiles(annotator))
    assert not page(annotator, MY_WORK).select_one("#earnings")


def test_a_reviewer_sees_own_decisions_too(page, tiles, act, reviewer, annotator, reviewed):
    act(reviewer, reviewed.job_items.first(), "accept-item")
    assert tiles(reviewer)["items decided today; 1 in seven days"] == "1"
    assert page(reviewer, MY_WORK).select_one("#own-decisions")
    assert not any("decided today" in words for words in tiles(annotator))
    assert not page(annotator, MY_WORK).select_one("#own-decisions")


def test_the_pictures_are_of_the_chosen_days(page, annotator, labeled):
    soup = page(annotator, MY_WORK, days=7)
    assert len(soup.select("svg.bars rect")) == 7
    assert soup.select_one("#days-csv")["href"].endswith("?of=days&days=7&format=csv")


def test_seven_days_are_told_whatever_days_are_drawn(tiles, annotator, team):
    add_activity(team.pk, annotator.pk, timezone.now() - timedelta(days=6), done=4)
    add_activity(team.pk, annotator.pk, timezone.now() - timedelta(days=7), done=8)
    assert {tiles(annotator, days=days)["in seven days"] for days in (7, 30, 90)} == {"4"}


def test_long_work_takes_no_more_queries(client_for, page, annotator, team, count_queries):
    page(annotator, MY_WORK)
    few = count_queries(lambda: page(annotator, MY_WORK))
    for ago in range(60):
        add_activity(team.pk, annotator.pk, timezone.now() - timedelta(days=ago), done=1)
    assert count_queries(lambda: page(annotator, MY_WORK)) == few
    assert Activity.objects.count() == 60
