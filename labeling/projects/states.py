"""The fixed words of a label schema."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Shape(models.TextChoices):
    """What the objects of a class may look like; `any` leaves it to the annotator."""

    ANY = "any", _("any")
    RECTANGLE = "rectangle", _("rectangle")
    POLYGON = "polygon", _("polygon")
    POLYLINE = "polyline", _("polyline")
    POINT = "point", _("point")
    BITMAP = "bitmap", _("bitmap")


class ValueType(models.TextChoices):
    """What a tag carries besides its name."""

    NONE = "none", _("no value")
    STRING = "string", _("any text")
    NUMBER = "number", _("any number")
    CHOICE = "choice", _("one of a list")


class AppliesTo(models.TextChoices):
    """Where a tag may be put."""

    IMAGES = "images", _("images")
    OBJECTS = "objects", _("objects")
    BOTH = "both", _("images and objects")


class Division(models.TextChoices):
    """How a batch for several people is divided among them, unless it says otherwise."""

    ORDERED = "ordered", _("evenly, in order")
    SHUFFLED = "shuffled", _("evenly, shuffled")
    EACH = "each", _("everything to each person")
