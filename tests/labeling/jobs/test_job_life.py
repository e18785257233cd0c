"""A job from launch to result, as the people of the team live it."""

import pytest

from accounts.models import Team
from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch, Event, Job, JobItem
from labeling.jobs.states import BatchStatus, ItemState, Stage, State, Status
from labeling.projects.models import Dataset, ItemLabels
from tests.factories import DatasetFactory, LabelClassFactory, TagDefinitionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(team, manager):
    """Six pictures, one class and one tag."""
    made = DatasetFactory.create(team=team, project__team=team, size=6)
    LabelClassFactory.create(project=made.project, name="lemon", shape="rectangle")
    TagDefinitionFactory.create(project=made.project, name="blurred")
    return made


@pytest.fixture
def act(actor_for):
    """Performs a verb as a person: act(user, obj, "verb", **data)."""

    def performed(user, obj, verb, **data):
        return perform(actions[type(obj), verb], obj, actor_for(user), data)

    return performed


@pytest.fixture
def launch(act, manager, dataset, django_capture_on_commit_callbacks):
    """Launches a batch over the dataset and returns it, loaded."""

    def launched(**data) -> Batch:
        with django_capture_on_commit_callbacks(execute=True):
            change = act(manager, dataset, "create-batch", **{"name": "Lemons", **data})
        return Batch.objects.get(pk=change.outcome.pk)

    return launched


def box(label_class: int, key: str = "a") -> dict:
    """A document with one rectangle."""
    shape = {"id": key, "class": label_class, "shape": "rectangle", "points": [[1, 1], [5, 4]]}
    return {"objects": [shape], "tags": []}


def label_all(act, user, job) -> None:
    """Draw a box on every item of a job and confirm it."""
    label_class = job.batch.classes.get().pk
    for row in job.job_items.all():
        act(user, row, "save-annotation", version=0, document=box(label_class, f"o{row.pk}"))
        act(user, row, "confirm-item")


def test_a_job_goes_from_launch_to_published_labels(
    act, launch, dataset, annotator, reviewer
) -> None:
    batch = launch(people=[annotator.pk])
    assert batch.status == BatchStatus.PROCESSING
    job = batch.jobs.get()
    assert (job.status, job.items, job.archived_at) == (Status.PENDING, 6, None)

    act(annotator, job, "start")
    label_all(act, annotator, job)
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    job.refresh_from_db()
    assert (job.stage, job.status, job.reviewer) == (Stage.VALIDATION, Status.ON_REVIEW, reviewer)

    first, *rest = job.job_items.all()
    act(reviewer, first, "reject-item", reason="The box is too small.")
    for row in rest:
        act(reviewer, row, "accept-item")
    act(reviewer, job, "send-back")
    job.refresh_from_db()
    assert (job.stage, job.state, job.annotator) == (Stage.ANNOTATION, State.REJECTED, annotator)
    assert (job.done, job.accepted, job.rejected) == (5, 5, 1)

    with pytest.raises(Conflict, match="not possible now: it is accepted"):
        act(annotator, rest[0], "confirm-item")
    act(annotator, first, "confirm-item")
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    act(reviewer, job, "complete", accept_rest=True)

    job.refresh_from_db()
    assert (job.status, job.accepted, job.rejected) == (Status.COMPLETED, 6, 0)
    assert ItemLabels.objects.filter(item__dataset=dataset).count() == 6
    assert not dataset.items.filter(object_count=0).exists()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.COMPLETED
    verbs = list(Event.objects.filter(job=job).order_by("pk").values_list("verb", flat=True))
    assert verbs[:2] == ["launch", "start"]
    assert verbs[-1] == "complete"


def test_without_review_a_submitted_job_is_completed_at_once(act, launch, annotator) -> None:
    job = launch(people=[annotator.pk], needs_review=False).jobs.get()
    label_all(act, annotator, job)
    act(annotator, job, "submit")
    job.refresh_from_db()
    assert job.status == Status.COMPLETED
    assert ItemLabels.objects.count() == 6


def test_items_that_are_not_done_are_submitted_only_on_purpose(act, launch, annotator) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    act(annotator, job, "start")
    with pytest.raises(Conflict, match="6 items are not done") as told:
        act(annotator, job, "submit")
    assert told.value.details["left"] == 6
    act(annotator, job, "submit", anyway=True)


def test_two_reviewers_decide_and_the_second_is_told(
    act, launch, annotator, reviewer, manager
) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    label_all(act, annotator, job)
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    row = job.job_items.first()
    seen = row.version
    act(reviewer, row, "accept-item", version=seen)
    with pytest.raises(Conflict, match="Kim accepted this item meanwhile"):
        act(manager, row, "reject-item", version=seen, reason="No.")
    with pytest.raises(Conflict, match="Kim accepted"):
        act(manager, row, "reject-item", reason="No.")
    row.refresh_from_db()
    act(manager, row, "reject-item", version=row.version, reason="Seen, and still no.")
    job.refresh_from_db()
    assert (job.accepted, job.rejected) == (0, 1)


def test_nobody_reviews_own_work(act, launch, manager, annotator) -> None:
    job = launch(people=[manager.pk]).jobs.get()
    label_all(act, manager, job)
    act(manager, job, "submit")
    with pytest.raises(Forbidden, match="somebody else has to review it"):
        act(manager, job, "start-review")


