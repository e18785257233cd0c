"""Pictures and archives as people send them: judged, decoded and made fit for a browser.

No models and no queries: bytes go in, pictures or refusals come out.
"""

from labeling.projects.pictures.archives import (
    Entry,
    entries_of,
    is_archive,
    opened,
    read_entry,
    tidy_name,
)
from labeling.projects.pictures.decoding import Picture, decode
from labeling.projects.pictures.types import (
    MEDIA_TYPES,
    MOST_IMAGE_BYTES,
    SUFFIXES,
    THUMBNAIL_TYPE,
    Refused,
)

__all__ = [
    "MEDIA_TYPES",
    "MOST_IMAGE_BYTES",
    "SUFFIXES",
    "THUMBNAIL_TYPE",
    "Entry",
    "Picture",
    "Refused",
    "decode",
    "entries_of",
    "is_archive",
    "opened",
    "read_entry",
    "tidy_name",
]
