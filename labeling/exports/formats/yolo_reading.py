"""Reading YOLO: which number is which class, and what each line draws."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml
from django.utils.translation import gettext as _

from labeling.exports.formats.base import SourceFile, UnreadableError
from labeling.exports.formats.markup import Bounded, Number, TooLargeError, read_number
from labeling.exports.records import ReadObject, ReadRecord, RowError, Schema
from labeling.projects.documents import Point

FILE_BOUND = 16 * 1024 * 1024
"""Bytes of the largest file of labels that is read."""

NAMES_BOUND = 256 * 1024
"""Bytes of the largest list of classes that is read."""

DEPTH_BOUND = 20
"""Lists within lists in a YAML file; parsers take forever over thousands, or crash."""

_ENTRIES_IN_A_ROW = re.compile(rf"(?:[-?:][ \t]+){{{DEPTH_BOUND}}}")

_YAML_ENDINGS = frozenset((".yaml", ".yml"))
_NAME_LISTS = frozenset(("classes.txt", "obj.names", "labels.txt", "predefined_classes.txt"))
_OTHER_LISTS = frozenset(("train.txt", "val.txt", "valid.txt", "test.txt", "autosplit_train.txt"))


class NotYoloError(ValueError):
    """A line or file that is none, with the reason."""


@dataclass(frozen=True, slots=True)
class _Numbering:
    """What the numbers mean; `has_keypoints` says that lines go on with keypoints."""

    names: Mapping[int, str]
    has_keypoints: bool = False


def read_files(files: Sequence[SourceFile], schema: Schema) -> Iterator[ReadRecord | RowError]:
    """One record for each file of labels, in their order."""
    lists = [each for each in files if _is_list_of_names(each.name)]
    labels = _label_files(files)
    numbering = yield from _numbering(lists)
    if numbering is None:
        place = (labels or lists or files)[0].name if files else ""
        told = _("Nothing says which number is which class: add the data.yaml or classes.txt.")
        yield RowError(place, told)
        return
    if not labels:
        yield RowError(lists[0].name, _("There are no label files (.txt) with it."))
    for file in labels:
        yield from _read_file(file, numbering, schema)


def looks_like_yolo(name: str, start: bytes) -> bool:
    """Whether a file names classes, or its first line is a class and numbers."""
    if PurePosixPath(name.lower()).suffix in _YAML_ENDINGS:
        return b"names" in start
    if _is_list_of_names(name):
        return True
    words = start.split(b"\n", 1)[0].decode("utf-8", "replace").split()
    return len(words) >= 5 and all(read_number(word) is not None for word in words[:5])


def _is_list_of_names(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.suffix in {*_YAML_ENDINGS, ".names"} or path.name in _NAME_LISTS


def _label_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The files of labels: those below a folder of that name where there is one."""
    texts = [
        each
        for each in files
        if not _is_list_of_names(each.name)
        and PurePosixPath(each.name.lower()).name not in _OTHER_LISTS
    ]
    inside = [each for each in texts if "labels" in PurePosixPath(each.name).parts[:-1]]
    return inside or texts


def _numbering(lists: Sequence[SourceFile]) -> Generator[RowError, None, _Numbering | None]:
    """The first list that can be read; what is wrong with those before it is told."""
    for file in sorted(lists, key=lambda each: PurePosixPath(each.name).suffix == ".txt"):
        try:
            return _read_names(file)
        except (NotYoloError, UnreadableError) as error:
            yield RowError(file.name, str(error))
    return None


def _read_names(file: SourceFile) -> _Numbering:
    said = _text(file, NAMES_BOUND)
    if PurePosixPath(file.name.lower()).suffix not in _YAML_ENDINGS:
        lines = [line.strip() for line in said.splitlines()]
        return _Numbering({number: line for number, line in enumerate(lines) if line})
    if _is_deep(said):
        raise NotYoloError(_("The file is too deeply nested."))
    try:
        # Texts only: names of classes such as “no” and “1.0” stay what they are.
        raw = yaml.load(said, Loader=yaml.BaseLoader)  # noqa: S506 - makes no objects
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotYoloError(_("The file is not YAML.")) from error
    names = raw.get("names") if isinstance(raw, dict) else None
    if isinstance(names, list):
        names = {str(number): name for number, name in enumerate(names)}
    if not isinstance(names, dict) or not names:
        raise NotYoloError(_("The file has no “names” of classes."))
    known = {
        number: name.strip()
        for key, name in names.items()
        if isinstance(name, str) and isinstance(number := read_number(str(key)), int)
    }
    return _Numbering(known, has_keypoints="kpt_shape" in raw)


