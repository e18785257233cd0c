"""Uploads in the making: begin one, add files to it, let it start.

The files wait as they are; decoding them is the work of the operation `upload-images`.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actor import Actor
from labeling.core.errors import Conflict, Forbidden, Invalid, TooLarge
from labeling.core.workflow import actions, perform
from labeling.operations.engine import release, start
from labeling.operations.kinds import Plan, kinds
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.keeping import remove_folder
from labeling.projects.models import Dataset, StagedFile
from labeling.projects.models.datasets import staged_folder, staged_path
from labeling.projects.pictures import tidy_name

KIND = "upload-images"
MOST_FILES = 20_000
# What the parts of a form weigh besides the files in them.
FORM_BYTES = 1024 * 1024
LONGEST_KEY = 200


def upload_at_once(
    actor: Actor, dataset: Dataset, files: Sequence[UploadedFile[Any]], key: str = ""
) -> Operation:
    """Begin an upload, add its files and let it start: what a script does in one request.

    Arguments:
        key: an idempotency key; the same one starts nothing again and stages no file.

    Raises:
        Forbidden, Invalid, Conflict: as the three steps; nothing is left to start then.
    """
    if not files:
        raise Invalid({"file": [_("Send at least one file.")]})
    operation = begin_upload(actor, dataset, key)
    if operation.is_repeat and operation.status != Status.PENDING:
        return operation
    stage_or_cancel(actor, operation, files)
    return start_upload(actor, operation)


def stage_or_cancel(actor: Actor, operation: Operation, files: Sequence[UploadedFile[Any]]) -> None:
    """Add files to a pending operation; when they are refused, nothing is left to start.

    Raises:
        Forbidden, Invalid, Conflict: as `stage_files`.
    """
    try:
        stage_files(actor, operation, files)
    except Invalid:
        perform(actions[Operation, "cancel"], operation, actor)
        raise


def begin_upload(actor: Actor, dataset: Dataset, idempotency_key: str = "") -> Operation:
    """An upload to a dataset that waits for its files.

    Raises:
        Forbidden: the actor's role does not manage projects.
        Conflict: the dataset or its project is archived.
    """
    refuse_archived(dataset)
    data = {"dataset": dataset}
    return start(
        KIND,
        actor,
        dataset.team,
        data,
        subject=dataset,
        idempotency_key=idempotency_key[:LONGEST_KEY],
        hold=True,
    )


def refuse_archived(dataset: Dataset) -> None:
    """Archived and deleted datasets take nothing in, and nothing starts from them.

    Raises:
        Conflict
    """
    if dataset.deleted_at:
        raise Conflict(_("This dataset is deleted. Restore it first."), state="deleted")
    if dataset.archived_at or dataset.project.archived_at:
        raise Conflict(
            _("This dataset is archived. Unarchive it (and its project) first."), state="archived"
        )


def stage_files(
    actor: Actor, operation: Operation, files: Sequence[UploadedFile[Any]]
) -> list[StagedFile]:
    """Add files to an upload that has not started yet.

    Raises:
        Forbidden: the actor's role does not manage projects.
        Invalid: no file, or more files or bytes than one upload takes; then none is added.
        Conflict: the upload has started, or was canceled.
    """
    refuse_strangers(actor, operation)
    if not files:
        raise Invalid({"file": [_("Send at least one file.")]})
    _refuse_too_much(operation, files)
    staged = [_stored(operation, file) for file in files]
    try:
        with transaction.atomic():
            _hold_pending(operation)
            _refuse_too_much(operation, files)
            StagedFile.objects.bulk_create(staged)
    except (Conflict, Invalid):
        for each in staged:
            default_storage.delete(str(each.file.name))
        raise
    return staged


def start_upload(actor: Actor, operation: Operation) -> Operation:
    """Let an upload begin: all its files are there.

    Raises:
        Forbidden: the actor's role does not manage projects.
        Invalid: it has no files.
        Conflict: it has started, was canceled, or is no upload: an import of a list knows
            which files are its lists, and is started by whoever sent them.
    """
    refuse_strangers(actor, operation)
    if operation.kind != KIND:
        raise Conflict(_("This operation starts by itself."), state=operation.status)
    count = staged_so_far(operation)["files"]
    if not count:
        raise Invalid({"file": [_("Send at least one file.")]})
    label = ngettext(
        "Upload of %(count)d file to “%(name)s”",
        "Upload of %(count)d files to “%(name)s”",
        count,
    )
    dataset = Dataset.objects.get(pk=operation.plan["dataset"])
    named = label % {"count": count, "name": dataset.name}
    return release(operation, Plan(operation.plan, total=count, label=named[:200]))


def refuse_strangers(actor: Actor, operation: Operation) -> None:
    """Only for operations that take files, and for those who may start such an operation.

    Raises:
        Forbidden, Conflict
    """
    kind = kinds[operation.kind]
    if not actor.can(kind.capability, operation.team_id):
        raise Forbidden(_("Your role in this team does not allow this: %s") % kind.label)
    if not kind.takes_files:
        raise Conflict(_("This operation takes no files."), state=operation.status)


def staged_so_far(operation: Operation) -> dict[str, int]:
    """How many files and bytes an upload has."""
    sums = StagedFile.objects.filter(operation=operation).aggregate(
        files=Count("pk"), bytes=Sum("byte_size")
    )
    return {"files": sums["files"], "bytes": sums["bytes"] or 0}


def put_staged_away(operation: Operation) -> None:
    """Take away what was staged for an operation, rows and files; may be asked twice."""
    for staged in StagedFile.objects.filter(operation=operation).iterator():
        default_storage.delete(str(staged.file.name))
    StagedFile.objects.filter(operation=operation).delete()
    remove_folder(staged_folder(operation.pk))


def _refuse_too_much(operation: Operation, files: Sequence[UploadedFile[Any]]) -> None:
    there = staged_so_far(operation)
    if there["files"] + len(files) > MOST_FILES:
        raise Invalid(
            {"file": [_("At most %d files in one upload. Send a ZIP, or several.") % MOST_FILES]}
        )
    most: int = settings.LABELDESK_MAX_UPLOAD_BYTES
    if there["bytes"] + sum(file.size or 0 for file in files) > most:
        raise Invalid({"file": [too_large(most)]})


def too_large(most: int) -> Any:
    """The words for more bytes than one upload takes."""
    return _("At most %d MB in one upload. Send several.") % (most // 1024 // 1024)


def refuse_large_body(request: HttpRequest) -> None:
    """Refuse a request by its declared length; ask before anything reads its body.

    Raises:
        TooLarge: it is longer than one upload may be.
    """
    most: int = settings.LABELDESK_MAX_UPLOAD_BYTES
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > most + FORM_BYTES:
        raise TooLarge(too_large(most))


def _stored(operation: Operation, file: UploadedFile[Any]) -> StagedFile:
    staged = StagedFile(
        operation=operation, name=tidy_name(file.name or ""), byte_size=file.size or 0
    )
    # Stored before its row, outside of the transaction: storing may take long. What a crash
    # leaves without a row lies in the upload's own folder, and goes with it.
    staged.file.name = default_storage.save(staged_path(staged, ""), file)
    return staged


def _hold_pending(operation: Operation) -> None:
    """Keep the upload from starting until the transaction ends.

    Raises:
        Conflict: it has started, or was canceled.
    """
    held = Operation.objects.select_for_update().filter(pk=operation.pk).first()
    if held is None or held.status != Status.PENDING:
        status = held.get_status_display() if held else _("deleted")
        raise Conflict(
            _("This upload takes no more files; it is %s.") % status,
            state=held.status if held else "deleted",
        )
