"""The label document of one job item."""

from django.conf import settings
from django.db import models

from labeling.jobs.models.jobs import JobItem
from labeling.projects.documents import empty_document


class Annotation(models.Model):
    """The versioned label document of one job item; made with the job, from the item's labels.

    Attributes:
        version: 0 when nobody has saved yet; every save adds one.
        document: see `labeling.projects.documents`; image pixels, ids of classes and tags.
    """

    job_item = models.OneToOneField(JobItem, on_delete=models.CASCADE, related_name="annotation")
    document = models.JSONField(default=empty_document)
    version = models.PositiveIntegerField(default=0)
    object_count = models.PositiveIntegerField(default=0)
    tag_count = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.job_item_id} v{self.version}"
