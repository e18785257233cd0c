"""What would be affected by a change of the schema: counted where it is stored, told before it.

Each package that stores labels or offers classes registers a counter; a page asks them all.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, Sum, TextField, Value
from django.db.models.functions import Cast, Length, Replace, StrIndex
from django.utils.translation import ngettext

from labeling.core.registry import Registry
from labeling.operations.models import Operation
from labeling.projects.models import Dataset, ItemLabels, LabelClass, TagDefinition

# The kind that removes a deleted dataset; that it runs is no use of the dataset.
PURGE = "delete-dataset"


@dataclass(frozen=True)
class Use:
    """One way in which something is in use.

    Attributes:
        key: a word for scripts ("objects", "open-jobs").
        text: the number in words, as part of a sentence: "120 objects on 34 images".
    """

    key: str
    number: int
    text: str


# Asked with a class, a tag definition, a dataset or a project; answers what it knows about.
UseCounter = Callable[[models.Model], Iterable[Use]]
use_counters: Registry[str, UseCounter] = Registry("use counter")


def uses_of(subject: models.Model) -> list[Use]:
    """Every way in which the thing is in use now, in the order of the packages."""
    return [use for counter in use_counters.values() for use in counter(subject) if use.number > 0]


def needles(subject: LabelClass | TagDefinition) -> list[str]:
    """How a class or a tag stands in the text of a document, whatever follows it.

    A quote inside a string is escaped in JSON, so no text that a person typed can look like this.
    """
    word = "class" if isinstance(subject, LabelClass) else "tag"
    return [f'"{word}": {subject.pk},', f'"{word}": {subject.pk}}}']


def value_needles(tag: TagDefinition, value: str) -> list[str]:
    """How a tag with that value stands in the text of a document, escaped or not."""
    return sorted(
        {
            f'"tag": {tag.pk}, "value": {json.dumps(value, ensure_ascii=is_ascii)}'
            for is_ascii in (True, False)
        }
    )


def count_in_documents(documents: models.QuerySet[Any], wanted: Iterable[str]) -> tuple[int, int]:
    """In how many documents something stands, and how often in all of them.

    Counted by the database in the documents' text: no document leaves it.

    Arguments:
        documents: rows with a `document`.
        wanted: pieces of JSON text, as `needles` gives them; none contains another.
    """
    text = Cast("document", TextField())
    found = Q()
    often: Any = Value(0, output_field=models.IntegerField())
    rows = documents.annotate(text=text)
    for number, needle in enumerate(wanted):
        rows = rows.annotate(**{f"at{number}": StrIndex(F("text"), Value(needle))})
        found |= Q(**{f"at{number}__gt": 0})
        shorter = Length(Replace(F("text"), Value(needle), Value("")))
        often = often + (Length(F("text")) - shorter) / len(needle)
    counts = rows.filter(found).aggregate(documents=Count("pk"), often=Sum(often))
    return counts["documents"], counts["often"] or 0


def stored_labels(project_id: int) -> models.QuerySet[ItemLabels]:
    """The labels of every item of a project."""
    return ItemLabels.objects.filter(item__dataset__project=project_id)


@use_counters.register("labels")
def count_labels(subject: models.Model) -> list[Use]:
    """Objects or tags on the items' own labels."""
    if not isinstance(subject, LabelClass | TagDefinition):
        return []
    labels = stored_labels(subject.project_id)
    images, often = count_in_documents(labels, needles(subject))
    return [Use("labels", often, labels_in_words(subject, images, often))]


@use_counters.register("operations")
def count_operations(subject: models.Model) -> list[Use]:
    """Machine work on a dataset that has not ended."""
    if not isinstance(subject, Dataset):
        return []
    number = Operation.objects.about(subject).live().exclude(kind=PURGE).count()
    words = ngettext("%(number)d running operation", "%(number)d running operations", number)
    return [Use("running-operations", number, words % {"number": number})]


def labels_in_words(subject: LabelClass | TagDefinition, images: int, often: int) -> str:
    """ "120 objects on 34 images"."""
    if isinstance(subject, LabelClass):
        what = ngettext("%(number)d object", "%(number)d objects", often) % {"number": often}
    else:
        what = ngettext("%(number)d tag", "%(number)d tags", often) % {"number": often}
    where = ngettext("on %(number)d image", "on %(number)d images", images) % {"number": images}
    return f"{what} {where}"
