"""Batches, jobs and their history in the admin panel."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from labeling.core.admin import DeskAdmin, OwnTeamsFilter, history_pages
from labeling.jobs.models import Batch, Event, Job
from labeling.jobs.states import Status


@admin.register(Batch)
class BatchAdmin(DeskAdmin[Batch]):
    """What managers launched."""

    list_display = ("name", "team", "project", "status", "priority", "due_at", "on_the_desk")
    list_filter = ("status", "priority", ("team", OwnTeamsFilter), "needs_review")
    search_fields = ("name", "project__name")
    list_select_related = ("team", "project")
    date_hierarchy = "created_at"


class StatusFilter(admin.SimpleListFilter):
    """By the status that people see: the database computes it, so its column knows no words."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        """Every status."""
        return list(Status.choices)

    def queryset(self, request: Any, queryset: QuerySet[Job]) -> QuerySet[Job]:
        """The jobs of the chosen one."""
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(DeskAdmin[Job]):
    """People's shares of batches."""

    list_display = (
        "name",
        "team",
        "annotator",
        "reviewer",
        "status_in_words",
        "stage",
        "state",
        "done_of_all",
        "accepted",
        "rejected",
        "on_the_desk",
    )
    list_filter = (StatusFilter, "stage", "state", "type", ("team", OwnTeamsFilter))
    search_fields = ("name", "annotator__username", "annotator__display_name")
    list_select_related = ("team", "annotator", "reviewer")
    date_hierarchy = "created_at"

    @admin.display(description=_("status"), ordering="status")
    def status_in_words(self, job: Job) -> str:
        """The status as people read it."""
        return str(Status(job.status).label)

    @admin.display(description=_("done"), ordering="done")
    def done_of_all(self, job: Job) -> str:
        """Confirmed items of all."""
        return f"{job.done} / {job.items}"


@admin.register(Event)
class EventAdmin(DeskAdmin[Event]):
    """History: who did what to what, when."""

    list_display = ("at", "actor", "verb", "subject", "from_state", "to_state")
    list_filter = ("verb", "subject_type", ("team", OwnTeamsFilter))
    search_fields = ("actor__username", "actor__display_name", "job__name", "batch__name")
    list_select_related = ("actor",)
    date_hierarchy = "at"

    @admin.display(description=_("Subject"))
    def subject(self, event: Event) -> str:
        """What was changed, by its type and key."""
        return f"{event.subject_type} {event.subject_id}"


def events_of(obj: Any) -> str:
    """The list of an object's events; those of a batch or a job with all that is in it."""
    name = obj._meta.model_name
    within = {"batch": obj.pk} if name == "batch" else {"job": obj.pk}
    about = within if name in ("batch", "job") else {"subject_type": name, "subject_id": obj.pk}
    return f"{reverse('admin:jobs_event_changelist')}?{urlencode(about)}"


history_pages.append(events_of)
