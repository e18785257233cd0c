"""What the people of a team are able to do: skills, and everybody's level."""

from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Team
from accounts.roles import Capability
from accounts.views.verbs import verb_page
from labeling.core.errors import Forbidden
from labeling.core.http import Request, get_visible_or_404, redirect_htmx, toast
from labeling.core.workflow import actions_of, find
from labeling.jobs.history import described
from labeling.jobs.models import Event, PersonSkill, Skill

SHOWN_EVENTS = 20


@require_GET
def skills(request: Request, team_id: int) -> HttpResponse:
    """Each skill with the people who have it."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    if not request.actor.can(Capability.MANAGE_JOBS, team.pk):
        raise Forbidden(_("Only managers and owners see who is able to do what."))
    levels = PersonSkill.objects.visible_to(request.actor).select_related("user")
    found = Skill.objects.visible_to(request.actor).filter(team=team)
    shown = found.annotate(batch_count=Count("batches")).prefetch_related(
        Prefetch("people", queryset=levels.order_by("-level", "user"))
    )
    context = {
        "title": _("Skills"),
        "nav": "people",
        "current_team": team,
        "skills": shown,
        "verbs": actions_of(Skill),
        "lines": described(_events(request, team)),
        "breadcrumbs": [{"url": reverse("jobs:people", args=[team.pk]), "label": _("People")}],
    }
    return render(request, "jobs/skills.html", context)


def _events(request: Request, team: Team) -> QuerySet[Event]:
    """What was done with skills lately, those that are gone included."""
    seen = Event.objects.visible_to(request.actor).filter(team=team)
    of_skills = seen.filter(Q(subject_type="skill") | Q(subject_type="team", verb="create-skill"))
    return of_skills.select_related("actor", "job_item")[:SHOWN_EVENTS]


@require_http_methods(["GET", "POST"])
def skill_form(request: Request, team_id: int) -> HttpResponseBase:
    """The verb `create-skill`."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    return _verb(request, team, "create-skill", team)


@require_http_methods(["GET", "POST"])
def skill_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """A verb on a skill."""
    found = Skill.objects.visible_to(request.actor).select_related("team")
    skill = get_visible_or_404(found, pk)
    return _verb(request, skill, verb, skill.team)


def _verb(request: Request, obj: Any, verb: str, team: Team) -> HttpResponseBase:
    action = find(type(obj), verb)
    if action is None:
        raise Http404
    back = reverse("jobs:skills", args=[team.pk])

    def done(_change: Any) -> HttpResponseBase:
        toast(request, _("%s: saved.") % action.label)
        return redirect_htmx(request, back)

    return verb_page(
        request,
        action,
        obj,
        back,
        done,
        current_team=team,
        title=action.label,
        submit_label=action.label,
        breadcrumbs=[{"url": back, "label": _("Skills")}],
    )
