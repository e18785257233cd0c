"""The ZIP of an export, written in one pass: what the format wrote, and the images."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.core.files.storage import default_storage

from labeling.core.json_text import encode
from labeling.exports.formats import Member
from labeling.exports.spools import BLOCK, Spool

COMPRESSION = 3
"""Of text: on annotations a tenth larger than the usual 6, in less than half of the time."""


def add_image(spool: Spool, path: str, stored: str) -> None:
    """Note an image to be copied later: its path in the archive, its name in the store."""
    spool.append(encode([path, stored]) + b"\n")


def write_archive(
    target: Path,
    members: Iterable[Member],
    images: Spool | None,
    moment: datetime,
    progress: Callable[[int], None],
) -> list[str]:
    """Write the archive; memory grows with the number of files in it only.

    Arguments:
        images: what `add_image` noted; None leaves them out.
        moment: the date of every file in it.
        progress: told after each block how many images are in.

    Returns:
        The paths of images that the store does not have any more.
    """
    missing: list[str] = []
    with ZipFile(target, "w", allowZip64=True) as archive:
        for member in members:
            info = _info(member.path, moment, ZIP_DEFLATED)
            with archive.open(info, "w", force_zip64=True) as file:
                for block in member.blocks:
                    file.write(block)
                    progress(0)
        for number, (path, stored) in enumerate(_noted(images), 1):
            if not _copy(archive, _info(path, moment, ZIP_STORED), stored):
                missing.append(path)
            progress(number)
    return missing


def _noted(images: Spool | None) -> Iterator[tuple[str, str]]:
    if images is None:
        return
    with images.path.open("rb") as lines:
        for line in lines:
            path, stored = json.loads(line)
            yield path, stored


def _copy(archive: ZipFile, info: ZipInfo, stored: str) -> bool:
    if not stored:
        return False
    try:
        source = default_storage.open(stored)
    except FileNotFoundError:
        return False
    # The size tells zipfile whether it needs its long form.
    info.file_size = default_storage.size(stored)
    with source, archive.open(info, "w") as file:
        while block := source.read(BLOCK):
            file.write(block)
    return True


def _info(path: str, moment: datetime, compression: int) -> ZipInfo:
    info = ZipInfo(path, moment.timetuple()[:6])
    info.compress_type = compression
    info._compresslevel = COMPRESSION  # type: ignore[attr-defined]
    info.external_attr = 0o644 << 16
    return info
