"""Launching and adding items: who gets how much, and several people for each item."""

from collections import Counter

import pytest
from django.urls import reverse

from accounts.models import Membership
from labeling.core.errors import Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Event, Job, JobItem
from labeling.projects.models import Dataset
from tests.factories import DatasetFactory, ItemFactory, LabelClassFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(team, manager) -> Dataset:
    """Twelve pictures and a class."""
    made = DatasetFactory.create(team=team, project__team=team, size=12)
    LabelClassFactory.create(project=made.project, name="lemon")
    return made


@pytest.fixture
def both(annotator, annotator2) -> list[int]:
    """Ana and Ben."""
    return [annotator.pk, annotator2.pk]


@pytest.fixture
def create(actor_for, manager, dataset, django_capture_on_commit_callbacks):
    """Makes a batch as the manager, and lets its launch run."""

    def made(**data) -> Batch:
        action = actions[Dataset, "create-batch"]
        with django_capture_on_commit_callbacks(execute=True):
            change = perform(action, dataset, actor_for(manager), {"name": "Fruit", **data})
        return Batch.objects.get(pk=change.outcome.pk)

    return made


@pytest.fixture
def add(act, manager, django_capture_on_commit_callbacks):
    """Adds items to a batch, and lets that run."""

    def added(batch, **data) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            act(manager, batch, "add-items", **data)

    return added


def have(batch) -> Counter:
    """Items by the name of whoever has them."""
    counts: Counter = Counter()
    for job in batch.jobs.select_related("annotator"):
        counts[job.annotator.name if job.annotator else "pool"] += job.items
    return counts


def people_an_item(batch) -> set[int]:
    """How many different people, or places in the pool, the items have."""
    return set(Counter(JobItem.objects.filter(job__batch=batch).values_list("item")).values())


def test_by_weights(create, both):
    batch = create(people=both, spread="weights", weights={str(both[0]): 2, str(both[1]): 1})
    assert have(batch) == {"Ana": 8, "Ben": 4}
    assert batch.weights == {str(both[0]): 2, str(both[1]): 1}


def test_by_percentages_as_a_page_sends_them(create, both):
    sent = {f"weights-{both[0]}": "75", f"weights-{both[1]}": "25"}
    batch = create(people=both, spread="percent", **sent)
    assert have(batch) == {"Ana": 9, "Ben": 3}


def test_by_pace(create, both, dataset, annotator, annotator2):
    for person, seconds in ((annotator, 60), (annotator2, 20)):
        person.paces.create(
            project=dataset.project, usual_seconds=seconds, last_done_at=dataset.created_at
        )
    assert have(create(people=both, spread="pace")) == {"Ana": 3, "Ben": 9}


@pytest.mark.parametrize(
    ("numbers", "field", "told"),
    [
        ([50, 40], "weights", "add up to 90"),
        ([33.3, 66.6], "weights", "99.9"),
        (["x", 10], "weights", "no number"),
        ([-10, 110], "weights", "no number"),
    ],
)
def test_percentages_that_do_not_fit_are_refused_with_what_is_wrong(
    create, both, numbers, field, told
):
    weights = dict(zip(map(str, both), numbers, strict=True))
    with pytest.raises(Invalid) as refusal:
        create(people=both, spread="percent", weights=weights)
    assert field in refusal.value.errors
    assert told in str(refusal.value.errors)


def test_a_weight_of_somebody_who_is_not_chosen_is_told(create, both, annotator2):
    with pytest.raises(Invalid) as told:
        create(people=both[:1], spread="weights", weights={str(both[1]): 3})
    assert "Ben has a number but is not chosen" in str(told.value.errors)


def test_weights_need_people(create):
    with pytest.raises(Invalid) as told:
        create(spread="weights")
    assert "people" in told.value.errors


def test_limits_of_batch_and_person_leave_the_rest_in_the_pool(create, both, annotator2):
    Membership.objects.filter(user=annotator2).update(most_jobs=1)
    batch = create(people=both, items_a_person=4, jobs_a_person=2)
    assert have(batch) == {"Ana": 4, "Ben": 4, "pool": 4}
    assert Job.objects.filter(annotator=annotator2).count() == 1


def test_segments_are_given_to_people_too(create, both):
    batch = create(people=both, split="segments", segment_size=5)
    assert have(batch) == {"Ana": 10, "Ben": 2}
    assert [job.items for job in batch.jobs.order_by("number")] == [5, 5, 2]


def test_each_item_has_two_people_and_nobody_has_one_twice(create, both):
    batch = create(people=both, overlap=2)
    assert have(batch) == {"Ana": 12, "Ben": 12}
    assert people_an_item(batch) == {2}
    assert {job.segment for job in batch.jobs.all()} == {1}


def test_a_pool_of_segments_for_three_people_each(create, act, team, annotator):
    batch = create(split="segments", segment_size=6, overlap=3)
    assert batch.jobs.count() == 6
    assert people_an_item(batch) == {3}
    taken = {act(annotator, team, "take-next").outcome.segment}
    for job in Job.objects.filter(annotator=annotator):
        act(annotator, job, "submit", anyway="on")
    taken.add(act(annotator, team, "take-next").outcome.segment)
    assert taken == {1, 2}


def test_everything_to_each_is_known_as_the_same_items(create, act, manager, both, annotator2):
    batch = create(people=both, split="each")
    ana = batch.jobs.get(annotator=both[0])
    with pytest.raises(Invalid):
        act(manager, ana, "assign", annotator=annotator2.pk)


def test_everything_to_each_is_refused_beyond_the_limit(create, both):
    with pytest.raises(Invalid) as told:
        create(people=both, split="each", items_a_person=11)
    assert "Everybody would get 12 items" in str(told.value.errors)


