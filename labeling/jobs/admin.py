"""Batches, jobs and their history in the admin panel."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.http import urlencode

from labeling.core.admin import DeskAdmin, OwnTeamsFilter, history_pages
from labeling.jobs.models import Batch, Event, Job


@admin.register(Batch)
class BatchAdmin(DeskAdmin[Batch]):
    """What managers launched."""

    list_display = ("name", "team", "project", "status", "priority", "due_at", "on_the_desk")
    list_filter = ("status", "priority", ("team", OwnTeamsFilter), "needs_review")
    search_fields = ("name", "project__name")
    list_select_related = ("team", "project")
    date_hierarchy = "created_at"


@admin.register(Job)
class JobAdmin(DeskAdmin[Job]):
    """People's shares of batches."""

    list_display = (
        "name",
        "team",
        "annotator",
        "reviewer",
        "status",
        "stage",
        "state",
        "items",
        "done",
        "accepted",
        "rejected",
        "on_the_desk",
    )
    list_filter = ("status", "stage", "state", "type", ("team", OwnTeamsFilter))
    search_fields = ("name", "annotator__username", "annotator__display_name")
    list_select_related = ("team", "annotator", "reviewer")
    date_hierarchy = "created_at"


@admin.register(Event)
class EventAdmin(DeskAdmin[Event]):
    """History: who did what to what, when."""

    list_display = ("at", "actor", "verb", "subject_type", "subject_id", "from_state", "to_state")
    list_filter = ("verb", "subject_type", ("team", OwnTeamsFilter))
    search_fields = ("actor__username", "actor__display_name", "job__name", "batch__name")
    list_select_related = ("actor",)
    date_hierarchy = "at"


def events_of(obj: Any) -> str:
    """The list of an object's events; those of a batch or a job with all that is in it."""
    name = obj._meta.model_name
    within = {"batch": obj.pk} if name == "batch" else {"job": obj.pk}
    about = within if name in ("batch", "job") else {"subject_type": name, "subject_id": obj.pk}
    return f"{reverse('admin:jobs_event_changelist')}?{urlencode(about)}"


history_pages.append(events_of)
