"""Starting exports and imports: what pages and REST have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import Team
from labeling.core.errors import Invalid
from labeling.exports.operations.exporting import Export
from labeling.exports.operations.importing import ImportAnnotations
from labeling.exports.scopes import Subject
from labeling.operations.engine import release, start
from labeling.operations.models import Operation
from labeling.operations.states import Status
from labeling.projects.models import Dataset
from labeling.projects.staging import stage_or_cancel


def start_export(
    actor: Actor, team: Team, subject: Subject, data: Mapping[str, Any], key: str = ""
) -> Operation:
    """Start an export of something.

    Arguments:
        data: what the form takes besides the subject: which, format, images.
        key: the same key starts nothing again.

    Raises:
        Forbidden, Invalid, Conflict: as `labeling.operations.engine.start`.
    """
    chosen = {**data, "scope": subject._meta.model_name, "id": subject.pk}
    return start(Export.name, actor, team, chosen, subject=subject, idempotency_key=key)


def start_import(
    actor: Actor,
    dataset: Dataset,
    data: Mapping[str, Any],
    files: Sequence[UploadedFile[Any]],
    key: str = "",
) -> Operation:
    """Start an import of uploaded files into a dataset.

    Arguments:
        data: what the form takes besides the dataset: format, existing, create_classes,
            create_tags.
        key: the same key starts nothing again, and stages no file.

    Raises:
        Forbidden, Invalid, Conflict: as `engine.start` and `stage_files`; nothing is started then.
    """
    if not files:
        raise Invalid({"file": [_("Choose at least one file.")]})
    operation = start(
        ImportAnnotations.name,
        actor,
        dataset.team,
        {**data, "dataset": dataset.pk},
        subject=dataset,
        idempotency_key=key,
        hold=True,
    )
    if operation.is_repeat and operation.status != Status.PENDING:
        return operation
    stage_or_cancel(actor, operation, files)
    return release(operation)
