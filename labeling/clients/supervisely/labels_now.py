"""What an image is labeled with now, as a script reads it.

At the vendor a label is on its image as soon as it is drawn. Here it is in a job until that is
completed; so a script is told what an export of everything holds: the image's own labels, with
what jobs made of them since. With `x-job-id` it is told what that job's annotation holds.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.roles import Capability
from labeling.clients.supervisely.calls import Asking
from labeling.core.errors import Forbidden
from labeling.core.http import get_visible_or_404
from labeling.core.key_lists import among
from labeling.exports.gathering import Gatherer
from labeling.exports.naming import Names
from labeling.exports.records import newest_objects, newest_tags
from labeling.exports.scopes import Scope, ScopeKind, Which
from labeling.jobs.models import Job
from labeling.projects.documents import LabelObject, Tag
from labeling.projects.models import Dataset, Item


@dataclass(frozen=True)
class Labels:
    """Objects from the lowest drawn to the topmost, and the image's tags."""

    drawn: Sequence[LabelObject]
    tags: Sequence[Tag]


@dataclass(frozen=True)
class Source:
    """Where labels are read from: a dataset, or one job on it."""

    dataset: Dataset
    job: Job | None

    def items(self, asking: Asking) -> QuerySet[Item]:
        """The items that a script sees there."""
        found = Item.objects.visible_to(asking.actor).filter(dataset=self.dataset)
        return found if self.job is None else found.filter(job_items__job=self.job)

    @property
    def scope(self) -> Scope:
        """The same as an export has it."""
        if self.job is not None:
            return Scope(ScopeKind.JOB, self.job.pk, Which.ALL)
        return Scope(ScopeKind.DATASET, self.dataset.pk, Which.ALL)


def job_asked_about(asking: Asking) -> Job | None:
    """The job of `x-job-id`; Http404 when the person may not see it."""
    if asking.job_id is None:
        return None
    seen = Job.objects.visible_to(asking.actor).select_related("dataset__project")
    return get_visible_or_404(seen, asking.job_id)


def refuse_reading(asking: Asking, source: Source) -> None:
    """Who sees a job reads its labels; those of a whole dataset are for whoever may export.

    Raises:
        Forbidden
    """
    team = source.dataset.team_id
    if source.job is None and not asking.actor.can(Capability.EXPORT, team):
        raise Forbidden(_("Your role in this team does not allow reading a dataset's labels."))


def labels_now(asking: Asking, source: Source, items: Collection[Item]) -> Mapping[int, Labels]:
    """The labels of some items by the items' keys, in a number of queries that stays."""
    with Names(":memory:") as names:
        gatherer = Gatherer(source.scope, names)
        chosen = source.items(asking).filter(pk__in=among([item.pk for item in items]))
        rows = gatherer.rows(chosen.order_by("position"))
        return {
            records[0].item: Labels(
                [each for each, _record in newest_objects(records)], newest_tags(records)
            )
            for records in gatherer.records(rows, source.dataset.name)
        }
