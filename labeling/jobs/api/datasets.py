"""The dataset that a request names in its body."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from labeling.core.api_verbs import input_serializer
from labeling.core.errors import Invalid
from labeling.core.workflow import actions
from labeling.projects.models import Dataset

CREATE = actions[Dataset, "create-batch"]


class BatchWrite(input_serializer(CREATE)):  # type: ignore[misc]
    """The form of a batch, and the dataset that it is of."""

    dataset = serializers.IntegerField()


def dataset_of(request: Any, data: Mapping[str, Any]) -> Dataset:
    """The dataset of `data["dataset"]`.

    Raises:
        Invalid: none is named, or the actor sees none of that id.
    """
    named = str(data.get("dataset", ""))
    if not named.isdecimal() or len(named) > 18:
        raise Invalid({"dataset": [_("Name the dataset by its id.")]})
    found = Dataset.objects.visible_to(request.actor).filter(pk=named).first()
    if found is None:
        raise Invalid({"dataset": [_("There is no such dataset.")]})
    return found
