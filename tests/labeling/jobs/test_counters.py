"""Whatever people do in whatever order: counters equal a recount, and states fit together."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.actor import Actor
from accounts.roles import Role
from labeling.core.errors import WorkflowError
from labeling.core.workflow import actions, actions_of, perform, verbs_for
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.recounting import recount_jobs
from labeling.jobs.settling import LAUNCHED, Facts, batch_status
from labeling.jobs.states import BatchStatus, Status, status_of
from tests.conftest import person
from tests.factories import BatchFactory, DatasetFactory, JobFactory, ProjectFactory, TeamFactory

ROLES = [Role.MANAGER, Role.REVIEWER, Role.ANNOTATOR]
LEFT_OUT = {"comment", "save-annotation", "clone"}  # they move no counter
MULTIPLYING = ("restart",)
JOB_VERBS = [each.verb for each in actions_of(Job) if each.verb not in {*LEFT_OUT, *MULTIPLYING}]
ITEM_VERBS = [each.verb for each in actions_of(JobItem) if each.verb not in LEFT_OUT]
BATCH_VERBS = ["stop", "resume", "cancel", "reopen", "archive", "unarchive"]

PICK = st.integers(0, 10_000)

# What any of the verbs may want; the others' forms do not look at it.
INPUT = {"reason": "Because.", "priority": 4}


Press = tuple[int, Any, str]


def chosen(offered: list[Press], verb: int, which: int) -> Press:
    """One of the buttons: each verb is as likely, however many objects offer it."""
    verbs = sorted({name for _who, _obj, name in offered})
    name = verbs[verb % len(verbs)]
    alike = [each for each in offered if each[2] == name]
    return alike[which % len(alike)]


class Life(RuleBasedStateMachine):
    """A batch of two jobs and three people who press every button there is."""

    def __init__(self) -> None:
        super().__init__()
        # Every example is rolled back, so that the next one begins with an empty desk.
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        team = TeamFactory.create()
        people = [person(team, str(role), str(role.label), role) for role in ROLES]
        self.actors = [Actor.for_user(user) for user in people]
        project = ProjectFactory.create(team=team, created_by=people[0])
        self.batch = BatchFactory.create(dataset=DatasetFactory.create(project=project))
        for _number in range(2):
            JobFactory.create(batch=self.batch, annotator=people[-1], size=2)

    def teardown(self) -> None:
        """Forget this example."""
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def offered(self, objects) -> list[Press]:
        """Every button that somebody has now."""
        return [
            (who, obj, action.verb)
            for obj in objects
            for who, actor in enumerate(self.actors)
            for action in verbs_for(obj, actor)
            if action.verb not in LEFT_OUT
        ]

    def act(self, who: int, obj: Any, verb: str, **data: Any) -> None:
        """Press a button; being refused is fine."""
        try:
            perform(actions[type(obj), verb], obj, self.actors[who], {**INPUT, **data})
        except WorkflowError as refusal:
            assert str(refusal.message)  # noqa: PT017 a refusal is no failure, but it says why

    @rule(which=PICK, verb=PICK, anyway=st.booleans())
    def a_job_verb_that_is_offered(self, which, verb, anyway):
        jobs = list(self.batch.jobs.order_by("pk"))
        flag: dict[str, object] = {"anyway": "on", "accept_rest": "on"} if anyway else {}
        flag["annotator"] = self.actors[-1].user.pk
        enough = set(MULTIPLYING) if len(jobs) > 5 else set()
        offered = [each for each in self.offered(jobs) if each[2] not in enough]
        if offered:
            who, job, name = chosen(offered, verb, which)
            self.act(who, job, name, **flag)

    @rule(which=PICK, verb=PICK, seen=st.booleans())
    def an_item_verb_that_is_offered(self, which, verb, seen):
        offered = self.offered(JobItem.objects.filter(job__batch=self.batch).order_by("pk"))
        if offered:
            who, item, name = chosen(offered, verb, which)
            self.act(who, item, name, **({"version": item.version} if seen else {}))

    @rule(who=st.integers(0, 2), which=PICK, verb=st.sampled_from(JOB_VERBS))
    def any_job_verb(self, who, which, verb):
        jobs = list(self.batch.jobs.order_by("pk"))
        self.act(who, jobs[which % len(jobs)], verb)

    @rule(who=st.integers(0, 2), which=PICK, verb=st.sampled_from(ITEM_VERBS))
    def any_item_verb(self, who, which, verb):
        items = list(JobItem.objects.filter(job__batch=self.batch).order_by("pk"))
        self.act(who, items[which % len(items)], verb)

    @rule(which=PICK)
    def a_job_comes_to_its_review(self, which):
        """Else most examples would never see one."""
        jobs = list(self.batch.jobs.order_by("pk"))
        job = jobs[which % len(jobs)]
        annotator, reviewer = len(self.actors) - 1, 1
        for item in job.job_items.all():
            self.act(annotator, item, "confirm-item")
        self.act(annotator, job, "submit")
        self.act(reviewer, job, "start-review")

    @rule(who=st.integers(0, 2), verb=st.sampled_from(BATCH_VERBS))
    def batch_verb(self, who, verb):
        self.act(who, self.batch, verb)

    @invariant()
    def counters_equal_a_recount(self):
        assert [str(each) for each in recount_jobs()] == []

    @invariant()
    def status_follows_from_stage_and_state(self):
        for job in self.batch.jobs.all():
            stopped = job.stopped_at is not None
            assert job.status == status_of(job.stage, job.state, stopped=stopped)

    @invariant()
    def the_batch_follows_its_jobs(self):
        batch = Batch.objects.get(pk=self.batch.pk)
        live = list(batch.jobs.filter(archived_at=None).values_list("status", flat=True))
        if live and batch.status in LAUNCHED:
            counted: dict[str, Any] = {each.value: live.count(each) for each in Status}
            stop_asked = batch.status == BatchStatus.STOPPING
            assert batch.status == batch_status(Facts(**counted, stop_asked=stop_asked))


@pytest.mark.django_db
def test_no_order_of_verbs_parts_what_belongs_together():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
