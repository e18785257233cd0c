"""Starting the import of a list: what pages, REST and the vendors' edges have in common."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from labeling.core.errors import Conflict, Invalid
from labeling.operations.engine import release, start
from labeling.operations.kinds import AWAITED, Plan
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Dataset, StagedFile
from labeling.projects.operations.importing_items import ImportItems
from labeling.projects.staging import LONGEST_KEY, refuse_archived, stage_files, too_large
from labeling.projects.uploads_ahead import claim

MOST_LISTS = 1000

List = UploadedFile[Any] | StagedFile


def start_import_items(
    actor: Actor,
    dataset: Dataset,
    files: Sequence[List],
    *,
    fetch: bool,
    idempotency_key: str = "",
    awaited: bool = False,
) -> Operation:
    """Start an import of lists of data rows into a dataset.

    Arguments:
        files: lists as they were sent, or uploaded ahead by this actor; read in this order.
        fetch: fetch each picture now; otherwise its address is kept, and it is fetched when
            somebody needs it.
        idempotency_key: the same key starts nothing again.
        awaited: the caller waits for the outcome, so that its good end is no news to the person.

    Raises:
        Forbidden: the actor's role does not manage projects.
        Invalid: no list, too many or too much, or one that is gone; nothing is started then.
        Conflict: the dataset or its project is archived, or the key was used for something else.
    """
    refuse_archived(dataset)
    _refuse_sizes(files)
    ahead = [file for file in files if isinstance(file, StagedFile)]
    with transaction.atomic():
        operation = start(
            ImportItems.name,
            actor,
            dataset.team,
            {"dataset": dataset, "fetch": fetch, AWAITED: awaited},
            subject=dataset,
            idempotency_key=idempotency_key[:LONGEST_KEY],
            hold=True,
        )
        if operation.is_repeat and operation.status != Status.PENDING:
            return operation
        _claim(actor, operation, ahead)
    return _released(actor, operation, files)


def _refuse_sizes(files: Sequence[List]) -> None:
    sizes = [file.byte_size if isinstance(file, StagedFile) else file.size or 0 for file in files]
    if not sum(sizes):
        raise Invalid({"file": [_("Send at least one row.")]})
    if len(files) > MOST_LISTS:
        raise Invalid({"file": [_("At most %d lists in one import.") % MOST_LISTS]})
    most: int = settings.LABELDESK_MAX_UPLOAD_BYTES
    if sum(sizes) > most:
        raise Invalid({"file": [too_large(most)]})


def _claim(actor: Actor, operation: Operation, ahead: Sequence[StagedFile]) -> None:
    mine = [file for file in ahead if file.uploaded_by_id == actor.user.pk]
    if claim(operation, mine) < len({file.pk for file in ahead}):
        raise Invalid(
            {"file": [_("A list is gone, or used by another import. Upload it once more.")]}
        )


def _released(actor: Actor, operation: Operation, files: Sequence[List]) -> Operation:
    """Keep the lists that were sent, and let the operation begin."""
    sent = [file for file in files if not isinstance(file, StagedFile)]
    try:
        kept = iter(stage_files(actor, operation, sent) if sent else ())
        lists = [file if isinstance(file, StagedFile) else next(kept) for file in files]
        frozen = {**operation.plan, "files": [file.pk for file in lists]}
        return release(operation, Plan(frozen))
    except Conflict:
        if not operation.is_repeat:
            raise
        # The same request, sent twice at once, was quicker.
        operation.refresh_from_db()
        return operation
