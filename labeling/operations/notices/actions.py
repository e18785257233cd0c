"""What may be done about notices: look at them, set up webhooks, send once more."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.addresses import may_reach
from labeling.core.errors import Conflict
from labeling.core.fetching import Unreachable, check_address
from labeling.core.workflow import Action, Change, register
from labeling.operations.filters import kind_choices
from labeling.operations.notices import ringing
from labeling.operations.notices.models import (
    MANAGES_WEBHOOKS,
    MOST_TRIES,
    Delivery,
    Event,
    Notice,
    Webhook,
    fresh_secret,
)
from labeling.operations.notices.payload import body_of_test

MOST_WEBHOOKS = 20
ENDS = tuple(choice for choice in Event.choices if choice[0] != Event.TEST)
USUAL_ENDS = (Event.COMPLETE.value, Event.FAILED.value)
PRIVATE = _(
    "This address is inside a private network. Use a public one, or have the network named in "
    "LABELDESK_FETCH_PRIVATE by whoever runs this desk."
)


class WebhookForm(forms.Form):
    """Where to, and what about."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text=_("Gets a POST with JSON each time. Prefer https."),
    )
    events = forms.MultipleChoiceField(
        label=_("When an operation is"),
        choices=ENDS,
        initial=USUAL_ENDS,
        widget=forms.CheckboxSelectMultiple,
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds"),
        choices=kind_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose none to hear of all kinds."),
    )

    def clean_url(self) -> str:
        """An address that could be asked; what only its name server knows is judged each time."""
        url = str(self.cleaned_data["url"])
        try:
            check_address(url)
        except Unreachable as trouble:
            raise forms.ValidationError(str(trouble)) from trouble
        host = (urlsplit(url).hostname or "").rstrip(".")
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"
        try:
            is_open = may_reach(host)
        except ValueError:  # a name, no number
            return url
        if not is_open:
            raise forms.ValidationError(PRIVATE)
        return url


@register
class MarkSeen(Action):
    """Looking at what is behind the bell: it is no news any more."""

    verb = "mark-seen"
    label = _("Mark as seen")
    description = _("Everything behind the bell counts as seen by you.")
    model = Team
    capability = Capability.VIEW
    recorded = False
    order = 96

    def effect(self, change: Change) -> None:
        """The notices of the person who looks, in this team."""
        own = Notice.objects.filter(team_id=change.obj.pk, person_id=change.actor.user.pk)
        own.unseen().update(seen_at=change.at)


@register
class AddWebhook(Action):
    """Have an address told; the outcome is the webhook, which tells its secret this once."""

    verb = "add-webhook"
    label = _("Add webhook")
    description = _("An address that is told when operations of this team end.")
    model = Team
    capability = MANAGES_WEBHOOKS
    form = WebhookForm
    outcome_model = Webhook
    order = 97

    def check(self, change: Change) -> None:
        """Keep the list short enough to look after."""
        if Webhook.objects.present().filter(team_id=change.obj.pk).count() >= MOST_WEBHOOKS:
            raise Conflict(
                _("This team has %(count)d webhooks. Remove one first.") % {"count": MOST_WEBHOOKS},
                state="full",
            )

    def effect(self, change: Change) -> None:
        """The webhook."""
        hook = Webhook.objects.create(
            team_id=change.obj.pk, created_by_id=change.actor.user.pk, **change.data
        )
        hook.told_secret = hook.secret
        change.outcome = hook


class WebhookAction(Action):
    """A verb on a webhook that nobody removed."""

    model = Webhook
    capability = MANAGES_WEBHOOKS
    state_fields: ClassVar[tuple[str, ...]] = ("is_removed",)
    sources: ClassVar[Any] = ((False,),)

    def state_of(self, obj: Webhook) -> str:
        """active, disabled or removed."""
        return obj.status


