"""From the files that the client uploads to an import of ours.

The client sends its rows in chunks of up to 10 MB, then a manifest that lists the chunks, then the
address of the manifest. The chunks are rewritten line by line into one file of rows as our import
reads them; one chunk at a time is in memory.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.actor import Actor
from labeling.clients.labelbox.metadata import facts_of
from labeling.clients.labelbox.words import IMPORT, key_of
from labeling.core.errors import Invalid
from labeling.operations.models import Operation
from labeling.projects.importing import start_import_items
from labeling.projects.models import Dataset, StagedFile
from labeling.projects.uploads_ahead import key_in, stage_ahead, unused

# What the client calls 10 MB, with room for how it counts.
MOST_CHUNK_BYTES = 16 * 1024 * 1024
MOST_MANIFEST_BYTES = 4 * 1024 * 1024
IMAGE = "IMAGE"

Row = dict[str, Any]


def start_import(actor: Actor, uri: str) -> Operation:
    """Start the import that the manifest under this address describes.

    The client repeats the request when an answer is lost: the manifest is the idempotency key.

    Raises:
        Invalid: the files are unknown, no such files, or of more than one dataset.
        Forbidden, Conflict: as any import.
    """
    key = key_in(uri)
    idempotency_key = f"labelbox {key}"
    known = Operation.objects.visible_to(actor).filter(kind=IMPORT, idempotency_key=idempotency_key)
    repeated = known.first()
    if repeated is not None:
        return repeated
    manifest = _json(_uploaded(actor, key), MOST_MANIFEST_BYTES)
    uris = manifest.get("chunk_uris") if isinstance(manifest, dict) else None
    if not isinstance(uris, list) or not uris:
        raise Invalid({"manifestUri": [_("There are no data rows. Send at least one.")]})
    chunks = [_uploaded(actor, key_in(str(each))) for each in uris]
    with TemporaryFile() as lines:
        dataset = _dataset(actor, _rewrite(chunks, lines))
        size = lines.tell()
        lines.seek(0)
        staged = stage_ahead(actor, UploadedFile(lines, name="data rows.ndjson", size=size))
    return start_import_items(
        actor, dataset, [staged], fetch=False, idempotency_key=idempotency_key
    )


def _uploaded(actor: Actor, key: uuid.UUID | None) -> StagedFile:
    found = None if key is None else unused(actor, key)
    if found is None:
        told = _("This file was not uploaded with this token, or more than a day ago.")
        raise Invalid({"manifestUri": [told]})
    return found


def _json(staged: StagedFile, most: int) -> Any:
    if staged.byte_size > most:
        raise Invalid(
            {"manifestUri": [_("A part of the upload is too large. Send smaller parts.")]}
        )
    with default_storage.open(str(staged.file.name)) as file:
        try:
            return json.loads(file.read())
        except ValueError:
            raise Invalid({"manifestUri": [_("A part of the upload is not JSON.")]}) from None


def _rewrite(chunks: list[StagedFile], lines: Any) -> set[Any]:
    """Write the rows of all chunks as lines; the datasets that they name."""
    datasets = set()
    for chunk in chunks:
        for dataset, row in _rows(_json(chunk, MOST_CHUNK_BYTES)):
            datasets.add(dataset)
            lines.write(json.dumps(row).encode() + b"\n")
    return datasets


def _rows(parts: Any) -> Iterator[tuple[str, Any]]:
    """The rows of one chunk, each with the dataset that it is for."""
    if not isinstance(parts, list):
        raise Invalid({"manifestUri": [_("A part of the upload is not a list of data rows.")]})
    for part in parts:
        payload = part.get("payload") if isinstance(part, dict) else None
        if not isinstance(payload, dict):
            raise Invalid({"manifestUri": [_("A data row has no payload.")]})
        if _names_a_row(part.get("id")):
            told = _("Data rows that exist are not changed here. Create them without a key.")
            raise Invalid({"key": [told]})
        yield str(payload.get("dataset_id")), our_row(payload)


def _names_a_row(identity: Any) -> bool:
    return isinstance(identity, Mapping) and identity.get("type") not in (None, "AUTO")


def our_row(payload: Mapping[str, Any]) -> Row:
    """A data row in the words of our import; what it does not know, it refuses by itself."""
    row = {name: value for name, value in payload.items() if name != "dataset_id"}
    if row.get("media_type") == IMAGE:
        del row["media_type"]
    if "metadata_fields" in row:
        row["metadata"] = facts_of(row.pop("metadata_fields"))
    return row


def _dataset(actor: Actor, keys: set[Any]) -> Dataset:
    if len(keys) != 1:
        raise Invalid({"dataset_id": [_("All data rows of one import go into one dataset.")]})
    dataset = Dataset.objects.visible_to(actor).filter(pk=key_of(keys.pop())).first()
    if dataset is None:
        raise Invalid({"dataset_id": [_("There is no such dataset.")]})
    return dataset
