"""Invitations: making a link, taking it back, and the page that it leads to."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.invitations import invitation_of
from accounts.models import Invitation, Team
from accounts.views.verbs import (
    action_of,
    back_with_toast,
    bound_form,
    refused_status,
    take_over_errors,
    verb_page,
)
from labeling.core import workflow
from labeling.core.errors import Conflict, Invalid
from labeling.core.http import Request, get_visible_or_404, render_page, toast

# The login comes through our own form, not through one of these; any of them would do.
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: Request, team_id: int) -> HttpResponseBase:
    """Make a link for one person; it is shown this once."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    back = reverse("accounts:members", args=[team.pk])

    def done(change: workflow.Change) -> HttpResponseBase:
        invitation, secret = change.outcome
        path = reverse("accounts:invitation", args=[secret])
        context = {
            "invitation": invitation,
            "link": request.build_absolute_uri(path),
            "back": back,
            "nav": "members",
        }
        return render_page(request, "accounts/invitation_link.html", context, partial="link")

    return verb_page(
        request,
        action_of(Team, "invite"),
        team,
        back,
        done,
        submit_label=_("Make link"),
        nav="members",
    )


@require_POST
def revoke_invitation(request: Request, pk: int) -> HttpResponseBase:
    """Make a link useless."""
    visible = Invitation.objects.visible_to(request.actor).select_related("team")
    invitation = get_visible_or_404(visible, pk)
    action = action_of(Invitation, "revoke-invitation")
    change = workflow.perform(action, invitation, request.actor, request.POST)
    back = reverse("accounts:members", args=[invitation.team_id])
    return back_with_toast(request, change, _("The link does not work any more."), back)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "POST"])
def accept(request: Request, token: str) -> HttpResponseBase:
    """Where an invitation's link leads: choose a login, or join with the account one has."""
    invitation = invitation_of(token)
    if invitation is None or invitation.status != "pending":
        closed = {"status": invitation.status if invitation else "unknown"}
        return render(request, "accounts/invitation_closed.html", closed, status=410)
    is_known = request.user.is_authenticated
    action = action_of(Invitation, "join" if is_known else "register")
    form = bound_form(action, invitation, request)
    status = 200
    refusal = None
    if request.method == "POST":
        try:
            change = workflow.perform(action, invitation, request.actor, request.POST)
            return _welcome(request, change)
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
        except Conflict as error:
            refusal = error.message
            status = error.status
    context = {
        "invitation": invitation,
        "form": form,
        "action": action,
        "refusal": refusal,
        "is_known": is_known,
    }
    return render(request, "accounts/invitation.html", context, status=status)


def _welcome(request: Request, change: workflow.Change) -> HttpResponseBase:
    membership = change.outcome
    if not request.user.is_authenticated:
        login(request, membership.user, backend=BACKEND)
    toast(request, _("Welcome to %(team)s.") % {"team": membership.team.name})
    return HttpResponseRedirect("/")
