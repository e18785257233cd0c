"""Images in: bytes are kept by their hash first, and then become images of a dataset.

The latter is the operation `import-items`, whose outcome is waited for: the SDK wants the new
images' ids at once.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from labeling.clients.supervisely.areas.datasets import dataset_named
from labeling.clients.supervisely.areas.images import (
    image_shape,
    read_hash,
    seen_items,
    shown_hash,
)
from labeling.clients.supervisely.calls import Answer, Asking, call, raw_json
from labeling.clients.supervisely.failures import CODES
from labeling.clients.supervisely.wire import Body
from labeling.core.errors import Conflict, Invalid
from labeling.core.key_lists import among
from labeling.operations.models import Operation, OperationRow
from labeling.operations.states import FINISHED
from labeling.operations.waiting import finish
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset, Item
from labeling.projects.uploads_ahead import key_of_content, stage_ahead, unused_of

# The SDK sends 50 at once; links that are fetched take up to half a minute each, 8 at a time.
MOST_IMAGES = 1_000
MOST_HASHES = 10_000
SECONDS = 300.0
# Of an answer's list of what did not go in.
MOST_TOLD = 20


@dataclass(frozen=True)
class Sent:
    """One image of a request.

    Attributes:
        content_hash: SHA-256, hexadecimal; of bytes that were uploaded before.
        link: an address where it lies.
        item: an item of which it is a copy.
    """

    name: str
    content_hash: str | None
    link: str
    item: int | None
    meta: Any


@call("images.internal.hashes.list")
def known_hashes(asking: Asking) -> Answer:
    """Of these hashes, those whose bytes need not be uploaded any more."""
    given = raw_json(asking.request.body)
    if not isinstance(given, list) or len(given) > MOST_HASHES:
        raise Invalid({"body": [_("Send a list of hashes, at most %d.") % MOST_HASHES]})
    ours = {hexadecimal: each for each in given if (hexadecimal := read_hash(each))}
    known = {*_staged(asking, list(ours)), *_owners(asking, list(ours))}
    return [each for hexadecimal, each in ours.items() if hexadecimal in known]


@call("images.bulk.upload")
def upload(asking: Asking) -> Answer:
    """Keep the bytes of some images for a day, until they are added to a dataset."""
    answers = []
    for file in _files(asking):
        digest = hashlib.sha256()
        for block in file.chunks():
            digest.update(block)
        file.seek(0)
        stage_ahead(asking.actor, file, key_of_content(asking.actor, digest.hexdigest()))
        answers.append({"hash": shown_hash(digest.hexdigest())})
    return answers


@call("images.bulk.add")
def add(asking: Asking) -> Answer:
    """Make images of what was uploaded, of addresses, or of other images."""
    dataset = dataset_named(asking, "datasetId")
    sent = [_read(each) for each in asking.body.parts("images")]
    if not 1 <= len(sent) <= MOST_IMAGES:
        raise asking.body.wrong("images", _("Send 1 to %d images.") % MOST_IMAGES)
    taken = _taken_names(asking, dataset, sent)
    if taken:
        return _not_unique(taken)
    _refuse_twins(asking, dataset, sent)
    operation = _import(asking, dataset, _rows(asking, sent))
    return _made(asking, dataset, operation, sent)


def _files(asking: Asking) -> Sequence[UploadedFile[bytes]]:
    try:
        groups = list(asking.request.FILES.lists())
    except (MultiPartParserError, RequestDataTooBig, TooManyFilesSent):
        raise Invalid({"body": [_("This is no form of files, or has too many.")]}) from None
    files = [file for _name, group in groups for file in group]
    if not files:
        raise Invalid({"body": [_("Send at least one file.")]})
    return files


def _read(given: Body) -> Sent:
    name = given.text("title", given.text("name"))
    content_hash = read_hash(given.text("hash")) if "hash" in given else None
    if "hash" in given and content_hash is None:
        raise given.wrong("hash", _("Send the SHA-256 of the bytes in base64."))
    if "parentId" in given or "teamFileId" in given:
        raise given.wrong("title", _("Images are made of bytes, of links or of other images."))
    sent = Sent(
        name, content_hash, given.text("link"), given.key_or_none("imageId"), given.raw("meta")
    )
    if sum(map(bool, (sent.content_hash, sent.link, sent.item))) != 1:
        raise given.wrong("title", _("Give each image one of: hash, link, imageId."))
    if not name.strip():
        raise given.wrong("title", _("Give each image a name."))
    return sent


def _taken_names(asking: Asking, dataset: Dataset, sent: Sequence[Sent]) -> list[Item]:
    """Images of the dataset that have one of the names: the SDK knows images by name."""
    names = [each.name for each in sent]
    if len(set(names)) < len(names):
        raise Invalid({"images": [_("Two of these images have the same name.")]})
    found = seen_items(asking).filter(dataset=dataset, name__in=among(names))
    return list(found.order_by("pk"))


def _not_unique(taken: Sequence[Item]) -> JsonResponse:
    """The refusal that the SDK's `conflict_resolution` reads."""
    names = ", ".join(f"“{item.name}”" for item in taken[:MOST_TOLD])
    details = {
        "type": "NONUNIQUE",
        "message": _("The dataset has images of these names already: %s.") % names,
        "errors": [{"name": item.name, "id": item.pk} for item in taken],
    }
    return JsonResponse({"error": CODES[400], "details": details}, status=400)


