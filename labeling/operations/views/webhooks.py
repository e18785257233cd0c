"""Webhooks of a team: the list, one with its log, its verbs, and one delivery with its attempts."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Team
from accounts.views.verbs import (
    action_of,
    bound_form,
    refuse_unless_permitted,
    refused_status,
    take_over_errors,
    verb_page,
)
from labeling.core import workflow
from labeling.core.errors import Invalid
from labeling.core.http import (
    Request,
    get_visible_or_404,
    next_url,
    redirect_htmx,
    render_page,
    toast,
)
from labeling.core.listing import Column, ListPage
from labeling.core.workflow import out_of_turn, verbs_for
from labeling.operations import cells
from labeling.operations.filters import DeliveryFilter, WebhookFilter
from labeling.operations.models import Delivery, Webhook
from labeling.operations.notices.models import MANAGES_WEBHOOKS
from labeling.operations.notices.sending import WAITS

POLL_SECONDS = 2

SENTENCES: Mapping[str, Any] = {
    "edit": gettext_lazy("The webhook is saved."),
    "enable": gettext_lazy("The webhook is told again."),
    "disable": gettext_lazy("The webhook is told nothing for now."),
    "remove": gettext_lazy("The webhook is removed."),
    "restore": gettext_lazy("The webhook is back."),
    "test": gettext_lazy("A test is on its way."),
}


class WebhooksPage(ListPage[Webhook]):
    """The addresses that are told when operations of a team end."""

    filterset_class = WebhookFilter
    title = gettext_lazy("Webhooks")
    count_words = ngettext_lazy("%(shown)s webhook", "%(shown)s webhooks", "number")
    nav = "operations"
    template_name = "operations/webhooks.html"
    empty_template = "operations/no_webhooks.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(
            "address",
            gettext_lazy("Address"),
            draw=cells.address_cell,
            csv="url",
            ordering="address",
            priority=1,
            is_link=True,
        ),
        Column("status", gettext_lazy("Status"), cells.status_cell, csv="status", priority=1),
        Column("events", gettext_lazy("When an operation is"), cells.events_cell),
        Column("kinds", gettext_lazy("Kinds"), cells.kinds_cell, priority=3),
        Column(
            "last",
            gettext_lazy("Last message"),
            draw=cells.last_cell,
            csv="last_at",
            priority=1,
            is_named=True,
        ),
        Column(
            "created",
            gettext_lazy("Created"),
            cells.created_cell,
            csv="created_at",
            ordering="created",
            priority=3,
        ),
    )

    @cached_property
    def team(self) -> Team:
        """The team of the address; whoever does not manage webhooks there finds nothing."""
        teams = Team.objects.visible_to(self.request.actor)
        team = get_visible_or_404(teams, self.kwargs["team_id"])
        if not self.request.actor.can(MANAGES_WEBHOOKS, team.pk):
            raise Http404
        return team

    def get_queryset(self) -> QuerySet[Webhook]:
        """The team's, without the removed ones unless the filter asks for them."""
        found = Webhook.objects.visible_to(self.request.actor).filter(team=self.team)
        if not self.request.GET.get("removed"):
            found = found.present()
        return found.with_last()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The verb that makes another one."""
        return {**kwargs, "team": self.team, "add": action_of(Team, "add-webhook")}

    def csv_name(self) -> str:
        """Named after the list."""
        return "labeldesk-webhooks"


@never_cache
@require_http_methods(["GET", "POST"])
def add_webhook(request: Request, team_id: int) -> HttpResponseBase:
    """The form of a webhook; the page that follows shows its secret, this once."""
    team = get_visible_or_404(Team.objects.visible_to(request.actor), team_id)
    action = action_of(Team, "add-webhook")
    refuse_unless_permitted(action, team, request.actor)
    form, status = bound_form(action, team, request), 200
    if request.method == "POST":
        try:
            made = workflow.perform(action, team, request.actor, request.POST)
            return secret_page(request, made.outcome)
        except Invalid as error:
            take_over_errors(form, error)
            status = refused_status(request)
    context = {"team": team, "form": form, "action": action, "nav": "operations"}
    return render_page(request, "operations/webhook_form.html", context, status=status)


def secret_page(request: Request, hook: Webhook) -> HttpResponseBase:
    """The one page that shows a webhook's secret."""
    context = {
        "webhook": hook,
        "secret": hook.told_secret,
        "current_team": hook.team,
        "nav": "operations",
        "example": EXAMPLE,
    }
    return render_page(request, "operations/webhook_secret.html", context)


