"""What the addresses that make jobs share: the dataset, and the form of a batch."""

from typing import Any

from rest_framework import serializers

from labeling.core.api_verbs import input_of, input_serializer, named
from labeling.core.workflow import actions, perform
from labeling.jobs.models import Batch
from labeling.projects.models import Dataset

CREATE = actions[Dataset, "create-batch"]


class BatchWrite(input_serializer(CREATE)):  # type: ignore[misc]
    """The form of a batch, and the dataset that it is of."""

    dataset = serializers.IntegerField()


def launched(request: Any) -> Batch:
    """Make a batch of the dataset that the request's `dataset` names, and launch it.

    Raises:
        WorkflowError: nothing was made then.
    """
    data = input_of(request, CREATE.form, "dataset")
    dataset = named(Dataset.objects.visible_to(request.actor), data, "dataset")
    rest = {name: value for name, value in data.items() if name != "dataset"}
    batch: Batch = perform(CREATE, dataset, request.actor, rest).outcome
    return batch
