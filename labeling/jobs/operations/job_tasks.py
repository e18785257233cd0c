"""The rows of a change of many jobs: which job gets which verb, and how that went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.core.bulk_workflow import Answer, perform_many
from labeling.core.errors import WorkflowError
from labeling.core.key_lists import among
from labeling.core.refusals import explained
from labeling.core.workflow import actions
from labeling.jobs.models import Job
from labeling.jobs.remainder import is_unbegun
from labeling.operations.kinds import Row
from labeling.operations.states import Outcome

CHUNK = 10_000
"""Jobs a transaction; on SQLite it holds the write lock for about half a second."""


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


READ = (
    "name",
    "team_id",
    "project_id",
    "batch_id",
    "annotator_id",
    "reviewer_id",
    "stage",
    "state",
    "stopped_at",
    "archived_at",
    "priority",
    "due_at",
    "segment",
    "type",
    "items",
    "done",
    "rejected",
    "claimed_at",
)
"""The columns that these verbs' rules read, and what a row tells; a test counts the queries."""


class Task(NamedTuple):
    """One row to do.

    Attributes:
        expected: the one value that the job must still have, for an undo; None asks nothing.
        is_unbegun: whether nobody may have begun the job.
    """

    number: int
    job_id: int
    verb: str
    data: Mapping[str, Any]
    expected: tuple[Any] | None = None
    is_unbegun: bool = False


def part_of(at: int) -> slice:
    """The rows of the chunk that begins after so many rows."""
    return slice(at, at + CHUNK)


def done(tasks: Sequence[Task], actor: Actor, team_id: int) -> list[Row]:
    """Do the tasks, each job once, and say how each went; in their order."""
    rows: dict[int, Row] = {}
    for verb in dict.fromkeys(task.verb for task in tasks):
        alike = {task.job_id: task for task in tasks if task.verb == verb}
        jobs = Job.objects.visible_to(actor).filter(team=team_id, pk__in=among(list(alike)))
        work = _Work(verb, alike)
        answers = perform_many(actions[Job, verb], jobs.only(*READ), actor, work.input_of)
        rows |= work.rows(answers)
    return [rows.get(task.number) or _gone(task) for task in tasks]


class _Work:
    """The tasks of one verb, while `perform_many` asks for the input of each job."""

    def __init__(self, verb: str, tasks: Mapping[int, Task]) -> None:
        self.verb, self.tasks = verb, tasks
        self.seen: dict[int, tuple[str, Any]] = {}
        self.skipped: dict[int, Row] = {}

    def input_of(self, job: Job) -> Mapping[str, Any] | None:
        """The verb's input for a job that is held; None to leave it as it is."""
        task, before = self.tasks[job.id], value_of(self.verb, job)
        self.seen[job.id] = (job.name, before)
        reason = ""
        if task.expected is not None and task.expected != (before,):
            reason = _("Somebody has changed it since.")
        elif task.is_unbegun and not is_unbegun(job):
            reason = _("Somebody has begun it since.")
        elif before == wanted(task):
            reason = _("It is so already.")
        if not reason:
            return task.data
        self.skipped[task.number] = _row(task, job.name, Outcome.SKIPPED, reason)
        return None

    def rows(self, answers: Mapping[int, Answer]) -> dict[int, Row]:
        """What became of the jobs, by the number of the task."""
        rows = dict(self.skipped)
        for job_id, answer in answers.items():
            task, (name, before) = self.tasks[job_id], self.seen[job_id]
            if isinstance(answer, WorkflowError):
                rows[task.number] = _row(task, name, Outcome.ERROR, explained(answer))
            else:
                values = {"before": before, "after": value_of(self.verb, answer.obj)}
                rows[task.number] = _row(task, name, Outcome.OK, "", values)
        return rows


def _gone(task: Task) -> Row:
    return _row(task, str(task.job_id), Outcome.ERROR, _("This job is not there any more."))


def _row(task: Task, name: str, outcome: Outcome, message: str, values: Any = None) -> Row:
    data = {"job": task.job_id, "verb": task.verb, **(values or {})}
    if task.is_unbegun:
        data["is_unbegun"] = True
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


def plain(value: Any) -> Any:
    """A value as it is stored in a plan: a key, an ISO 8601 time in UTC, or itself."""
    if isinstance(value, models.Model):
        return value.pk
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
