"""The history of a project and its parts, in sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling.jobs.models import Event
from labeling.projects.models import Dataset, LabelClass, Project, TagDefinition

SENTENCES: Mapping[tuple[str, str], Any] = {
    ("team", "create-project"): gettext_lazy("%(who)s made the project"),
    ("project", "edit-project"): gettext_lazy("%(who)s edited the project"),
    ("project", "archive"): gettext_lazy("%(who)s archived the project"),
    ("project", "unarchive"): gettext_lazy("%(who)s took the project back from the archive"),
    ("project", "create-dataset"): gettext_lazy("%(who)s made the dataset “%(name)s”"),
    ("project", "add-class"): gettext_lazy("%(who)s added the class “%(name)s”"),
    ("project", "add-tag"): gettext_lazy("%(who)s added the tag “%(name)s”"),
    ("dataset", "edit-dataset"): gettext_lazy("%(who)s edited the dataset “%(name)s”"),
    ("dataset", "set-labels"): gettext_lazy("%(who)s wrote labels into “%(name)s” by a script"),
    ("dataset", "archive"): gettext_lazy("%(who)s archived the dataset “%(name)s”"),
    ("dataset", "unarchive"): gettext_lazy("%(who)s took back the dataset “%(name)s”"),
    ("dataset", "delete"): gettext_lazy("%(who)s deleted the dataset “%(name)s”"),
    ("dataset", "restore"): gettext_lazy("%(who)s restored the dataset “%(name)s”"),
    ("dataset", "purge"): gettext_lazy("%(who)s had the dataset “%(name)s” deleted for good"),
    ("project", "purge"): gettext_lazy("%(who)s deleted the dataset “%(name)s” for good"),
    ("labelclass", "edit-class"): gettext_lazy("%(who)s edited the class “%(name)s”"),
    ("labelclass", "remove-class"): gettext_lazy("%(who)s removed the class “%(name)s”"),
    ("labelclass", "restore-class"): gettext_lazy("%(who)s restored the class “%(name)s”"),
    ("labelclass", "move"): gettext_lazy("%(who)s moved the class “%(name)s”"),
    ("tagdefinition", "edit-tag"): gettext_lazy("%(who)s edited the tag “%(name)s”"),
    ("tagdefinition", "remove-tag"): gettext_lazy("%(who)s removed the tag “%(name)s”"),
    ("tagdefinition", "restore-tag"): gettext_lazy("%(who)s restored the tag “%(name)s”"),
    ("tagdefinition", "move"): gettext_lazy("%(who)s moved the tag “%(name)s”"),
}

FIELDS: Mapping[str, Any] = {
    "name": gettext_lazy("name"),
    "description": gettext_lazy("description"),
    "workspace": gettext_lazy("workspace"),
    "shape": gettext_lazy("shape"),
    "color": gettext_lazy("colour"),
    "hotkey": gettext_lazy("hotkey"),
    "value_type": gettext_lazy("value"),
    "choices": gettext_lazy("choices"),
    "applies_to": gettext_lazy("applies to"),
    "classes": gettext_lazy("classes"),
}
LONGEST_VALUE = 60


@dataclass(frozen=True)
class ProjectLine:
    """One line: what happened, and for an edit what from and to what."""

    event: Event
    text: str
    change: str


def events_of(project: Project, events: QuerySet[Event]) -> QuerySet[Event]:
    """Of these events, those about the project, its schema and its datasets."""
    parts: Mapping[str, QuerySet[Any]] = {
        "labelclass": LabelClass.objects.filter(project=project),
        "tagdefinition": TagDefinition.objects.filter(project=project),
        "dataset": Dataset.objects.filter(project=project),
    }
    about = Q(subject_type="project", subject_id=project.pk)
    for subject_type, rows in parts.items():
        about |= Q(subject_type=subject_type, subject_id__in=rows.values("pk"))
    about |= Q(
        subject_type="team",
        subject_id=project.team_id,
        verb="create-project",
        data__project=project.pk,
    )
    own_verbs = {verb for _subject, verb in SENTENCES}
    return events.filter(about, verb__in=own_verbs).select_related("actor")


def described(events: Iterable[Event]) -> list[ProjectLine]:
    """The events in words; one query for the names of datasets."""
    events = list(events)
    ids = [event.subject_id for event in events if event.subject_type == "dataset"]
    names = dict(Dataset.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [ProjectLine(event, sentence(event, names), changed(event)) for event in events]


def sentence(event: Event, dataset_names: Mapping[int, str]) -> str:
    """What happened, without its full stop."""
    who = event.actor.name if event.actor else _("The desk")
    name = event.data.get("name") or dataset_names.get(event.subject_id, "")
    known = SENTENCES.get((event.subject_type, event.verb))
    if known is None:
        return _("%(who)s: %(verb)s") % {"who": who, "verb": event.verb.replace("-", " ")}
    return str(known % {"who": who, "name": name})


def changed(event: Event) -> str:
    """ "name lemon → citrus, hotkey – → 1"; nothing for what is no edit."""
    return ", ".join(
        f"{FIELDS.get(field, field)} {_shown(before)} → {_shown(after)}"
        for field, (before, after) in (event.data.get("changed") or {}).items()
    )


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if not text:
        return "–"
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
