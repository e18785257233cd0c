"""Batches that are saved and launched later, get more items, and are cloned."""

import pytest
from django.urls import reverse

from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import BatchStatus
from labeling.operations.models import Operation
from tests.factories import (
    DatasetFactory,
    ItemFactory,
    LabelClassFactory,
    ProjectFactory,
    TagDefinitionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(team, manager):
    """Six pictures of a project with one class and one tag."""
    made = DatasetFactory.create(project=ProjectFactory.create(team=team), size=6)
    LabelClassFactory.create(project=made.project, name="lemon")
    TagDefinitionFactory.create(project=made.project, name="blurred", applies_to="both")
    return made


@pytest.fixture
def run(actor_for, manager, django_capture_on_commit_callbacks):
    """Performs a verb as the manager, and lets what it starts run."""

    def performed(obj, verb, **data):
        with django_capture_on_commit_callbacks(execute=True):
            change = perform(actions[type(obj), verb], obj, actor_for(manager), data)
        for each in (change.obj, change.outcome):
            if each is not None:
                each.refresh_from_db()
        return change

    return performed


@pytest.fixture
def saved(run, dataset) -> Batch:
    """A batch of the first two items that nobody has launched."""
    return run(dataset, "create-batch", name="Fruit", first=1, last=2, launch=False).outcome


def held(batch: Batch) -> list[int]:
    """The positions of the items in its jobs."""
    rows = JobItem.objects.filter(job__batch=batch, job__archived_at=None)
    return sorted(rows.values_list("item__position", flat=True))


def test_a_batch_that_is_saved_is_new_and_has_no_jobs_until_it_is_launched(run, saved):
    assert (saved.status, saved.jobs.count(), saved.operation) == (BatchStatus.NEW, 0, None)
    launched = run(saved, "launch").obj
    assert (launched.status, held(launched)) == (BatchStatus.PROCESSING, [1, 2])
    with pytest.raises(Conflict):
        run(saved, "launch")


def test_the_form_saves_without_launching(client_for, manager, dataset, team):
    url = reverse("jobs:batch-new", args=[team.pk])
    sent = {"dataset": dataset.pk, "name": "Later", "launch": "false"}
    page = client_for(manager).post(url, sent, follow=True).content.decode()
    batch = Batch.objects.get()
    assert batch.status == BatchStatus.NEW
    assert reverse("jobs:batch-verb", args=[batch.pk, "launch"]) in page


def test_people_who_have_left_get_nothing_at_the_launch(run, dataset, annotator, annotator2):
    batch = run(
        dataset, "create-batch", name="x", launch=False, people=[annotator.pk, annotator2.pk]
    ).outcome
    annotator.memberships.update(deactivated_at=batch.created_at)
    run(batch, "launch")
    assert [job.annotator for job in batch.jobs.all()] == [annotator2]


def test_an_archived_dataset_launches_nothing_and_takes_no_items(run, saved, dataset):
    run(dataset, "archive")
    for verb in ("launch", "add-items"):
        with pytest.raises(Conflict, match="archived"):
            run(saved, verb)


def test_a_new_batch_takes_items_in_before_its_launch(run, saved):
    assert run(saved, "add-items", first=5).obj.status == BatchStatus.NEW
    run(saved, "launch")
    assert held(saved) == [1, 2, 5, 6]


def test_a_batch_that_runs_gets_the_new_items_as_new_jobs(run, dataset, annotator, annotator2):
    people = [annotator.pk, annotator2.pk]
    batch = run(dataset, "create-batch", name="Fruit", first=1, last=2, people=people).outcome
    change = run(batch, "add-items")
    assert (held(batch), change.note["items"]) == ([1, 2, 3, 4, 5, 6], 4)
    assert list(batch.jobs.order_by("number").values_list("number", "items")) == [
        (1, 1),
        (2, 1),
        (3, 2),
        (4, 2),
    ]
    assert set(batch.jobs.filter(number__gt=2).values_list("annotator", flat=True)) == set(people)
    with pytest.raises(Conflict, match="in the batch already"):
        run(batch, "add-items")


def test_a_completed_batch_goes_on_and_a_stopped_one_stays_stopped(run, saved, dataset):
    run(saved, "launch")
    Job.objects.update(stage="acceptance", state="completed")
    Batch.objects.update(status=BatchStatus.COMPLETED)
    assert run(saved, "add-items", last=4).obj.status == BatchStatus.PROCESSING
    run(saved, "stop")
    assert run(saved, "add-items").obj.status == BatchStatus.STOPPED
    assert run(saved, "resume").obj.status == BatchStatus.PROCESSING
    assert saved.jobs.filter(status="pending").count() == 2


def test_while_items_are_being_added_nobody_adds_them_once_more(act, run, saved, manager):
    run(saved, "launch")
    act(manager, saved, "add-items")
    with pytest.raises(Conflict, match="being added"):
        act(manager, saved, "add-items")
    assert Operation.objects.filter(kind="add-items").count() == 1


def test_what_is_called_off_meanwhile_takes_nothing_in(
    act, run, saved, manager, django_capture_on_commit_callbacks
):
    run(saved, "launch")
    with django_capture_on_commit_callbacks(execute=True):
        act(manager, saved, "add-items")
        act(manager, saved, "cancel")
    assert Operation.objects.get(kind="add-items").status == "failed"
    assert held(saved) == [1, 2]


def test_a_clone_has_the_settings_the_people_and_the_selection(run, dataset, annotator):
    batch = run(
        dataset, "create-batch", name="Fruit", first=2, people=[annotator.pk], priority=5,
        instructions="tight", objects_limit=7,
    ).outcome  # fmt: skip
    clone = run(batch, "clone").outcome
    assert (clone.status, clone.name, clone.jobs.count()) == (BatchStatus.NEW, "Fruit, again", 0)
    for name in ("priority", "instructions", "objects_limit", "selection", "split", "dataset"):
        assert getattr(clone, name) == getattr(batch, name)
    assert list(clone.people.all()) == [annotator]
    assert [each.name for each in clone.classes.all()] == ["lemon"]
    run(clone, "launch")
    assert held(clone) == [2, 3, 4, 5, 6]


def test_a_batch_of_an_archived_project_is_cloned_into_one_that_takes_work(run, saved, team):
    other = DatasetFactory.create(project=ProjectFactory.create(team=team), size=1)
    same = LabelClassFactory.create(project=other.project, name="lemon")
    run(saved.project, "archive")
    with pytest.raises(Invalid) as told:
        run(saved, "clone")
    assert "archived" in str(told.value.as_dict()["errors"]["dataset"])
    clone = run(saved, "clone", dataset=other.pk, name="Anew").outcome
    assert (clone.project, clone.dataset, clone.name) == (other.project, other, "Anew")
    assert list(clone.classes.all()) == [same]
    ItemFactory.create(dataset=other)
    run(clone, "launch")
    assert held(clone) == [1, 2]


def test_a_project_without_the_classes_and_a_dataset_of_another_team_are_refused(run, saved, team):
    for project in (ProjectFactory.create(team=team), ProjectFactory.create()):
        with pytest.raises(Invalid):
            run(saved, "clone", dataset=DatasetFactory.create(project=project).pk)


def test_a_clone_leads_to_its_page(client_for, manager, saved):
    url = reverse("jobs:batch-verb", args=[saved.pk, "clone"])
    answer = client_for(manager).post(url, {"name": "Twin"})
    assert answer.url == Batch.objects.get(name="Twin").get_absolute_url()
