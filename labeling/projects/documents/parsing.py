"""From anything that a client sent to a document that may be stored.

Two ways in: `parse` refuses everything when anything is wrong (a person's save), `sift` keeps what
is right and tells the rest (an import). Both read fixed levels only and never recurse, so depth
costs nothing; numbers of objects, points and run lengths are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

from django.utils.translation import gettext as _

from labeling.projects.documents.drawing import Drawing
from labeling.projects.documents.rules import ID_LENGTH, OBJECTS_BOUND, Rules
from labeling.projects.documents.tagging import read_tags
from labeling.projects.documents.types import (
    ANY_SHAPE,
    SHAPES,
    SOURCES,
    Document,
    DocumentError,
    LabelObject,
    Problem,
    Tag,
)

PROBLEMS_BOUND = 100
"""Problems that one refusal lists: enough to see what is going on."""

_KEYS = frozenset(("id", "class", "shape", "points", "holes", "rle", "keyframes", "tags", "source"))


class _EnoughError(Exception):
    """So many problems that more of them help nobody."""


def parse(raw: Any, rules: Rules, stored: Document | None = None) -> Document:
    """The document that `raw` (decoded JSON) says, in canonical form.

    `stored` is what the item's annotation holds now. An object or tag of it that comes back
    unchanged is accepted whatever the rules say by now, so a class that was removed or narrowed
    since spoils nobody's work; one whose class or tag is not offered may neither change nor
    vanish, and is carried over when `raw` leaves it out. A limit refuses growth only.

    Raises DocumentError with every problem found, up to PROBLEMS_BOUND.
    """
    reading = _Reading(rules, stored, PROBLEMS_BOUND)
    try:
        document = reading.document(raw)
    except _EnoughError:
        raise DocumentError(reading.problems) from None
    if reading.problems:
        raise DocumentError(reading.problems)
    return document


def sift(raw: Any, rules: Rules, stored: Document | None = None) -> tuple[Document, list[Problem]]:
    """What is right of `raw` as a document, and a problem for each thing that was left out."""
    reading = _Reading(rules, stored, None)
    return reading.document(raw), reading.problems


class _Reading:
    """One pass over one raw document."""

    def __init__(self, rules: Rules, stored: Document | None, most: int | None) -> None:
        self.problems: list[Problem] = []
        self._most = most
        self._rules = rules
        self._stored = {each["id"]: each for each in stored["objects"]} if stored else {}
        self._stored_tags = stored["tags"] if stored else []
        self._stored_size = _limited(stored, rules) if stored else (0, 0)
        self._drawing = Drawing(rules, self._say)

    def document(self, raw: Any) -> Document:
        if not isinstance(raw, dict):
            self._say("", _("A document is an object with objects and tags."))
            return Document(objects=[], tags=[])
        for key in sorted(set(raw) - {"objects", "tags"}, key=str):
            self._say(_key(key), _("A document has no such field."))
        document = Document(
            objects=self._objects(raw.get("objects", [])),
            tags=self._tags(raw.get("tags", []), None, self._stored_tags, "tags"),
        )
        self._check_limits(document)
        return document

    def _objects(self, raw: Any) -> list[LabelObject]:
        if not isinstance(raw, list | tuple):
            self._say("objects", _("A list of objects is needed."))
            return []
        if len(raw) > OBJECTS_BOUND:
            self._say(
                "objects", _("More than %(n)s objects in one document.") % {"n": OBJECTS_BOUND}
            )
            return []
        objects: dict[str, LabelObject] = {}
        for number, each in enumerate(raw):
            path = f"objects[{number}]"
            read = self._object(each, path)
            if read is None:
                continue
            if read["id"] in objects:
                self._say(f"{path}.id", _("Another object has this id."))
                continue
            objects[read["id"]] = read
        return [*self._carried_over(objects), *objects.values()]

    def _object(self, raw: Any, path: str) -> LabelObject | None:
        if not isinstance(raw, dict):
            self._say(path, _("An object is needed."))
            return None
        identity = raw.get("id")
        if not _is_id(identity):
            self._say(
                f"{path}.id", _("An id is a text of 1 to %(n)s characters.") % {"n": ID_LENGTH}
            )
            return None
        before = self._stored.get(identity)
        if before is not None and raw == before:
            return before
        unknown = sorted(set(raw) - _KEYS, key=str)
        if unknown:
            self._say(f"{path}.{_key(unknown[0])}", _("An object has no such field."))
            return None
        read = self._shaped(raw, path)
        if read is None:
            return None
        tags_before = before["tags"] if before is not None else []
        read["tags"] = self._tags(raw.get("tags", []), read["class"], tags_before, f"{path}.tags")
        if before is not None and read == before:
            return before
        return read if self._is_allowed(read, before, path) else None

    def _shaped(self, raw: dict[str, Any], path: str) -> LabelObject | None:
        kind, shape, source = raw.get("class"), raw.get("shape"), raw.get("source", "person")
        if type(kind) is not int:
            self._say(f"{path}.class", _("A class is named by its number."))
            return None
        if not isinstance(shape, str) or shape not in SHAPES:
            self._say(f"{path}.shape", _("A shape is one of: %(shapes)s.") % {"shapes": _shapes()})
            return None
        if not isinstance(source, str) or source not in SOURCES:
            self._say(f"{path}.source", _("A source is one of: %(all)s.") % {"all": _sources()})
            return None
        read: LabelObject = {
            "id": raw["id"],
            "class": kind,
            "shape": shape,
            "points": [],
            "tags": [],
            "source": source,
        }
        return read if self._drawing.read(raw, shape, path, read) else None

    def _is_allowed(self, read: LabelObject, before: LabelObject | None, path: str) -> bool:
        """The rules about classes, for an object that is new or changed."""
        classes = self._rules.classes
        if before is not None and before["class"] not in classes:
            self._say(path, _("Its class is not offered here, so this object may not change."))
            return False
        if read["class"] not in classes:
            self._say(f"{path}.class", _("This class is not offered here."))
            return False
        wanted, drawn = classes[read["class"]], _drawn_shape(read)
        if wanted not in (ANY_SHAPE, drawn) and not _same_drawing(read, before):
            self._say(
                f"{path}.shape",
                _("Objects of this class are drawn as %(wanted)s, not as %(drawn)s.")
                % {"wanted": wanted, "drawn": drawn},
            )
            return False
        return True

    def _carried_over(self, objects: dict[str, LabelObject]) -> Iterable[LabelObject]:
        """Stored objects of classes that are not offered, where `raw` left them out."""
        offered = self._rules.classes
        return [
            each
            for identity, each in self._stored.items()
            if identity not in objects and each["class"] not in offered
        ]

    def _tags(self, raw: Any, kind: int | None, stored: list[Tag], path: str) -> list[Tag]:
        return read_tags(raw, self._rules, kind, stored, self._say, path)

    def _check_limits(self, document: Document) -> None:
        objects, tags = _limited(document, self._rules)
        objects_before, tags_before = self._stored_size
        limit = self._rules.objects_limit
        if limit is not None and objects > max(limit, objects_before):
            self._say(
                "objects",
                _("%(n)s objects, and this job allows %(limit)s an image.")
                % {"n": objects, "limit": limit},
            )
        limit = self._rules.tags_limit
        if limit is not None and tags > max(limit, tags_before):
            self._say(
                "tags",
                _("%(n)s tags, and this job allows %(limit)s an image.")
                % {"n": tags, "limit": limit},
            )

    def _say(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))
        if self._most is not None and len(self.problems) >= self._most:
            raise _EnoughError


def _limited(document: Document, rules: Rules) -> tuple[int, int]:
    """How many objects and tags count towards the limits: those of offered classes and tags."""
    objects = sum(each["class"] in rules.classes for each in document["objects"])
    tags = sum(each["tag"] in rules.tags for each in document["tags"])
    tags += sum(tag["tag"] in rules.tags for each in document["objects"] for tag in each["tags"])
    return objects, tags


def _drawn_shape(read: LabelObject) -> str:
    """What an object looks like in a picture: a track looks like its keyframes."""
    return read["keyframes"][0]["shape"] if read["shape"] == "track" else read["shape"]


def _same_drawing(read: LabelObject, before: LabelObject | None) -> bool:
    """Whether a changed object kept class and shape, so that its class's shape came later."""
    return (
        before is not None
        and read["class"] == before["class"]
        and _drawn_shape(read) == _drawn_shape(before)
    )


def _is_id(identity: Any) -> TypeGuard[str]:
    return isinstance(identity, str) and 1 <= len(identity) <= ID_LENGTH and identity.isprintable()


def _key(key: object) -> str:
    """A field's name from outside, short enough for a path."""
    return ascii(str(key)[:40])[1:-1]


def _shapes() -> str:
    return ", ".join(SHAPES)


def _sources() -> str:
    return ", ".join(SOURCES)
