"""What is kept per person: pace and private views."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.projects.models import Project

if TYPE_CHECKING:
    from accounts.actor import Actor


class Pace(models.Model):
    """How fast one person lately confirmed items of one project.

    Attributes:
        recent_seconds: the last gaps between two confirmations, newest last, idle time left out
            (see `labeling.jobs.eta`).
        usual_seconds: their median once there is evidence, so that lists can sort by it.
        last_done_at: the newest confirmation.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="paces"
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="paces")
    recent_seconds = models.JSONField(default=list)
    usual_seconds = models.FloatField(null=True)
    last_done_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "project"), name="pace_once_a_project"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} on {self.project_id}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """A person's own ones; never another's."""
        return self.filter(user_id=actor.user.pk, team_id__in=actor.team_ids)


class SavedView(models.Model):
    """A list's filters and order under a name, private to one person.

    Attributes:
        page: the URL name of the list.
        query: the query string, without the leading question mark.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                fields=("team", "user", "page", "name"), name="view_name_once_a_page"
            ),
        )

    def __str__(self) -> str:
        return self.name
