"""What a rebalance would do, as REST tells it."""

from typing import Any

from rest_framework import serializers


class RebalancePersonSerializer(serializers.Serializer[Any]):
    """What one person, or the pool (null), has of a batch and would have after a rebalance.

    `seconds_after` is the working time on everything the person has then; null without a pace.
    """

    person = serializers.IntegerField(allow_null=True)
    jobs_now = serializers.IntegerField()
    items_now = serializers.IntegerField()
    jobs_after = serializers.IntegerField()
    items_after = serializers.IntegerField()
    begun_items = serializers.IntegerField()
    seconds_after = serializers.FloatField(allow_null=True)


class PieceSerializer(serializers.Serializer[Any]):
    """Some items of a job, and who gets them."""

    person = serializers.IntegerField(allow_null=True)
    items = serializers.IntegerField()


class RebalanceMoveSerializer(serializers.Serializer[Any]):
    """A job that changes; with several pieces it is cut."""

    job = serializers.IntegerField()
    items = serializers.IntegerField()
    to = PieceSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """With `from`, which is no name in Python."""
        return {**super().get_fields(), "from": serializers.IntegerField(allow_null=True)}


class RebalancePreviewSerializer(serializers.Serializer[Any]):
    """What a rebalance would do; `seen` is what the verb takes."""

    people = RebalancePersonSerializer(many=True)
    moves = RebalanceMoveSerializer(many=True)
    items = serializers.IntegerField()
    cuts = serializers.IntegerField()
    seen = serializers.CharField()