def _refuse_twins(asking: Asking, dataset: Dataset, sent: Sequence[Sent]) -> None:
    """A picture is in a dataset once; said before anything is made.

    Raises:
        Invalid
    """
    hashes = [each.content_hash for each in sent if each.content_hash]
    uploaded = seen_items(asking).filter(dataset=dataset, source_url="")
    stands = dict(
        uploaded.filter(content_hash__in=among(hashes)).values_list("content_hash", "name")
    )
    told = []
    for each in sent:
        if each.content_hash is None:
            continue
        twin = stands.setdefault(each.content_hash, each.name)
        if twin != each.name:
            told.append(
                _("“%(name)s” is the same picture as “%(twin)s”; a dataset has each once.")
                % {"name": each.name, "twin": twin}
            )
    if told:
        raise Invalid({"images": told[:MOST_TOLD]})


def _rows(asking: Asking, sent: Sequence[Sent]) -> list[dict[str, Any]]:
    """The rows of a list of data rows.

    Raises:
        Invalid: bytes that nobody uploaded.
    """
    hashes = [each.content_hash for each in sent if each.content_hash]
    staged = _staged(asking, hashes)
    owners = _owners(asking, [each for each in hashes if each not in staged])
    rows, lost = [], []
    for each in sent:
        data = each.link or (f"item:{each.item}" if each.item else None)
        if each.content_hash:
            data = staged.get(each.content_hash) or owners.get(each.content_hash)
        if data is None:
            lost.append(_("The bytes of “%s” are not here. Upload them first.") % each.name)
            continue
        row = {"row_data": data, "external_id": each.name}
        rows.append(row | ({"metadata": each.meta} if each.meta else {}))
    if lost:
        raise Invalid({"images": lost[:MOST_TOLD]})
    return rows


def _staged(asking: Asking, hashes: Sequence[str]) -> dict[str, str]:
    """Keys of this person's uploads that wait, by hash."""
    keys = {key_of_content(asking.actor, each): each for each in hashes}
    return {keys[key]: str(key) for key in unused_of(asking.actor, list(keys))}


def _owners(asking: Asking, hashes: Sequence[str]) -> dict[str, str]:
    """Items with that picture, by hash, as rows name them."""
    if not hashes:
        return {}
    found = seen_items(asking).filter(content_hash__in=among(hashes)).exclude(file="")
    return {each: f"item:{key}" for each, key in found.values_list("content_hash", "pk")}


def _import(asking: Asking, dataset: Dataset, rows: list[dict[str, Any]]) -> Operation:
    """Do the import, here unless a worker is quicker.

    Raises:
        Conflict: it takes longer than anybody waits, or was canceled.
    """
    file = SimpleUploadedFile("images.json", json.dumps(rows).encode(), "application/json")
    fetch = asking.body.flag("forceMetadataForLinks")
    started = start_import_items(asking.actor, dataset, [file], fetch=fetch, awaited=True)
    operation = finish(started.pk, SECONDS)
    if operation.status not in FINISHED:
        told = _("The images are still being taken in. Operation %d tells when they are there.")
        raise Conflict(told % operation.pk, state=operation.status)
    return operation


def _made(
    asking: Asking, dataset: Dataset, operation: Operation, sent: Sequence[Sent]
) -> list[dict[str, Any]]:
    """The new images in the order in which they were sent.

    Raises:
        Invalid: not all of them went in; says which did not, and why.
    """
    made = {
        item.external_id: item
        for item in Item.objects.visible_to(asking.actor).filter(imported_by=operation)
    }
    missing = [each.name for each in sent if each.name not in made]
    if missing:
        reasons = _reasons(asking, operation, sent)
        told = [
            f"“{name}”: {reasons.get(name) or operation.message}" for name in missing[:MOST_TOLD]
        ]
        if made:
            told.append(_("The other %d images of this request are in the dataset.") % len(made))
        raise Invalid({"images": told})
    dataset.refresh_from_db()
    return [image_shape(asking, made[each.name], dataset) for each in sent]


def _reasons(asking: Asking, operation: Operation, sent: Sequence[Sent]) -> Mapping[str, str]:
    rows = OperationRow.objects.visible_to(asking.actor).filter(operation=operation)
    numbered = dict(enumerate(sent, 1))
    return {
        # The list of data rows is a thing of ours; the script knows its images only.
        numbered[number].name: message.removeprefix("row_data: ")
        for number, message in rows.values_list("number", "message")
        if number in numbered
    }
