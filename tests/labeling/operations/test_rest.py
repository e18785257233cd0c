"""Operations by a script: looked at, canceled, tried again, and what they made."""

import pytest
from django.core.files.base import ContentFile

from labeling.operations import engine
from labeling.operations.kinds import OperationFailed
from labeling.operations.models import Operation
from tests.labeling.operations.counting import meanwhile, raising

pytestmark = pytest.mark.django_db


@pytest.fixture
def max_(api_for, manager):
    """The manager's script."""
    return api_for(manager)


def test_an_operation_says_how_far_it_is_and_what_came_of_it(max_, count, rings, manager):
    operation = count()
    url = f"/api/operations/{operation.pk}/"
    shown = max_.get(url).json()
    assert (shown["status"], shown["done"], shown["total"]) == ("queued", 0, 25)
    assert shown["created_by"] == {"id": manager.pk, "login": "max", "name": "Max"}
    assert shown["download"] is None
    engine.run(operation.pk)
    shown = max_.get(url).json()
    assert (shown["status"], shown["done"], shown["error_count"]) == ("complete", 25, 2)
    assert shown["result"] == {"last": 25}


def test_rows_come_in_pages_and_are_found_by_outcome(max_, count, rings):
    operation = count()
    engine.run(operation.pk)
    url = f"/api/operations/{operation.pk}/rows/"
    page = max_.get(f"{url}?page_size=10&page=3").json()
    assert (page["count"], [row["number"] for row in page["results"]]) == (25, [*range(21, 26)])
    wrong = max_.get(f"{url}?outcome=error&ordering=-number").json()["results"]
    assert [(row["number"], row["message"]) for row in wrong] == [
        (20, "Ten is too round."),
        (10, "Ten is too round."),
    ]
    assert max_.get(f"{url}?q=n25").json()["count"] == 1
    assert max_.get(f"{url}?outcome=odd").json()["errors"]["outcome"]
    assert max_.get(f"{url}?kind=x").json()["errors"]["kind"]


def test_rows_go_on_after_the_last_one_seen(max_, count, rings):
    operation = count()
    engine.run(operation.pk)
    url = f"/api/operations/{operation.pk}/rows/?page_size=10"
    seen: list[int] = []
    while page := max_.get(f"{url}&after={seen[-1] if seen else 0}").json()["results"]:
        seen += [row["number"] for row in page]
    assert seen == [*range(1, 26)]
    assert max_.get(f"{url}&after=soon").json()["errors"]["after"]


def test_operations_are_found_by_kind_status_and_subject(max_, count, rings):
    operation, other = count(), count()
    engine.run(other.pk)
    for query, found in {
        "status=queued": [operation.pk],
        "status=complete&status=failed": [other.pk],
        "kind=test-count": [other.pk, operation.pk],
        "kind=export": [],
        "subject_id=5": [],
        f"team={operation.team_id}&ordering=created": [operation.pk, other.pk],
    }.items():
        rows = max_.get(f"/api/operations/?{query}").json()["results"]
        assert [row["id"] for row in rows] == found, query


def test_what_waits_is_canceled_at_once_and_only_once(max_, count, rings):
    url = f"/api/operations/{count().pk}/"
    assert max_.post(f"{url}cancel/").json()["status"] == "canceled"
    again = max_.post(f"{url}cancel/")
    assert (again.status_code, again.json()["state"]) == (409, "canceled")
    assert max_.post(f"{url}retry/").status_code == 409


def test_what_failed_is_tried_again_where_it_stopped(max_, count, rings):
    operation = count()
    with meanwhile(begun=raising(OperationFailed("No ink."), after=10)):
        engine.run(operation.pk)
    url = f"/api/operations/{operation.pk}/"
    shown = max_.get(url).json()
    assert (shown["status"], shown["message"], shown["done"]) == ("failed", "No ink.", 10)
    assert max_.post(f"{url}retry/").json()["status"] == "queued"
    engine.run(operation.pk)
    assert max_.get(url).json()["done"] == 25


def test_others_do_not_cancel_and_strangers_find_nothing(
    api_for, count, rings, reviewer, annotator, outsider
):
    operation = count()
    url = f"/api/operations/{operation.pk}/"
    answer = api_for(reviewer).post(f"{url}cancel/")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Only who started it or a manager may do this."
    for person in (annotator, outsider):
        script = api_for(person)
        for path in ("", "rows/", "download/"):
            assert script.get(f"{url}{path}").status_code == 404
        assert script.post(f"{url}cancel/").status_code == 404
        assert script.get("/api/operations/").json()["results"] == []


def test_a_token_fetches_the_result(api_for, max_, count, rings, viewer, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    operation = count()
    url = f"/api/operations/{operation.pk}/download/"
    assert max_.get(url).status_code == 404
    operation.file.save("labels.zip", ContentFile(b"PK"))
    shown = max_.get(f"/api/operations/{operation.pk}/").json()
    assert shown["download"] == url
    answer = max_.get(url)
    assert b"".join(answer.streaming_content) == b"PK"
    assert answer["content-type"] == "application/zip"
    assert answer["content-disposition"].startswith("attachment")
    assert answer["x-content-type-options"] == "nosniff"
    assert api_for(viewer).get(url).status_code == 403
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    gone = max_.get(url)
    assert gone.status_code == 404
    assert gone.json()["detail"]


def test_the_desk_s_own_work_has_nobody_behind_it(max_, count, rings):
    operation = count(asker=None)
    assert max_.get(f"/api/operations/{operation.pk}/").json()["created_by"] is None
    assert Operation.objects.count() == 1


def test_the_failed_rows_are_done_again_by_another_operation(max_, count, rings):
    operation = count(to=25)
    engine.run(operation.pk)
    url = f"/api/operations/{operation.pk}/retry-failed/"
    made = max_.post(url)
    assert made.status_code == 201
    again = made.json()
    assert again["id"] != operation.pk
    assert (again["kind"], again["status"], again["total"]) == ("test-count", "queued", 2)
    engine.run(again["id"])
    assert max_.get(f"/api/operations/{again['id']}/").json()["status"] == "complete"
    assert max_.post(url.replace(str(operation.pk), str(count().pk))).status_code == 409
