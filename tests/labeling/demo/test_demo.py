"""The demo: made once, printed the same each time, and nothing in it is empty."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Team, User
from accounts.roles import Role
from labeling.core.recounting import recounters
from labeling.demo.people import credentials_path
from labeling.demo.pictures import draw_picture
from labeling.jobs.models import Annotation, Batch, Comment, Event, Forecast, Job, JobItem
from labeling.jobs.states import ItemState, Status
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Item, Project
from tests.scene import our_models

KEYS = {"url", "team_id", "workspace_id", "project_id", "dataset_id", "users"}
ROLES = {
    "owner": Role.OWNER,
    "manager": Role.MANAGER,
    "reviewer": Role.REVIEWER,
    "annotator": Role.ANNOTATOR,
    "annotator2": Role.ANNOTATOR,
    "annotator3": Role.ANNOTATOR,
    "viewer": Role.VIEWER,
    "outsider": None,
}


def demo() -> dict[str, Any]:
    """What `manage.py demo --json` prints."""
    printed = StringIO()
    call_command("demo", "--json", stdout=printed)
    (line,) = printed.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker) -> Iterator[dict[str, Any]]:
    """The demo, made once for all of these tests and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo()
        transaction.set_rollback(True)
    credentials_path().unlink()


@pytest.fixture
def facts(made: dict[str, Any], db: None) -> dict[str, Any]:
    """What it printed; what a test changes is taken back after it."""
    return made


def test_it_prints_where_it_is_and_who_may_come_in(facts):
    assert set(facts) == KEYS
    assert facts["url"].startswith("http")
    assert set(facts["users"]) == set(ROLES)
    for user in facts["users"].values():
        assert set(user) == {"id", "login", "password", "token"}
    project = Project.objects.get(pk=facts["project_id"])
    assert project.team_id == facts["team_id"]
    assert project.workspace_id == facts["workspace_id"]
    assert Dataset.objects.get(pk=facts["dataset_id"]).project == project


def test_asked_again_it_prints_the_same_and_adds_nothing(facts):
    def counts() -> dict[str, int]:
        return {model.__name__: model._default_manager.count() for model in our_models()}

    before = counts()
    assert demo() == facts
    assert counts() == before


def test_everybody_comes_in_by_password_and_by_token(facts):
    for key, user in facts["users"].items():
        browser = Client()
        answer = browser.post(
            "/account/login/", {"login": user["login"], "password": user["password"]}
        )
        assert answer.status_code == 302, key
        script = APIClient()
        script.credentials(HTTP_AUTHORIZATION=f"Token {user['token']}")
        me = script.get("/api/me/").json()
        assert (me["id"], me["login"]) == (user["id"], user["login"])
        roles = {team["role"] for team in me["teams"] if team["id"] == facts["team_id"]}
        assert roles == ({ROLES[key]} if ROLES[key] else set()), key


def test_logins_are_kept_for_this_account_only(facts):
    assert credentials_path().stat().st_mode & 0o077 == 0


def test_a_lost_file_of_logins_gives_fresh_ones_to_the_same_people(facts):
    kept = credentials_path().read_text()
    credentials_path().unlink()
    try:
        again = demo()
    finally:
        credentials_path().write_text(kept)
    assert again["users"]["owner"]["id"] == facts["users"]["owner"]["id"]
    assert again["users"]["owner"]["token"] != facts["users"]["owner"]["token"]
    assert (Batch.objects.count(), Team.objects.count()) == (2, 2)


def test_the_schema_is_the_promised_one(facts):
    project = Project.objects.get(pk=facts["project_id"])
    assert list(project.classes.values_list("name", flat=True)) == ["lemon", "kiwi"]
    size, origin = project.tag_definitions.order_by("position")
    assert (size.name, size.value_type, size.choices) == (
        "size",
        "choice",
        ["small", "medium", "large"],
    )
    assert (origin.name, origin.value_type) == ("origin", "string")


def test_jobs_of_two_batches_are_in_every_status(facts):
    assert Batch.objects.count() == 2
    assert set(Job.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(JobItem.objects.values_list("state", flat=True)) == set(ItemState.values)
    assert Job.objects.filter(annotator=None).exists(), "something to take"
    assert Job.objects.overdue(timezone.now()).exists(), "something that is late"
    assert any(job.sent_back for job in Job.objects.all())
    assert Comment.objects.exists()


def test_its_counters_are_right(facts):
    assert not [wrong for recount in recounters.values() for wrong in recount()]


def test_its_history_is_believable(facts):
    now = timezone.now()
    events = list(Event.objects.filter(job__isnull=False).order_by("pk"))
    assert len({event.at.date() for event in events}) >= 5, "over several days"
    assert all(event.at <= now for event in events)
    assert {event.actor.username for event in events if event.actor} >= {"ana", "ben", "kim", "max"}
    for job in Job.objects.all():
        moments = [job.created_at, job.started_at, job.submitted_at, job.completed_at]
        told = [moment for moment in moments if moment is not None]
        assert told == sorted(told), job.name
        assert job.updated_at <= now


def test_its_labels_lie_around_the_fruit(facts):
    labeled = Annotation.objects.filter(object_count__gt=0).select_related("job_item__item")
    assert labeled.count() > 20
    drawn = {picture.name: picture for picture in (draw_picture(7, n) for n in range(1, 4))}
    for annotation in labeled.filter(job_item__item__name__in=drawn):
        name = annotation.job_item.item.name
        for shape in annotation.document["objects"]:
            xs = [point[0] for point in shape["points"]]
            assert any(min(xs) <= fruit.x <= max(xs) for fruit in drawn[name].fruits)


def test_pictures_are_drawn_the_same_from_the_same_seed():
    assert draw_picture(7, 5).content == draw_picture(7, 5).content
    assert draw_picture(7, 5).content != draw_picture(7, 6).content
    assert draw_picture(8, 5).content != draw_picture(7, 5).content


def test_every_operation_of_it_is_over_and_has_no_errors(facts):
    assert set(Operation.objects.values_list("status", "error_count")) == {("complete", 0)}
    assert Item.objects.filter(thumbnail="").count() == 0
    assert User.objects.count() == len(ROLES)
    assert apps.get_app_config("demo").verbose_name


def test_every_running_batch_has_a_date_and_what_it_rests_on(facts):
    running = Batch.objects.filter(team=facts["team_id"], status="processing")
    stored = Forecast.objects.filter(of="batch", subject_id__in=running.values("pk"))
    assert stored.count() == running.count() > 1
    for forecast in stored:
        assert forecast.p50_at is not None, forecast.reason
        assert forecast.facts["people"] > 0
