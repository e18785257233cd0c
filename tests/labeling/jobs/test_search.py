"""The palette finds what has a page and a name, and shows nobody what is not theirs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership
from tests.factories import BatchFactory, DatasetFactory, JobFactory, ProjectFactory


@pytest.fixture
def find(client_for):
    """(label, kind) of what a person finds."""

    def ask(user, words: str) -> list[tuple[str, str]]:
        response = client_for(user).get(reverse("jobs:search"), {"q": words})
        return [(each["label"], each["kind"]) for each in response.json()["results"]]

    return ask


@pytest.fixture
def lemons(team, manager, annotator):
    """One of each kind with lemons in its name."""
    project = ProjectFactory.create(team=team, created_by=manager, name="Lemons")
    dataset = DatasetFactory.create(project=project, name="Lemons of June")
    batch = BatchFactory.create(dataset=dataset, name="Lemons again")
    return JobFactory.create(batch=batch, annotator=annotator, name="lemons 3/12")


def test_it_finds_one_of_each_kind_with_an_address(find, client_for, manager, lemons):
    assert find(manager, "lemons") == [
        ("Lemons", "Project"),
        ("Lemons of June", "Dataset"),
        ("Lemons again", "Batch"),
        ("lemons 3/12", "Job"),
    ]
    for each in client_for(manager).get("/search/?q=lemons").json()["results"]:
        assert client_for(manager).get(each["url"]).status_code == 200


def test_every_word_has_to_occur(find, manager, lemons):
    assert find(manager, "june lem") == [("Lemons of June", "Dataset")]
    assert find(manager, "june kiwi") == []


def test_people_lead_to_their_jobs(client_for, manager, annotator, lemons):
    (found,) = client_for(manager).get("/search/?q=ana").json()["results"]
    assert found["label"] == "Ana"
    assert "Person" in found["kind"]
    assert "lemons 3/12" in client_for(manager).get(found["url"]).content.decode()


def test_nothing_asked_finds_nothing(find, manager, lemons):
    assert find(manager, "") == []
    assert find(manager, "   ") == []


def test_nobody_finds_what_is_another_teams(find, outsider, lemons):
    assert find(outsider, "lemons") == []
    assert find(outsider, "ana") == []


def test_who_sees_only_own_work_finds_only_that(find, annotator, annotator2, lemons):
    Membership.objects.filter(user__in=[annotator, annotator2]).update(restricted=True)
    assert find(annotator, "lemons") == [("lemons 3/12", "Job")]
    assert find(annotator2, "lemons") == []
    assert find(annotator2, "max") == []


def test_the_number_of_queries_is_fixed(client_for, manager, lemons, batch):
    client = client_for(manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/search/?q=lemons")
        return len(captured)

    few = queries()
    for number in range(6):
        JobFactory.create(batch=batch, name=f"lemons {number}")
    assert queries() == few