def test_added_items_go_the_batch_s_own_way(create, add, both, dataset):
    weights = {str(both[0]): 2, str(both[1]): 1}
    batch = create(people=both, spread="weights", weights=weights, jobs_a_person=2, overlap=2)
    before = batch.jobs.count()
    ItemFactory.create_batch(9, dataset=dataset)
    add(batch)
    assert people_an_item(batch) == {2}
    new = batch.jobs.order_by("number")[before:]
    assert min(job.segment for job in new) > max(
        job.segment for job in batch.jobs.order_by("number")[:before]
    )
    assert Job.objects.filter(pk__in=[job.pk for job in new]).count() > 2


def test_added_items_go_another_way_when_that_is_said(create, add, both, dataset):
    batch = create(people=both)
    ItemFactory.create_batch(8, dataset=dataset)
    add(
        batch,
        people=both,
        spread="percent",
        weights={str(both[0]): 25, str(both[1]): 75},
        jobs_a_person=2,
    )
    assert have(batch) == {"Ana": 8, "Ben": 12}
    assert batch.jobs.count() == 6


def test_added_items_count_the_batch_s_limit_with_what_people_have(create, add, both, dataset):
    batch = create(people=both, items_a_person=8)
    ItemFactory.create_batch(8, dataset=dataset)
    add(batch)
    assert have(batch) == {"Ana": 8, "Ben": 8, "pool": 4}


def test_the_jobs_a_person_of_a_saved_batch_are_kept(create, act, manager, both):
    batch = create(people=both, jobs_a_person=3, launch="false")
    assert batch.jobs_a_person == 3


def test_the_preview_says_limits_working_time_and_what_is_left(
    client_for, manager, dataset, both, annotator
):
    annotator.paces.create(
        project=dataset.project, usual_seconds=60, last_done_at=dataset.created_at
    )
    form = {"name": "Fruit", "people": both, "items_a_person": 5}
    url = reverse("jobs:batch-preview", args=[dataset.pk])
    page = client_for(manager).post(url, form).content.decode()
    assert "Limits leave 2 items in the pool." in page
    assert "5 min" in page
    assert "~ 5 min" in page  # Ben's, told from Ana's


def test_the_page_of_added_items_shows_a_preview_and_adds(
    client_for, manager, create, both, dataset, django_capture_on_commit_callbacks
):
    batch = create(people=both)
    ItemFactory.create_batch(4, dataset=dataset)
    client = client_for(manager)
    page = client.get(reverse("jobs:add-items", args=[batch.pk])).content.decode()
    assert reverse("jobs:add-items-preview", args=[batch.pk]) in page
    form = {"people": both, "spread": "equal"}
    shown = client.post(reverse("jobs:add-items-preview", args=[batch.pk]), form)
    assert "4 items" in shown.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("jobs:add-items", args=[batch.pk]), form)
    assert answer.status_code == 302
    assert have(batch) == {"Ana": 8, "Ben": 8}


def test_the_page_of_added_items_says_when_there_are_none(client_for, manager, create, both):
    batch = create(people=both)
    answer = client_for(manager).post(reverse("jobs:add-items", args=[batch.pk]), {})
    assert answer.status_code == 409
    assert "in the batch already" in answer.content.decode()


def test_rest_launches_by_weights(
    api_for, manager, dataset, both, django_capture_on_commit_callbacks
):
    sent = {
        "name": "Fruit",
        "people": both,
        "spread": "weights",
        "weights": {str(both[0]): 5, str(both[1]): 1},
        "dataset": dataset.pk,
    }
    with django_capture_on_commit_callbacks(execute=True):
        answer = api_for(manager).post("/api/batches/", sent, format="json")
    assert answer.status_code == 201
    assert (answer.json()["spread"], answer.json()["jobs_a_person"]) == ("weights", 1)
    assert have(Batch.objects.get()) == {"Ana": 10, "Ben": 2}


def test_moving_a_batch_in_the_queue_can_be_taken_back(client_for, manager, team, create):
    first, second = create(), create()
    client = client_for(manager)
    move = reverse("jobs:queue-move", args=[second.pk])
    client.post(move, {"before": first.pk})
    first.refresh_from_db()
    second.refresh_from_db()
    assert second.rank < first.rank
    shown = client.get(reverse("jobs:queue", args=[team.pk])).content.decode()
    undo = f"{move}?priority=3"
    assert undo in shown
    client.post(undo)
    second.refresh_from_db()
    assert second.rank > first.rank


def test_a_move_to_another_priority_is_taken_back_to_its_neighbour(
    client_for, act, manager, team, create
):
    first, second = create(), create()
    change = act(manager, first, "move-in-queue", priority=5)
    assert change.note["back"] == {"before": second.pk}
    act(manager, first, "move-in-queue", **change.note["back"])
    first.refresh_from_db()
    assert (first.priority, first.rank < second.rank) == (3, True)


def test_verbs_on_skills_leave_lines_that_people_read(act, manager, team, annotator, client_for):
    skill = act(manager, team, "create-skill", name="X-ray").outcome
    act(manager, skill, "set-level", person=annotator.pk, level=40)
    act(manager, skill, "edit", name="Roentgen")
    act(manager, skill, "delete")
    page = client_for(manager).get(reverse("jobs:skills", args=[team.pk])).content.decode()
    for line in (
        "Max made the skill “X-ray”",
        "Max set the level of Ana in “X-ray” to 40",
        "Max renamed the skill “X-ray” to “Roentgen”",
        "Max deleted the skill “Roentgen”",
    ):
        assert line in page
    assert Event.objects.filter(team=team, data__skill="X-ray").count() == 2
