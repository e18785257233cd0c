"""The bell: what ended since the last look, and the look itself."""

import pytest
from django.urls import reverse

from labeling.operations import engine
from labeling.operations.engine import claims
from labeling.operations.kinds import AWAITED
from labeling.operations.models import Notice, Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def bell(team, client_for, manager):
    """The bell as somebody sees it."""

    def look(person=manager):
        url = reverse("operations:bell", args=[team.pk])
        return client_for(person).get(url).content.decode()

    return look


def test_it_counts_ones_own_that_ended_since_the_last_look(
    count, team, client_for, manager, reviewer, rings, take, bell
):
    assert "dot" not in bell()
    engine.run(count(to=1).pk)
    claims.let_go(take(count()), Status.FAILED, "No ink.")
    engine.run(count(to=1, asker=reviewer).pk)
    engine.run(count(to=1, asker=None).pk)
    assert '<span class="count dot">2</span>' in bell()
    assert '<span class="count dot">1</span>' in bell(reviewer)
    client_for(manager).post(reverse("operations:mark-seen", args=[team.pk]))
    assert "dot" not in bell()
    assert '<span class="count dot">1</span>' in bell(reviewer), "another's look is another's"


def test_it_tells_that_something_runs(count, take, rings, bell):
    assert "bell-live" not in bell()
    take(count())
    assert "bell-live" in bell()
    assert 'data-poll-seconds="3"' in bell()


def test_without_scripts_a_press_leads_to_the_list_that_marks_what_is_new(
    count, team, client_for, manager, rings
):
    operation = count(to=10)
    engine.run(operation.pk)
    client = client_for(manager)
    answer = client.post(reverse("operations:mark-seen", args=[team.pk]), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("operations:notices", args=[team.pk])
    assert operation.get_absolute_url() in page
    assert "1 row with an error" in page
    assert '<span class="fresh">new</span>' in page
    Notice.objects.update(seen_at="2020-01-01T00:00Z")
    page = client.get(reverse("operations:notices", args=[team.pk])).content.decode()
    assert 'class="fresh"' not in page


def test_with_scripts_a_press_opens_a_short_list(count, team, client_for, manager, rings):
    operation = count(to=1)
    engine.run(operation.pk)
    url = reverse("operations:mark-seen", args=[team.pk])
    part = client_for(manager).post(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert operation.get_absolute_url() in part
    assert "fresh" in part
    assert 'hx-swap-oob="true"' in part
    assert "count dot" not in part, "it is seen by now"
    again = client_for(manager).post(url, headers={"HX-Request": "true"}).content.decode()
    assert "fresh" not in again
    assert client_for(manager).get(url).status_code == 405


def test_what_shows_its_result_at_once_is_in_the_list_but_no_news(
    count, team, client_for, manager, rings, bell
):
    operation = count(to=1)
    Operation.objects.filter(pk=operation.pk).update(queue=Queue.QUICK)
    engine.run(operation.pk)
    assert "dot" not in bell()
    assert Notice.objects.filter(operation=operation).exists()
    wrong = count(to=10)
    Operation.objects.filter(pk=wrong.pk).update(queue=Queue.QUICK)
    engine.run(wrong.pk)
    assert '<span class="count dot">1</span>' in bell()


def test_what_a_script_waited_for_is_in_the_list_but_no_news(count, rings, bell):
    for to, shown in ((1, False), (10, True)):
        operation = count(to=to)
        plan = {**operation.plan, AWAITED: True}
        Operation.objects.filter(pk=operation.pk).update(plan=plan)
        engine.run(operation.pk)
        assert Notice.objects.filter(operation=operation).exists()
        assert ("dot" in bell()) is shown, "only what went wrong in part is news"


def test_a_script_reads_and_marks_them(count, team, api_for, manager, reviewer, rings):
    operation = count(to=10)
    engine.run(operation.pk)
    script = api_for(manager)
    [row] = script.get("/api/notices/?seen=false").json()["results"]
    assert (row["operation"], row["status"], row["seen_at"]) == (operation.pk, "complete", None)
    assert script.post(f"/api/teams/{team.pk}/mark-seen/").status_code == 200
    assert script.get("/api/notices/?seen=false").json()["results"] == []
    assert script.get(f"/api/notices/{row['id']}/").json()["seen_at"]
    assert api_for(reviewer).get("/api/notices/").json()["results"] == []


def test_another_teams_bell_and_list_are_a_404(team, client_for, outsider):
    for name in ("bell", "notices"):
        url = reverse(f"operations:{name}", args=[team.pk])
        assert client_for(outsider).get(url).status_code == 404
    url = reverse("operations:mark-seen", args=[team.pk])
    assert client_for(outsider).post(url).status_code == 404
