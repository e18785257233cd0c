"""Pages of operations: who sees what, progress that refreshes itself, rows, the result."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.actor import Actor
from labeling.operations import engine
from labeling.operations.engine import claims
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Status
from tests.factories import MembershipFactory


@pytest.fixture
def page(client_for, manager):
    """Opens a page as the manager, or as somebody else."""

    def open_page(url, user=manager, **headers):
        return client_for(user).get(url, headers=headers)

    return open_page


def listing(team, query=""):
    return reverse("operations:list", args=[team.pk]) + query


def test_the_list_shows_the_teams_operations_newest_first(count, team, page):
    first, second = count(to=1), count(to=2)
    Operation.objects.filter(pk=first.pk).update(label="Import lemons")
    Operation.objects.filter(pk=second.pk).update(label="Export kiwis")
    text = page(listing(team)).content.decode()
    assert text.index("Export kiwis") < text.index("Import lemons")


def test_who_sees_which_operations(count, manager, reviewer, viewer, annotator, outsider, team):
    restricted = MembershipFactory.create(team=team, restricted=True).user
    of_the_manager, of_the_reviewer = count(), count(asker=reviewer)
    of_ana, of_the_restricted = count(asker=None), count(asker=None)
    Operation.objects.filter(pk=of_ana.pk).update(created_by=annotator)
    Operation.objects.filter(pk=of_the_restricted.pk).update(created_by=restricted)
    everything = {of_the_manager, of_the_reviewer, of_ana, of_the_restricted}
    seen = {
        person: set(Operation.objects.visible_to(Actor.for_user(person)))
        for person in (manager, reviewer, viewer, annotator, restricted, outsider)
    }
    assert seen[manager] == seen[reviewer] == seen[viewer] == everything
    assert seen[annotator] == {of_ana}
    assert seen[restricted] == {of_the_restricted}
    assert seen[outsider] == set()


@pytest.mark.parametrize("name", ["operation", "progress", "rows", "download"])
def test_another_teams_operation_is_a_404(count, page, outsider, annotator, name):
    url = reverse(f"operations:{name}", args=[count().pk])
    assert page(url, outsider).status_code == 404
    assert page(url, annotator).status_code == 404, "not hers"
    assert page(reverse(f"operations:{name}", args=[10**9])).status_code == 404


def test_another_teams_list_and_bell_are_a_404(team, page, outsider):
    assert page(listing(team), outsider).status_code == 404
    assert page(reverse("operations:bell", args=[team.pk]), outsider).status_code == 404


def test_verbs_change_something_by_post_only(count, client_for, manager, outsider, fate):
    operation = count()
    url = reverse("operations:operation-verb", args=[operation.pk, "cancel"])
    assert client_for(manager).get(url).status_code == 200
    assert fate(operation).status == Status.QUEUED
    assert client_for(outsider).post(url).status_code == 404
    assert client_for(manager).post(url).status_code == 302
    assert fate(operation).status == Status.CANCELED
    assert client_for(manager).post(url).status_code == 409
    lost = reverse("operations:operation-verb", args=[operation.pk, "explode"])
    assert client_for(manager).post(lost).status_code == 404


def test_retry_is_offered_after_a_failure(count, page, client_for, manager, fate, take):
    operation = count()
    claims.let_go(take(operation), Status.FAILED, "The archive is empty.")
    shown = page(operation.get_absolute_url()).content.decode()
    assert "The archive is empty." in shown
    assert 'data-verb="retry"' in shown
    assert 'data-verb="cancel"' not in shown
    client_for(manager).post(reverse("operations:operation-verb", args=[operation.pk, "retry"]))
    assert fate(operation).status == Status.QUEUED


def test_filters_of_the_list(count, team, page, manager, reviewer, take):
    running, done, other = count(), count(to=1), count(asker=reviewer)
    take(running)
    engine.run(done.pk)
    Operation.objects.filter(pk=other.pk).update(kind="vanished")

    def found(query):
        response = page(listing(team, query))
        assert response.status_code == 200, response.content
        return {row.obj for row in response.context["rows"]}

    assert found("?status=running") == {running}
    assert found("?status=running&status=complete") == {running, done}
    assert found("?kind=test-count") == {running, done}
    assert found(f"?created_by={reviewer.pk}") == {other}
    assert found("?q=count") == {running, done, other}
    assert page(listing(team, "?colour=red")).status_code == 400
    assert page(listing(team, "?status=asleep")).status_code == 400


def test_the_list_polls_itself_only_while_something_moves(count, team, page):
    operation = count(to=1)
    assert page(listing(team)).context["poll_seconds"]
    engine.run(operation.pk)
    assert not page(listing(team)).context["poll_seconds"]


def test_the_page_polls_itself_until_it_is_over(count, page):
    operation = count(to=5)
    url = reverse("operations:progress", args=[operation.pk])
    assert f'data-poll-url="{url}"' in page(operation.get_absolute_url()).content.decode()
    part = page(url).content.decode()
    assert f'data-poll-url="{url}"' in part
    assert "<html" not in part
    engine.run(operation.pk)
    part = page(url).content.decode()
    assert "data-poll-url" not in part
    assert "5 / 5" in part


def test_the_page_shows_the_progress_of_a_chunk_that_is_not_done_yet(count, page, take):
    operation = count(to=50)
    claims.write(take(operation), done=20, chunk_done=4)
    assert "24 / 50" in page(operation.get_absolute_url()).content.decode()


def test_rows_with_errors_are_on_the_page_and_all_of_them_in_a_file(count, page):
    operation = count(to=25)
    engine.run(operation.pk)
    OperationRow.objects.filter(operation=operation, number=3).update(name="=cmd()")
    shown = page(operation.get_absolute_url()).content.decode()
    assert shown.count("Ten is too round.") == 2

    rows = reverse("operations:rows", args=[operation.pk])
    listed = page(rows + "?outcome=error").context["rows"]
    assert [row.obj.number for row in listed] == [10, 20]
    response = page(rows + "?format=csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["Row", "Name", "Outcome", "Message"]
    assert len(lines) == 26
    assert lines[3] == ["3", "'=cmd()", "ok", ""]
    assert lines[10] == ["10", "n10", "error", "Ten is too round."]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def with_result(count):
    """A complete operation with a file."""

    def make(name, **kwargs):
        operation = count(to=1, **kwargs)
        engine.run(operation.pk)
        operation.refresh_from_db()
        operation.file.save(f"operations/{operation.pk}/{name}", ContentFile(b"<script>"))
        return operation

    return make


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("lemons.zip", "application/zip"),
        ("lemons.jsonl", "application/x-ndjson"),
        ("lemons.html", "application/octet-stream"),
        ("lemons", "application/octet-stream"),
    ],
)
def test_a_result_is_an_attachment_of_a_fixed_type(with_result, page, name, media_type):
    operation = with_result(name)
    response = page(reverse("operations:download", args=[operation.pk]))
    assert response.streaming
    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Type"] == media_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_result_needs_the_capability_of_its_kind(with_result, page, viewer, reviewer):
    operation = with_result("lemons.zip")
    url = reverse("operations:download", args=[operation.pk])
    assert page(url, viewer).status_code == 403
    assert url not in page(operation.get_absolute_url(), viewer).content.decode()
    assert url in page(operation.get_absolute_url(), reviewer).content.decode()
    response = page(url, reviewer)
    assert response.status_code == 200
    response.close()


def test_a_result_that_is_gone_is_a_404(with_result, page, count):
    operation = with_result("lemons.zip")
    operation.file.storage.delete(operation.file.name)
    assert page(reverse("operations:download", args=[operation.pk])).status_code == 404
    assert page(reverse("operations:download", args=[count().pk])).status_code == 404


def test_the_page_leads_to_what_the_operation_is_about(count, team, page, manager):
    actor = Actor.for_user(manager)
    operation = engine.start("test-count", actor, team, {}, subject=team)
    assert page(operation.get_absolute_url()).context["subject"] == team
    Operation.objects.filter(pk=operation.pk).update(subject_type="of.tomorrow")
    assert page(operation.get_absolute_url()).context["subject"] is None


def test_queries_of_list_and_page_do_not_grow_with_rows(
    count, team, client_for, manager, django_assert_max_num_queries
):
    client = client_for(manager)
    operation = count(to=60)  # more than one page: a list that fits one page is not counted
    engine.run(operation.pk)
    urls = [listing(team), operation.get_absolute_url(), f"/operations/{operation.pk}/rows/"]
    few = [queries(client, url, django_assert_max_num_queries) for url in urls]
    for _ in range(15):
        engine.run(count(to=3).pk)
    OperationRow.objects.bulk_create(
        OperationRow(operation=operation, number=number, outcome="error")
        for number in range(100, 400)
    )
    assert [queries(client, url, django_assert_max_num_queries) for url in urls] == few


def queries(client, url, limit):
    with limit(25) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_retry_of_failed_rows_leads_to_the_operation_that_does_them(
    count, page, client_for, manager, rings
):
    operation = count(to=25)
    engine.run(operation.pk)
    assert 'data-verb="retry-failed"' in page(operation.get_absolute_url()).content.decode()
    url = reverse("operations:operation-verb", args=[operation.pk, "retry-failed"])
    answer = client_for(manager).post(url)
    again = Operation.objects.latest("pk")
    assert again != operation
    assert answer["Location"] == again.get_absolute_url()
