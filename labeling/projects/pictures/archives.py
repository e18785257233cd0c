"""ZIP archives from people: what is in them, under which names, and what is refused.

Nothing is ever extracted to a path that an archive names: an entry is read into memory, within its
limits, and kept under a name of ours. Paths that lead out are refused all the same, since whoever
wrote them did not mean a picture.
"""

import os
import stat
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from labeling.projects.pictures.types import MOST_IMAGE_BYTES, Refused

MOST_ENTRIES = 50_000
# Pictures hardly shrink. What unpacks to so many times its size is made to fill a disk.
MOST_RATIO = 200
# Below this a ratio says nothing: a blank picture of a few kilobytes is no attack.
HARMLESS_BYTES = 8 * 1024 * 1024
LONGEST_NAME = 255
# The list of so many entries with long names; one that says less than it holds is stopped by it.
MOST_DIRECTORY_BYTES = 16 * 1024 * 1024
# The end of an archive: its record of 22 bytes, a comment of 65,535 at most, and before that what
# large archives have instead. Of each, the number of entries and the bytes of their list.
_END_BYTES = 22 + 65_535 + 20 + 56
_END = struct.Struct("<10xHI")
_LONG_END = struct.Struct("<32xQQ")
_SEE_LONG, _SEE_LONG_BYTES = 0xFFFF, 0xFFFFFFFF
ARCHIVE_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
ARCHIVE_SUFFIXES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
ENCRYPTED = 0x1


@dataclass(frozen=True)
class Entry:
    """One file of an archive that a person would call a file.

    Attributes:
        index: its place in the archive's own list.
        name: what the item is called: its path without the folders that all of them are in.
        refusal: why it does not go in; empty when it may.
    """

    index: int
    name: str
    refusal: str = ""


def is_archive(file: IO[bytes]) -> bool:
    """Whether a file begins like a ZIP; its name says nothing. Leaves it at its beginning."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in ARCHIVE_STARTS


def opened(file: IO[bytes]) -> ZipFile:
    """The archive, its list read.

    Raises:
        Refused: it is broken, or has more entries than are taken.
    """
    declared, directory_bytes = _end_record(file)
    if declared > MOST_ENTRIES:
        raise Refused(_too_many(declared))
    if directory_bytes > MOST_DIRECTORY_BYTES:
        raise Refused(_("Its list of files is too long. Split it."))
    try:
        archive = ZipFile(file)
    except (BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        raise Refused(_("The archive is broken or cut off.")) from None
    if len(archive.infolist()) > MOST_ENTRIES:
        raise Refused(_too_many(len(archive.infolist())))
    return archive


def _too_many(count: int) -> str:
    return _("It holds %(count)d files; at most %(most)d are taken. Split it.") % {
        "count": count,
        "most": MOST_ENTRIES,
    }


def _end_record(file: IO[bytes]) -> tuple[int, int]:
    """How many entries an archive says that it has, and the bytes of their list.

    Asked before the list is read: a million entries would take half a gigabyte of memory. Zeros
    where nothing of that kind is found; then reading the list says what is wrong.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_BYTES))
    end = file.read(_END_BYTES)
    file.seek(0)
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(end):
        return 0, 0
    count, directory_bytes = _END.unpack_from(end, at)
    long = end.rfind(b"PK\x06\x06", 0, at)
    if (
        long >= 0
        and long + _LONG_END.size <= len(end)
        and (count == _SEE_LONG or directory_bytes == _SEE_LONG_BYTES)
    ):
        count, directory_bytes = _LONG_END.unpack_from(end, long)
    return count, directory_bytes


def entries_of(archive: ZipFile, most_bytes: int) -> list[Entry]:
    """What is in an archive, in its own order; folders and a system's own files left out.

    Arguments:
        most_bytes: bytes that all its entries together may unpack to.

    Raises:
        Refused: the archive as a whole does not go in.
    """
    shown = [
        (index, info, parts)
        for index, info in enumerate(archive.infolist())
        if not info.is_dir() and not _is_hidden(parts := _parts(info.filename))
    ]
    if not shown:
        raise Refused(_("The archive holds no files."))
    unpacked = sum(info.file_size for _index, info, _parts in shown)
    packed = sum(info.compress_size for _index, info, _parts in shown)
    if unpacked > most_bytes or _is_bomb(unpacked, packed):
        raise Refused(
            _("Unpacked it would be %(size)d MB, which is too much.")
            % {"size": unpacked // 1_000_000}
        )
    judged = [(index, parts, _refusal(info, parts)) for index, info, parts in shown]
    shared = _shared_folders([parts for _index, parts, refusal in judged if not refusal])
    return [
        Entry(index, _name(parts if refusal else parts[shared:]), refusal)
        for index, parts, refusal in judged
    ]


def read_entry(archive: ZipFile, entry: Entry) -> bytes:
    """The bytes of an entry.

    Raises:
        Refused: it was refused already, is damaged, or is packed in a way that nobody here knows.
    """
    if entry.refusal:
        raise Refused(entry.refusal)
    info = archive.infolist()[entry.index]
    try:
        # Reading stops at the size that the list declares, and checks its sum.
        with archive.open(info) as packed:
            raw = packed.read(info.file_size + 1)
    except NotImplementedError:
        raise Refused(_("It is packed in a way that is not known here.")) from None
    except (BadZipFile, zlib.error, LZMAError, EOFError, OSError, RuntimeError, ValueError):
        raise Refused(_("It is damaged inside the archive.")) from None
    if raw.startswith(ARCHIVE_STARTS):
        raise Refused(_("An archive inside an archive is not opened."))
    return raw


def _parts(path: str) -> list[str]:
    """The parts of a path, whichever way its slashes lean."""
    return path.replace("\\", "/").split("/")


def _is_hidden(parts: Sequence[str]) -> bool:
    """What systems put beside a person's files."""
    if parts[0] == "__MACOSX" or parts[-1].lower() in {"thumbs.db", "desktop.ini"}:
        return True
    return any(part.startswith(".") and part not in {".", ".."} for part in parts)


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > HARMLESS_BYTES and unpacked > packed * MOST_RATIO


def _refusal(info: ZipInfo, parts: Sequence[str]) -> str:
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return _("Its path leads out of the archive.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind != stat.S_IFREG:
        return _("It is a link or a device, not a file.")
    if info.flag_bits & ENCRYPTED:
        return _("It is encrypted.")
    if PurePosixPath(parts[-1]).suffix.lower() in ARCHIVE_SUFFIXES:
        return _("An archive inside an archive is not opened.")
    if info.file_size > MOST_IMAGE_BYTES:
        return _("It is larger than %(size)d MB.") % {"size": MOST_IMAGE_BYTES // 1024 // 1024}
    if _is_bomb(info.file_size, info.compress_size):
        return _("It unpacks to far more than it is packed.")
    return ""


def _shared_folders(paths: Sequence[Sequence[str]]) -> int:
    """How many leading folders all files are in; archives mostly wrap everything in one."""
    shared = 0
    for level in zip(*(parts[:-1] for parts in paths), strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return shared


def _name(parts: Sequence[str]) -> str:
    return tidy_name("/".join(part for part in parts if part not in {"", ".", ".."}))


def tidy_name(name: str) -> str:
    """A name fit for a page, a header and a column: printable, and its end rather than its start.

    Arguments:
        name: what a person's machine called the file.
    """
    printable = "".join(sign if sign.isprintable() else "_" for sign in name).strip()
    return printable[-LONGEST_NAME:] or _("unnamed")
