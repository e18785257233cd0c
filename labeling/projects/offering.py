"""What a project offers to label with: the rules that labels of its items must keep."""

from collections.abc import Mapping
from dataclasses import dataclass

from labeling.projects.documents import Rules, TagRule
from labeling.projects.models import Item, LabelClass, Project, TagDefinition


@dataclass(frozen=True)
class Offer:
    """A project's schema as rules have it, read once for many items."""

    classes: Mapping[int, str]
    tags: Mapping[int, TagRule]

    def rules(self, item: Item) -> Rules:
        """What a document of this item may hold; nothing of a job limits it."""
        return Rules(item.width, item.height, classes=self.classes, tags=self.tags)


def offer_of(project: Project) -> Offer:
    """The classes and tags that were not removed."""
    classes = LabelClass.objects.filter(project=project).offered()
    tags = TagDefinition.objects.filter(project=project).offered().prefetch_related("classes")
    return Offer(
        classes={each.pk: each.shape for each in classes},
        tags={each.pk: tag_rule(each) for each in tags},
    )


def tag_rule(tag: TagDefinition) -> TagRule:
    """The rule of one tag definition."""
    return TagRule(
        value_type=tag.value_type,
        choices=tuple(tag.choices),
        applies_to=tag.applies_to,
        classes=frozenset(each.pk for each in tag.classes.all()),
    )
