"""Who sees which money: pages, files and REST."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.jobs.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def earned(paying, reviewed, reviewer, act):
    """Ana has earned two labels, Kim two reviews."""
    for each in reviewed.job_items.order_by("position")[:2]:
        act(reviewer, each, "accept-item")
    return paying


def money(project) -> str:
    return reverse("jobs:money", args=[project.pk])


def statement(team) -> str:
    return reverse("jobs:statement", args=[team.pk])


@pytest.mark.parametrize("who", ["owner", "manager"])
def test_who_manages_sees_the_sums_and_the_ledger(earned, who, request, client_for):
    page = client_for(request.getfixturevalue(who)).get(money(earned)).content.decode()
    for text in ("10.00", "9.8125", "0.0625", "0.125", "Ana", "lemons", "set-terms", "pay"):
        assert text in page


@pytest.mark.parametrize(
    ("who", "code"), [("reviewer", 403), ("annotator", 403), ("viewer", 403), ("outsider", 404)]
)
def test_others_do_not(earned, who, code, request, client_for):
    client = client_for(request.getfixturevalue(who))
    assert client.get(money(earned)).status_code == code
    assert "budget" not in client.get(earned.get_absolute_url()).content.decode()


def test_the_ledger_is_filtered_and_is_a_file_with_plain_numbers(earned, manager, client_for, act):
    act(manager, earned, "set-terms", budget="4", note="=1+1")
    client = client_for(manager)
    answer = client.get(money(earned), {"kind": "budget", "format": "csv"})
    head, *lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert head.startswith("When,What,Amount,Currency")
    assert len(lines) == 2
    assert ",-6.0000,EUR," in lines[0]
    assert lines[0].endswith(",'=1+1")


def test_a_project_that_pays_shows_its_sums_on_its_page(earned, manager, client_for):
    assert money(earned) in client_for(manager).get(earned.get_absolute_url()).content.decode()


def test_a_project_without_terms_says_what_to_do(project, manager, client_for):
    page = client_for(manager).get(money(project)).content.decode()
    assert "pays nothing yet" in page


def test_an_annotator_sees_own_earnings_only(
    earned, team, annotator, annotator2, reviewer, client_for
):
    page = client_for(annotator).get(statement(team)).content.decode()
    assert "0.10" in page
    assert "lemons" in page
    assert "0.025" not in page
    others = client_for(annotator2).get(statement(team), {"person": annotator.pk})
    assert others.status_code == 404
    assert "lemons" not in client_for(annotator2).get(statement(team)).content.decode()


def test_a_manager_chooses_a_person_and_takes_the_file(earned, team, reviewer, manager, client_for):
    query = {"person": reviewer.pk, "format": "csv"}
    answer = client_for(manager).get(statement(team), query)
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "Project,Batch,Work,Items,Earned,Currency"
    assert lines[1].endswith(",lemons,review,2,0.0250,EUR")
    assert (
        reviewer.name
        in client_for(manager).get(statement(team), query | {"format": ""}).content.decode()
    )


def test_an_outsider_finds_no_statement(team, annotator, outsider, client_for):
    assert client_for(outsider).get(statement(team)).status_code == 404


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"person": "x"}, {"person": "999999"}])
def test_a_statement_of_nothing_is_not_found(team, manager, client_for, query):
    assert client_for(manager).get(statement(team), query).status_code == 404


def test_the_forms_are_pages_and_do_what_they_say(project, manager, client_for):
    client = client_for(manager)
    url = reverse("projects:project-verb", args=[project.pk, "set-terms"])
    assert "Currency" in client.get(url).content.decode()
    filled = {"currency": "EUR", "budget": "5", "paid_for": "done", "price_annotation": "0.01"}
    assert client.post(url, filled).status_code == 302
    assert project.terms.budget == 5


def test_scripts_set_terms_read_the_ledger_and_pay(
    project, batch, reviewed, annotator, manager, reviewer, act, api_for
):
    api = api_for(manager)
    terms = {"budget": "10", "price_annotation": 0.05, "paid_for": "accepted"}
    assert (
        api.post(f"/api/projects/{project.pk}/set-terms/", terms, format="json").status_code == 200
    )
    prices = api.post(f"/api/batches/{batch.pk}/set-prices/", {"price_review": "1"}, format="json")
    assert prices.status_code == 200
    act(reviewer, reviewed.job_items.first(), "accept-item")
    (found,) = api.get("/api/terms/").json()["results"]
    assert (found["owed"], found["reserved"], found["left"]) == ("1.0500", "2.1000", "6.8500")
    assert {row["amount"] for row in api.get("/api/prices/").json()["results"]} == {
        "0.0500",
        "1.0000",
    }
    owed = api.get("/api/ledger/", {"kind": "owed", "person": annotator.pk}).json()["results"]
    assert [line["amount"] for line in owed] == ["0.0500"]
    paid = api.post(f"/api/projects/{project.pk}/pay/", {"person": annotator.pk}, format="json")
    assert (paid.status_code, paid.json()["amount"]) == (201, "0.0500")
    month = timezone.now().strftime("%Y-%m")
    said = api.get(f"/api/teams/{project.team_id}/statement/", {"person": annotator.pk}).json()
    assert said["month"] == month
    assert said["balances"][0]["after"] == "0.0000"


def test_scripts_of_others_read_only_what_is_theirs(
    earned, team, annotator, annotator2, outsider, api_for
):
    own = api_for(annotator)
    assert {line["person"]["id"] for line in own.get("/api/ledger/").json()["results"]} == {
        annotator.pk
    }
    assert own.get("/api/terms/").json()["results"] == []
    assert own.post(f"/api/projects/{earned.pk}/pay/", {}, format="json").status_code == 403
    assert api_for(annotator2).get("/api/ledger/").json()["results"] == []
    url = f"/api/teams/{team.pk}/statement/"
    assert own.get(url).json()["balances"][0]["earned"] == "0.1000"
    assert api_for(annotator2).get(url, {"person": annotator.pk}).status_code == 404
    assert own.get(url, {"month": "March"}).status_code == 400
    assert api_for(outsider).get(url).status_code == 404
    assert LedgerEntry.objects.filter(amount=Decimal("0.05")).count() == 2
