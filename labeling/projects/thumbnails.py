"""Which pictures lack their small version.

No index counts them. That a dataset has all of its thumbnails, as nearly every one has, is
therefore remembered until its number of items changes: what comes in later brings its own. A file
that turns out to be lost when a page asks for it is remembered, too.
"""

from django.core.cache import cache
from django.db.models import QuerySet

from labeling.projects.models import Dataset, Item

KIND = "make-thumbnails"
MISSING, ALL = "missing", "all"
SECONDS_REMEMBERED = 3600


def pictures_of(dataset_id: int) -> QuerySet[Item]:
    """The items of a dataset whose picture is here."""
    return Item.objects.filter(dataset=dataset_id, width__gt=0)


def lacks_thumbnails(dataset: Dataset) -> bool:
    """Whether some picture has no thumbnail, as far as the rows and the last readers know."""
    if cache.get(_lost(dataset.pk)):
        return True
    known = f"thumbnails-whole:{dataset.pk}:{dataset.item_count}"
    if cache.get(known):
        return False
    is_lacking = pictures_of(dataset.pk).filter(thumbnail="").exists()
    if not is_lacking:
        cache.set(known, True, SECONDS_REMEMBERED)
    return is_lacking


def found_lost(dataset_id: int) -> None:
    """Somebody asked for a thumbnail whose file is gone."""
    cache.set(_lost(dataset_id), True, SECONDS_REMEMBERED)


def found_whole(dataset_id: int) -> None:
    """Every picture has its thumbnail now."""
    cache.delete(_lost(dataset_id))


def _lost(dataset_id: int) -> str:
    return f"thumbnails-lost:{dataset_id}"
