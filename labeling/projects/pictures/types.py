"""Which pictures are taken, how they are served, and the limits that hold for every one."""

from collections.abc import Mapping

# Pillow's name of a format -> the media type that its bytes are served with. MPO is what some
# cameras write: a JPEG with smaller ones behind it.
MEDIA_TYPES: Mapping[str, str] = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
}

# What Pillow may try to open. Anything else (PostScript, PDF, ...) never reaches a decoder.
READABLE = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")

SUFFIXES: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
}

THUMBNAIL_SIZE = (320, 320)
THUMBNAIL_TYPE = "image/webp"

MOST_IMAGE_BYTES = 256 * 1024 * 1024
"""Bytes of one picture, packed in an archive or not."""


class Refused(ValueError):
    """A file that does not go in; the text is the reason, for the person who sent it."""
