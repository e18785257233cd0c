"""Saving, renaming and deleting one's own views of a list."""

from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Team
from accounts.views.verbs import verb_page
from labeling.core import workflow
from labeling.core.http import Request, get_visible_or_404, next_url, redirect_htmx, toast
from labeling.jobs.actions.saved_views import VIEWED_LISTS
from labeling.jobs.models import SavedView

SENTENCES = {
    "rename": gettext_lazy("The view is called “%(name)s” now."),
    "delete": gettext_lazy("The view “%(name)s” is deleted."),
}


@require_POST
def save_view(request: Request, team_id: int) -> HttpResponseBase:
    """Keep the list as it is shown under a name."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    action = workflow.actions[Team, "save-view"]
    data = {"page": request.GET.get("page"), **request.POST.dict()}
    view = workflow.perform(action, team, request.actor, data).outcome
    toast(request, _("The view “%s” is saved.") % view.name)
    return redirect_htmx(request, list_url(view))


@require_http_methods(["GET", "POST"])
def view_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Rename or delete one of one's own views."""
    view = get_visible_or_404(SavedView.objects.visible_to(request.actor), pk)
    action = workflow.find(SavedView, verb)
    if action is None:
        raise Http404
    back = list_url(view)

    def done(change: workflow.Change) -> HttpResponseBase:
        toast(request, SENTENCES[verb] % {"name": change.obj.name})
        return redirect_htmx(request, next_url(request, back))

    return verb_page(request, action, view, back, done, current_team=view.team, title=action.label)


def list_url(view: SavedView) -> str:
    """The list as the view shows it; the jobs list for a list that there is no more."""
    page = view.page if view.page in VIEWED_LISTS else VIEWED_LISTS[0]
    url = reverse(page, args=[view.team_id])
    return f"{url}?{view.query}" if view.query else url