class WebhookPage(ListPage[Delivery]):
    """One webhook: what is set, how to check its messages, and the log of them."""

    filterset_class = DeliveryFilter
    nav = "operations"
    template_name = "operations/webhook.html"
    empty_text = gettext_lazy("Nothing was sent yet. Send a test to see whether it arrives.")
    count_words = ngettext_lazy("%(shown)s message", "%(shown)s messages", "number")
    columns: ClassVar[Sequence[Column]] = (
        Column("name", gettext_lazy("About"), cells.delivery_name, priority=1, is_link=True),
        Column("event", gettext_lazy("Event"), "get_event_display", ordering="event"),
        Column("status", gettext_lazy("Status"), cells.status_cell, csv="status", priority=1),
        Column("attempts", gettext_lazy("Attempts"), "attempt_count", priority=1, is_number=True),
        Column("next", gettext_lazy("Next attempt"), draw=cells.delivery_next, csv="next_try_at"),
        Column(
            "created",
            gettext_lazy("Created"),
            cells.created_cell,
            csv="created_at",
            ordering="created",
        ),
    )

    @cached_property
    def webhook(self) -> Webhook:
        """The webhook of the address; another team's is a 404."""
        found = Webhook.objects.visible_to(self.request.actor).select_related("team", "created_by")
        return get_visible_or_404(found, self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Delivery]:
        """Its deliveries."""
        found = Delivery.objects.visible_to(self.request.actor).filter(webhook=self.webhook)
        return found.select_related("operation", "webhook")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is set, and what may be done."""
        if any(row.obj.status == "waiting" for row in kwargs["rows"]):
            kwargs["poll_seconds"] = POLL_SECONDS
        return {
            **kwargs,
            "title": _("Webhook"),
            "current_team": self.webhook.team,
            "webhook": self.webhook,
            "events": cells.events_cell(self.webhook),
            "kinds": cells.kinds_cell(self.webhook),
            "verbs": verbs_for(self.webhook, self.request.actor),
            "waits": WAITS,
            "example": EXAMPLE,
        }

    def csv_name(self) -> str:
        """Named after the webhook."""
        return f"webhook-{self.webhook.pk}-messages"


@never_cache
@require_http_methods(["GET", "POST"])
def webhook_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Perform a verb on a webhook: ask by GET, do it by POST."""
    hooks = Webhook.objects.visible_to(request.actor).select_related("team")
    hook = get_visible_or_404(hooks, pk)
    action = workflow.find(Webhook, verb)
    if action is None:
        raise Http404
    if request.method == "GET" and not action.is_source(hook):
        raise out_of_turn(action, hook)
    back = hook.get_absolute_url()

    def done(change: workflow.Change) -> HttpResponseBase:
        if change.obj.told_secret is not None:
            return secret_page(request, change.obj)
        undo = action.undo and reverse("operations:webhook-verb", args=[hook.pk, action.undo])
        toast(request, SENTENCES[verb], undo_url=undo)
        if isinstance(change.outcome, Delivery):
            return redirect_htmx(request, change.outcome.get_absolute_url())
        return redirect_htmx(request, next_url(request, back))

    return verb_page(
        request,
        action,
        hook,
        back,
        done,
        current_team=hook.team,
        nav="operations",
        submit_label=_("Save") if verb == "edit" else None,
    )


@require_safe
def delivery_page(request: Request, pk: int) -> HttpResponseBase:
    """One message with each attempt to send it."""
    delivery = _delivery(request, pk)
    context = {
        "title": cells.delivery_name(delivery),
        "delivery": delivery,
        "attempts": list(delivery.attempts.all()),
        "next_try": cells.delivery_next(delivery),
        "verbs": verbs_for(delivery, request.actor),
        "poll_seconds": POLL_SECONDS if delivery.next_try_at is not None else None,
        "current_team": delivery.team,
        "nav": "operations",
    }
    return render_page(request, "operations/delivery.html", context, partial="state")


@require_http_methods(["GET", "POST"])
def delivery_verb(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Perform a verb on a delivery: ask by GET, do it by POST."""
    delivery = _delivery(request, pk)
    action = workflow.find(Delivery, verb)
    if action is None:
        raise Http404
    back = delivery.get_absolute_url()

    def done(change: workflow.Change) -> HttpResponseBase:
        toast(request, _("It is sent once more."))
        return redirect_htmx(request, next_url(request, back))

    return verb_page(
        request, action, delivery, back, done, current_team=delivery.team, nav="operations"
    )


def _delivery(request: Request, pk: int) -> Delivery:
    found = Delivery.objects.visible_to(request.actor)
    return get_visible_or_404(found.select_related("team", "webhook", "operation", "person"), pk)


EXAMPLE = """import hashlib, hmac, time

def is_from_labeldesk(secret: str, headers: dict, body: bytes) -> bool:
    timestamp = headers["Labeldesk-Timestamp"]
    if abs(time.time() - int(timestamp)) > 300:  # an old message, sent again
        return False
    signed = timestamp.encode() + b"." + body  # the body as it came, not parsed and written anew
    expected = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["Labeldesk-Signature"])
"""
