"""What one job offers to label with, read once for a page or a save."""

from collections.abc import Iterable

from labeling.jobs.models import Batch
from labeling.projects.documents import Rules
from labeling.projects.models import Item, LabelClass, TagDefinition
from labeling.projects.offering import tag_rule


def offered_classes(batch: Batch) -> list[LabelClass]:
    """The batch's classes that were not removed meanwhile."""
    return list(batch.classes.filter(removed_at=None))


def offered_tags(batch: Batch) -> list[TagDefinition]:
    """The batch's tags that were not removed meanwhile."""
    return list(batch.tags.filter(removed_at=None).prefetch_related("classes"))


def rules_for(
    batch: Batch, item: Item, classes: Iterable[LabelClass], tags: Iterable[TagDefinition]
) -> Rules:
    """The rules that a document of this item must keep in this batch."""
    return Rules(
        width=item.width,
        height=item.height,
        classes={each.pk: each.shape for each in classes},
        tags={each.pk: tag_rule(each) for each in tags},
        objects_limit=batch.objects_limit,
        tags_limit=batch.tags_limit,
    )
