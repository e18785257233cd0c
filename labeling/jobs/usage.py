"""What a change of the schema, or putting a project away, means for work that is going on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling.jobs.models import Annotation, Batch, Job
from labeling.jobs.states import BatchStatus, Status
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition
from labeling.projects.usage import Use, count_in_documents, needles, use_counters

# Of these come jobs, or people have them in their queue.
OPEN_BATCHES = (
    BatchStatus.NEW,
    BatchStatus.LOADING,
    BatchStatus.QUEUED,
    BatchStatus.PROCESSING,
    BatchStatus.NO_MONEY,
    BatchStatus.STOPPING,
)
OPEN_JOBS = Q(archived_at=None) & ~Q(status=Status.COMPLETED)


@use_counters.register("jobs")
def count_work(subject: models.Model) -> list[Use]:
    """Open jobs, with what is drawn in them, and batches that offer a class or tag."""
    if isinstance(subject, LabelClass | TagDefinition):
        return count_offered(subject)
    if isinstance(subject, Project | Dataset):
        place = "project" if isinstance(subject, Project) else "dataset"
        jobs = Job.objects.filter(OPEN_JOBS, **{place: subject})
        return [open_jobs(jobs.count()), *open_batches(subject)]
    return []


def open_batches(subject: models.Model) -> list[Use]:
    """ "1 open batch", of a dataset."""
    if not isinstance(subject, Dataset):
        return []
    batches = Batch.objects.filter(dataset=subject, archived_at=None, status__in=OPEN_BATCHES)
    number = batches.count()
    words = ngettext("%(number)d open batch", "%(number)d open batches", number)
    return [Use("open-batches", number, words % {"number": number})]


def count_offered(subject: LabelClass | TagDefinition) -> list[Use]:
    """Work that labels with this class or tag."""
    offering = Batch.objects.filter(
        **{"classes" if isinstance(subject, LabelClass) else "tags": subject}
    )
    jobs = Job.objects.filter(OPEN_JOBS, batch__in=offering.values("pk"))
    documents = Annotation.objects.filter(
        job_item__job__project=subject.project_id,
        job_item__job__archived_at=None,
    ).exclude(job_item__job__status=Status.COMPLETED)
    _images, drawn = count_in_documents(documents, needles(subject))
    return [
        open_jobs(jobs.count()),
        Use("drawn", drawn, _("%(number)d drawn in open jobs") % {"number": drawn}),
    ]


def open_jobs(number: int) -> Use:
    """ "3 open jobs"."""
    words = ngettext("%(number)d open job", "%(number)d open jobs", number)
    return Use("open-jobs", number, words % {"number": number})
