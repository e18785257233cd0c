"""Changing many jobs at once: each row performs the registered action, and tells how it went.

The plan is frozen at the start: which verb, with which input, on which jobs. Each row keeps the
value before and after, so that another operation can take back what nobody has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actor import Actor
from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid, WorkflowError
from labeling.core.fields import IdListField
from labeling.core.refusals import explained
from labeling.core.workflow import actions, perform, validated
from labeling.jobs.actions.base import people_who
from labeling.jobs.models import Job
from labeling.jobs.spreading import held_items, spread
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation, OperationRow
from labeling.operations.queues import Queue
from labeling.operations.states import Outcome

CHUNK = 25
"""Rows a transaction; on SQLite it holds the write lock for about a tenth of a second."""

IDS_A_QUERY = 5_000
MOST_JOBS = 50_000

CHANGE, UNDO = "change-jobs", "undo-change-jobs"


@dataclass(frozen=True)
class Column:
    """The column of a job that a verb sets, and the field of the verb's form that says to what."""

    name: str
    field: str


VALUES: Mapping[str, Column] = {
    "assign": Column("annotator_id", "annotator"),
    "set-reviewer": Column("reviewer_id", "reviewer"),
    "set-priority": Column("priority", "priority"),
    "set-due": Column("due_at", "due_at"),
}
"""Verbs that set a value; doing it again with the old value takes them back."""

MARKS: Mapping[str, tuple[str, bool]] = {
    "stop": ("stopped_at", True),
    "resume": ("stopped_at", False),
    "archive": ("archived_at", True),
    "unarchive": ("archived_at", False),
}
"""Verbs that set or clear a mark; the action's own undo takes them back."""

SPREAD = "spread"
"""Assigns each job to one of several people, balanced by what they hold already."""


NOBODY = "none"
"""The word for the pool, for any reviewer, for no due date."""


@dataclass(frozen=True)
class Task:
    """One row to do.

    Attributes:
        expected: the one value that the job must still have, for an undo; None asks nothing.
    """

    number: int
    job_id: int
    verb: str
    data: Mapping[str, Any]
    expected: tuple[Any] | None = None


class ChangeForm(forms.Form):
    """A verb, the jobs, and the verb's own input under the names of its form."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in (*VALUES, *MARKS, SPREAD)])
    jobs = IdListField()
    people = IdListField(required=False)
    annotator = forms.CharField(required=False)
    reviewer = forms.CharField(required=False)
    priority = forms.CharField(required=False)
    due_at = forms.CharField(required=False)

    def clean_jobs(self) -> list[int]:
        """At least one, and not without end."""
        ids: list[int] = self.cleaned_data["jobs"]
        if not ids:
            raise forms.ValidationError(_("Select at least one job."))
        if len(ids) > MOST_JOBS:
            raise forms.ValidationError(
                _("At most %d jobs at once. Narrow the list with a filter.") % MOST_JOBS
            )
        return ids

    def clean(self) -> dict[str, Any]:
        """Nobody is a choice that has to be made: an empty menu must not empty the jobs."""
        data = super().clean() or self.cleaned_data
        field = VALUES[data["verb"]].field if data.get("verb") in VALUES else None
        if field is not None and not data.get(field):
            self.add_error(field, _("Choose one."))
        elif field is not None and data[field] == NOBODY:
            data[field] = ""
        return data


@register_kind
class ChangeJobs(Kind):
    """One verb on many jobs."""

    name = CHANGE
    label = gettext_lazy("Change jobs")
    capability = Capability.MANAGE_JOBS
    queue = Queue.QUICK
    form: ClassVar[type[forms.BaseForm]] = ChangeForm

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the verb, its checked input and the jobs.

        Raises:
            Invalid: a job that the actor does not see, or input that the verb refuses.
        """
        jobs = visible_jobs(actor, team, data["jobs"])
        if data["verb"] == SPREAD:
            frozen = planned_spread(team, jobs, data["people"])
        else:
            frozen = {
                "verb": data["verb"],
                "data": frozen_input(data["verb"], actor, team, data),
                "jobs": [job.pk for job in jobs],
            }
        return Plan(data=frozen, total=len(jobs), label=title(data["verb"], len(jobs)))

    def run_chunk(self, chunk: Chunk, prepared: Any) -> Step:
        """Some rows, each in its own savepoint."""
        actor = Actor.for_user(chunk.operation.created_by or AnonymousUser())
        tasks = self.tasks(chunk)
        jobs = Job.objects.visible_to(actor).filter(team=chunk.operation.team_id)
        known = jobs.in_bulk([task.job_id for task in tasks])
        rows = [change_one(task, known.get(task.job_id), actor) for task in tasks]
        return self.step(chunk, rows)

    def tasks(self, chunk: Chunk) -> list[Task]:
        """The next rows of the plan."""
        plan, at = chunk.plan, chunk.cursor.get("at", 0)
        ids = plan["jobs"][at : at + CHUNK]
        each = plan.get("each")
        return [
            Task(
                number,
                job_id,
                plan["verb"],
                plan["data"] if each is None else each[number - 1],
            )
            for number, job_id in enumerate(ids, at + 1)
        ]

    def step(self, chunk: Chunk, rows: Sequence[Row]) -> Step:
        """What the chunk did; the counts go on in the cursor."""
        at = chunk.cursor.get("at", 0) + len(rows)
        counts = dict(chunk.cursor.get("counts", {}))
        for row in rows:
            counts[row.outcome.value] = counts.get(row.outcome.value, 0) + 1
        return Step(
            cursor={"at": at, "counts": counts},
            done=len(rows),
            rows=rows,
            finished=at >= (chunk.operation.total or 0),
            result={
                "changed": counts.get(Outcome.OK.value, 0),
                "skipped": counts.get(Outcome.SKIPPED.value, 0),
                "refused": counts.get(Outcome.ERROR.value, 0),
            },
            message=summary(counts),
        )


