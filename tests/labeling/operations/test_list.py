"""The list of operations: lately and before, by project, and how fast each goes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.operations import engine
from labeling.operations.models import Operation
from labeling.operations.states import Status
from tests.factories import BatchFactory, DatasetFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(client_for, manager, team):
    """The operations that the list shows the manager for a query."""

    def ask(query=""):
        answer = client_for(manager).get(reverse("operations:list", args=[team.pk]) + query)
        assert answer.status_code == 200, answer.content
        return {row.obj.pk for row in answer.context["rows"]}, answer.content.decode()

    return ask


def aged(operation: Operation, days: int, **values) -> int:
    created = timezone.now() - timedelta(days=days)
    Operation.objects.filter(pk=operation.pk).update(created_at=created, **values)
    return operation.pk


def test_it_shows_thirty_days_and_whatever_is_not_finished(count, listed, rings):
    lately = aged(count(to=1), 29, status=Status.COMPLETE)
    before = aged(count(to=1), 31, status=Status.COMPLETE)
    waiting = aged(count(to=1), 90)
    shown, page = listed()
    assert shown == {lately, waiting}
    assert "Older operations" in page
    day = (timezone.localdate() - timedelta(days=30)).isoformat()
    assert f"?created_before={day}" in page
    assert listed(f"?created_before={day}")[0] == {before, waiting}
    assert listed("?created_after=2020-01-01")[0] == {lately, before, waiting}


def test_what_an_operation_is_about_says_its_project(count, listed, team, manager, actor_for):
    project = ProjectFactory.create(team=team, name="Lemons June")
    dataset = DatasetFactory.create(project=project)
    batch = BatchFactory.create(dataset=dataset)
    actor, found = actor_for(manager), set()
    for subject in (project, dataset, batch):
        operation = engine.start("test-count", actor, team, {}, subject=subject)
        assert operation.project_id == project.pk
        found.add(operation.pk)
    elsewhere = count()
    assert elsewhere.project_id is None
    shown, page = listed(f"?project={project.pk}")
    assert shown == found
    assert page.count("Lemons June") >= len(found)
    assert elsewhere.pk in listed()[0]


def test_another_team_s_project_is_no_choice(client_for, api_for, manager, team, outsider):
    strange = ProjectFactory.create(team=outsider.teams.get(), name="Secret")
    url = reverse("operations:list", args=[team.pk])
    assert "Secret" not in client_for(manager).get(url).content.decode()
    assert client_for(manager).get(f"{url}?project={strange.pk}").status_code == 400
    assert api_for(manager).get(f"/api/operations/?project={strange.pk}").status_code == 400


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (1200.4, "1,200 a second · about 1 s left"),
        (2.5, "2.5 a second · about 10 min left"),
        (0.5, "30 a minute · about 50 min left"),
        (0.005, "18 an hour"),
        (None, ""),
    ],
)
def test_rate_and_time_left_are_told_while_it_runs(
    count, take, listed, client_for, manager, rate, words
):
    operation = count(to=2000)
    take(operation)
    Operation.objects.filter(pk=operation.pk).update(rate=rate, done=500)
    _shown, page = listed()
    shown = client_for(manager).get(operation.get_absolute_url()).content.decode()
    assert words in page
    assert words in shown
    if not words:
        assert 'class="pace"' not in page


def test_the_title_of_the_page_says_how_far_it_is(count, take, client_for, manager):
    operation = count(to=50)
    take(operation)
    Operation.objects.filter(pk=operation.pk).update(done=21, label="Export kiwis")
    client = client_for(manager)
    assert "<title>42 % - Export kiwis · Labeldesk</title>" in client.get(
        operation.get_absolute_url()
    ).content.decode().replace("\n", "")
    part = client.get(reverse("operations:progress", args=[operation.pk])).content.decode()
    assert 'data-title="42 % - Export kiwis"' in part
    assert "data-poll-hidden" in part
    Operation.objects.filter(pk=operation.pk).update(status=Status.COMPLETE)
    part = client.get(reverse("operations:progress", args=[operation.pk])).content.decode()
    assert 'data-title="Export kiwis"' in part


def test_failed_rows_are_tried_again_in_an_operation_of_their_own(
    count, client_for, manager, rings
):
    operation = count(to=25)
    engine.run(operation.pk)
    client = client_for(manager)
    page = client.get(operation.get_absolute_url()).content.decode()
    assert 'data-verb="retry-failed"' in page
    url = reverse("operations:operation-verb", args=[operation.pk, "retry-failed"])
    answer = client.post(url)
    again = Operation.objects.latest("pk")
    assert again.pk != operation.pk
    assert answer["Location"] == again.get_absolute_url()
