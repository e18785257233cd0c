"""What an export is of: a project, a dataset, a batch or a job; all of it, or what was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from labeling.exports.item_filter import ItemFilter
from labeling.jobs.models import Batch, Job, JobItem
from labeling.jobs.states import ItemState, Status
from labeling.projects.models import Dataset, Item, Project

if TYPE_CHECKING:
    from accounts.actor import Actor


class ScopeKind(models.TextChoices):
    """What an export is of."""

    PROJECT = "project", _("project")
    DATASET = "dataset", _("dataset")
    BATCH = "batch", _("batch")
    JOB = "job", _("job")


class Which(models.TextChoices):
    """Which of its items."""

    ACCEPTED = "accepted", _("only what was accepted")
    ALL = "all", _("everything")


MODELS: Mapping[str, Any] = {
    ScopeKind.PROJECT: Project,
    ScopeKind.DATASET: Dataset,
    ScopeKind.BATCH: Batch,
    ScopeKind.JOB: Job,
}

ACCEPTED = Q(state=ItemState.ACCEPTED) | Q(
    state=ItemState.DONE, job__status=Status.COMPLETED, job__batch__needs_review=False
)
"""Items that a reviewer accepted, and done ones of completed jobs that need no review."""

Subject = Project | Dataset | Batch | Job


def visible_subject(kind: str, key: int, actor: Actor) -> Subject | None:
    """The thing to export, if the actor sees it."""
    seen: QuerySet[Any] = MODELS[kind].objects.visible_to(actor)
    found: Subject | None = seen.filter(pk=key).select_related("team").first()
    return found


@dataclass(frozen=True)
class Scope:
    """One export's choice of items and annotations.

    Attributes:
        narrowed: which of a dataset's items it is about; None is all.
    """

    kind: ScopeKind
    key: int
    which: Which
    narrowed: ItemFilter | None = None

    @property
    def is_about_work(self) -> bool:
        """Of a batch or a job: the annotations made there, not the items' own labels."""
        return self.kind in (ScopeKind.BATCH, ScopeKind.JOB)

    def datasets(self) -> list[tuple[int, int]]:
        """(dataset, last position) of each dataset with items, to be frozen in a plan."""
        lookup = {
            ScopeKind.PROJECT: {"project": self.key},
            ScopeKind.DATASET: {"pk": self.key},
            ScopeKind.BATCH: {"batches": self.key},
            ScopeKind.JOB: {"jobs": self.key},
        }[self.kind]
        ends = Dataset.objects.filter(**lookup).annotate(last=Max("items__position"))
        rows = ends.exclude(last=None).order_by("name", "pk").values_list("pk", "last")
        return [(pk, last) for pk, last in rows]

    def job_items(self) -> QuerySet[JobItem]:
        """Every job item whose annotation may be in it; ask for some items at a time."""
        owner: Any = {
            ScopeKind.PROJECT: F("job__project_id"),
            ScopeKind.DATASET: F("job__dataset_id"),
            ScopeKind.BATCH: F("job__batch_id"),
            ScopeKind.JOB: F("job_id"),
        }[self.kind]
        if connection.vendor == "sqlite" and self.kind != ScopeKind.JOB:
            # It knows no sizes, and would look up every item in every job of a batch if it could
            # find those by an index. A sum has none.
            owner = owner + 0
        found = JobItem.objects.alias(owner=owner).filter(owner=self.key)
        return found.filter(ACCEPTED) if self.which == Which.ACCEPTED else found

    def count(self) -> int:
        """How many items it has now."""
        datasets = [pk for pk, _last in self.datasets()]
        return self._chosen(Item.objects.filter(dataset__in=datasets)).count()

    def items(self, dataset: int, last: int) -> QuerySet[Item]:
        """Its items in one dataset up to a position, in order."""
        items = Item.objects.filter(dataset=dataset, position__lte=last)
        return self._chosen(items).order_by("position")

    def _chosen(self, items: QuerySet[Item]) -> QuerySet[Item]:
        if self.narrowed is not None:
            items = self.narrowed.apply(items)
        if self.is_about_work or self.which == Which.ACCEPTED:
            return items.filter(Exists(self.job_items().filter(item=OuterRef("pk"))))
        return items
