"""Items of jobs by a script: their labels with versions, their states, what is said of them."""

import pytest

from labeling.jobs.models import Annotation, Comment, Event, JobItem
from tests.factories import JobFactory, LabelClassFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lemon(batch):
    """The class that the batch offers."""
    found = LabelClassFactory.create(project=batch.project, name="lemon")
    batch.classes.add(found)
    return found


@pytest.fixture
def item(job) -> JobItem:
    """The first item of Ana's job."""
    return job.job_items.first()


@pytest.fixture
def ana(api_for, annotator):
    """Ana's script."""
    return api_for(annotator)


def box(lemon, **more):
    shape = {"id": "a", "class": lemon.pk, "shape": "rectangle", "points": [[1, 1], [9, 9]]}
    return {"objects": [{**shape, **more}], "tags": []}


def test_labels_are_read_saved_and_read_again(ana, item, lemon, annotator):
    url = f"/api/job-items/{item.pk}/annotation/"
    empty: dict[str, list[object]] = {"objects": [], "tags": []}
    assert ana.get(url).json() == {
        "version": 0,
        "document": empty,
        "updated_by": None,
        "updated_at": None,
    }
    saved = ana.put(url, {"version": 0, "document": box(lemon)})
    assert saved.status_code == 200, saved.content
    assert (saved.json()["version"], saved.json()["updated_by"]) == (1, "Ana")
    assert ana.get(url).json() == saved.json()
    shown = ana.get(f"/api/job-items/{item.pk}/").json()
    assert (shown["object_count"], shown["state"]) == (1, "none")
    assert shown["job"]["status"] == "in_progress", "the first touch begins the job"


def test_a_save_on_an_old_version_gets_what_is_stored_and_changes_nothing(ana, item, lemon):
    url = f"/api/job-items/{item.pk}/annotation/"
    first = ana.put(url, {"version": 0, "document": box(lemon)}).json()
    late = ana.put(url, {"version": 0, "document": box(lemon, points=[[2, 2], [3, 3]])})
    assert late.status_code == 409
    told = late.json()
    assert told.pop("detail").startswith("These labels were saved elsewhere meanwhile.")
    assert told == first
    assert ana.get(url).json() == first


def test_every_problem_of_a_document_is_told_with_its_path(ana, item, lemon):
    url = f"/api/job-items/{item.pk}/annotation/"
    document = box(lemon, points=[[1, 1], [99, 9]])
    document["objects"].append({"id": "b", "class": 999, "shape": "circle", "points": []})
    answer = ana.put(url, {"version": 0, "document": document})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "These labels cannot be saved."
    assert {row["path"] for row in answer.json()["errors"]} == {
        "objects[0].points[1]",
        "objects[1].shape",
    }
    assert Annotation.objects.get(job_item=item).version == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": 0},
        {"document": {}},
        {"version": -1, "document": {}},
        {"version": "x", "document": {}},
        {"version": 0, "document": None},
        {"version": 0, "document": []},
        {"version": 0, "document": "lemon"},
        {"version": 0, "document": 5},
        {"version": 0, "document": {"objects": 5}},
        {"version": 0, "document": {"objects": [[]], "tags": {}}},
        {"version": 0, "document": {"shapes": []}},
        {"version": 0, "document": {}, "note": "x"},
    ],
)
def test_a_save_that_makes_no_sense_is_refused(ana, item, body):
    answer = ana.put(f"/api/job-items/{item.pk}/annotation/", body)
    if body == {"document": {}}:
        assert "version" in answer.json()["errors"]
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"]


def test_numbers_beyond_all_numbers_are_no_coordinates(ana, item, lemon):
    url = f"/api/job-items/{item.pk}/annotation/"
    for number in ("1e400", "-1e400", "9" * 4000, "NaN", '"9"', "true", "null"):
        document = f'{{"objects":[{{"id":"a","class":{lemon.pk},"shape":"rectangle",'
        document += f'"points":[[1,1],[{number},9]]}}],"tags":[]}}'
        raw = f'{{"version":0,"document":{document}}}'
        answer = ana.put(url, raw, content_type="application/json")
        assert answer.status_code == 400, f"{number}: {answer.content}"


def test_only_the_annotator_saves(api_for, item, lemon, annotator2, reviewer, manager, outsider):
    url = f"/api/job-items/{item.pk}/annotation/"
    body = {"version": 0, "document": box(lemon)}
    for person in (annotator2, reviewer, manager):
        assert api_for(person).get(url).status_code == 200
        assert api_for(person).put(url, body).status_code == 403
    assert api_for(outsider).get(url).status_code == 404
    assert api_for(outsider).put(url, body).status_code == 404
    assert Annotation.objects.get(job_item=item).version == 0


def test_submitted_work_is_not_saved_any_more(ana, submitted, lemon):
    item = submitted.job_items.first()
    answer = ana.put(
        f"/api/job-items/{item.pk}/annotation/", {"version": 0, "document": box(lemon)}
    )
    assert answer.status_code == 409
    assert answer.json()["state"] == "done, in a job in annotation completed"


