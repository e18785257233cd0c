"""Remarks on jobs, on their items and on points of them."""

import pytest

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Comment
from tests.factories import JobItemFactory


def test_everybody_but_viewers_comments(act, job, annotator, viewer):
    act(annotator, job, "comment", text="The leaf too?")
    with pytest.raises(Forbidden):
        act(viewer, job, "comment", text="Nice.")
    assert Comment.objects.get().author == annotator


def test_a_comment_is_pinned_to_an_item_and_a_point_of_it(act, job, reviewer):
    item = job.job_items.first()
    comment = act(reviewer, job, "comment", text="Here.", job_item=item.pk, x=3.5, y=7).outcome
    assert (comment.job_item, comment.x, comment.y) == (item, 3.5, 7)


@pytest.mark.parametrize(
    "place", [{"x": 1}, {"y": 1}, {"x": 1, "y": 1}, {"x": -1, "y": 1}, {"x": "nan", "y": 1}]
)
def test_a_point_is_whole_and_on_an_item(act, job, reviewer, place):
    with pytest.raises(Invalid):
        act(reviewer, job, "comment", text="Where?", **place)


def test_items_of_other_jobs_are_no_place(act, job, reviewer):
    with pytest.raises(Invalid):
        act(reviewer, job, "comment", text="x", job_item=JobItemFactory.create().pk)


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001])
def test_an_empty_or_endless_text_is_refused(act, job, reviewer, text):
    with pytest.raises(Invalid):
        act(reviewer, job, "comment", text=text)


def test_a_comment_is_resolved_once_and_opened_again(act, job, annotator, reviewer, viewer):
    comment = act(reviewer, job, "comment", text="Redo.").outcome
    with pytest.raises(Forbidden):
        act(viewer, comment, "resolve")
    assert act(annotator, comment, "resolve").obj.resolved_by == annotator
    with pytest.raises(Conflict, match="resolved"):
        act(reviewer, comment, "resolve")
    assert act(reviewer, comment, "unresolve").obj.resolved_by is None
    with pytest.raises(Conflict):
        act(reviewer, comment, "unresolve")
