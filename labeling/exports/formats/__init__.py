"""File formats, one module each. Importing this package registers them all."""

from labeling.exports.formats import coco, native, voc
from labeling.exports.formats.base import (
    Format,
    Member,
    SourceFile,
    Writer,
    formats,
    readable,
    writable,
)

__all__ = [
    "Format",
    "Member",
    "SourceFile",
    "Writer",
    "coco",
    "formats",
    "native",
    "readable",
    "voc",
    "writable",
]
