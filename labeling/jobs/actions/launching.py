"""Making a batch and launching it."""

import secrets
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Conflict
from labeling.core.workflow import Action, Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.batch_form import BatchForm, selection_of
from labeling.jobs.models import Batch
from labeling.jobs.states import BatchStatus, Split
from labeling.operations.engine import start
from labeling.projects.models import Dataset

BATCH_FIELDS = (
    "name",
    "description",
    "instructions",
    "split",
    "seed",
    "segment_size",
    "reviewer",
    "objects_limit",
    "tags_limit",
    "priority",
    "due_at",
    "needs_review",
    "allow_own_review",
)


@register
class CreateBatch(Action):
    """Make a batch over items of a dataset and launch it. The outcome is the batch.

    Its jobs are made in the background, by the operation `launch-batch`.
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
        """Archived projects and datasets start nothing."""
        dataset = change.obj
        if dataset.archived_at or dataset.project.archived_at:
            raise Conflict(
                _("This dataset is archived. Unarchive it (and its project) first."),
                state="archived",
            )

    def effect(self, change: Change) -> None:
        """Store the settings and start the launch."""
        data, dataset = change.data, change.obj
        values = {name: data[name] for name in BATCH_FIELDS}
        if values["split"] == Split.SHUFFLED and values["seed"] is None:
            values["seed"] = secrets.randbelow(2**31)
        batch = Batch.objects.create(
            **values,
            team_id=dataset.team_id,
            project_id=dataset.project_id,
            dataset=dataset,
            selection=selection_of(data),
            status=BatchStatus.LOADING,
            created_by_id=change.actor.user.pk,
        )
        batch.people.set(data["people"])
        batch.classes.set(data["classes"])
        batch.tags.set(data["tags"])
        launch = {"batch": batch.pk, "jobs_a_person": data.get("jobs_a_person") or 1}
        batch.operation = start("launch-batch", change.actor, dataset.team, launch, subject=batch)
        batch.save(update_fields=["operation"])
        change.outcome = batch
        change.note["batch"] = batch.pk
