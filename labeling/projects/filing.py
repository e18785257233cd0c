"""A picture becomes an item's: its files go to the store, its facts into the item's fields."""

from pathlib import Path

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
