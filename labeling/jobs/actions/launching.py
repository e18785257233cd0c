"""Making a batch and launching it."""

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.batch_form import BatchForm, selection_of
from labeling.jobs.actions.batches import BatchAction
from labeling.jobs.actions.sharing import as_stored
from labeling.jobs.models import Batch
from labeling.jobs.queue.ranks import hold_queue, last_rank
from labeling.jobs.selection import selected_items
from labeling.jobs.states import BatchStatus, Split
from labeling.operations.engine import start
from labeling.projects.actions.references import fetch_ahead
from labeling.projects.models import Dataset
from labeling.projects.staging import refuse_archived

BATCH_FIELDS = (
    "name",
    "description",
    "instructions",
    "split",
    "spread",
    "seed",
    "segment_size",
    "jobs_a_person",
    "overlap",
    "reviewer",
    "objects_limit",
    "tags_limit",
    "priority",
    "due_at",
    "needs_review",
    "allow_own_review",
    "items_a_person",
    "lease_minutes",
    "skill",
    "skill_level",
)


@register
class CreateBatch(Action):
    """Make a batch over items of a dataset, and launch it unless told not to: then it is new.

    The outcome is the batch.
    """

    verb = "create-batch"
    label = _("New batch")
    model = Dataset
    capability = Capability.MANAGE_JOBS
    form = BatchForm
    outcome_model = Batch
    primary = True
    order = 10

    def form_kwargs(self, obj: Dataset, actor: Any) -> dict[str, Any]:
        """The dataset, and the people of its team."""
        return {
            "dataset": obj,
            "annotators": people_who(Capability.LABEL, obj.team_id),
            "reviewers": people_who(Capability.REVIEW, obj.team_id),
        }

    def check(self, change: Change) -> None:
        """Archived and deleted datasets start nothing."""
        refuse_archived(change.obj)

    def effect(self, change: Change) -> None:
        """Store the settings and start the launch."""
        data, dataset = change.data, change.obj
        values = {name: data[name] for name in BATCH_FIELDS}
        if values["split"] == Split.SHUFFLED and values["seed"] is None:
            values["seed"] = secrets.randbelow(2**31)
        hold_queue(dataset.team_id)
        batch = Batch.objects.create(
            **values,
            weights=as_stored(data["weights"]),
            rank=last_rank(dataset.team_id),
            team_id=dataset.team_id,
            project_id=dataset.project_id,
            dataset=dataset,
            selection=selection_of(data),
            status=BatchStatus.LOADING if data["launch"] else BatchStatus.NEW,
            created_by_id=change.actor.user.pk,
        )
        batch.people.set(data["people"])
        batch.classes.set(data["classes"])
        batch.tags.set(data["tags"])
        if data["launch"]:
            start_launch(change, batch)
        change.outcome = batch
        change.note["batch"] = batch.pk


def start_launch(change: Change, batch: Batch) -> None:
    """Have its jobs made in the background, by the operation `launch-batch`."""
    launch = {"batch": batch.pk}
    batch.operation = start("launch-batch", change.actor, batch.team, launch, subject=batch)
    batch.save(update_fields=["operation"])
    # Nobody should wait for a picture in front of it.
    fetch_ahead(change.actor, batch.dataset, selected_items(batch.dataset, batch.selection))


class LaunchForm(forms.Form):
    """Into how many jobs a share is cut; as it was saved when nothing is said."""

    jobs_a_person = forms.IntegerField(
        required=False, min_value=1, max_value=100, label=_("Jobs a person")
    )


@register
class LaunchBatch(BatchAction):
    """Give out the jobs of a batch that was saved without launching."""

    verb = "launch"
    label = _("Launch")
    description = _("Its items become jobs, and people can begin.")
    form = LaunchForm
    sources = ((BatchStatus.NEW,),)
    target = (BatchStatus.LOADING,)
    leads_to = "loading, then processing"
    primary = True
    order = 5

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """What was saved."""
        return {"initial": {"jobs_a_person": obj.jobs_a_person}}

    def changes(self, change: Change) -> dict[str, Any]:
        """What is said at the launch is kept, for items that are added later."""
        jobs = change.data["jobs_a_person"]
        return {**super().changes(change), **({"jobs_a_person": jobs} if jobs else {})}

    def check(self, change: Change) -> None:
        """Its dataset takes work, and there are items and people.

        Raises:
            Conflict
        """
        batch: Batch = change.obj
        refuse_archived(batch.dataset)
        if not selected_items(batch.dataset, batch.selection).exists():
            raise Conflict(_("It has no items. Add some first."), state=change.before)
        may_label = people_who(Capability.LABEL, batch.team_id).values("pk")
        if batch.split == Split.EACH and not batch.people.filter(pk__in=may_label).exists():
            raise Conflict(
                _("Nobody of its people may label in this team any more. Make another batch."),
                state=change.before,
            )

    def effect(self, change: Change) -> None:
        """Start the launch, for those of its people who are still there."""
        batch: Batch = change.obj
        may_label = people_who(Capability.LABEL, batch.team_id)
        batch.people.set(may_label.filter(pk__in=batch.people.values("pk")))
        start_launch(change, batch)
