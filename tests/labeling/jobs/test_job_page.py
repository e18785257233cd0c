"""The page of one job: facts, verbs, items, comments, history, statistics."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from labeling.jobs.models import Forecast, Job, JobItem, Pace
from tests.factories import CommentFactory, JobItemFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def url(job) -> str:
    return str(job.get_absolute_url())


@pytest.fixture
def page_of(client_for):
    """What a page says to a person."""

    def text(user, address: str, **headers) -> str:
        response = client_for(user).get(address, headers=headers or None)
        assert response.status_code == 200, response.content[:500]
        return response.content.decode()

    return text


def part(job, name: str) -> str:
    return str(reverse(f"jobs:{name}", args=[job.pk]))


def verbs_on(text: str) -> list[str]:
    """The verbs that a page offers, in order."""
    return [piece.split('"')[0] for piece in text.split('data-verb="')[1:]]


def test_it_says_what_the_job_is_and_who_has_it(page_of, manager, job, url):
    text = page_of(manager, url)
    for shown in (job.name, "Ana", job.batch.name, job.project.name, job.dataset.name, "pending"):
        assert shown in text


@pytest.mark.parametrize("tab", ["comments", "history", "statistics", "figures"])
def test_every_part_of_it_has_an_address_of_its_own(page_of, manager, labeled, tab):
    assert labeled.name in page_of(manager, part(labeled, tab))


@pytest.mark.parametrize("tab", ["job", "comments", "history", "statistics"])
def test_htmx_gets_the_part_and_not_the_page_around_it(client_for, manager, labeled, tab):
    text = client_for(manager).get(part(labeled, tab), headers=HTMX).content.decode()
    assert "<html" not in text
    assert text.lstrip().startswith('<section id="job-tab"')


def test_buttons_are_the_verbs_that_are_possible_now(page_of, manager, annotator, viewer, job, url):
    assert verbs_on(page_of(annotator, url)) == ["submit", "release", "start"]
    assert "assign" in verbs_on(page_of(manager, url))
    assert "start" not in verbs_on(page_of(manager, url))
    assert verbs_on(page_of(viewer, url)) == []


def test_the_way_in_follows_who_one_is(page_of, annotator, manager, reviewed, reviewer):
    label, review = (reverse(f"jobs:{name}", args=[reviewed.pk]) for name in ("label", "review"))
    assert f'href="{review}">Review' in page_of(reviewer, reviewed.get_absolute_url())
    assert f'href="{review}">View' in page_of(annotator, reviewed.get_absolute_url())
    Job.objects.filter(pk=reviewed.pk).update(stage="annotation", state="in_progress")
    assert f'href="{label}">Open' in page_of(annotator, reviewed.get_absolute_url())
    assert f'href="{label}">View' in page_of(manager, reviewed.get_absolute_url())


def test_there_is_no_estimate_before_there_is_evidence(page_of, manager, annotator, job, url):
    assert "not yet: a few more items are needed" in page_of(manager, url)
    Pace.objects.create(
        user=annotator,
        project=job.project,
        recent_seconds=[40, 40, 40],
        last_done_at=timezone.now(),
    )
    assert "2 min" in page_of(manager, url)


def test_a_job_of_the_pool_has_no_estimate(page_of, act, manager, job, url):
    act(manager, job, "assign")
    assert "no one is assigned" in page_of(manager, url)


def test_it_looks_again_by_itself_until_the_job_is_completed(
    page_of, act, manager, reviewer, reviewed
):
    url, live = reviewed.get_absolute_url(), part(reviewed, "live")
    assert f'data-poll-url="{live}"' in page_of(manager, url)
    assert f'data-poll-url="{live}"' in page_of(manager, live)
    act(reviewer, reviewed, "complete", accept_rest="on")
    answer = page_of(manager, live)
    assert answer.lstrip().startswith('<div id="job-live"')
    assert "data-poll-url" not in answer
    assert "data-poll-url" not in page_of(manager, url).split("</header>")[-1]


def test_items_are_narrowed_by_state_and_name(client_for, act, annotator, manager, job, url):
    first, second, _third = job.job_items.all()
    act(annotator, first, "confirm-item")
    act(annotator, second, "skip-item", reason="Too dark.")
    client = client_for(manager)

    def shown(**query) -> list[int]:
        return [row.position for row in client.get(url, query).context["page"].rows]

    assert shown() == [1, 2, 3]
    assert shown(state="done") == [1, 2]
    assert shown(state="none") == [3]
    assert shown(skipped="true") == [2]
    assert shown(q=first.item.name) == [1]
    assert client.get(url, {"colour": "red"}).status_code == 400
    assert "Too dark." in client.get(url).content.decode()


def test_many_items_come_in_pages(client_for, manager, job, url, monkeypatch):
    monkeypatch.setattr("labeling.jobs.views.job_page.ITEMS_A_PAGE", 2)
    client = client_for(manager)
    assert len(client.get(url).context["page"].rows) == 2
    assert [row.position for row in client.get(url, {"page": 2}).context["page"].rows] == [3]
    assert client.get(url, {"page": "x"}).status_code == 400


def test_comments_open_ones_first_with_the_item_they_are_on(page_of, act, reviewer, job):
    act(reviewer, job, "comment", text="Settled.")
    act(reviewer, job.comments.get(), "resolve")
    act(reviewer, job, "comment", text="Still open.", job_item=job.job_items.last().pk)
    text = page_of(reviewer, part(job, "comments"))
    assert text.index("Still open.") < text.index("Settled.")
    assert "item 3" in text


def test_a_comment_is_about_the_item_that_the_address_names(page_of, client_for, reviewer, job):
    item = job.job_items.last()
    address = f"{part(job, 'comments')}?item={item.pk}"
    assert f'name="job_item" value="{item.pk}"' in page_of(reviewer, address)
    stranger = JobItemFactory.create()
    wrong = f"{part(job, 'comments')}?item={stranger.pk}"
    assert client_for(reviewer).get(wrong).status_code == 404


def test_what_people_write_is_never_markup(page_of, act, reviewer, job):
    act(reviewer, job, "comment", text="<script>alert(1)</script>")
    assert "<script>alert" not in page_of(reviewer, part(job, "comments"))


def test_instructions_are_folded_and_sanitised(page_of, manager, job, url):
    type(job.batch).objects.update(instructions="**tight** boxes <script>alert(1)</script>")
    text = page_of(manager, url)
    assert "<strong>tight</strong>" in text
    assert "<script>alert" not in text


def test_statistics_count_classes_tags_and_items(client_for, manager, labeled):
    response = client_for(manager).get(part(labeled, "figures"))
    assert response.context["statistics"].items == 3
    assert response.context["statistics"].empty == 3


@pytest.mark.parametrize(
    "name",
    ["job", "comments", "history", "statistics", "figures", "live", "live-items", "live-comments"],
)
def test_every_part_is_hidden_from_others(client_for, outsider, annotator2, job, name):
    assert client_for(outsider).get(part(job, name)).status_code == 404
    Membership.objects.filter(user=annotator2).update(restricted=True)
    assert client_for(annotator2).get(part(job, name)).status_code == 404


def test_a_restricted_annotator_sees_the_own_job_until_it_is_stopped(
    client_for, act, manager, annotator, job, url
):
    Membership.objects.filter(user=annotator).update(restricted=True)
    client = client_for(annotator)
    page = client.get(url)
    assert page.status_code == 200
    assert job.batch.get_absolute_url() not in page.content.decode()
    act(manager, job, "stop")
    assert client.get(url).status_code == 404


def test_lateness_and_risk_are_said(page_of, manager, annotator, job, url):
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(due_at=now - timedelta(hours=2))
    assert "2 h late" in page_of(manager, url)
    Forecast.objects.create(
        team=job.team,
        of="job",
        subject_id=job.pk,
        p50_at=now + timedelta(minutes=3),
        p90_at=now + timedelta(minutes=9),
        computed_at=now,
    )
    Job.objects.filter(pk=job.pk).update(due_at=now + timedelta(minutes=5))
    assert "at risk" in page_of(manager, url)


@pytest.mark.parametrize("name", ["job", "comments", "history", "figures", "live", "live-items"])
def test_more_items_take_no_more_queries(client_for, act, manager, labeled, annotator, name):
    client = client_for(manager)

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(part(labeled, name)).status_code == 200
        return len(captured)

    CommentFactory.create(job=labeled, job_item=labeled.job_items.first())
    client.get(part(labeled, name))
    few = queries()
    for _number in range(5):
        row = JobItemFactory.create(job=labeled)
        CommentFactory.create(job=labeled, job_item=row)
        act(annotator, row, "confirm-item")
    assert queries() == few
    assert JobItem.objects.filter(job=labeled).count() == 8
