"""One's own account: name, second factor, API tokens."""

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import ApiToken, User
from accounts.views.verbs import (
    action_of,
    back_with_toast,
    bound_form,
    own_account,
    refused_status,
    take_over_errors,
)
from labeling.core import workflow
from labeling.core.errors import Invalid
from labeling.core.http import Request, get_visible_or_404, render_page
from labeling.core.navigation import place

place("account", "accounts:profile")


@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponseBase:
    """Name and e-mail, and the ways to password, second factor and tokens."""
    account = own_account(request)
    action = action_of(User, "edit-profile")
    form = bound_form(action, account, request)
    status = 200
    if request.method == "POST":
        try:
            change = workflow.perform(action, account, request.actor, request.POST)
            return back_with_toast(request, change, _("Saved."), reverse("accounts:profile"))
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
    context = {"account": account, "form": form, "has_second_factor": is_mfa_enabled(account)}
    return render_page(request, "accounts/profile.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: Request) -> HttpResponseBase:
    """The API tokens one has, and making another; its secret is shown this once."""
    account = own_account(request)
    action = action_of(User, "create-token")
    form = bound_form(action, account, request)
    status = 200
    issued: tuple[ApiToken, str] | None = None
    if request.method == "POST":
        try:
            issued = workflow.perform(action, account, request.actor, request.POST).outcome
            form = action.form()
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
    context: dict[str, Any] = {
        "tokens": ApiToken.objects.visible_to(request.actor),
        "form": form,
        "action": action,
        "issued": issued,
    }
    return render_page(request, "accounts/tokens.html", context, status=status)


@require_POST
def revoke_token(request: Request, pk: int) -> HttpResponseBase:
    """Make a token useless."""
    token = get_visible_or_404(ApiToken.objects.visible_to(request.actor), pk)
    action = action_of(ApiToken, "revoke-token")
    change = workflow.perform(action, token, request.actor, request.POST)
    message = _("“%(name)s” is refused from now on.") % {"name": token.name}
    return back_with_toast(request, change, message, reverse("accounts:tokens"))
