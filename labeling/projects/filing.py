"""A picture becomes an item's: its files go to the store, its facts into the item's fields."""

from pathlib import Path

from django.core.files.storage import default_storage

from labeling.projects.keeping import keep
from labeling.projects.models import Item
from labeling.projects.models.datasets import item_path, thumbnail_path
from labeling.projects.pictures import Picture

# What an item has of its picture, and a reference has not until it is fetched.
PICTURE_FIELDS = (
    "content_hash",
    "width",
    "height",
    "byte_size",
    "media_type",
    "file",
    "thumbnail",
)


def file_picture(item: Item, picture: Picture, scratch: Path) -> None:
    """Keep a picture and its thumbnail, and set the item's fields; the caller saves the item.

    The files' names are made from what is in them: a repeat after a crash finds them again.

    Arguments:
        item: with its dataset.
        scratch: a folder on the store's disk for files in the making.
    """
    item.content_hash = picture.content_hash
    item.width = picture.width
    item.height = picture.height
    item.byte_size = len(picture.content)
    item.media_type = picture.media_type
    item.file.name = keep(item_path(item, ""), picture.content, scratch)
    item.thumbnail.name = keep(thumbnail_path(item, ""), picture.thumbnail, scratch)


def copy_picture(item: Item, source: Item, scratch: Path) -> None:
    """Keep the picture of another item for this one as well; the caller saves the item.

    Each dataset has files of its own, so that one can be deleted without the other.

    Arguments:
        item: with its dataset.
        source: whose picture is here.
        scratch: as for `file_picture`.

    Raises:
        FileNotFoundError: the source's file is gone.
    """
    for name in ("content_hash", "width", "height", "byte_size", "media_type"):
        setattr(item, name, getattr(source, name))
    item.file.name = keep(item_path(item, ""), _stored(str(source.file.name)), scratch)
    if source.thumbnail:
        small = _stored(str(source.thumbnail.name))
        item.thumbnail.name = keep(thumbnail_path(item, ""), small, scratch)


def _stored(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
    return content
