"""What lists of projects, schemas, datasets and items can be filtered by; for pages and REST."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.filters import PersonFilter, team_of_page
from accounts.models import Team
from labeling.core.listing import (
    KeyFilter,
    Order,
    StrictFilterSet,
    VisibleChoiceFilter,
    VisibleChoicesFilter,
)
from labeling.projects.models import (
    Dataset,
    Item,
    ItemTag,
    LabelClass,
    Project,
    TagDefinition,
    Workspace,
)

NO_JOB = "none"
# An external id need not be unique; of a search's exact matches so many are added.
MOST_KEYED = 100
JOB_STATUSES = (
    (NO_JOB, _("in no job")),
    ("pending", _("pending")),
    ("in_progress", _("in progress")),
    ("on_review", _("on review")),
    ("completed", _("completed")),
    ("stopped", _("stopped")),
)
"""Statuses of the jobs that an item is in, by their stored words: jobs stand above this package."""


def archived_filter() -> django_filters.BooleanFilter:
    """Whether it was put away."""
    return django_filters.BooleanFilter(
        field_name="archived_at", lookup_expr="isnull", exclude=True, label=_("Archived")
    )


def removed_filter() -> django_filters.BooleanFilter:
    """Whether it is no longer offered."""
    return django_filters.BooleanFilter(
        field_name="removed_at", lookup_expr="isnull", exclude=True, label=_("Removed")
    )


def _in_team_of_page(request: Any, found: QuerySet[Any]) -> QuerySet[Any]:
    """On a team's page only what that team has; elsewhere what the actor sees of all teams."""
    team_id = team_of_page(request)
    return found.filter(team_id=team_id) if team_id else found


def _in_dataset_of_page(request: Any, found: QuerySet[Any]) -> QuerySet[Any]:
    """On a dataset's page only the tags of its project, those for images; elsewhere all."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name != "projects:dataset":
        return found
    return found.filter(project__datasets=match.kwargs["pk"]).exclude(applies_to="objects")


class WorkspaceFilter(StrictFilterSet):
    """Workspaces."""

    team = VisibleChoiceFilter(Team, label=_("Team"))

    class Meta:
        model = Workspace
        fields: ClassVar[list[str]] = []

    search_fields = ("name",)
    orderings = {"name": "name", "created": "created_at"}
    default_ordering = ("name",)


class ProjectListFilter(StrictFilterSet):
    """The projects of one team."""

    workspace = VisibleChoiceFilter(Workspace, narrow=_in_team_of_page, label=_("Workspace"))
    created_by = PersonFilter(label=_("Created by"))
    archived = archived_filter()

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = []

    search_fields = ("name", "description")
    orderings = {
        "name": "name",
        "workspace": ("workspace__name", "name"),
        "created_by": ("created_by__display_name", "created_by__username"),
        "created": "created_at",
        "updated": "updated_at",
    }
    default_ordering = ("name",)


class ProjectFilter(ProjectListFilter):
    """Projects of any of the actor's teams."""

    team = VisibleChoiceFilter(Team, label=_("Team"))


class ClassFilter(StrictFilterSet):
    """Classes."""

    project = VisibleChoiceFilter(Project, label=_("Project"))
    removed = removed_filter()

    class Meta:
        model = LabelClass
        fields: ClassVar[list[str]] = []

    search_fields = ("name",)
    orderings = {"position": "position", "name": "name"}
    default_ordering = ("position",)


class TagDefinitionFilter(StrictFilterSet):
    """Tag definitions."""

    project = VisibleChoiceFilter(Project, label=_("Project"))
    removed = removed_filter()

    class Meta:
        model = TagDefinition
        fields: ClassVar[list[str]] = []

    search_fields = ("name",)
    orderings = {"position": "position", "name": "name"}
    default_ordering = ("position",)


