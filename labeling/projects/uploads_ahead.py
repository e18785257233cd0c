"""Files uploaded ahead of the operation that will use them: kept by a key, for a day.

Only who uploaded a file can use it. Used, it belongs to the operation and goes with its input.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.roles import Capability
from labeling.core.errors import Forbidden, Invalid
from labeling.operations.models import Operation
from labeling.projects.models import StagedFile
from labeling.projects.models.datasets import staged_path
from labeling.projects.pictures import tidy_name

UNUSED = timedelta(hours=24)
PATH = "/api/uploads/"
SWEPT_AT_ONCE = 100

_KEY = re.compile(r"(?:https?://[^/]+" + PATH + r")?([0-9a-fA-F-]{32,36})/?\Z")


def stage_ahead(actor: Actor, file: UploadedFile[bytes], key: UUID | None = None) -> StagedFile:
    """Keep a file for an operation to come; its `key` names it there.

    Arguments:
        key: of the caller's choosing, see `key_of_content`; what is kept under it already stays.

    Raises:
        Forbidden: there is no team in which the actor manages projects.
        Invalid: the file is empty, or larger than one upload may be.
    """
    if not any(actor.can(Capability.MANAGE_PROJECTS, team) for team in actor.team_ids):
        raise Forbidden(_("Only those who manage projects upload files."))
    if not file.size:
        raise Invalid({"file": [_("This file is empty.")]})
    most: int = settings.LABELDESK_MAX_UPLOAD_BYTES
    if file.size > most:
        raise Invalid({"file": [_("At most %d MB in one upload.") % (most // 1024 // 1024)]})
    known = StagedFile.objects.filter(key=key).first() if key else None
    if known is not None:
        return known
    staged = StagedFile(
        key=key or uuid4(),
        uploaded_by_id=actor.user.pk,
        name=tidy_name(file.name or ""),
        byte_size=file.size,
    )
    staged.file.name = default_storage.save(staged_path(staged, ""), file)
    try:
        with transaction.atomic():
            staged.save()
    except IntegrityError:
        # The same content, sent twice at once, was quicker.
        default_storage.delete(str(staged.file.name))
        return StagedFile.objects.get(key=key)
    return staged


def key_of_content(actor: Actor, content_hash: str) -> UUID:
    """The key under which a person's script finds a file of theirs by its content again.

    Arguments:
        content_hash: SHA-256 of the file's bytes, hexadecimal.
    """
    digest = hashlib.sha256(f"{actor.user.pk}:{content_hash}".encode()).digest()
    return UUID(bytes=digest[:16], version=4)


def address_of(staged: StagedFile) -> str:
    """What a script may give instead of the key, where it wants an address."""
    return f"{settings.LABELDESK_URL}{PATH}{staged.key}/"


def key_in(text: str) -> UUID | None:
    """The key that a text is, or that stands in an address of ours; None when it is neither."""
    found = _KEY.match(text)
    try:
        return UUID(found[1]) if found else None
    except ValueError:
        return None


def unused(actor: Actor, key: UUID) -> StagedFile | None:
    """A file that this actor uploaded ahead and no operation has yet; None if there is none."""
    return unused_of(actor, [key]).get(key)


def unused_of(actor: Actor, keys: Sequence[UUID]) -> dict[UUID, StagedFile]:
    """The files of these keys that this actor uploaded ahead and no operation has yet."""
    mine = StagedFile.objects.filter(uploaded_by=actor.user.pk, operation=None, key__in=keys)
    return {staged.key: staged for staged in mine if staged.key}


def looks_uploaded(text: str) -> bool:
    """Whether a text may name an uploaded file; whether there is one, the database says."""
    return _KEY.match(text) is not None


def uploaded_ahead(operation: Operation, keys: Iterable[UUID]) -> dict[UUID, StagedFile]:
    """The files of these keys that an operation may use: its person's own, not used by another."""
    mine = StagedFile.objects.filter(uploaded_by=operation.created_by_id, key__in=set(keys))
    free = mine.filter(Q(operation=None) | Q(operation=operation))
    return {staged.key: staged for staged in free if staged.key}


def claim(operation: Operation, files: Iterable[StagedFile]) -> int:
    """Let an operation have files that nobody used yet; answers how many it got."""
    wanted = StagedFile.objects.filter(pk__in=[file.pk for file in files])
    free = wanted.filter(Q(operation=None) | Q(operation=operation))
    return free.update(operation=operation)


def sweep_unused() -> None:
    """Put away what nobody used within a day; cheap when there is nothing."""
    old = StagedFile.objects.filter(operation=None, created_at__lt=timezone.now() - UNUSED)
    for staged in old.order_by("pk")[:SWEPT_AT_ONCE]:
        # The row first: what was claimed a moment ago is not taken away from its operation.
        deleted, _by_model = StagedFile.objects.filter(pk=staged.pk, operation=None).delete()
        if deleted:
            default_storage.delete(str(staged.file.name))
