"""Making batches: the form, its defaults and refusals, the preview, and the pages."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Job
from labeling.jobs.states import BatchStatus, Status
from labeling.projects.labels import store_labels
from labeling.projects.models import Dataset
from tests.factories import DatasetFactory, LabelClassFactory, TagDefinitionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(team, manager) -> Dataset:
    """Six pictures, two classes and one image tag."""
    made = DatasetFactory.create(team=team, project__team=team, size=6)
    for name in ("lemon", "kiwi"):
        LabelClassFactory.create(project=made.project, name=name)
    TagDefinitionFactory.create(project=made.project, name="blurred", applies_to="both")
    return made


@pytest.fixture
def create(actor_for, manager, dataset, django_capture_on_commit_callbacks):
    """Makes a batch as the manager, and lets its launch run."""

    def made(**data) -> Batch:
        action = actions[Dataset, "create-batch"]
        with django_capture_on_commit_callbacks(execute=True):
            change = perform(action, dataset, actor_for(manager), {"name": "Fruit", **data})
        return Batch.objects.get(pk=change.outcome.pk)

    return made


def test_what_is_not_said_has_sensible_defaults(create, dataset) -> None:
    batch = create()
    assert (batch.needs_review, batch.allow_own_review, batch.priority) == (True, False, 3)
    assert {each.name for each in batch.classes.all()} == {"lemon", "kiwi"}
    assert [each.name for each in batch.tags.all()] == ["blurred"]
    (job,) = batch.jobs.all()
    assert (job.items, job.annotator, job.name) == (6, None, "Fruit")


def test_chosen_classes_and_limits_are_kept(create, dataset) -> None:
    lemon = dataset.project.classes.get(name="lemon")
    batch = create(classes=[lemon.pk], tags=[], objects_limit=10, tags_limit=20)
    assert list(batch.classes.all()) == [lemon]
    assert not batch.tags.exists()
    assert (batch.objects_limit, batch.tags_limit) == (10, 20)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"split": "segments"}, "segment_size"),
        ({"split": "each"}, "people"),
        ({"classes": [], "tags": []}, "classes"),
        ({"first": 5, "last": 2}, "last"),
        ({"first": 7}, "__all__"),
        ({"priority": 9}, "priority"),
        ({"name": ""}, "name"),
        ({"objects_limit": 0}, "objects_limit"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_field(create, data, field) -> None:
    with pytest.raises(Invalid) as told:
        create(**data)
    assert field in told.value.errors
    assert not Batch.objects.exists()


def test_a_reviewer_among_the_people_is_refused_unless_allowed(create, manager) -> None:
    people = {"people": [manager.pk], "reviewer": manager.pk}
    with pytest.raises(Invalid) as told:
        create(**people)
    assert "reviewer" in told.value.errors
    assert create(**people, allow_own_review=True).reviewer == manager


def test_people_who_may_not_label_cannot_be_chosen(create, viewer, outsider) -> None:
    for person in (viewer, outsider):
        with pytest.raises(Invalid):
            create(people=[person.pk])


def test_a_range_takes_positions_as_people_count(create, dataset) -> None:
    job = create(first=2, last=3).jobs.get()
    assert [row.item.position for row in job.job_items.all()] == [2, 3]


def test_items_are_chosen_by_tag(create, dataset) -> None:
    tag = dataset.project.tag_definitions.get()
    tagged = dataset.items.first()
    store_labels(tagged, {"objects": [], "tags": [{"tag": tag.pk, "value": None}]})
    assert create(with_tags=[tag.pk]).jobs.get().items == 1
    assert create(without_tags=[tag.pk]).jobs.get().items == 5


def test_archived_datasets_start_nothing(create, dataset, actor_for, manager) -> None:
    perform(actions[Dataset, "archive"], dataset, actor_for(manager))
    with pytest.raises(Conflict, match="archived"):
        create()


def test_jobs_start_from_the_labels_of_their_items(create, dataset) -> None:
    lemon = dataset.project.classes.get(name="lemon")
    shape: Any = {
        "id": "a",
        "class": lemon.pk,
        "shape": "rectangle",
        "points": [[1, 1], [5, 5]],
        "tags": [],
        "source": "import",
    }
    store_labels(dataset.items.first(), {"objects": [shape], "tags": []})
    annotation = create().jobs.get().job_items.first().annotation
    assert (annotation.version, annotation.object_count) == (0, 1)
    assert annotation.document["objects"] == [shape]


def test_editing_a_batch_moves_priority_and_due_date_of_open_jobs(
    create, actor_for, manager
) -> None:
    batch = create()
    data = {"name": "Fruit", "priority": 5, "due_at": "2030-01-02T10:00:00Z", "needs_review": True}
    perform(actions[Batch, "edit"], batch, actor_for(manager), data)
    job = Job.objects.get()
    assert job.priority == 5
    assert job.due_at == datetime(2030, 1, 2, 10, tzinfo=UTC)


def test_the_page_makes_a_batch_and_leads_to_it(
    client_for, manager, dataset, team, django_capture_on_commit_callbacks
) -> None:
    client = client_for(manager)
    url = reverse("jobs:batch-new", args=[team.pk])
    page = client.get(url, {"dataset": dataset.pk})
    assert b"lemon" in page.content
    sent = {"dataset": dataset.pk, "name": "From the page", "split": "segments", "segment_size": 4}
    ticked = {"needs_review": ["false", "on"], "classes": ["", *ids(dataset)]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(url, {**sent, **ticked})
    batch = Batch.objects.get()
    assert answer.headers["Location"] == batch.get_absolute_url()
    assert (batch.status, batch.jobs.count(), batch.needs_review) == (
        BatchStatus.PROCESSING,
        2,
        True,
    )
    assert "From the page" in client.get(batch.get_absolute_url()).content.decode()


def ids(dataset) -> list[int]:
    """The ids of the dataset's classes."""
    return [each.pk for each in dataset.project.classes.all()]