class DatasetFilter(StrictFilterSet):
    """Datasets."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    project = VisibleChoiceFilter(Project, label=_("Project"))
    archived = archived_filter()
    deleted = django_filters.BooleanFilter(
        field_name="deleted_at", lookup_expr="isnull", exclude=True, label=_("Deleted")
    )

    class Meta:
        model = Dataset
        fields: ClassVar[list[str]] = []

    search_fields = ("name", "description")
    orderings = {
        "name": "name",
        "items": "item_count",
        "created": "created_at",
        "updated": "updated_at",
    }
    default_ordering = ("name",)

    def filter_queryset(self, queryset: QuerySet[Dataset]) -> QuerySet[Dataset]:
        """The datasets, deleted ones only when asked for."""
        if not self.form.cleaned_data.get("deleted"):
            queryset = queryset.filter(deleted_at=None)
        found: QuerySet[Dataset] = super().filter_queryset(queryset)
        return found


class DatasetItemFilter(StrictFilterSet):
    """The items of one dataset.

    `tag_value` narrows what `tag` finds; without a tag it means any tag with that value.
    """

    labeled = django_filters.BooleanFilter(
        field_name="labeled_at", lookup_expr="isnull", exclude=True, label=_("Labeled")
    )
    tag = VisibleChoicesFilter(
        TagDefinition, narrow=_in_dataset_of_page, method="keep_all", label=_("Tag")
    )
    tag_value = django_filters.CharFilter(
        method="keep_all", max_length=200, label=_("Value of the tag")
    )
    status = django_filters.MultipleChoiceFilter(
        choices=JOB_STATUSES, method="filter_status", label=_("Status of its jobs")
    )
    global_key = django_filters.CharFilter(max_length=200, strip=False, label=_("Global key"))
    external_id = django_filters.CharFilter(max_length=200, strip=False, label=_("External id"))

    class Meta:
        model = Item
        fields: ClassVar[list[str]] = []

    search_fields = ("name",)
    orderings = {
        "position": "position",
        "name": "name",
        "size": "byte_size",
        "objects": "object_count",
        "labeled": Order(("labeled_at",), empty_last=True),
    }
    default_ordering = ("position",)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Tag and value are one question: the value is that of the tag, not of another one."""
        found: QuerySet[Any] = super().filter_queryset(queryset)
        tags, value = self.form.cleaned_data["tag"], self.form.cleaned_data["tag_value"]
        if not (tags or value):
            return found
        wanted = ItemTag.objects.filter(item=OuterRef("pk"))
        if tags:
            wanted = wanted.filter(tag__in=list(tags))
        if value:
            wanted = wanted.filter(value=value)
        return found.filter(Exists(wanted))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """By words of the name; also the items whose whole key or id this is."""
        keyed = [
            *queryset.filter(global_key=value).order_by().values_list("pk", flat=True)[:MOST_KEYED],
            *queryset.filter(external_id=value)
            .order_by()
            .values_list("pk", flat=True)[:MOST_KEYED],
        ]
        named = super().search(queryset, name, value)
        return (named | queryset.filter(pk__in=keyed)) if keyed else named

    def keep_all(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """See `filter_queryset`."""
        return queryset

    def filter_status(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Items with a job in any of these statuses; archived jobs do not count."""
        if not value:
            return queryset
        statuses = [status for status in value if status != NO_JOB]
        wanted = in_a_job(job__status__in=statuses)
        if NO_JOB not in value:
            return queryset.filter(wanted)
        free = ~in_a_job()
        return queryset.filter(wanted | free) if statuses else queryset.filter(free)


def in_a_job(**conditions: Any) -> Exists:
    """Whether an item is in a job that is not archived and meets the conditions.

    Job items belong to a package above this one; the relation leads there without an import.
    """
    job_items = Item._meta.get_field("job_items").related_model._default_manager
    return Exists(job_items.filter(item=OuterRef("pk"), job__archived_at=None, **conditions))


class ItemFilter(DatasetItemFilter):
    """Items of any dataset that the actor sees."""

    team = VisibleChoiceFilter(Team, label=_("Team"))
    dataset = VisibleChoiceFilter(Dataset, label=_("Dataset"))
    project = VisibleChoiceFilter(Project, field_name="dataset__project", label=_("Project"))
    name = django_filters.CharFilter(max_length=255, label=_("Name"))
    content_hash = django_filters.CharFilter(max_length=64, label=_("SHA-256"))
    imported_by = KeyFilter(label=_("Imported by operation"))

    orderings = {**DatasetItemFilter.orderings, "dataset": ("dataset", "position")}
    default_ordering = ("dataset",)
