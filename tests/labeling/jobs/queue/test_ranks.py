"""The order of a team's batches: where new ones go, how they move, and what their jobs follow."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Job
from labeling.jobs.queue.ranks import GAP, QUEUE_ORDER, last_rank
from tests.factories import BatchFactory, JobFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def line(dataset) -> list[Batch]:
    """Four batches, a to d, of which the first three were made in that order; d is urgent."""
    made = []
    for name, priority in (("a", 3), ("b", 3), ("c", 3), ("d", 4)):
        rank = last_rank(dataset.team_id)
        batch = BatchFactory.create(dataset=dataset, name=name, priority=priority, rank=rank)
        JobFactory.create(batch=batch, rank=rank)
        made.append(batch)
    return made


def order(team) -> str:
    """The names in the order of the queue; that of the jobs is the same."""
    batches = "".join(
        Batch.objects.filter(team=team).order_by(*QUEUE_ORDER).values_list("name", flat=True)
    )
    jobs = Job.objects.filter(team=team).order_by(*QUEUE_ORDER)
    assert "".join(jobs.values_list("batch__name", flat=True)) == batches
    return batches


def test_batches_stand_by_priority_and_then_in_the_order_in_which_they_were_made(team, line):
    assert order(team) == "dabc"


@pytest.mark.parametrize(
    ("moved", "data", "after"),
    [
        ("c", {"before": "a"}, "dcab"),
        ("c", {"before": "b"}, "dacb"),
        ("a", {"after": "b"}, "dbac"),
        ("a", {"after": "c"}, "dbca"),
        ("c", {"before": "d"}, "cdab"),
        ("d", {"after": "a"}, "adbc"),
        ("b", {"priority": 4}, "dbac"),
        ("b", {"priority": 1}, "dacb"),
        ("a", {"priority": 3}, "dbca"),
    ],
)
def test_a_batch_moves_beside_another_or_to_the_end_of_a_level(
    act, team, line, manager, moved, data, after
):
    by_name = {batch.name: batch for batch in line}
    sent = {key: by_name[value].pk if value in by_name else value for key, value in data.items()}
    act(manager, by_name[moved], "move-in-queue", **sent)
    assert order(team) == after


def test_where_no_room_is_left_the_level_is_numbered_afresh(act, team, line, manager):
    Batch.objects.update(rank=7)
    Job.objects.update(rank=7)
    act(manager, line[2], "move-in-queue", before=line[1].pk)
    assert order(team) == "dacb"
    ranks = Batch.objects.filter(priority=3).order_by("rank").values_list("rank", flat=True)
    assert list(ranks) == [GAP, 2 * GAP, 3 * GAP]


def test_a_hundred_moves_to_one_place_keep_the_order(act, team, line, manager):
    a, b, c, _d = line
    for _number in range(50):
        act(manager, c, "move-in-queue", before=b.pk)
        act(manager, b, "move-in-queue", before=c.pk)
    assert order(team) == "dabc"
    assert a.rank == Batch.objects.get(pk=a.pk).rank


def test_jobs_follow_into_another_level_and_completed_ones_keep_their_priority(act, line, manager):
    done = JobFactory.create(batch=line[0], stage="acceptance", state="completed")
    act(manager, line[0], "move-in-queue", priority=5)
    assert set(line[0].jobs.exclude(pk=done.pk).values_list("priority", flat=True)) == {5}
    done.refresh_from_db()
    assert (done.priority, done.rank) == (3, Batch.objects.get(pk=line[0].pk).rank)


def test_another_priority_by_the_form_goes_last_in_that_level(act, team, line, manager):
    act(manager, line[1], "edit", name="b", priority=4)
    assert order(team) == "dbac"


def test_a_successor_stands_where_its_batch_stands(act, team, line, manager):
    clone = act(manager, line[1].jobs.get(), "clone").outcome
    assert clone.rank == line[1].rank


def test_a_move_says_one_thing_about_a_batch_that_is_in_the_queue(act, line, manager, outsider):
    a, b, _c, _d = line
    theirs = BatchFactory.create()
    for wrong in ({}, {"before": b.pk, "after": b.pk}, {"before": a.pk}, {"before": theirs.pk}):
        with pytest.raises(Invalid):
            act(manager, a, "move-in-queue", **wrong)
    Batch.objects.filter(pk=a.pk).update(status="completed")
    with pytest.raises(Conflict):
        act(manager, a, "move-in-queue", after=b.pk)


def test_only_who_manages_jobs_moves_batches(act, line, annotator, reviewer, viewer, outsider):
    for person in (annotator, reviewer, viewer, outsider):
        with pytest.raises(Forbidden):
            act(person, line[0], "move-in-queue", priority=5)


def test_the_page_moves_by_arrows_without_scripts(client_for, team, line, manager):
    client = client_for(manager)
    url = reverse("jobs:queue", args=[team.pk])
    page = client.get(url).content.decode()
    assert page.index(">d</a>") < page.index(">a</a>") < page.index(">b</a>")
    assert (
        client.post(reverse("jobs:queue-move", args=[line[1].pk]), {"before": line[0].pk}).url
        == url
    )
    assert order(team) == "dbac"


def test_the_arrows_cross_the_borders_of_levels(client_for, team, line, manager):
    levels = client_for(manager).get(reverse("jobs:queue", args=[team.pk])).context["levels"]
    places = {place.batch.name: place for level in levels for place in level.places}
    assert places["d"].up == {"name": "priority", "value": 5}
    assert places["d"].down == {"name": "before", "value": line[0].pk}
    assert places["a"].up == {"name": "priority", "value": 4}
    assert places["c"].down == {"name": "priority", "value": 2}


def test_dragging_answers_the_queue_as_it_is_then(client_for, line, manager):
    url = reverse("jobs:queue-move", args=[line[2].pk])
    response = client_for(manager).post(url, {"before": line[3].pk}, headers=HTMX)
    assert response.content.decode().strip().startswith('<div id="queue"')
    assert "another place" in response.headers["HX-Trigger"].encode().decode("unicode_escape")


def test_the_queue_is_closed_to_who_only_labels(client_for, team, annotator):
    assert client_for(annotator).get(reverse("jobs:queue", args=[team.pk])).status_code == 403


def test_rest_moves_and_tells_the_rank(api_for, team, line, manager):
    url = f"/api/batches/{line[0].pk}/move-in-queue/"
    answer = api_for(manager).post(url, {"after": line[2].pk}, format="json")
    assert answer.status_code == 200
    assert answer.json()["rank"] == Batch.objects.get(pk=line[0].pk).rank
    assert order(team) == "dbca"


@pytest.mark.django_db(transaction=True)
def test_many_moves_at_once_lose_no_batch_and_leave_one_order(team, line, manager, owner):
    Batch.objects.update(rank=0)  # all renumber at once
    move = actions[Batch, "move-in-queue"]

    def run(number: int) -> None:
        try:
            batch, other = line[number % 3], line[(number + 1) % 3]
            who = Actor.for_user(manager if number % 2 else owner)
            perform(move, batch, who, {"before": other.pk})
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(12)))
    assert sorted(order(team)) == ["a", "b", "c", "d"]
    assert Batch.objects.filter(priority=3).values("rank").distinct().count() == 3
