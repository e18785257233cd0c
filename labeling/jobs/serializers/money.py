"""Money as REST shows it. Amounts are texts, so that no reader makes floats of them."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.jobs.models import LedgerEntry, Price, Terms
from labeling.jobs.models.money import DIGITS, PLACES


def amount(**kwargs: Any) -> serializers.DecimalField:
    """An amount of money."""
    return serializers.DecimalField(DIGITS, PLACES, read_only=True, **kwargs)


class TermsSerializer(serializers.ModelSerializer[Terms]):
    """How a project pays, with the sums of its ledger; `left` is null without a budget."""

    reserved = amount(source="totals.reserved")
    owed = amount(source="totals.unpaid")
    paid = amount(source="totals.paid")
    left = amount(source="totals.left", allow_null=True)

    class Meta:
        model = Terms
        fields = (
            "id",
            "project",
            "currency",
            "budget",
            "paid_for",
            "reserved",
            "owed",
            "paid",
            "left",
            "updated_at",
        )
        read_only_fields = fields


class PriceSerializer(serializers.ModelSerializer[Price]):
    """What one item of a class of work earns, in a project or in one batch."""

    class Meta:
        model = Price
        fields = ("id", "project", "batch", "work", "amount")
        read_only_fields = fields


@represents(LedgerEntry)
class LedgerEntrySerializer(serializers.ModelSerializer[LedgerEntry]):
    """One line of a project's accounts."""

    person = PersonSerializer(read_only=True, allow_null=True)
    made_by = PersonSerializer(read_only=True, allow_null=True)

    class Meta:
        model = LedgerEntry
        fields = (
            "id",
            "team",
            "project",
            "batch",
            "job",
            "job_item",
            "person",
            "kind",
            "work",
            "round",
            "amount",
            "currency",
            "note",
            "made_by",
            "at",
        )
        read_only_fields = fields


class EarningsSerializer(serializers.Serializer[Any]):
    """What one class of work in one batch earned."""

    project_id = serializers.IntegerField()
    project = serializers.CharField()
    batch = serializers.CharField()
    work = serializers.CharField()
    currency = serializers.CharField()
    items = serializers.IntegerField()
    amount = serializers.DecimalField(DIGITS, PLACES)


class BalanceSerializer(serializers.Serializer[Any]):
    """The sums of a month in one currency."""

    currency = serializers.CharField()
    before = serializers.DecimalField(DIGITS, PLACES)
    earned = serializers.DecimalField(DIGITS, PLACES)
    paid = serializers.DecimalField(DIGITS, PLACES)
    after = serializers.DecimalField(DIGITS, PLACES)


class StatementSerializer(serializers.Serializer[Any]):
    """What a person earned and was paid in a month of UTC."""

    person = serializers.IntegerField()
    month = serializers.CharField()
    balances = BalanceSerializer(many=True)
    rows = EarningsSerializer(many=True)
