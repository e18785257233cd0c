"""What was labeled in a job, how it grew, and how long it took."""

from datetime import UTC, datetime, timedelta

import pytest

from labeling.jobs.models import Annotation, JobItem
from labeling.jobs.statistics import growth, job_statistics, time_spent, working_time
from tests.factories import LabelClassFactory, TagDefinitionFactory

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def schema(batch):
    """Lemon and kiwi, and how large; all in the batch."""
    lemon, kiwi = (
        LabelClassFactory.create(project=batch.project, name=name) for name in ("lemon", "kiwi")
    )
    size = TagDefinitionFactory.create(project=batch.project, name="size", value_type="string")
    batch.classes.set([lemon, kiwi])
    batch.tags.set([size])
    return lemon, kiwi, size


def box(label_class, key: str, **more) -> dict:
    """A rectangle of that class."""
    shape = {"id": key, "shape": "rectangle", "points": [[1, 1], [5, 4]]}
    return {**shape, "class": label_class.pk, **more}


@pytest.fixture
def drawn(job, schema, annotator, act):
    """Two lemons, one of them large, on the first item; the second is large as a whole."""
    lemon, _kiwi, size = schema
    large = {"tag": size.pk, "value": "large"}
    documents = [
        {"objects": [box(lemon, "a", tags=[large]), box(lemon, "b")], "tags": []},
        {"objects": [], "tags": [large]},
    ]
    for row, document in zip(job.job_items.all(), documents, strict=False):
        act(annotator, row, "save-annotation", version=0, document=document)
    job.refresh_from_db()
    return job


def test_objects_are_counted_by_class_and_tags_by_value(drawn):
    counted = job_statistics(drawn)
    assert (counted.items, counted.objects, counted.empty) == (3, 2, 1)
    lemon, kiwi = counted.classes
    assert (lemon.name, lemon.objects, lemon.items) == ("lemon", 2, 1)
    assert (kiwi.objects, kiwi.items) == (0, 0)
    (size,) = counted.tags
    assert (size.images, size.objects, size.values) == (1, 1, [("large", 2)])


def test_they_are_counted_anew_when_something_was_saved(drawn, act, annotator, schema):
    assert job_statistics(drawn).objects == 2
    lemon, *_rest = schema
    row = drawn.job_items.last()
    act(annotator, row, "save-annotation", version=0, document={"objects": [box(lemon, "c")]})
    drawn.refresh_from_db()
    assert job_statistics(drawn).objects == 3


def test_a_class_that_is_not_offered_is_counted_where_it_was_drawn(drawn, batch, schema):
    _lemon, kiwi, _size = schema
    batch.classes.set([kiwi])
    drawn.updated_at += timedelta(seconds=1)
    assert [each.name for each in job_statistics(drawn).classes] == ["lemon", "kiwi"]
    Annotation.objects.update(document={"objects": [], "tags": []})
    drawn.updated_at += timedelta(seconds=1)
    assert [each.name for each in job_statistics(drawn).classes] == ["kiwi"]


def test_breaks_are_no_working_time():
    seconds = [0, 60, 90, 4000, 4030]
    moments = [NOON + timedelta(seconds=second) for second in seconds]
    assert working_time(moments) == timedelta(seconds=120)


def test_one_confirmation_tells_no_time(act, annotator, job):
    act(annotator, job.job_items.first(), "confirm-item")
    assert time_spent(job) is None


def test_a_job_grows_by_the_minute_and_a_long_one_by_the_hour(labeled):
    rows = list(labeled.job_items.all())

    def done_after(*minutes: int) -> list[int]:
        for row, minute in zip(rows, minutes, strict=True):
            JobItem.objects.filter(pk=row.pk).update(done_at=NOON + timedelta(minutes=minute))
        return [count for _moment, count in growth(labeled)]

    assert done_after(0, 1, 2) == [1, 2, 3]
    assert done_after(0, 1, 60 * 9) == [2, 3]


def test_rejected_items_are_not_done(act, reviewer, reviewed):
    act(reviewer, reviewed.job_items.first(), "reject-item", reason="Too loose.")
    assert growth(reviewed)[-1][1] == 2


def test_nothing_done_has_no_growth(job):
    assert growth(job) == []