def test_a_skip_needs_a_reason(ana, item):
    url = f"/api/job-items/{item.pk}/skip-item/"
    assert ana.post(url).json()["errors"] == {"reason": ["This field is required."]}
    shown = ana.post(url, {"reason": "blurred"}).json()
    assert (shown["state"], shown["skip_reason"], shown["done_by"]["login"]) == (
        "done",
        "blurred",
        "ana",
    )


def test_the_second_of_two_reviewers_is_told_who_decided(api_for, reviewed, reviewer, manager):
    item = reviewed.job_items.first()
    url, seen = f"/api/job-items/{item.pk}/", item.version
    kim, max_ = api_for(reviewer), api_for(manager)
    assert kim.post(f"{url}accept-item/", {"version": seen}).status_code == 200
    late = max_.post(f"{url}reject-item/", {"version": seen, "reason": "no"})
    assert late.status_code == 409
    assert late.json() == {
        "detail": "Kim accepted this item meanwhile. Look at it again.",
        "state": "accepted",
        "version": seen + 1,
        "reason": "",
    }
    assert max_.post(f"{url}reject-item/", {"version": seen + 1, "reason": "no"}).status_code == 200


def test_items_are_found_by_job_state_skip_and_comment(ana, api_for, manager, job, item):
    JobFactory.create(batch=job.batch, size=2)
    ana.post(f"/api/job-items/{item.pk}/skip-item/", {"reason": "blurred"})
    second = job.job_items.all()[1]
    ana.post("/api/comments/", {"job": job.pk, "job_item": second.pk, "text": "?"})
    rows = api_for(manager)
    for query, found in {
        f"job={job.pk}&state=done": [item],
        f"job={job.pk}&skipped=true": [item],
        "commented=true": [second],
        f"q={item.item.name}": [item],
    }.items():
        listed = rows.get(f"/api/job-items/?{query}").json()["results"]
        assert [row["id"] for row in listed] == [each.pk for each in found], query
    assert rows.get("/api/job-items/").json()["count"] == 5


def test_a_remark_stands_on_a_point_and_is_resolved(ana, api_for, reviewer, viewer, item, job):
    body = {"job": job.pk, "job_item": item.pk, "text": "A kiwi?", "x": 3.5, "y": 4}
    answer = ana.post("/api/comments/", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["author"]["login"], made["x"], made["y"]) == ("ana", 3.5, 4.0)
    kim = api_for(reviewer)
    settled = kim.post(f"/api/comments/{made['id']}/resolve/").json()
    assert settled["resolved_by"]["login"] == "kim"
    again = kim.post(f"/api/comments/{made['id']}/resolve/")
    assert (again.status_code, again.json()["state"]) == (409, "resolved")
    assert ana.get(f"/api/comments/?job={job.pk}&resolved=false").json()["results"] == []
    assert ana.get(f"/api/comments/?job_item={item.pk}&author=me").json()["count"] == 1
    assert api_for(viewer).post("/api/comments/", body).status_code == 403


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": None}, "text"),
        ({"x": 1}, "x"),
        ({"x": 1, "y": 1}, "job_item"),
        ({"job_item": 999}, "job_item"),
        ({"x": "left"}, "x"),
        ({"job": 999}, "job"),
        ({"job": None}, "job"),
        ({"author": 1}, "author"),
    ],
)
def test_a_remark_that_does_not_fit_is_told_by_field(ana, job, change, field):
    answer = ana.post("/api/comments/", {"job": job.pk, "text": "?", **change})
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Comment.objects.exists()


def test_another_team_s_job_gets_no_remark(api_for, outsider, job):
    answer = api_for(outsider).post("/api/comments/", {"job": job.pk, "text": "?"})
    assert answer.json()["errors"] == {"job": ["There is none of this id."]}


def test_history_says_who_did_what(ana, api_for, manager, job, item, annotator):
    ana.post(f"/api/jobs/{job.pk}/start/")
    ana.post(f"/api/job-items/{item.pk}/confirm-item/")
    api_for(manager).post(f"/api/jobs/{job.pk}/set-priority/", {"priority": 5})
    rows = ana.get(f"/api/events/?job={job.pk}").json()["results"]
    assert [(row["verb"], row["actor"]["login"]) for row in rows] == [
        ("set-priority", "max"),
        ("confirm-item", "ana"),
        ("start", "ana"),
    ]
    assert rows[0]["data"] == {"priority": [3, 5]}
    assert (rows[2]["from_state"], rows[2]["to_state"]) == (
        "annotation new",
        "annotation in_progress",
    )
    assert ana.get("/api/events/?verb=start&actor=me").json()["count"] == 1
    assert ana.get(f"/api/events/?job_item={item.pk}").json()["count"] == 1
    later = Event.objects.latest("at").at.isoformat().replace("+", "%2B")
    assert ana.get(f"/api/events/?since={later}").json()["count"] == 1
    assert ana.get("/api/events/?since=yesterday").status_code == 400
    assert ana.post("/api/events/", {"verb": "start"}).status_code == 405
