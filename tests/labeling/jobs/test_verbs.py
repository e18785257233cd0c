"""Verbs by the pages' addresses: a form, the deed, the toast with its undo, and refusals."""

import json

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from labeling.jobs.models import Job
from tests.factories import CommentFactory, JobFactory

HTMX = {"HX-Request": "true"}


def verb_url(job, verb: str) -> str:
    return reverse("jobs:job-verb", args=[job.pk, verb])


def toasts(response) -> list[tuple[str, str]]:
    """What the next page says, with where the undo leads."""
    return [(str(each), each.extra_tags) for each in get_messages(response.wsgi_request)]


def test_a_verb_is_done_said_and_can_be_taken_back(client_for, manager, job):
    client = client_for(manager)
    response = client.post(verb_url(job, "stop"))
    assert response.url == job.get_absolute_url()
    ((text, undo),) = toasts(response)
    assert text == f"“{job.name}” is stopped."
    assert undo == verb_url(job, "resume")
    client.post(undo)
    job.refresh_from_db()
    assert job.stopped_at is None


def test_the_way_back_is_where_one_came_from_and_never_another_site(client_for, manager, job):
    client = client_for(manager)
    back = reverse("jobs:job-list", args=[job.team_id])
    assert client.post(verb_url(job, "stop"), {"next": back}).url == back
    evil = client.post(verb_url(job, "resume"), {"next": "https://evil.example/"})
    assert evil.url == job.get_absolute_url()


def test_htmx_is_sent_on_instead_of_swapping_the_next_page_in(client_for, manager, job):
    response = client_for(manager).post(verb_url(job, "stop"), headers=HTMX)
    assert response["HX-Redirect"] == job.get_absolute_url()


def test_starting_leads_to_the_pictures(client_for, annotator, job):
    response = client_for(annotator).post(verb_url(job, "start"))
    assert response.url == reverse("jobs:label", args=[job.pk])


def test_beginning_a_review_leads_to_the_review(client_for, reviewer, submitted):
    response = client_for(reviewer).post(verb_url(submitted, "start-review"))
    assert response.url == reverse("jobs:review", args=[submitted.pk])


def test_what_makes_a_job_leads_to_it(client_for, manager, job):
    response = client_for(manager).post(verb_url(job, "clone"))
    made = Job.objects.get(parent=job)
    assert response.url == made.get_absolute_url()


def test_a_verb_with_input_shows_its_form_as_page_and_as_dialog(client_for, manager, job):
    client, url = client_for(manager), verb_url(job, "assign")
    page = client.get(url)
    assert "<html" in page.content.decode()
    assert "Ana" in page.content.decode()
    dialog = client.get(url, headers=HTMX).content.decode()
    assert "<html" not in dialog
    assert f'action="{url}"' in dialog
    assert f'<option value="{job.annotator_id}" selected>Ana</option>' in dialog


def test_input_that_does_not_fit_comes_back_with_what_is_wrong(client_for, manager, job, viewer):
    client, url = client_for(manager), verb_url(job, "assign")
    assert client.post(url, {"annotator": viewer.pk}).status_code == 400
    again = client.post(url, {"annotator": viewer.pk}, headers=HTMX)
    assert again.status_code == 422
    assert "Select a valid choice" in again.content.decode()


def test_a_reviewer_is_not_assigned_own_work_and_the_form_says_so(
    client_for, act, manager, reviewer, job
):
    act(manager, job, "set-reviewer", reviewer=reviewer.pk)
    answer = client_for(manager).post(
        verb_url(job, "assign"), {"annotator": reviewer.pk}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "may not review own work" in answer.content.decode()


def test_what_is_not_possible_now_is_a_409_that_says_the_state(client_for, manager, job):
    client = client_for(manager)
    response = client.post(verb_url(job, "resume"))
    assert response.status_code == 409
    assert "it is pending" in response.content.decode()
    by_htmx = client.post(verb_url(job, "resume"), headers=HTMX)
    assert by_htmx.status_code == 409
    (toast,) = json.loads(by_htmx["HX-Trigger"])["toast"]
    assert toast["level"] == "error"


@pytest.mark.parametrize("method", ["get", "post"])
def test_what_a_role_does_not_allow_is_a_403(client_for, viewer, job, method):
    response = getattr(client_for(viewer), method)(verb_url(job, "assign"))
    assert response.status_code == 403


@pytest.mark.parametrize(
    "address",
    [
        lambda job: verb_url(job, "stop"),
        lambda job: reverse("jobs:item-verb", args=[job.job_items.first().pk, "confirm-item"]),
        lambda job: reverse("jobs:batch-verb", args=[job.batch_id, "stop"]),
        lambda job: reverse("jobs:comment-verb", args=[job.comments.first().pk, "resolve"]),
    ],
)
def test_to_an_outsider_nothing_is_there(client_for, outsider, manager, job, address):
    CommentFactory.create(job=job)
    assert client_for(outsider).post(address(job)).status_code == 404
    assert client_for(outsider).get(address(job)).status_code == 404


def test_an_unknown_verb_or_key_is_a_404(client_for, manager, job):
    client = client_for(manager)
    assert client.post(verb_url(job, "explode")).status_code == 404
    assert client.post(f"/jobs/{10**30}/stop/").status_code == 404


def test_side_effects_happen_only_by_post(client_for, manager, job):
    assert client_for(manager).get(verb_url(job, "stop")).status_code == 200
    job.refresh_from_db()
    assert job.stopped_at is None


def test_items_are_confirmed_and_decided_by_address(client_for, annotator, reviewer, job, act):
    first, *_rest = job.job_items.all()
    url = reverse("jobs:item-verb", args=[first.pk, "confirm-item"])
    assert client_for(annotator).post(url).url == job.get_absolute_url()
    first.refresh_from_db()
    assert first.state == "done"


def test_a_comment_is_added_resolved_and_opened_again(client_for, reviewer, job):
    client = client_for(reviewer)
    client.post(verb_url(job, "comment"), {"text": "Is this a kiwi?"})
    (comment,) = job.comments.all()
    url = reverse("jobs:comment-verb", args=[comment.pk, "resolve"])
    response = client.post(url)
    assert response.url == reverse("jobs:comments", args=[job.pk])
    comment.refresh_from_db()
    assert comment.resolved_by == reviewer
    (*_earlier, (_text, undo)) = toasts(response)
    client.post(undo)
    comment.refresh_from_db()
    assert comment.resolved_at is None


def test_a_batch_stops_with_all_its_jobs(client_for, manager, batch, job):
    JobFactory.create(batch=batch)
    client_for(manager).post(reverse("jobs:batch-verb", args=[batch.pk, "stop"]))
    assert set(batch.jobs.values_list("status", flat=True)) == {"stopped"}
