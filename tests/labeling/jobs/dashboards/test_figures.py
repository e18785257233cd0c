"""The numbers behind the pictures: the same on the page, in the file and over REST."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.models.activity import add_activity

TEAM, OWN = "jobs:team-figures", "jobs:my-figures"
TABLES = ("days", "hours", "people", "person-days", "review")


@pytest.fixture
def worked(team, annotator, annotator2, reviewer):
    """Ana did 5 today and 2 yesterday, Ben 3 today; Kim decided on 4."""
    now = timezone.now()
    add_activity(team.pk, annotator.pk, now, done=5)
    add_activity(team.pk, annotator.pk, now - timedelta(days=1), done=2)
    add_activity(team.pk, annotator2.pk, now, done=3)
    add_activity(team.pk, reviewer.pk, now, accepted=3, rejected=1)


def test_days_are_counted_the_newest_first(rows, manager, worked):
    found = rows(manager, TEAM, of="days", days=7)
    assert len(found) == 7
    assert found[0] == {
        "Day": timezone.localdate().isoformat(),
        "Items done": "8",
        "Accepted": "3",
        "Rejected": "1",
    }
    assert (found[1]["Items done"], found[2]["Items done"]) == ("2", "0")


def test_people_are_counted_by_day(rows, manager, worked):
    found = rows(manager, TEAM, of="person-days")
    assert [(row["Person"], row["Items done"], row["Accepted"]) for row in found] == [
        ("Ana", "5", "0"),
        ("Ben", "3", "0"),
        ("Kim", "0", "3"),
        ("Ana", "2", "0"),
    ]


def test_hours_add_up_to_the_days(rows, manager, worked):
    by_hour = rows(manager, TEAM, of="hours")
    by_day = rows(manager, TEAM, of="days")
    for column in ("Items done", "Accepted", "Rejected"):
        assert sum(int(row[column]) for row in by_hour) == sum(int(row[column]) for row in by_day)


def test_people_come_with_their_load(rows, manager, worked, job):
    ana, *others = sorted(rows(manager, TEAM, of="people"), key=lambda row: row["Person"])
    assert (ana["Load"], ana["Open items"], ana["Items done"]) == ("busy", "3", "7")
    assert [row["Load"] for row in others] == ["idle"]


def test_the_backlog_is_a_table_too(rows, manager, submitted):
    (row,) = rows(manager, TEAM, of="review")
    assert (row["Jobs"], row["Items"], row["Reviewer"]) == ("1", "3", "")


@pytest.mark.parametrize("of", TABLES)
def test_the_page_shows_what_the_file_holds(page, rows, manager, worked, submitted, of):
    soup = page(manager, TEAM, of=of)
    assert len(soup.select("#figures tbody tr")) == len(rows(manager, TEAM, of=of)) > 0
    assert soup.select_one("#csv")["href"].count("format=csv") == 1
    assert soup.select_one(".tab[aria-current]")["id"] == f"tab-{of}"


def test_my_own_are_mine_alone(rows, annotator, reviewer, worked):
    assert rows(annotator, OWN, of="days")[0]["Items done"] == "5"
    assert rows(reviewer, OWN, of="days")[0]["Accepted"] == "3"
    assert sum(int(row["Items done"]) for row in rows(annotator, OWN, of="hours")) == 7


@pytest.mark.parametrize("query", [{"of": "salaries"}, {"days": "1"}, {"format": "xls"}])
def test_what_there_is_not_is_refused_in_words(client_for, manager, team, query):
    for name in (TEAM, OWN):
        answer = client_for(manager).get(reverse(name, args=[team.pk]), query)
        assert answer.status_code == 400
        assert "Choose one of" in answer.content.decode()


def test_how_single_people_do_is_for_those_who_review_or_manage(
    client_for, viewer, annotator, reviewer, team, worked
):
    url = reverse(TEAM, args=[team.pk])
    for of in TABLES:
        is_open = of in ("days", "hours")
        for user in (viewer, annotator):
            status = client_for(user).get(url, {"of": of}).status_code
            assert status == (200 if is_open else 403)
        assert client_for(reviewer).get(url, {"of": of}).status_code == 200


def test_a_restricted_annotator_sees_own_figures_only(client_for, annotator, team, rows, worked):
    team.memberships.filter(user=annotator).update(restricted=True)
    assert client_for(annotator).get(reverse(TEAM, args=[team.pk])).status_code == 403
    assert rows(annotator, OWN)[0]["Items done"] == "5"


def test_another_team_has_no_figures(client_for, outsider, team, worked):
    for name in (TEAM, OWN):
        assert client_for(outsider).get(reverse(name, args=[team.pk])).status_code == 404


def test_rest_answers_the_same_rows(api_for, annotator, manager, viewer, outsider, team, worked):
    url = f"/api/teams/{team.pk}/figures/"
    answer = api_for(manager).get(url, {"of": "days", "days": 7}).json()
    assert (answer["of"], len(answer["rows"])) == ("days", 7)
    today = timezone.localdate().isoformat()
    assert answer["last"] == today
    assert answer["rows"][0] == {"day": today, "done": 8, "accepted": 3, "rejected": 1}
    people = api_for(manager).get(url, {"of": "people"}).json()["rows"]
    assert {row["person"]: row["load"] for row in people} == {"Ana": "free", "Ben": "free"}
    assert api_for(viewer).get(url, {"of": "people"}).status_code == 403
    assert api_for(manager).get(url, {"days": "8"}).json()["errors"]["days"]
    mine = api_for(annotator).get(f"/api/teams/{team.pk}/my-figures/").json()
    assert mine["rows"][0]["done"] == 5
    assert api_for(outsider).get(url).status_code == 404


def test_empty_figures_say_so(page, manager):
    assert "Nothing in these days." in page(manager, TEAM, of="hours").get_text()
