"""What a manager does outside of the usual order: statuses, names, the end of a job."""

import json

import pytest
from bs4 import BeautifulSoup

from labeling.core.errors import Conflict, Forbidden, Invalid
from labeling.jobs.models import Annotation, Event, Job, JobItem
from labeling.jobs.states import BatchStatus, Status
from tests.factories import LabelClassFactory


@pytest.mark.parametrize("status", Status.values)
def test_a_job_gets_any_status_from_any_other(act, manager, job, status):
    for before in Status.values:
        act(manager, job, "set-status", status=before)
        changed = act(manager, job, "set-status", status=status).obj
        assert changed.status == status


def test_a_stopped_job_stays_where_it_was(act, manager, annotator, submitted):
    act(manager, submitted, "set-status", status="stopped")
    submitted.refresh_from_db()
    assert (submitted.stage, submitted.state) == ("annotation", "completed")
    act(manager, submitted, "resume")
    submitted.refresh_from_db()
    assert submitted.status == "on_review"


def test_accepted_labels_of_a_job_that_becomes_completed_are_published(
    act, manager, reviewer, submitted
):
    place = submitted.job_items.first()
    lemon = LabelClassFactory.create(project=submitted.project, name="lemon")
    submitted.batch.classes.add(lemon)
    box = {"id": "box-1", "class": lemon.pk, "shape": "rectangle", "points": [[1, 1], [9, 9]]}
    document = {"objects": [{**box, "tags": [], "source": "person"}], "tags": []}
    Annotation.objects.filter(job_item=place).update(document=document, object_count=1)
    act(reviewer, submitted, "start-review")
    act(reviewer, place, "accept-item")
    act(manager, submitted, "set-status", status="completed")
    place.item.refresh_from_db()
    assert place.item.labeled_at is not None
    submitted.batch.refresh_from_db()
    assert submitted.batch.status == BatchStatus.COMPLETED


def test_the_history_says_from_which_status_to_which(act, manager, job):
    act(manager, job, "set-status", status="completed")
    line = Event.objects.get(job=job, verb="set-status")
    assert line.data["status"] == ["pending", "completed"]


def test_nothing_goes_on_in_a_canceled_batch(act, manager, job):
    act(manager, job.batch, "cancel")
    with pytest.raises(Conflict):
        act(manager, job, "set-status", status="pending")


def test_only_managers_give_statuses_and_names(act, annotator, reviewer, job):
    for person in (annotator, reviewer):
        for verb, data in (("set-status", {"status": "completed"}), ("edit", {"name": "x"})):
            with pytest.raises(Forbidden):
                act(person, job, verb, **data)


def test_a_job_gets_another_name_and_keeps_what_scripts_say(act, manager, job):
    act(manager, job, "edit", custom_data={"order": 17})
    act(manager, job, "edit", name="lemons of Monday")
    job.refresh_from_db()
    assert (job.name, job.custom_data) == ("lemons of Monday", {"order": 17})


@pytest.mark.parametrize("data", [{}, {"order": 17, "of": ["a", None, True]}])
def test_the_form_of_the_page_sends_back_what_it_shows(client, act, manager, job, data):
    act(manager, job, "edit", custom_data=data)
    client.force_login(manager)
    page = BeautifulSoup(client.get(f"/jobs/{job.pk}/edit/").content, "html.parser")
    [field] = page.find_all("textarea", {"name": "custom_data"})
    shown = field.text.strip()
    assert json.loads(shown) == data
    answer = client.post(f"/jobs/{job.pk}/edit/", {"name": "other", "custom_data": shown})
    assert answer.status_code == 302
    job.refresh_from_db()
    assert (job.name, job.custom_data) == ("other", data)


def test_rest_changes_one_of_them(api_for, manager, job):
    script = api_for(manager)
    script.post(f"/api/jobs/{job.pk}/edit/", {"custom_data": {"a": [1]}})
    script.post(f"/api/jobs/{job.pk}/edit/", {"name": "other"})
    job.refresh_from_db()
    assert (job.name, job.custom_data) == ("other", {"a": [1]})


@pytest.mark.parametrize("data", ["[1]", "{", '{"a": NaN}', '{"a": "\\u0000"}', '"text"'])
def test_data_of_scripts_is_a_json_object(act, manager, job, data):
    with pytest.raises(Invalid):
        act(manager, job, "edit", custom_data=data)


def test_an_archived_job_is_deleted_with_what_hangs_on_it(act, manager, annotator, job, batch):
    act(annotator, job, "comment", text="blurred")
    with pytest.raises(Conflict):
        act(manager, job, "delete")
    act(manager, job, "stop")
    act(manager, job, "archive")
    act(manager, job, "delete")
    assert not Job.objects.exists()
    assert not JobItem.objects.exists()
    batch.refresh_from_db()
    assert batch.status == BatchStatus.CANCELED
    assert Event.objects.get(verb="delete").batch == batch


def test_a_page_leads_from_a_deleted_job_to_its_batch(client, act, manager, job):
    act(manager, job, "stop")
    act(manager, job, "archive")
    client.force_login(manager)
    answer = client.post(f"/jobs/{job.pk}/delete/", {"next": f"/jobs/{job.pk}/"})
    assert answer["Location"] == f"/batches/{job.batch_id}/"


def test_rest_answers_a_delete_with_the_job_that_was(api_for, act, manager, job):
    act(manager, job, "stop")
    act(manager, job, "archive")
    answer = api_for(manager).post(f"/api/jobs/{job.pk}/delete/")
    assert answer.status_code == 200
    assert answer.json()["name"] == job.name
