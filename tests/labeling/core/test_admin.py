"""The admin panel: who gets in, what they see there, and that it changes things by verbs only."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team, User
from labeling.core.admin import DeskAdmin
from labeling.jobs.models import Batch, Event, Job
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, Project
from tests.factories import BatchFactory, DatasetFactory, JobFactory, ProjectFactory
from tests.scene import KEY, Scene, grow

PANELS = [
    pytest.param(model, panel, id=model.__name__)
    for model, panel in admin.site._registry.items()
    if isinstance(panel, DeskAdmin)
]


@pytest.fixture
def owner(scene: Scene, client_for):
    """The browser of the team's owner."""
    return client_for(scene.owner)


@pytest.fixture
def superuser(scene: Scene, client_for):
    """The browser of who runs the desk and is in no team."""
    return client_for(User.objects.create_superuser("root", password="x"))


@pytest.fixture
def strange_job(scene: Scene) -> Job:
    """A job of the outsider's team."""
    team = scene.outsider.teams.get()
    project = ProjectFactory.create(team=team, name="Secret", created_by=scene.outsider)
    dataset = DatasetFactory.create(project=project, name="Secret")
    return JobFactory.create(batch=BatchFactory.create(dataset=dataset, name="Secret"))


def url_of(model, page="changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def run(client, obj, verb):
    data = {"action": verb, "_selected_action": [obj.pk]}
    return client.post(url_of(type(obj)), data, follow=True)


def test_the_panel_is_about_what_owners_look_after():
    shown = {case.values[0] for case in PANELS}
    assert {Team, Membership, Project, Dataset, Batch, Job, Event, Operation} <= shown


@pytest.mark.parametrize("role", ["manager", "reviewer", "annotator", "viewer"])
def test_only_owners_get_in(scene, client_for, role):
    client = client_for(scene.people[role])
    assert client.get("/admin/").status_code == 302
    assert client.get(url_of(Job)).status_code == 302
    assert "admin" not in client.get(f"/teams/{KEY}/jobs/").content.decode().lower()


def test_owners_find_the_way_in_and_a_deactivated_one_does_not(scene, owner):
    assert b'href="/admin/"' in owner.get(f"/teams/{KEY}/jobs/").content
    assert owner.get("/admin/").status_code == 200
    Membership.objects.filter(user=scene.owner).update(deactivated_at=timezone.now())
    assert owner.get("/admin/").status_code == 302


@pytest.mark.parametrize(("model", "panel"), PANELS)
def test_every_list_and_page_is_shown_and_costs_no_more_for_more_rows(scene, owner, model, panel):
    def cost(url: str) -> int:
        owner.get(url)  # what is asked once per process is not per row
        with CaptureQueriesContext(connection) as captured:
            answer = owner.get(url)
        assert answer.status_code == 200, url
        return len(captured)

    urls = [url_of(model), url_of(model, "change", KEY)]
    grow(scene, 1)
    few = [cost(url) for url in urls]
    grow(scene, 3)
    assert [cost(url) for url in urls] == few
    assert owner.get(f"{urls[0]}?q=lemon").status_code == 200
    choices = [each for each in panel.list_filter if not isinstance(each, type)]
    names = [each if isinstance(each, str) else each[0] for each in choices]
    for name in names:
        for query in (f"{name}__exact=x", f"{name}__isempty=1", f"{name}__id__exact={KEY}"):
            assert owner.get(f"{urls[0]}?{query}").status_code in {200, 302}, query


def test_jobs_are_found_by_the_status_that_people_see(scene, owner):
    for status, found in (("pending", True), ("completed", False), ("nonsense", False)):
        page = owner.get(f"{url_of(Job)}?status={status}").content.decode()
        assert (f"/admin/jobs/job/{KEY}/change/" in page) == found, status


@pytest.mark.parametrize(("model", "panel"), PANELS)
def test_nothing_is_added_changed_or_deleted_by_hand(scene, owner, superuser, model, panel):
    before = model._default_manager.filter(pk=KEY).values().get()
    for client in (owner, superuser):
        assert client.get(url_of(model, "add")).status_code == 403
        for page in ("change", "delete"):
            url = url_of(model, page, KEY)
            assert client.post(url, {"name": "x", "post": "yes"}).status_code == 403, page
        assert b'name="_save"' not in client.get(url_of(model, "change", KEY)).content
        data = {"action": "delete_selected", "_selected_action": [KEY], "post": "yes"}
        client.post(url_of(model), data)
    assert model._default_manager.filter(pk=KEY).values().get() == before


def test_an_owner_sees_own_teams_only_and_a_superuser_all(scene, owner, superuser, strange_job):
    for thing in (strange_job, strange_job.batch, strange_job.dataset, strange_job.project):
        model = type(thing)
        assert b"Secret" not in owner.get(url_of(model)).content
        assert owner.get(url_of(model, "change", thing.pk)).status_code == 302
        assert owner.get(url_of(model, "history", thing.pk)).status_code == 404
        assert b"Secret" in superuser.get(url_of(model)).content
        assert superuser.get(url_of(model, "change", thing.pk)).status_code == 200


def test_menus_of_filters_name_no_other_team(scene, owner, superuser, strange_job):
    Team.objects.filter(pk=strange_job.team_id).update(name="Competitor")
    for model in (Batch, Job, Project, Dataset, Event, Operation):
        assert b"Competitor" not in owner.get(url_of(model)).content, model
    assert b"Competitor" in superuser.get(url_of(Job)).content


def test_what_an_owner_may_not_see_cannot_be_asked_for_by_a_query(owner, strange_job):
    for query in (
        f"team__id__exact={strange_job.team_id}",
        f"id__exact={strange_job.pk}",
        "q=Secret",
    ):
        assert b"Secret</a>" not in owner.get(f"{url_of(Job)}?{query}").content
    for query in ("annotator__password__startswith=p", "team__memberships__user__email=a"):
        assert owner.get(f"{url_of(Job)}?{query}").status_code in {302, 400}
    assert owner.get("/admin/r/1/1/").status_code == 404


def test_verbs_run_through_the_workflow_and_leave_their_line(scene, owner):
    job = Job.objects.get(pk=KEY)
    said = run(owner, job, "stop").content.decode()
    assert "Stop: 1 done." in said
    job.refresh_from_db()
    assert job.stopped_at is not None
    line = Event.objects.filter(job=job, verb="stop").get()
    assert line.actor == scene.owner
    assert "Stop” is not possible now: it is stopped" in run(owner, job, "stop").content.decode()
    for verb in ("resume", "stop", "archive", "unarchive"):
        assert "1 done." in run(owner, job, verb).content.decode(), verb


def test_the_menu_of_verbs_holds_those_that_need_no_input(owner):
    menus = {
        Job: {"stop", "resume", "archive", "unarchive", "clone", "restart", "release"},
        Batch: {"stop", "resume", "archive", "unarchive"},
        Membership: {"deactivate", "reactivate"},
        Operation: {"cancel", "retry"},
        Project: {"archive", "unarchive"},
    }
    for model, verbs in menus.items():
        page = owner.get(url_of(model)).content.decode()
        missing = [verb for verb in verbs if f'<option value="{verb}">' not in page]
        assert not missing, model
    assert '<option value="assign">' not in owner.get(url_of(Job)).content.decode()


def test_refused_verbs_are_told_and_do_nothing(scene, owner, superuser, strange_job):
    member = Membership.objects.get(user=scene.owner)
    assert "last owner" in run(owner, member, "deactivate").content.decode()
    job = Job.objects.get(pk=KEY)
    said = run(superuser, job, "stop").content.decode()
    assert "Your role in this team does not allow this: Stop" in said
    run(owner, strange_job, "stop")
    assert not Job.objects.filter(stopped_at__isnull=False).exists()
    run(owner, job, "nonsense")
    jobs = [JobFactory.create(batch=job.batch) for _ in range(7)]
    data = {"action": "resume", "_selected_action": [each.pk for each in jobs]}
    said = owner.post(url_of(Job), data, follow=True).content.decode()
    assert "2 more were refused" in said


def test_history_leads_to_the_events_of_the_object(scene, owner):
    answer = owner.get(url_of(Job, "history", KEY))
    assert answer["location"] == f"{url_of(Event)}?job={KEY}"
    assert owner.get(answer["location"]).status_code == 200
    answer = owner.get(url_of(Project, "history", KEY))
    assert answer["location"] == f"{url_of(Event)}?subject_type=project&subject_id={KEY}"
    assert owner.get(answer["location"]).status_code == 200


def test_a_project_is_shown_with_its_schema(scene, owner):
    project = Project.objects.get(pk=KEY)
    page = owner.get(url_of(Project, "change", KEY)).content.decode()
    assert project.classes.get().name in page
    assert project.tag_definitions.get().name in page


def test_no_secret_is_shown(scene, owner):
    for model in (Operation, Team, Membership):
        page = owner.get(url_of(model, "change", KEY)).content.decode()
        assert "hash" not in page
    invitation = Team.objects.get(pk=KEY).invitations.get()
    page = owner.get(url_of(type(invitation), "change", KEY)).content.decode()
    assert invitation.token_hash not in page


def test_passwords_are_changed_on_one_s_own_page(owner):
    assert owner.get("/admin/password_change/")["location"] == reverse("account_change_password")
