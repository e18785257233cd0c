"""Changing many jobs at once: each job gets the registered action, and tells how it went.

The plan is frozen at the start: which verb, with which input, on which jobs. Each row keeps the
value before and after, so that another operation can take back what nobody has changed since.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actor import Actor
from accounts.models import Team
from accounts.roles import Capability
from labeling.core.collecting import collector_resting
from labeling.core.errors import Invalid
from labeling.core.fields import IdListField
from labeling.core.key_lists import among
from labeling.core.workflow import actions, validated
from labeling.jobs.actions.base import people_who
from labeling.jobs.loads import held_items, rooms_left
from labeling.jobs.models import Job
from labeling.jobs.operations.job_tasks import MARKS, VALUES, Task, done, part_of, plain
from labeling.jobs.queue.leases import return_expired
from labeling.jobs.spreading import spread_jobs
from labeling.operations.kinds import Chunk, Kind, Plan, Row, Step, register_kind
from labeling.operations.models import Operation
from labeling.operations.queues import Queue
from labeling.operations.states import Outcome

MOST_JOBS = 50_000

CHANGE = "change-jobs"

AGAIN = "again"
"""Where `retry_rows` puts a plan that is frozen already."""

SPREAD = "spread"
"""Assigns each job to one of several people, balanced by what they hold already."""


NOBODY = "none"
"""The word for the pool, for any reviewer, for no due date."""


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

    def sweep(self) -> None:
        """Jobs whose lease is over go back to the pool."""
        return_expired()

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze the verb, its checked input and the jobs.

        Raises:
            Invalid: a job that the actor does not see, or input that the verb refuses.
        """
        if AGAIN in data:
            return planned(data[AGAIN])
        if data["verb"] == SPREAD:
            jobs = visible_jobs(actor, team, data["jobs"])
            spread_out = planned_spread(team, jobs, data["people"])
            return planned(spread_out, title(SPREAD, len(jobs)))
        check_visible(actor, team, data["jobs"])
        return planned(
            {
                "verb": data["verb"],
                "data": frozen_input(data["verb"], actor, team, data),
                "jobs": data["jobs"],
            }
        )

    def run_chunk(self, chunk: Chunk, prepared: Any) -> Step:
        """Thousands of jobs in a few queries, each with its own outcome."""
        actor = Actor.for_user(chunk.operation.created_by or AnonymousUser())
        with collector_resting():
            return self.step(chunk, done(self.tasks(chunk), actor, chunk.operation.team_id))

    def tasks(self, chunk: Chunk) -> list[Task]:
        """The next rows of the plan."""
        plan, at = chunk.plan, chunk.cursor.get("at", 0)
        verb, data, each = plan["verb"], plan["data"], plan.get("each")
        return [
            Task(number, job_id, verb, data if each is None else each[number - 1])
            for number, job_id in enumerate(plan["jobs"][part_of(at)], at + 1)
        ]

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """The same verb and input for the jobs that were refused."""
        frozen, places = dict(operation.plan), [number - 1 for number in failed(operation)]
        for name in ("jobs", "each"):
            if name in frozen:
                frozen[name] = [frozen[name][place] for place in places]
        return {AGAIN: frozen}

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


def planned(frozen: Mapping[str, Any], label: str = "") -> Plan:
    """The plan of a change, named by its verb unless it has a name."""
    total = len(frozen["jobs"])
    return Plan(data=frozen, total=total, label=label or title(frozen["verb"], total))


def failed(operation: Operation) -> list[int]:
    """The numbers of the rows that were refused, in order."""
    refused = operation.rows.filter(outcome=Outcome.ERROR).order_by("number")
    return list(refused.values_list("number", flat=True))


def check_visible(actor: Any, team: Team, ids: Sequence[int]) -> None:
    """Ask that the actor sees all of these jobs, and that they are of this team.

    Raises:
        Invalid: it names some that are not.
    """
    jobs = Job.objects.visible_to(actor).filter(team=team)
    known = set(jobs.filter(pk__in=among(ids)).values_list("pk", flat=True).order_by())
    missing = [pk for pk in ids if pk not in known]
    if missing:
        shown = ", ".join(map(str, missing[:10]))
        raise Invalid({"jobs": [_("There are no such jobs in this team: %s") % shown]})


def visible_jobs(actor: Any, team: Team, ids: Sequence[int]) -> list[Job]:
    """These jobs in this order, with what a spread needs to know.

    Raises:
        Invalid: some do not exist for the actor.
    """
    check_visible(actor, team, ids)
    jobs = Job.objects.visible_to(actor).filter(team=team)
    jobs = jobs.select_related("batch").only(
        "reviewer_id", "items", "done", "batch__allow_own_review"
    )
    known = {job.pk: job for job in jobs.filter(pk__in=among(ids))}
    return [known[pk] for pk in ids]


def frozen_input(verb: str, actor: Any, team: Team, data: Mapping[str, Any]) -> dict[str, Any]:
    """The verb's input, checked by the verb's own form and made JSON-able.

    Raises:
        Invalid: as the form says.
    """
    cleaned = validated(actions[Job, verb], Job(team=team), actor, data)
    return {name: plain(value) for name, value in cleaned.items()}


def planned_spread(team: Team, jobs: Sequence[Job], person_ids: Sequence[int]) -> dict[str, Any]:
    """Who gets which job, decided now, so that a retry gives the same.

    Raises:
        Invalid: nobody is chosen, or somebody who may not label here.
    """
    people = list(people_who(Capability.LABEL, team.pk).filter(pk__in=person_ids))
    if not people or len(people) != len(set(person_ids)):
        raise Invalid({"people": [_("Choose people of this team who may label.")]})
    keys, moving = [person.pk for person in people], [job.pk for job in jobs]
    shares = spread_jobs(
        {job.pk: job.left for job in jobs},
        held_items(team.pk, keys, moving),
        {
            job.pk: job.reviewer_id
            for job in jobs
            if job.reviewer_id and not job.batch.allow_own_review
        },
        rooms_left(team.pk, keys, moving),
    )
    return {
        "verb": "assign",
        "data": {},
        "jobs": [job.pk for job in jobs],
        "each": [{"annotator": shares[job.pk]} for job in jobs],
    }


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
