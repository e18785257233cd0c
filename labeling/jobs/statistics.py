"""What was labeled in a job: counted from its documents, one after the other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min
from django.db.models.functions import TruncHour, TruncMinute

from labeling.jobs.eta import IDLE_SECONDS
from labeling.jobs.models import Annotation, Job
from labeling.jobs.states import ItemState
from labeling.projects.models import LabelClass, TagDefinition

CHUNK = 500
MOST_VALUES = 20
KEPT_SECONDS = 3600

MINUTES_TOLD = timedelta(hours=6)
"""The growth of a longer job is told by the hour."""


@dataclass(frozen=True)
class ClassFigures:
    """One class: how many objects, on how many items."""

    id: int
    name: str
    color: str
    objects: int
    items: int


@dataclass(frozen=True)
class TagFigures:
    """One tag: how often on images and on objects, with its most frequent values."""

    id: int
    name: str
    images: int
    objects: int
    values: list[tuple[str, int]]


@dataclass(frozen=True)
class JobStatistics:
    """Everything about one job.

    Attributes:
        empty: items without any object or tag.
    """

    items: int
    objects: int
    empty: int
    classes: list[ClassFigures]
    tags: list[TagFigures]


@dataclass
class Tally:
    """The counts while the documents pass by."""

    items: int = 0
    empty: int = 0
    objects: Counter[int] = field(default_factory=Counter)
    items_with: Counter[int] = field(default_factory=Counter)
    image_tags: Counter[int] = field(default_factory=Counter)
    object_tags: Counter[int] = field(default_factory=Counter)
    values: dict[int, Counter[str]] = field(default_factory=dict)

    def add(self, document: dict[str, Any]) -> None:
        """Count one document."""
        objects, tags = document.get("objects", []), document.get("tags", [])
        self.items += 1
        self.empty += not (objects or tags)
        classes = [each["class"] for each in objects]
        self.objects.update(classes)
        self.items_with.update(set(classes))
        for tag in tags:
            self._tag(tag, self.image_tags)
        for each in objects:
            for tag in each.get("tags") or ():
                self._tag(tag, self.object_tags)

    def _tag(self, tag: dict[str, Any], counter: Counter[int]) -> None:
        counter[tag["tag"]] += 1
        if tag.get("value") is not None:
            self.values.setdefault(tag["tag"], Counter())[str(tag["value"])] += 1


def job_statistics(job: Job) -> JobStatistics:
    """The figures of a job, in the order of its project's schema.

    Reads every document once, a chunk at a time; kept until something in the job changes.
    """
    key = f"job-statistics:{job.pk}:{job.updated_at.timestamp()}"
    known: JobStatistics | None = cache.get(key)
    if known is None:
        known = count_job(job)
        cache.set(key, known, KEPT_SECONDS)
    return known


def count_job(job: Job) -> JobStatistics:
    """The same, counted now."""
    tally = Tally()
    documents = Annotation.objects.filter(job_item__job=job).order_by("pk")
    for document in documents.values_list("document", flat=True).iterator(chunk_size=CHUNK):
        tally.add(document)
    offered_classes = set(job.batch.classes.values_list("pk", flat=True))
    offered_tags = set(job.batch.tags.values_list("pk", flat=True))
    classes = LabelClass.objects.filter(project=job.project_id)
    tags = TagDefinition.objects.filter(project=job.project_id)
    return JobStatistics(
        items=tally.items,
        objects=tally.objects.total(),
        empty=tally.empty,
        classes=[
            ClassFigures(
                each.pk, each.name, each.color, tally.objects[each.pk], tally.items_with[each.pk]
            )
            for each in classes
            if each.pk in offered_classes or tally.objects[each.pk]
        ],
        tags=[
            TagFigures(
                each.pk,
                each.name,
                tally.image_tags[each.pk],
                tally.object_tags[each.pk],
                tally.values.get(each.pk, Counter()).most_common(MOST_VALUES),
            )
            for each in tags
            if each.pk in offered_tags or tally.image_tags[each.pk] or tally.object_tags[each.pk]
        ],
    )


def time_spent(job: Job) -> timedelta | None:
    """Working time on the job: the gaps between its confirmations, breaks left out.

    None before the second confirmation.
    """
    done = job.job_items.filter(done_at__isnull=False).order_by("done_at")
    moments = [moment for moment in done.values_list("done_at", flat=True) if moment]
    if len(moments) < 2:
        return None
    return working_time(moments)


def working_time(moments: Sequence[datetime]) -> timedelta:
    """The sum of the gaps between neighbours that are no breaks; `moments` ascend."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return timedelta(seconds=sum(gap for gap in gaps if gap <= IDLE_SECONDS))


def growth(job: Job) -> list[tuple[datetime, int]]:
    """How many items of the job were done in all by each minute; by each hour of a long job."""
    done = job.job_items.filter(state__in=(ItemState.DONE, ItemState.ACCEPTED))
    done = done.filter(done_at__isnull=False)
    span = done.aggregate(first=Min("done_at"), last=Max("done_at"))
    if span["first"] is None:
        return []
    truncate = TruncHour if span["last"] - span["first"] > MINUTES_TOLD else TruncMinute
    counted = (
        done.annotate(moment=truncate("done_at"))
        .values("moment")
        .annotate(count=Count("pk"))
        .order_by("moment")
    )
    total, points = 0, []
    for row in counted:
        total += row["count"]
        points.append((row["moment"], total))
    return points