def test_a_save_on_an_old_version_tells_what_is_stored(act, launch, annotator) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    row, label_class = job.job_items.first(), job.batch.classes.get().pk
    act(annotator, row, "save-annotation", version=0, document=box(label_class, "mine"))
    with pytest.raises(Conflict) as told:
        act(annotator, row, "save-annotation", version=0, document=box(label_class, "late"))
    assert told.value.details["version"] == 1
    assert told.value.details["document"]["objects"][0]["id"] == "mine"
    assert told.value.details["updated_by"] == "Ana"


def test_labels_outside_the_picture_or_the_schema_are_refused_by_path(
    act, launch, annotator
) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    row, label_class = job.job_items.first(), job.batch.classes.get().pk
    bad = box(label_class)
    bad["objects"][0]["points"] = [[1, 1], [10**40, 4]]
    with pytest.raises(Invalid) as told:
        act(annotator, row, "save-annotation", version=0, document=bad)
    assert str(next(iter(told.value.as_dict()["errors"]))["path"]).startswith("objects[0]")


def test_the_objects_limit_holds_on_the_server(act, launch, annotator) -> None:
    job = launch(people=[annotator.pk], objects_limit=1).jobs.get()
    row, label_class = job.job_items.first(), job.batch.classes.get().pk
    two = {"objects": [box(label_class, key)["objects"][0] for key in "ab"], "tags": []}
    with pytest.raises(Invalid):
        act(annotator, row, "save-annotation", version=0, document=two)


def test_take_next_goes_by_priority_and_then_by_age(act, team, launch, annotator) -> None:
    launch(name="usual", split="segments", segment_size=3)
    launch(name="urgent", split="segments", segment_size=6, priority=5)
    names = []
    for _time in range(3):
        job = act(annotator, team, "take-next").outcome
        assert act(annotator, team, "take-next").outcome == job, "one's own unfinished job first"
        label_all(act, annotator, job)
        act(annotator, job, "submit")
        names.append(job.name)
    assert names == ["urgent", "usual 1/2", "usual 2/2"]
    with pytest.raises(Conflict, match="no open job"):
        act(annotator, team, "take-next")


def test_restarting_makes_one_job_of_the_rejected_items(act, launch, annotator, reviewer) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    label_all(act, annotator, job)
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    for row in job.job_items.all()[:2]:
        act(reviewer, row, "reject-item", reason="Again, please.")
    act(reviewer, job, "complete", accept_rest=True)
    again = act(reviewer, job, "restart").outcome
    assert (again.items, again.annotator, again.parent) == (2, annotator, job)
    assert [row.reason for row in again.job_items.all()] == ["Again, please."] * 2
    assert again.job_items.first().annotation.object_count == 1
    with pytest.raises(Conflict, match="restarted already"):
        act(reviewer, job, "restart")


def test_a_stopped_batch_hides_its_jobs_and_a_resumed_one_shows_them(
    act, launch, manager, annotator
) -> None:
    batch = launch(people=[annotator.pk])
    act(manager, batch, "stop")
    job = batch.jobs.get()
    assert job.status == Status.STOPPED
    with pytest.raises(Conflict, match="stopped"):
        act(annotator, job, "start")
    act(manager, batch, "resume")
    assert act(annotator, job, "start").obj.status == Status.IN_PROGRESS


def test_an_archived_batch_comes_back_as_it_was(act, launch, manager, annotator) -> None:
    batch = launch(people=[annotator.pk])
    act(manager, batch, "stop")
    act(manager, batch, "archive")
    assert not Job.objects.filter(archived_at=None).exists()
    act(manager, batch, "unarchive")
    batch.refresh_from_db()
    assert batch.status == BatchStatus.STOPPED


def test_a_completed_job_reopens_for_review(act, launch, annotator, reviewer) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    label_all(act, annotator, job)
    act(annotator, job, "submit")
    act(reviewer, job, "start-review")
    act(reviewer, job, "complete", accept_rest=True)
    with pytest.raises(Forbidden):
        act(annotator, job, "reopen")
    reopened = act(reviewer, job, "reopen").obj
    assert (reopened.stage, reopened.status) == (Stage.VALIDATION, Status.ON_REVIEW)
    assert Batch.objects.get().status == BatchStatus.PROCESSING


def test_a_skip_needs_a_reason_and_counts_as_done(act, launch, annotator) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    row = job.job_items.first()
    with pytest.raises(Invalid):
        act(annotator, row, "skip-item")
    act(annotator, row, "skip-item", reason="No fruit on it.")
    row.refresh_from_db()
    assert (row.state, row.skip_reason) == (ItemState.DONE, "No fruit on it.")


def test_a_released_job_returns_to_the_pool_with_what_is_done(
    act, team, launch, annotator, annotator2
) -> None:
    launch(split="segments", segment_size=6)
    job = act(annotator, team, "take-next").outcome
    act(annotator, job.job_items.first(), "confirm-item")
    act(annotator, job, "release")
    taken = act(annotator2, team, "take-next").outcome
    assert (taken.pk, taken.done, taken.annotator) == (job.pk, 1, annotator2)


def test_a_viewer_changes_nothing(act, launch, viewer, annotator) -> None:
    job = launch(people=[annotator.pk]).jobs.get()
    for verb in ("stop", "comment", "start-review", "assign", "clone"):
        with pytest.raises(Forbidden):
            act(viewer, job, verb, text="x")
    with pytest.raises(Forbidden):
        act(viewer, JobItem.objects.first(), "confirm-item")
    with pytest.raises(Forbidden):
        act(viewer, Team.objects.get(pk=job.team_id), "take-next")
    with pytest.raises(Forbidden):
        act(viewer, Dataset.objects.get(pk=job.dataset_id), "create-batch", name="x")
