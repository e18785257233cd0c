"""A batch once more: the same settings for new work, also in another dataset."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import Capability
from labeling.core.errors import Invalid
from labeling.core.workflow import Change, register
from labeling.jobs.actions.base import people_who
from labeling.jobs.actions.batches import BatchAction
from labeling.jobs.actions.launching import BATCH_FIELDS
from labeling.jobs.models import Batch
from labeling.jobs.queue.ranks import hold_queue, last_rank
from labeling.jobs.states import BatchStatus
from labeling.projects.models import Dataset

CLONED = (*BATCH_FIELDS, "weights")


class DatasetField(forms.ModelChoiceField[Dataset]):
    """A choice among datasets, each with its project."""

    def label_from_instance(self, obj: Any) -> str:
        """Project and dataset."""
        return f"{obj.project.name} / {obj.name}"


class CloneForm(forms.Form):
    """The name of the clone, and the dataset that it takes its items from."""

    name = forms.CharField(max_length=200, required=False, label=_("Name"))
    dataset = DatasetField(queryset=Dataset.objects.none(), label=_("Dataset"), required=False)

    def __init__(self, *args: Any, batch: Batch, datasets: QuerySet[Dataset], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.batch = batch
        field: Any = self.fields["dataset"]
        field.queryset = datasets
        field.empty_label = None if datasets.filter(pk=batch.dataset_id) else _("Choose a dataset")

    def clean_dataset(self) -> Dataset:
        """The chosen one; the batch's own when nothing was said and it takes work."""
        chosen = self.cleaned_data["dataset"]
        own = self.fields["dataset"].queryset.filter(pk=self.batch.dataset_id)  # type: ignore[attr-defined]
        found: Dataset | None = chosen or own.first()
        if found is None:
            raise forms.ValidationError(
                _("Its own dataset is archived or deleted. Choose one that takes work.")
            )
        return found


@register
class CloneBatch(BatchAction):
    """A new batch with the same settings, people and selection; the outcome is that batch.

    It is saved, not launched. In another dataset the choice of single items and of tags means
    nothing and is left out; classes and tags to label are found by their names.
    """

    verb = "clone"
    label = _("Clone")
    description = _("The same settings and people in a new batch, to check and launch.")
    form = CloneForm
    outcome_model = Batch
    order = 60

    def form_kwargs(self, obj: Batch, actor: Any) -> dict[str, Any]:
        """The datasets of the team that take work."""
        live = Dataset.objects.filter(
            team=obj.team_id, archived_at=None, deleted_at=None, project__archived_at=None
        )
        return {
            "batch": obj,
            "datasets": live.select_related("project").order_by("project__name", "name"),
            "initial": {"name": name_of_clone(obj), "dataset": obj.dataset_id},
        }

    def check(self, change: Change) -> None:
        """What it labels is there in the other project too.

        Raises:
            Invalid
        """
        classes, tags = schema_for(change.obj, change.data["dataset"])
        if not classes and not tags:
            raise Invalid(
                {
                    "dataset": [
                        _("Its project has no class or tag of the batch. Choose another dataset.")
                    ]
                }
            )

    def changes(self, change: Change) -> dict[str, Any]:
        """The batch itself stays as it is."""
        return {}

    def effect(self, change: Change) -> None:
        """The outcome is the new batch."""
        batch: Batch = change.obj
        dataset: Dataset = change.data["dataset"]
        values = {name: getattr(batch, name) for name in CLONED}
        values["name"] = change.data["name"] or name_of_clone(batch)
        if not may(Capability.REVIEW, batch.team_id, [values["reviewer"]]):
            values["reviewer"] = None
        hold_queue(batch.team_id)
        clone = Batch.objects.create(
            **values,
            rank=last_rank(batch.team_id),
            team_id=batch.team_id,
            project_id=dataset.project_id,
            dataset=dataset,
            selection=selection_for(batch, dataset),
            status=BatchStatus.NEW,
            created_by_id=change.actor.user.pk,
        )
        clone.people.set(may(Capability.LABEL, batch.team_id, batch.people.all()))
        classes, tags = schema_for(batch, dataset)
        clone.classes.set(classes)
        clone.tags.set(tags)
        change.outcome = clone
        change.note["batch"] = clone.pk


def may(capability: Capability, team_id: int, people: Any) -> list[Any]:
    """Those of some people who still may do it in the team."""
    wanted = [person.pk for person in people if person is not None]
    return list(people_who(capability, team_id).filter(pk__in=wanted))


def name_of_clone(batch: Batch) -> str:
    """The name that is offered."""
    return str(_("%(name)s, again") % {"name": batch.name[:185]})


def selection_for(batch: Batch, dataset: Dataset) -> dict[str, Any]:
    """Its selection, as far as that means something in the dataset."""
    if dataset.pk == batch.dataset_id:
        return dict(batch.selection)
    return {name: batch.selection[name] for name in ("first", "last") if name in batch.selection}


def schema_for(batch: Batch, dataset: Dataset) -> tuple[list[Any], list[Any]]:
    """The classes and tags of the dataset's project that are called as those of the batch."""
    project = dataset.project
    found = []
    for offered, wanted in (
        (project.classes, batch.classes),
        (project.tag_definitions, batch.tags),
    ):
        names = wanted.values("name")
        found.append(list(offered.filter(removed_at=None, name__in=names)))
    return found[0], found[1]
