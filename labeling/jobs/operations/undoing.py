"""Taking back a change of many jobs, except where somebody has changed the job since."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.core.errors import Conflict
from labeling.core.workflow import actions
from labeling.jobs.actions.rebalancing import REBALANCE
from labeling.jobs.models import Job
from labeling.jobs.operations.changing import AGAIN, CHANGE, ChangeJobs, failed
from labeling.jobs.operations.job_tasks import VALUES, Task, part_of
from labeling.operations.kinds import Chunk, Plan, register_kind
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import Outcome

UNDO = "undo-change-jobs"

UNDOABLE = (CHANGE, UNDO, REBALANCE)
"""The kinds whose rows say what was before."""


class UndoForm(forms.Form):
    """The change to take back."""

    operation = forms.ModelChoiceField(queryset=Operation.objects.none())

    def __init__(self, *args: Any, changes: QuerySet[Operation], **kwargs: Any) -> None:
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
        changes = Operation.objects.visible_to(actor).filter(team=obj, kind__in=UNDOABLE)
        return {"changes": changes}

    def plan(self, actor: Any, team: Any, data: Mapping[str, Any]) -> Plan:
        """Freeze which change; its rows hold what was before.

        Raises:
            Conflict: it still runs, or it changed nothing.
        """
        change: Operation = data["operation"]
        if not change.is_finished:
            raise Conflict(_("It is still running. Cancel it or wait."), state=change.status)
        frozen = {"change": change.pk, **data.get(AGAIN, {})}
        total = len(frozen["only"]) if "only" in frozen else changed_rows(frozen).count()
        if not total:
            raise Conflict(_("It changed nothing, so there is nothing to take back."))
        return Plan(data=frozen, total=total, label=_("Undo: %s") % change.label)

    def tasks(self, chunk: Chunk) -> list[Task]:
        """The next rows that were changed, the other way round."""
        at, only = chunk.cursor.get("at", 0), chunk.plan.get("only")
        changed = changed_rows(chunk.plan)
        part = (
            changed[part_of(at)] if only is None else changed.filter(number__in=only[part_of(at)])
        )
        data = part.values_list("data", flat=True)
        return [backwards(number, row) for number, row in enumerate(data, at + 1)]

    def retry_rows(self, operation: Operation) -> Mapping[str, Any] | None:
        """The rows of the change that could not be taken back; None when the change is gone."""
        change = Operation.objects.filter(pk=operation.plan["change"]).first()
        if change is None:
            return None
        numbers = operation.plan.get("only")
        if numbers is None:
            numbers = list(changed_rows(operation.plan).values_list("number", flat=True))
        only = [numbers[number - 1] for number in failed(operation)]
        return {"operation": change, AGAIN: {"only": only}}


def changed_rows(plan: Mapping[str, Any]) -> QuerySet[OperationRow]:
    """The rows that the change of an undo's plan has changed, in their order."""
    rows = OperationRow.objects.filter(operation=plan["change"], outcome=Outcome.OK)
    return rows.order_by("number")


def backwards(number: int, data: Mapping[str, Any]) -> Task:
    """The task that takes a changed row back.

    Arguments:
        data: what the row says: the job, the verb, the values before and after.
    """
    job_id, verb, before, after = (data[key] for key in ("job", "verb", "before", "after"))
    if verb in VALUES:
        is_unbegun = data.get("is_unbegun", False)
        return Task(number, job_id, verb, {VALUES[verb].field: before}, (after,), is_unbegun)
    undo = actions[Job, verb].undo or verb
    return Task(number, job_id, undo, {}, (after,))