class UndoForm(forms.Form):
    """The change to take back."""

    operation = forms.ModelChoiceField(queryset=Operation.objects.none())

    def __init__(self, *args: Any, changes: models.QuerySet[Operation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operation"].queryset = changes  # type: ignore[attr-defined]


@register_kind
class UndoChangeJobs(ChangeJobs):
    """Takes back what a change did, except where somebody has changed the job since."""

    name = UNDO
    label = gettext_lazy("Undo a change of jobs")
    form = UndoForm

    def form_kwargs(self, obj: Any, actor: Any) -> dict[str, Any]:
        """The team's changes that the actor may see."""
        changes = Operation.objects.visible_to(actor).filter(team=obj, kind__in=(CHANGE, UNDO))
        return {"changes": changes}

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze which change; its rows hold what was before.

        Raises:
            Conflict: it still runs, or it changed nothing.
        """
        change: Operation = data["operation"]
        if not change.is_finished:
            raise Conflict(_("It is still running. Cancel it or wait."), state=change.status)
        total = change.rows.filter(outcome=Outcome.OK).count()
        if not total:
            raise Conflict(_("It changed nothing, so there is nothing to take back."))
        label = _("Undo: %s") % change.label
        return Plan(data={"change": change.pk}, total=total, label=label)

    def tasks(self, chunk: Chunk) -> list[Task]:
        """The next rows that were changed, the other way round."""
        changed = OperationRow.objects.filter(
            operation=chunk.plan["change"], outcome=Outcome.OK
        ).order_by("number")
        at = chunk.cursor.get("at", 0)
        return [
            backwards(number, row) for number, row in enumerate(changed[at : at + CHUNK], at + 1)
        ]


def visible_jobs(actor: Any, team: Team, ids: Sequence[int]) -> list[Job]:
    """These jobs in this order.

    Raises:
        Invalid: some do not exist for the actor.
    """
    jobs = Job.objects.visible_to(actor).filter(team=team)
    jobs = jobs.select_related("batch").only(
        "name", "reviewer_id", "items", "done", "batch__allow_own_review"
    )
    known: dict[int, Job] = {}
    for at in range(0, len(ids), IDS_A_QUERY):
        known |= jobs.in_bulk(ids[at : at + IDS_A_QUERY])
    missing = [pk for pk in ids if pk not in known]
    if missing:
        shown = ", ".join(map(str, missing[:10]))
        raise Invalid({"jobs": [_("There are no such jobs in this team: %s") % shown]})
    return [known[pk] for pk in ids]


def frozen_input(verb: str, actor: Any, team: Team, data: Mapping[str, Any]) -> dict[str, Any]:
    """The verb's input, checked by the verb's own form and made JSON-able.

    Raises:
        Invalid: as the form says.
    """
    cleaned = validated(actions[Job, verb], Job(team=team), actor, data)
    return {name: plain(value) for name, value in cleaned.items()}


def plain(value: Any) -> Any:
    """A value as it is stored in a plan: a key, an ISO 8601 time in UTC, or itself."""
    if isinstance(value, models.Model):
        return value.pk
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def planned_spread(team: Team, jobs: Sequence[Job], person_ids: Sequence[int]) -> dict[str, Any]:
    """Who gets which job, decided now, so that a retry gives the same.

    Raises:
        Invalid: nobody is chosen, or somebody who may not label here.
    """
    people = list(people_who(Capability.LABEL, team.pk).filter(pk__in=person_ids))
    if not people or len(people) != len(set(person_ids)):
        raise Invalid({"people": [_("Choose people of this team who may label.")]})
    shares = spread(
        {job.pk: job.left for job in jobs},
        held_items(team.pk, [person.pk for person in people], [job.pk for job in jobs]),
        {
            job.pk: job.reviewer_id
            for job in jobs
            if job.reviewer_id and not job.batch.allow_own_review
        },
    )
    return {
        "verb": "assign",
        "data": {},
        "jobs": [job.pk for job in jobs],
        "each": [{"annotator": shares[job.pk]} for job in jobs],
    }


def change_one(task: Task, job: Job | None, actor: Actor) -> Row:
    """Perform the verb on one job and say how it went."""
    if job is None:
        return _row(task, str(task.job_id), Outcome.ERROR, _("This job is not there any more."))
    before = value_of(task.verb, job)
    if task.expected is not None and task.expected != (before,):
        return _row(task, job.name, Outcome.SKIPPED, _("Somebody has changed it since."))
    if before == wanted(task):
        return _row(task, job.name, Outcome.SKIPPED, _("It is so already."))
    try:
        change = perform(actions[Job, task.verb], job, actor, task.data)
    except WorkflowError as refusal:
        return _row(task, job.name, Outcome.ERROR, explained(refusal))
    values = {"before": before, "after": value_of(task.verb, change.obj)}
    return _row(task, job.name, Outcome.OK, "", values)


def _row(task: Task, name: str, outcome: Outcome, message: str, values: Any = None) -> Row:
    data = {"job": task.job_id, "verb": task.verb, **(values or {})}
    return Row(task.number, name, outcome, message, data)


def value_of(verb: str, job: Job) -> Any:
    """What the verb is about to change in the job: a value, or whether it is marked."""
    if verb in VALUES:
        return plain(getattr(job, VALUES[verb].name))
    return getattr(job, MARKS[verb][0]) is not None


def wanted(task: Task) -> Any:
    """What the verb makes of it."""
    if task.verb in VALUES:
        return task.data.get(VALUES[task.verb].field)
    return MARKS[task.verb][1]


def backwards(number: int, row: OperationRow) -> Task:
    """The task that takes a changed row back."""
    verb, before, after = (row.data[key] for key in ("verb", "before", "after"))
    if verb in VALUES:
        return Task(number, row.data["job"], verb, {VALUES[verb].field: before}, (after,))
    undo = actions[Job, verb].undo or verb
    return Task(number, row.data["job"], undo, {}, (after,))


def title(verb: str, count: int) -> str:
    """The operation's name."""
    label = _("Spread evenly") if verb == SPREAD else actions[Job, verb].label
    text = ngettext("%(label)s: %(count)d job", "%(label)s: %(count)d jobs", count)
    return text % {"label": label, "count": count}


def summary(counts: Mapping[str, int]) -> str:
    """What became of the rows so far, in one sentence."""
    changed = counts.get(Outcome.OK.value, 0)
    skipped, refused = counts.get(Outcome.SKIPPED.value, 0), counts.get(Outcome.ERROR.value, 0)
    parts = [ngettext("%d job changed", "%d jobs changed", changed) % changed]
    if skipped:
        parts.append(_("%d left as they are") % skipped)
    if refused:
        parts.append(_("%d refused") % refused)
    return ", ".join(parts) + "."
