"""What jobs and annotations store is what counting finds, or the command says so and mends it."""

import io

import pytest
from django.core.management import CommandError, call_command

from labeling.jobs.models import Annotation, Job


def recount(*options: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("recount", *options, stdout=said)
    return said.getvalue()


def test_after_honest_work_there_is_no_difference(act, reviewed, reviewer):
    first, second, _third = reviewed.job_items.all()
    act(reviewer, first, "accept-item")
    act(reviewer, second, "reject-item", reason="Too loose.")
    assert "No differences" in recount("--check")


def test_wrong_counters_are_named_and_mended(reviewed):
    Job.objects.filter(pk=reviewed.pk).update(items=9, done=7, accepted=2)
    with pytest.raises(CommandError):
        recount("--check")
    said = recount()
    assert f"job {reviewed.pk} done: stored 7, counted 3" in said
    reviewed.refresh_from_db()
    assert (reviewed.items, reviewed.done, reviewed.accepted, reviewed.rejected) == (3, 3, 0, 0)
    assert "No differences" in recount()


def test_counts_of_documents_are_mended_too(job):
    Annotation.objects.update(object_count=5)
    assert "object_count: stored 5, counted 0" in recount()
    assert set(Annotation.objects.values_list("object_count", flat=True)) == {0}
