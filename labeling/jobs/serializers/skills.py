"""Skills as REST shows them."""

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from labeling.core.api_verbs import represents
from labeling.jobs.models import PersonSkill, Skill


class LevelSerializer(serializers.ModelSerializer[PersonSkill]):
    """How well one person has a skill; `evidence` are the items that an earned level rests on."""

    person = PersonSerializer(source="user", read_only=True)

    class Meta:
        model = PersonSkill
        fields = ("person", "level", "is_earned", "evidence", "updated_at")
        read_only_fields = fields


@represents(Skill)
class SkillSerializer(serializers.ModelSerializer[Skill]):
    """A skill with the levels of the people."""

    people = LevelSerializer(many=True, read_only=True)

    class Meta:
        model = Skill
        fields = ("id", "team", "name", "description", "people", "created_at")
        read_only_fields = fields
