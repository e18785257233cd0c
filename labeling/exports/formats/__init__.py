"""File formats, one module each. Importing this package registers them all."""

from labeling.exports.formats import coco, cvat, native, voc, yolo
from labeling.exports.formats.base import (
    Format,
    Member,
    SourceFile,
    UnreadableError,
    Writer,
    formats,
    readable,
    writable,
)

__all__ = [
    "Format",
    "Member",
    "SourceFile",
    "UnreadableError",
    "Writer",
    "coco",
    "cvat",
    "formats",
    "native",
    "readable",
    "voc",
    "writable",
    "yolo",
]
