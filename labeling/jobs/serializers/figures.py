"""Figures as REST answers them."""

from typing import Any

from rest_framework import serializers


class FiguresSerializer(serializers.Serializer[Any]):
    """The rows of a table of figures, with the names of its CSV columns' keys.

    `first` and `last` are the days that it is about, counted in `zone`.
    """

    of = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    zone = serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField())
