"""Saving the filters and the order of a list under a name, for oneself."""

from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from accounts.roles import Capability
from labeling.core.errors import Invalid
from labeling.core.workflow import Action, Change, register
from labeling.jobs.models import SavedView

VIEWED_LISTS = (
    "jobs:job-list",
    "jobs:review-queue",
    "jobs:people",
    "projects:project-list",
)
"""The lists, by URL name, whose filters may be saved; the first is the default."""

MOST_VIEWS = 100


class ViewNameForm(forms.Form):
    """What a view is called."""

    name = forms.CharField(max_length=60, label=_("Name"))


class SaveViewForm(ViewNameForm):
    """A name for the list as it is filtered and sorted now."""

    page = forms.ChoiceField(choices=[(name, name) for name in VIEWED_LISTS], required=False)
    query = forms.CharField(max_length=2000, required=False)

    def clean_page(self) -> str:
        """The URL name of the list; the jobs list when nothing was said."""
        return self.cleaned_data["page"] or VIEWED_LISTS[0]

    def clean_query(self) -> str:
        """The query string without its question mark."""
        return str(self.cleaned_data["query"]).removeprefix("?")


@register
class SaveView(Action):
    """Keep a list's filters and order under a name. Saving under the same name again replaces it.

    The outcome is the saved view.
    """

    verb = "save-view"
    label = _("Save view")
    model = Team
    capability = Capability.VIEW
    form = SaveViewForm
    recorded = False
    by_rest = False  # a view is a page's address; scripts keep their own
    order = 95

    def effect(self, change: Change) -> None:
        """Store it for the person who asks."""
        own = {"team": change.obj, "user_id": change.actor.user.pk, "page": change.data["page"]}
        known = SavedView.objects.filter(**own)
        if known.count() >= MOST_VIEWS and not known.filter(name=change.data["name"]).exists():
            raise Invalid({"name": [_("You have very many views already. Delete one first.")]})
        change.outcome, _made = SavedView.objects.update_or_create(
            **own, name=change.data["name"], defaults={"query": change.data["query"]}
        )


class ViewAction(Action):
    """A verb on a saved view: only its owner's."""

    model = SavedView
    capability = Capability.VIEW
    recorded = False
    by_rest = False

    def permits(self, obj: SavedView, actor: Any) -> bool:
        """Nobody changes another's, whatever the role."""
        return obj.user_id == actor.user.pk and super().permits(obj, actor)


@register
class RenameView(ViewAction):
    """Call it something else."""

    verb = "rename"
    label = _("Rename")
    form = ViewNameForm
    order = 10

    def form_kwargs(self, obj: SavedView, actor: Any) -> dict[str, Any]:
        """The name now."""
        return {"initial": {"name": obj.name}}

    def effect(self, change: Change) -> None:
        """Store the name.

        Raises:
            Invalid: another view of this list has it.
        """
        change.obj.name = change.data["name"]
        try:
            with transaction.atomic():
                change.obj.save(update_fields=["name"])
        except IntegrityError as error:
            raise Invalid({"name": [_("You have a view of that name.")]}) from error


@register
class DeleteView(ViewAction):
    """Forget it; the jobs in it stay as they are."""

    verb = "delete"
    label = _("Delete")
    destructive = True

    def effect(self, change: Change) -> None:
        """Take it away."""
        change.obj.delete()
