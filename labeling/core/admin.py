"""The admin panel's base: looks at rows, and changes them only through the workflow."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labeling.core.errors import WorkflowError
from labeling.core.workflow import Action, NoInput, actions_of, perform

M = TypeVar("M", bound=models.Model)
REASONS_SHOWN = 5

# Where the history of an object is shown; the package that keeps the history says so.
history_pages: list[Callable[[models.Model], str]] = []


class OwnTeamsFilter(admin.RelatedOnlyFieldListFilter):
    """A menu of the teams whose rows the person sees; the usual one names every team there is."""


class DeskAdmin(admin.ModelAdmin[M]):
    """Rows of the teams that the person owns; a superuser's panel shows all teams.

    Rows are read-only here. The menu of actions holds the model's verbs that need no input; each
    runs through `perform`, so that the panel cannot do what the workflow forbids.

    Attributes:
        team_lookup: the path from the model to its team's id.
    """

    team_lookup = "team_id"
    list_per_page = 50
    # Its address would tell whether something of another team exists; see `on_the_desk`.
    view_on_site = False
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[M]:
        """The rows of own teams."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.team_lookup}__in": owned_team_ids(request)})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Every column, those that no form has included: the panel is for looking."""
        meta = self.model._meta
        hidden = {*(self.exclude or ()), "id"}
        fields = [*meta.concrete_fields, *meta.many_to_many]
        return [field.name for field in fields if field.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return self.get_fields(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the panel sees every section."""
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same for rows; which ones is the queryset's business."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Things are made on the desk's own pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows change through verbs only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted: history stays."""
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """The events of an object; the framework's own log knows only its own forms."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not history_pages:
            raise Http404
        return HttpResponseRedirect(history_pages[0](obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The model's verbs that need no input."""
        simple = [each for each in actions_of(self.model) if each.form is NoInput]
        return {
            each.verb: (performer(each), each.verb, str(each.label))
            for each in simple
            if each.by_rest
        }

    @admin.display(description=gettext_lazy("Page"))
    def on_the_desk(self, obj: Any) -> str:
        """A link to the object's own page."""
        return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), _("Open"))


class DeskInline(admin.TabularInline[models.Model, models.Model]):
    """Rows that belong to the one above; seen with it, and as little changed."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may enter the panel; the row above decided which ones."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Things are made on the desk's own pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows change through verbs only."""
        return False


def owned_team_ids(request: HttpRequest) -> Any:
    """The teams whose panel this person sees."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    return actor.teams_where("administer")


def performer(action: Action) -> Callable[[Any, HttpRequest, models.QuerySet[Any]], None]:
    """An admin action that performs a verb on each chosen row and says how that went."""

    def run(model_admin: Any, request: HttpRequest, rows: models.QuerySet[Any]) -> None:
        done, reasons = 0, []
        for obj in rows:
            try:
                perform(action, obj, request.actor)  # type: ignore[attr-defined]
                done += 1
            except WorkflowError as error:
                reasons.append(f"{obj}: {error.message}")
        if done:
            said = ngettext("%(label)s: %(n)d done.", "%(label)s: %(n)d done.", done)
            model_admin.message_user(request, said % {"label": action.label, "n": done})
        for reason in reasons[:REASONS_SHOWN]:
            model_admin.message_user(request, reason, messages.WARNING)
        if len(reasons) > REASONS_SHOWN:
            more = _("and %d more were refused") % (len(reasons) - REASONS_SHOWN)
            model_admin.message_user(request, more, messages.WARNING)

    return run
