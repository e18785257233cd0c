"""Having the pictures of references fetched before anybody needs them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from labeling.core.errors import Conflict
from labeling.core.workflow import Change, register
from labeling.operations.engine import start
from labeling.operations.models import Operation
from labeling.projects.actions.datasets import DatasetAction
from labeling.projects.models import Dataset, Item
from labeling.projects.referencing import missing

KIND = "fetch-images"


@register
class FetchImages(DatasetAction):
    """Fetch every picture of the dataset that is still at its address. The outcome is the work."""

    verb = KIND
    label = _("Fetch pictures")
    description = _("Bring the pictures here that are still at their address.")
    outcome_model = Operation
    order = 20

    def effect(self, change: Change) -> None:
        """Start it.

        Raises:
            Conflict: there is nothing to fetch, or somebody is at it already.
        """
        dataset: Dataset = change.obj
        if not missing(Item.objects.filter(dataset=dataset)).exists():
            raise Conflict(_("Every picture of this dataset is here already."), state="active")
        if Operation.objects.about(dataset).live().filter(kind=KIND).exists():
            raise Conflict(_("Its pictures are being fetched already."), state="active")
        change.outcome = start(
            KIND, change.actor, dataset.team, {"dataset": dataset.pk}, subject=dataset
        )
        change.note["operation"] = change.outcome.pk


def fetch_ahead(actor: Any, dataset: Dataset, items: QuerySet[Item]) -> Operation | None:
    """Have the pictures of some items fetched, because people will open them soon.

    Arguments:
        items: of the dataset; those that are here already cost nothing.

    Returns:
        None when every picture is here.
    """
    keys = list(missing(items).order_by("pk").values_list("pk", flat=True))
    if not keys:
        return None
    data = {"dataset": dataset.pk, "items": keys}
    return start(KIND, actor, dataset.team, data, subject=dataset)
