"""What was said and what was done."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from labeling.jobs.models.batches import Batch
from labeling.jobs.models.jobs import Job, JobItem

if TYPE_CHECKING:
    from accounts.actor import Actor


class CommentQuerySet(models.QuerySet["Comment"]):
    """Comments by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """Comments on the jobs that the actor sees."""
        return self.filter(job__in=Job.objects.visible_to(actor))


class Comment(models.Model):
    """A remark on a job, on one of its items, or on a point of an item (image pixels)."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="comments")
    job_item = models.ForeignKey(
        JobItem, on_delete=models.CASCADE, null=True, blank=True, related_name="comments"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=5000)
    x = models.FloatField(null=True, blank=True)
    y = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(x=None, y=None)
                | Q(x__isnull=False, y__isnull=False, job_item__isnull=False),
                name="comment_point_is_whole",
            ),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def team_id(self) -> int:
        """The team of the comment's job."""
        return self.job.team_id


class EventQuerySet(models.QuerySet["Event"]):
    """History by what a person may see."""

    def visible_to(self, actor: "Actor") -> Self:
        """History of the actor's teams; a restricted annotator sees that of own jobs."""
        return self.filter(
            Q(team_id__in=actor.unrestricted_team_ids)
            | Q(
                team_id__in=actor.restricted_team_ids,
                job__annotator_id=actor.user.pk,
                job__stopped_at=None,
                job__archived_at=None,
            )
        )


class Event(models.Model):
    """One appended line of history: who did what to what, from which state to which, when.

    Attributes:
        subject_type, subject_id: the changed object, for those that are not jobs.
        data: what else is worth knowing (the reason, the people before and after).
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.PositiveBigIntegerField()
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, null=True, related_name="events")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, null=True, related_name="events")
    job_item = models.ForeignKey(
        JobItem, on_delete=models.CASCADE, null=True, related_name="events"
    )
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=("job", "-at")),
            models.Index(fields=("team", "-at")),
            models.Index(fields=("subject_type", "subject_id", "-at")),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"
