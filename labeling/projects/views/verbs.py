"""Every verb on a project, a dataset, a class or a tag: its form by GET, the deed by POST."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Team
from accounts.views.verbs import action_of, verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404, next_url, redirect_htmx, toast
from labeling.core.workflow import out_of_turn
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from labeling.projects.usage import uses_of

VERB_URLS: Mapping[type[models.Model], str] = {
    Project: "projects:project-verb",
    Dataset: "projects:dataset-verb",
    LabelClass: "projects:class-verb",
    TagDefinition: "projects:tag-verb",
}

# What a toast says once it is done.
SENTENCES: Mapping[str, Any] = {
    "create-project": gettext_lazy("The project “%(name)s” is there. Give it classes next."),
    "create-dataset": gettext_lazy("The dataset “%(name)s” is there. Upload pictures next."),
    "edit-project": gettext_lazy("“%(name)s” is saved."),
    "edit-dataset": gettext_lazy("“%(name)s” is saved."),
    "fetch-images": gettext_lazy("%(name)s: begun. You may leave this page."),
    "make-thumbnails": gettext_lazy("%(name)s: begun. You may leave this page."),
    "purge": gettext_lazy("%(name)s: begun. You may leave this page."),
    "recount": gettext_lazy("%(name)s: begun. You may leave this page."),
    "delete": gettext_lazy("“%(name)s” is deleted. It can be restored until it is gone for good."),
    "restore": gettext_lazy("“%(name)s” is back."),
    "set-terms": gettext_lazy("The terms and prices of “%(name)s” are saved."),
    "pay": gettext_lazy("The payment is in the ledger of “%(name)s”."),
    "archive": gettext_lazy("“%(name)s” is archived."),
    "unarchive": gettext_lazy("“%(name)s” is back in the lists."),
    "add-class": gettext_lazy("The class “%(name)s” is added."),
    "edit-class": gettext_lazy("“%(name)s” is saved."),
    "remove-class": gettext_lazy("“%(name)s” is no longer offered."),
    "restore-class": gettext_lazy("“%(name)s” is offered again."),
    "add-tag": gettext_lazy("The tag “%(name)s” is added."),
    "edit-tag": gettext_lazy("“%(name)s” is saved."),
    "remove-tag": gettext_lazy("“%(name)s” is no longer offered."),
    "move": gettext_lazy("“%(name)s” is moved."),
    "restore-tag": gettext_lazy("“%(name)s” is offered again."),
}

# What the button of a form says, where it is not the verb's own name.
SUBMITS: Mapping[str, Any] = {
    "create-dataset": gettext_lazy("Create dataset"),
    "edit-project": gettext_lazy("Save"),
    "edit-dataset": gettext_lazy("Save"),
    "purge": gettext_lazy("Delete for good"),
    "set-terms": gettext_lazy("Save"),
}

# Verbs on a dataset or a project that other pages perform (the button of the schema, of batches),
# or scripts only.
ELSEWHERE = frozenset({"add-class", "add-tag", "create-batch", "set-labels"})


@require_http_methods(["GET", "POST"])
def create_project(request: Request, team_id: int) -> HttpResponseBase:
    """A further project of a team."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    back = reverse("projects:project-list", args=[team.pk])

    def done(change: workflow.Change) -> HttpResponseBase:
        toast(request, sentence(change, change.outcome))
        return redirect_htmx(request, change.outcome)

    return verb_page(
        request,
        action_of(Team, "create-project"),
        team,
        back,
        done,
        current_team=team,
        nav="projects",
        title=_("New project"),
        submit_label=_("Create project"),
        breadcrumbs=[{"url": back, "label": _("Projects")}],
    )


@require_http_methods(["GET", "POST"])
def recount(request: Request, team_id: int) -> HttpResponseBase:
    """Have a team's counts counted afresh."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    back = reverse("operations:list", args=[team.pk])
    action = action_of(Team, "recount")

    def done(change: workflow.Change) -> HttpResponseBase:
        toast(request, sentence(change, change.outcome))
        return redirect_htmx(request, change.outcome)

    return verb_page(
        request,
        action,
        team,
        back,
        done,
        current_team=team,
        nav="operations",
        title=action.label,
        breadcrumbs=[{"url": back, "label": _("Operations")}],
    )


@require_http_methods(["GET", "POST"])
def project_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a project."""
    projects = Project.objects.visible_to(request.actor).select_related("team", "workspace")
    return _page(request, get_visible_or_404(projects, pk), verb)


@require_http_methods(["GET", "POST"])
def dataset_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a dataset."""
    datasets = Dataset.objects.visible_to(request.actor).select_related("team", "project")
    return _page(request, get_visible_or_404(datasets, pk), verb)


def _page(request: Request, obj: Any, verb: str) -> HttpResponseBase:
    action = workflow.find(type(obj), verb)
    if action is None or verb in ELSEWHERE:
        raise Http404
    if request.method == "GET" and not action.is_source(obj):
        raise out_of_turn(action, obj)
    back = obj.get_absolute_url()

    def done(change: workflow.Change) -> HttpResponseBase:
        made = change.outcome
        toast(request, sentence(change, made or change.obj), undo_url=undo_url(change))
        if made is not None:
            return redirect_htmx(request, made)
        return redirect_htmx(request, next_url(request, back))

    return verb_page(
        request,
        action,
        obj,
        back,
        done,
        current_team=obj.team,
        nav="projects",
        title=action.label,
        consequence=consequence(action, obj),
        submit_label=SUBMITS.get(verb),
        breadcrumbs=[{"url": back, "label": str(obj)}],
    )


def sentence(change: workflow.Change, subject: Any) -> str:
    """What the toast says."""
    known = SENTENCES.get(change.action.verb)
    if known is None:
        return _("%(label)s: %(name)s") % {"label": change.action.label, "name": subject}
    return str(known % {"name": subject})


def undo_url(change: workflow.Change) -> str | None:
    """Where a POST takes the change back, if the verb has one that does."""
    undo = change.action.undo
    return reverse(VERB_URLS[type(change.obj)], args=[change.obj.pk, undo]) if undo else None


def consequence(action: workflow.Action, obj: models.Model) -> str:
    """What is affected, before it happens: counted, and in words; empty where nothing is."""
    if not action.destructive:
        return ""
    if isinstance(obj, Dataset) and obj.deleted_at:
        held = ngettext("%(number)d item", "%(number)d items", obj.item_count)
        held %= {"number": obj.item_count}
        words = {"name": obj, "items": held, "meaning": action.description}
        return _("“%(name)s” holds %(items)s. %(meaning)s") % words
    uses = [use.text for use in uses_of(obj)]
    return _("“%(name)s” %(uses)s. %(meaning)s") % {
        "name": obj,
        "uses": _("is in use: %s") % ", ".join(uses) if uses else _("is not in use"),
        "meaning": action.description,
    }
