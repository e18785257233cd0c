"""The page that tells users how to point their vendors' scripts here."""

from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.views.verbs import (
    action_of,
    bound_form,
    own_account,
    refused_status,
    take_over_errors,
)
from labeling.clients.vendors import sections
from labeling.core import workflow
from labeling.core.errors import Invalid
from labeling.core.http import Request, render_page


@never_cache
@require_http_methods(["GET", "POST"])
def scripts(request: Request) -> HttpResponseBase:
    """The lines to change, for each vendor; and a token, whose secret is shown this once."""
    account = own_account(request)
    action = action_of(User, "create-token")
    form = bound_form(action, account, request)
    status, secret = 200, ""
    if request.method == "POST":
        try:
            _token, secret = workflow.perform(action, account, request.actor, request.POST).outcome
            form = action.form()
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
    context = {
        "account": account,
        "teams": [each.team for each in request.actor.memberships.values()],
        "form": form,
        "action": action,
        "secret": secret,
        "sections": sections(request, secret),
    }
    return render_page(request, "clients/scripts.html", context, status=status)
