"""One of everything in one team, all under the same key.

Because every object has the key KEY, any address of the URLconf can be filled in without knowing
what it is about: `/jobs/<pk>/`, `/datasets/<pk>/`, `/teams/<team_id>/members/<pk>/` all lead to
something that exists, and an outsider's 404 means that it is hidden, not that it is missing.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management.color import no_style
from django.db import connection, models
from django.utils import timezone

from accounts.models import ApiToken, Invitation, Membership, Team, User
from accounts.roles import Role
from labeling.jobs.models import (
    Activity,
    Batch,
    EstimateRefresh,
    Event,
    Forecast,
    Job,
    JobItem,
    LedgerEntry,
    Pace,
    PersonSkill,
    Price,
    SavedView,
    Skill,
    Terms,
    WorkingHours,
)
from labeling.jobs.models.activity import quarter_of
from labeling.operations.models import (
    Attempt,
    Delivery,
    Lane,
    LogLine,
    Notice,
    Operation,
    OperationRow,
    Webhook,
)
from labeling.projects.models import Dataset, ItemLabels, ItemTag, Project, StagedFile
from tests.factories import (
    AnnotationFactory,
    BatchFactory,
    CommentFactory,
    DatasetFactory,
    ItemFactory,
    JobFactory,
    JobItemFactory,
    LabelClassFactory,
    MembershipFactory,
    ProjectFactory,
    TagDefinitionFactory,
    TeamFactory,
    UserFactory,
    WorkspaceFactory,
)

KEY = 4242
OUR_APPS = ("accounts", "operations", "projects", "jobs")


@dataclass
class Scene:
    """The team and who is in it; `people` has one person of each role, by role."""

    team: Team
    people: dict[str, User]
    outsider: User
    restricted: User

    @property
    def owner(self) -> User:
        """Who may do most."""
        return self.people[Role.OWNER]

    def objects(self) -> dict[type[models.Model], Any]:
        """What there is under KEY, by model."""
        found = {}
        for model in our_models():
            thing = model._default_manager.filter(pk=KEY).first()
            if thing is not None:
                found[model] = thing
        return found


def our_models() -> list[type[models.Model]]:
    """Every model of the project that a URL could be about."""
    return [
        model
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        if not model._meta.auto_created
    ]


def build() -> Scene:
    """Make the team with one of everything."""
    team = TeamFactory.create(pk=KEY, name="Fruit")
    people = {role.value: UserFactory.create(username=role.value) for role in Role}
    for role, person in people.items():
        MembershipFactory.create(team=team, user=person, role=role)
    restricted = UserFactory.create(username="restricted")
    MembershipFactory.create(team=team, user=restricted, role=Role.ANNOTATOR, restricted=True)
    member = UserFactory.create(pk=KEY, username="somebody")
    MembershipFactory.create(pk=KEY, team=team, user=member, role=Role.ANNOTATOR)
    outsider = UserFactory.create(username="outsider")
    MembershipFactory.create(user=outsider, role=Role.OWNER)
    scene = Scene(team, people, outsider, restricted)
    _fill(scene, member, KEY)
    _move_sequences()
    return scene


def grow(scene: Scene, count: int) -> None:
    """More of everything, around the objects under KEY and beside them."""
    project = Project.objects.get(pk=KEY)
    for _number in range(count):
        person = UserFactory.create()
        MembershipFactory.create(team=scene.team, user=person, role=Role.ANNOTATOR)
        _fill(scene, person, None)
        ItemFactory.create(dataset=project.datasets.get(pk=KEY))
        LabelClassFactory.create(project=project)
        TagDefinitionFactory.create(project=project)
        job = JobFactory.create(batch=Batch.objects.get(pk=KEY), annotator=person, size=1)
        _talk(Job.objects.get(pk=KEY), person, None)
        _talk(job, person, None)
        JobItemFactory.create(job=Job.objects.get(pk=KEY), state="done")
        rows = OperationRow.objects.filter(operation=KEY)
        OperationRow.objects.create(operation_id=KEY, number=rows.count() + 1, outcome="ok")
        LogLine.objects.create(operation_id=KEY, event="went-on", by=person)
        tries = Attempt.objects.filter(delivery=KEY).count()
        Attempt.objects.create(delivery_id=KEY, number=tries + 1, at=timezone.now(), code=500)


def _fill(scene: Scene, person: User, key: int | None) -> None:
    """One of everything that a team owns; under `key`, or under the next free keys."""
    owner, team, now = scene.owner, scene.team, timezone.now()
    _keys(key, person, team, owner)
    shelf = WorkspaceFactory.create(pk=key, team=team)
    project = ProjectFactory.create(pk=key, team=team, workspace=shelf, created_by=owner)
    LabelClassFactory.create(pk=key, project=project)
    tag = TagDefinitionFactory.create(pk=key, project=project)
    dataset = DatasetFactory.create(pk=key, project=project)
    item = ItemFactory.create(pk=key, dataset=dataset, labeled_at=now)
    ItemLabels.objects.create(pk=key, item=item)
    ItemTag.objects.create(pk=key, item=item, tag=tag)
    operation = _operation(key, scene, dataset)
    StagedFile.objects.create(
        pk=key, operation=operation, file=ContentFile(b"x", "x"), name="x.png", byte_size=1
    )
    batch = BatchFactory.create(pk=key, dataset=dataset, created_by=owner)
    job = JobFactory.create(pk=key, batch=batch, annotator=person)
    job_item = JobItemFactory.create(pk=key, job=job, item=item, annotation=None)
    AnnotationFactory.create(pk=key, job_item=job_item)
    _talk(job, person, key)
    Pace.objects.create(pk=key, user=person, project=project, last_done_at=now)
    quarter = quarter_of(now)
    Activity.objects.create(pk=key, team=team, user=person, quarter=quarter, done=3, accepted=2)
    SavedView.objects.create(
        pk=key, team=team, user=owner, page="jobs:job-list", name=f"Mine {project.pk}"
    )
    _pay(project, job_item, person, key)
    _plan(team, batch, person, key)


def _pay(project: Project, job_item: JobItem, person: User, key: int | None) -> None:
    Terms.objects.create(pk=key, project=project, budget=100)
    Price.objects.create(pk=key, project=project, work="annotation", amount=1)
    LedgerEntry.objects.create(
        pk=key,
        team_id=project.team_id,
        project=project,
        batch_id=job_item.job.batch_id,
        job=job_item.job,
        job_item=job_item,
        person=person,
        kind="owed",
        work="annotation",
        amount=1,
        currency="EUR",
    )


def _plan(team: Team, batch: Batch, person: User, key: int | None) -> None:
    skill = Skill.objects.create(pk=key, team=team, name=f"X-ray {batch.pk}")
    PersonSkill.objects.create(pk=key, skill=skill, user=person)
    Batch.objects.filter(pk=batch.pk).update(skill=skill)  # so that nobody deletes it
    WorkingHours.objects.create(pk=key, team=team, user=person)
    if key is not None:
        EstimateRefresh.objects.create(pk=key, team=team)
    Forecast.objects.create(
        pk=key,
        team=team,
        of="batch",
        subject_id=batch.pk,
        reason="no one is assigned",
        computed_at=timezone.now(),
    )


def _keys(key: int | None, person: User, team: Team, owner: User) -> None:
    Invitation.objects.create(
        pk=key,
        team=team,
        role=Role.VIEWER,
        token_hash=f"hash-{person.pk}",
        created_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )
    ApiToken.objects.create(
        pk=key, user=owner, name="script", prefix="ldk_", digest=f"digest-{person.pk}"
    )


def _talk(job: Job, person: User, key: int | None) -> None:
    CommentFactory.create(pk=key, job=job, author=person)
    Event.objects.create(
        pk=key,
        team_id=job.team_id,
        verb="start",
        actor=person,
        subject_type="job",
        subject_id=job.pk,
        batch_id=job.batch_id,
        job=job,
        at=timezone.now(),
    )


def _operation(key: int | None, scene: Scene, dataset: Dataset) -> Operation:
    operation = Operation.objects.create(
        pk=key,
        team=scene.team,
        kind="upload-items",
        label="Upload",
        created_by=scene.owner,
        status="complete",
        queue="bulk",
        total=1,
        done=1,
        subject_type="projects.dataset",
        subject_id=dataset.pk,
        completed_at=timezone.now(),
    )
    OperationRow.objects.create(pk=key, operation=operation, number=1, outcome="ok")
    LogLine.objects.create(pk=key, operation=operation, event="asked", by=scene.owner)
    if key is not None:
        Lane.objects.create(pk=key, team=scene.team, queue="bulk")
    _notices(key, scene, operation)
    return operation


def _notices(key: int | None, scene: Scene, operation: Operation) -> None:
    now = timezone.now()
    Notice.objects.create(pk=key, team=scene.team, person=scene.owner, operation=operation, at=now)
    hook = Webhook.objects.create(
        pk=key,
        team=scene.team,
        url="https://hooks.example/desk",
        events=["complete"],
        created_by=scene.owner,
    )
    for receiver in dict.fromkeys([hook, Webhook.objects.get(pk=KEY)]):
        delivery = Delivery.objects.create(
            pk=key if receiver.deliveries.count() == 0 else None,
            team=scene.team,
            operation=operation,
            webhook=receiver,
            event="complete",
            body="{}",
            attempt_count=1,
            delivered_at=now,
            next_try_at=None,
        )
        Attempt.objects.create(pk=key, delivery=delivery, number=1, at=now, ended_at=now, code=200)


def _move_sequences() -> None:
    """PostgreSQL does not notice keys that were given by hand."""
    statements = connection.ops.sequence_reset_sql(no_style(), [User, Membership, *our_models()])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