def test_an_unticked_review_is_no_review(client_for, manager, dataset, team) -> None:
    url = reverse("jobs:batch-new", args=[team.pk])
    client_for(manager).post(
        url, {"dataset": dataset.pk, "name": "x", "needs_review": "false", "split": "ordered"}
    )
    assert not Batch.objects.get().needs_review


def test_the_page_says_what_does_not_fit(client_for, manager, dataset, team) -> None:
    url = reverse("jobs:batch-new", args=[team.pk])
    answer = client_for(manager).post(url, {"dataset": dataset.pk, "name": "x", "split": "each"})
    assert answer.status_code == 422
    assert b"Choose the people" in answer.content


def test_the_preview_says_who_gets_how_much(
    client_for, manager, dataset, annotator, annotator2
) -> None:
    url = reverse("jobs:batch-preview", args=[dataset.pk])
    sent = {"name": "x", "split": "ordered", "people": ["", annotator.pk, annotator2.pk]}
    page = client_for(manager).post(url, {**sent, "instructions": "**tight**"}).content.decode()
    assert "6 items" in page
    assert "2 jobs" in page
    assert "Ana" in page
    assert "<strong>tight</strong>" in page
    assert not Batch.objects.exists()


def test_only_managers_and_owners_see_the_form(
    client_for, dataset, team, annotator, viewer
) -> None:
    url = reverse("jobs:batch-new", args=[team.pk])
    assert client_for(annotator).get(url).status_code == 403
    assert client_for(viewer).post(url, {"dataset": dataset.pk, "name": "x"}).status_code == 403


def test_an_outsider_sees_neither_batches_nor_datasets(
    client_for, create, outsider, team, dataset
) -> None:
    batch = create()
    client = client_for(outsider)
    for url in (
        reverse("jobs:batch-new", args=[team.pk]),
        reverse("jobs:batch", args=[batch.pk]),
        reverse("jobs:batch-progress", args=[batch.pk]),
        reverse("jobs:batch-list", args=[team.pk]),
        reverse("jobs:home", args=[team.pk]),
        reverse("jobs:my-work", args=[team.pk]),
    ):
        assert client.get(url).status_code == 404


def test_the_first_visit_leads_home_and_annotators_to_their_work(
    client_for, manager, annotator, team
) -> None:
    home = reverse("jobs:home", args=[team.pk])
    assert client_for(manager).get("/").headers["Location"] == home
    assert client_for(manager).get(home).status_code == 200
    work = reverse("jobs:my-work", args=[team.pk])
    assert client_for(annotator).get(home).headers["Location"] == work


def test_my_work_shows_what_was_sent_back_with_its_reason(
    client_for, create, act_as, annotator, reviewer, team
) -> None:
    job = create(people=[annotator.pk]).jobs.get()
    for row in job.job_items.all():
        act_as(annotator, row, "confirm-item")
    act_as(annotator, job, "submit")
    act_as(reviewer, job, "start-review")
    act_as(reviewer, job.job_items.first(), "reject-item", reason="The peel is missing.")
    act_as(reviewer, job, "send-back")
    page = client_for(annotator).get(reverse("jobs:my-work", args=[team.pk])).content.decode()
    assert "The peel is missing." in page
    assert "Fix 1 item" in page


@pytest.fixture
def act_as(actor_for):
    """Performs a verb as a person."""

    def performed(user, obj, verb, **data):
        return perform(actions[type(obj), verb], obj, actor_for(user), data)

    return performed


def test_taking_the_next_job_opens_it(client_for, create, annotator, team) -> None:
    create(split="segments", segment_size=6)
    answer = client_for(annotator).post(reverse("jobs:take-next", args=[team.pk]))
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:label", args=[job.pk])
    assert (job.annotator, job.status) == (annotator, Status.PENDING)
