"""What an annotator does with one item: save its labels, confirm it, skip it."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict, Invalid
from labeling.core.workflow import Change, register
from labeling.jobs import eta
from labeling.jobs.actions.annotating import not_its_annotator
from labeling.jobs.actions.base import JobItemAction, count_change
from labeling.jobs.models import Annotation, Job, JobItem, Pace
from labeling.jobs.money.booking import follow
from labeling.jobs.queue.leases import renew
from labeling.jobs.schema import offered_classes, offered_tags, rules_for
from labeling.jobs.states import ANNOTATING, ItemState, Stage, State
from labeling.projects.documents import DocumentError, count, parse
from labeling.projects.models import Item
from labeling.projects.referencing import STATE

NOT_ACCEPTED = ((ItemState.NONE,), (ItemState.DONE,), (ItemState.REJECTED,))


class AnnotatorItemAction(JobItemAction):
    """A verb of the job's annotator; accepted items are locked."""

    capability = Capability.LABEL
    job_sources = tuple(ANNOTATING)
    sources = NOT_ACCEPTED

    def refusal(self, obj: JobItem, actor: Any) -> Any | None:
        """Only the annotator of the item's job."""
        return not_its_annotator(obj.job, actor)

    def effect(self, change: Change) -> None:
        """The first touch starts the job; the item's new state counts."""
        begin(change)
        count_change(change.obj.job_id, change.before, change.obj.state)


def begin(change: Change) -> None:
    """A new job is in progress once its annotator has touched an item; a lent one stays theirs."""
    job: Job = change.obj.job
    renew(job, change.at)
    began = Job.objects.filter(pk=job.pk, stage=Stage.ANNOTATION, state=State.NEW).update(
        state=State.IN_PROGRESS, started_at=job.started_at or change.at
    )
    if began:
        follow([job.pk], change.at)


def refuse_unseen(item: Item) -> None:
    """Labels stand in a picture's pixels: nothing is said of one that nobody can have seen.

    Raises:
        Conflict: the picture is still at its address.
    """
    if not item.is_fetched:
        told = _("The picture is not here yet, so it cannot be labeled. Open it, or skip it.")
        raise Conflict(told, state=STATE)


class SaveForm(forms.Form):
    """A label document and the version that it is based on."""

    version = forms.IntegerField(min_value=0)
    document = forms.JSONField(required=False)


@register
class SaveAnnotation(AnnotatorItemAction):
    """Replace the stored labels, if nobody has saved since the given version.

    The outcome is the stored annotation. Not an event in the history: people save every second.
    """

    verb = "save-annotation"
    by_rest = False  # PUT …/annotation/
    label = _("Save")
    form = SaveForm
    recorded = False
    outcome_model = Annotation

    def check(self, change: Change) -> None:
        """The picture must be here."""
        super().check(change)
        refuse_unseen(change.obj.item)

    def effect(self, change: Change) -> None:
        """Check the document against the job's rules and store it under the next version.

        Raises:
            Conflict: somebody saved meanwhile; the details hold what is stored.
            Invalid: the document breaks a rule; every problem with its path.
        """
        begin(change)
        stored = Annotation.objects.select_related("updated_by").get(job_item=change.obj)
        if stored.version != change.data["version"]:
            raise saved_meanwhile(stored)
        document = self._checked(change, stored)
        counts = count(document)
        rows = Annotation.objects.filter(pk=stored.pk, version=stored.version).update(
            document=document,
            version=stored.version + 1,
            object_count=counts.objects,
            tag_count=counts.tags,
            updated_by_id=change.actor.user.pk,
            updated_at=change.at,
        )
        change.outcome = Annotation.objects.select_related("updated_by").get(pk=stored.pk)
        if rows != 1:
            raise saved_meanwhile(change.outcome)

    def changes(self, change: Change) -> dict[str, Any]:
        """Labels have a version of their own; the item's state stays."""
        return {}

    def _checked(self, change: Change, stored: Annotation) -> Any:
        item, batch = change.obj.item, change.obj.job.batch
        rules = rules_for(batch, item, offered_classes(batch), offered_tags(batch))
        try:
            return parse(change.data["document"], rules, stored=stored.document)
        except DocumentError as error:
            problems = [asdict(problem) for problem in error.problems]
            raise Invalid(problems, _("These labels cannot be saved.")) from error


def saved_meanwhile(stored: Annotation) -> Conflict:
    """The 409 of a save: it holds what is stored, so that nothing is lost."""
    return Conflict(
        _("These labels were saved elsewhere meanwhile. Nothing is lost: compare and choose."),
        **annotation_facts(stored),
    )


def annotation_facts(annotation: Annotation) -> dict[str, Any]:
    """An annotation as clients see it."""
    return {
        "version": annotation.version,
        "document": annotation.document,
        "updated_by": annotation.updated_by.name if annotation.updated_by else None,
        "updated_at": annotation.updated_at.isoformat() if annotation.updated_at else None,
    }


@register
class ConfirmItem(AnnotatorItemAction):
    """The annotator says that the item is done."""

    verb = "confirm-item"
    label = _("Confirm")
    primary = True
    order = 10

    def check(self, change: Change) -> None:
        """The picture must be here."""
        super().check(change)
        refuse_unseen(change.obj.item)

    def changes(self, change: Change) -> dict[str, Any]:
        """Done now, by this person; an earlier skip is forgotten."""
        return {
            **super().changes(change),
            "state": ItemState.DONE,
            "skip_reason": "",
            "done_by_id": change.actor.user.pk,
            "done_at": change.at,
        }

    def effect(self, change: Change) -> None:
        """Confirmations are the evidence of a person's pace."""
        super().effect(change)
        remember_pace(change)


def remember_pace(change: Change) -> None:
    """Add the gap since the person's last confirmation on this project."""
    pace, made = Pace.objects.get_or_create(
        user_id=change.actor.user.pk,
        project_id=change.obj.job.project_id,
        defaults={"last_done_at": change.at},
    )
    if not made:
        gap = (change.at - pace.last_done_at).total_seconds()
        pace.recent_seconds = eta.observe(pace.recent_seconds, gap)
        pace.usual_seconds = eta.usual_pace(pace.recent_seconds)
        pace.last_done_at = change.at
        pace.save(update_fields=["recent_seconds", "usual_seconds", "last_done_at"])


class SkipForm(forms.Form):
    """Why an item cannot be labeled."""

    reason = forms.CharField(max_length=1000, label=_("Reason"))


@register
class SkipItem(AnnotatorItemAction):
    """The annotator cannot label the item and says why; it counts as done."""

    verb = "skip-item"
    label = _("Skip")
    form = SkipForm
    order = 20

    def changes(self, change: Change) -> dict[str, Any]:
        """Done without labels, with the reason."""
        change.note["reason"] = change.data["reason"]
        return {
            **super().changes(change),
            "state": ItemState.DONE,
            "skip_reason": change.data["reason"],
            "done_by_id": change.actor.user.pk,
            "done_at": change.at,
        }