@register
class EditWebhook(WebhookAction):
    """Another address, other events or kinds. The secret stays."""

    verb = "edit"
    label = _("Edit")
    form = WebhookForm
    order = 10

    def form_kwargs(self, obj: Webhook, actor: Any) -> dict[str, Any]:
        """What is set now."""
        return {"initial": {"url": obj.url, "events": obj.events, "kinds": obj.kinds}}

    def changes(self, change: Change) -> dict[str, Any]:
        """The form's fields."""
        return dict(change.data)


@register
class TestWebhook(WebhookAction):
    """Send a message about nothing, at once; the outcome is its delivery."""

    verb = "test"
    label = _("Send a test")
    description = _("Sends a signed message with the event “test”.")
    outcome_model = Delivery
    recorded = False
    order = 20

    def effect(self, change: Change) -> None:
        """The delivery, which gets one attempt: whoever tests looks at what comes of it."""
        hook: Webhook = change.obj
        change.outcome = Delivery.objects.create(
            team_id=hook.team_id,
            webhook=hook,
            event=Event.TEST,
            body=body_of_test(hook.team),
            tries_left=1,
        )
        ringing.ring(change.outcome.pk)


@register
class EnableWebhook(WebhookAction):
    """Tell it again."""

    verb = "enable"
    label = _("Enable")
    state_fields = ("is_removed", "is_enabled")
    sources = ((False, False),)
    target = (False, True)
    order = 30


@register
class DisableWebhook(WebhookAction):
    """Tell it nothing for now; what waits for another attempt is given up."""

    verb = "disable"
    label = _("Disable")
    state_fields = ("is_removed", "is_enabled")
    sources = ((False, True),)
    target = (False, False)
    undo = "enable"
    order = 30


@register
class RenewSecret(WebhookAction):
    """Another secret, from this moment on; the outcome is the webhook, which tells it this once."""

    verb = "renew-secret"
    label = _("Renew the secret")
    description = _(
        "Messages are signed with another secret from now on. The receiver refuses them until it "
        "knows it. This can't be undone."
    )
    outcome_model = Webhook
    destructive = True
    order = 40

    def changes(self, change: Change) -> dict[str, Any]:
        """A fresh one."""
        return {"secret": fresh_secret()}

    def effect(self, change: Change) -> None:
        """The answer to this request tells it."""
        change.obj.told_secret = change.obj.secret
        change.outcome = change.obj


@register
class RemoveWebhook(WebhookAction):
    """Take it off the list. Its log stays, and it can be restored."""

    verb = "remove"
    label = _("Remove")
    target = (True,)
    destructive = True
    undo = "restore"
    order = 90


@register
class RestoreWebhook(WebhookAction):
    """Put it back as it was."""

    verb = "restore"
    label = _("Restore")
    sources = ((True,),)
    target = (False,)
    order = 90


@register
class Redeliver(Action):
    """Send a message once more: at once, and again as often as a fresh one."""

    verb = "redeliver"
    label = _("Send again")
    description = _("The same message, signed anew.")
    model = Delivery
    capability = MANAGES_WEBHOOKS
    state_fields = ("next_try_at",)
    sources = ((None,),)
    recorded = False
    order = 10

    def permits(self, obj: Delivery, actor: Any) -> bool:
        """A mail is its reader's to ask for."""
        if obj.person_id is not None:
            return bool(obj.person_id == actor.user.pk)
        return super().permits(obj, actor)

    def state_of(self, obj: Delivery) -> str:
        """delivered, given_up, retrying or waiting."""
        return obj.status

    def obstacle(self, obj: Delivery) -> Any | None:
        """A webhook that was removed is told nothing more."""
        if obj.webhook is not None and obj.webhook.is_removed:
            return _("The webhook was removed. Restore it first.")
        return None

    def guard(self, change: Change) -> Q:
        """Nobody else has sent it meanwhile."""
        return Q(attempt_count=change.obj.attempt_count)

    def changes(self, change: Change) -> dict[str, Any]:
        """Due now, with as many tries as a fresh one."""
        return {
            "next_try_at": change.at,
            "tries_left": MOST_TRIES,
            "delivered_at": None,
            "given_up_at": None,
            "message": "",
        }

    def effect(self, change: Change) -> None:
        """Tell a worker."""
        ringing.ring(change.obj.pk)