def _is_deep(said: str) -> bool:
    depth = 0
    for sign in re.findall(r"[\[\]{}]", said):
        depth += 1 if sign in "[{" else -1
        if depth > DEPTH_BOUND:
            return True
    return _ENTRIES_IN_A_ROW.search(said) is not None


def _read_file(
    file: SourceFile, numbering: _Numbering, schema: Schema
) -> Iterator[ReadRecord | RowError]:
    try:
        said = _text(file, FILE_BOUND)
    except (NotYoloError, UnreadableError) as error:
        yield RowError(file.name, str(error))
        return
    objects = []
    for number, line in enumerate(said.split("\n"), 1):
        if not line.strip():
            continue
        place = _("line %(n)s") % {"n": number}
        try:
            objects.append(_object(line.split(), numbering, schema, place))
        except NotYoloError as error:
            yield RowError(f"{file.name}, {place}", str(error))
    yield ReadRecord(
        place=file.name,
        names=_names_of_image(file.name),
        objects=tuple(objects),
        is_relative=True,
    )


def _object(words: list[str], numbering: _Numbering, schema: Schema, place: str) -> ReadObject:
    """An object; raises NotYoloError where the line says nothing that could be drawn."""
    number = read_number(words[0])
    class_name = numbering.names.get(number) if isinstance(number, int) else None
    if class_name is None:
        told = _("The list of classes has no number “%(number)s”.")
        raise NotYoloError(told % {"number": words[0][:40]})
    values = [_value(word) for word in words[1:]]
    if numbering.has_keypoints:
        values = values[:4]
    # The sixth word of a box is how sure a model was.
    if len(values) in (4, 5):
        shape, points = "rectangle", _box(values)
    elif len(values) >= 6 and len(values) % 2 == 0:
        ring: list[Point] = [list(pair) for pair in zip(values[::2], values[1::2], strict=True)]
        shape, points = _outline(ring, schema, class_name)
    else:
        raise NotYoloError(
            _("A line has a class and then four numbers for a box, or pairs for an outline.")
        )
    return ReadObject(place=place, class_name=class_name, shape=shape, points=points)


def _box(values: Sequence[Number]) -> list[Point]:
    x, y, width, height = values[:4]
    try:
        return [[x - width / 2, y - height / 2], [x + width / 2, y + height / 2]]
    except OverflowError:
        raise NotYoloError(_("A number is far too large.")) from None


def _outline(ring: list[Point], schema: Schema, class_name: str) -> tuple[str, list[Point]]:
    """The outline; as a box where it is one and the class wants boxes."""
    known = schema.class_by_name.get(class_name)
    xs, ys = sorted({x for x, _y in ring}), sorted({y for _x, y in ring})
    is_upright = len(ring) == 4 and len(xs) == len(ys) == 2
    if is_upright and known is not None and known.shape == "rectangle":
        return "rectangle", [[xs[0], ys[0]], [xs[1], ys[1]]]
    return "polygon", ring


def _value(word: str) -> Number:
    number = read_number(word)
    if number is None:
        raise NotYoloError(_("“%(word)s” is not a number.") % {"word": word[:40]})
    return number


def _names_of_image(name: str) -> tuple[str, ...]:
    """What the image may be called: the label's place among the labels, and its own name."""
    path = PurePosixPath(name.replace("\\", "/"))
    parts = list(path.with_suffix("").parts) if path.name else [name]
    below = parts[len(parts) - parts[::-1].index("labels") :] if "labels" in parts else parts
    candidates = ("/".join(parts), "/".join(below), parts[-1])
    return tuple(dict.fromkeys(each for each in candidates if each))


def _text(file: SourceFile, most: int) -> str:
    """The file's text; raises NotYoloError or UnreadableError."""
    try:
        with file.open() as stream:
            raw: Any = Bounded(stream, most).read()
    except TooLargeError:
        raise NotYoloError(_("The file is too large for what it should be.")) from None
    try:
        return str(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotYoloError(_("The file is not UTF-8 text.")) from None
